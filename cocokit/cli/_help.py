"""A command whose help lists its options under headings: twenty flags in one column are not read by anybody."""

from __future__ import annotations

from typing import ClassVar

import click


class Sectioned(click.Command):
    """A command with its options in sections; ``sections`` maps an option's name to the heading above it.

    Options stand under the last heading before them, in the order in which the command declares them.
    """

    sections: ClassVar[dict[str, str]] = {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections, each with its options."""
        heading: str = "Options"
        rows: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            if not isinstance(param, click.Option):
                continue
            record = param.get_help_record(ctx)
            if param.name in self.sections or "--help" in param.opts:
                _write(formatter, heading, rows)
                heading, rows = self.sections.get(param.name or "", "Help"), []
            if record is not None:
                rows.append(record)
        _write(formatter, heading, rows)


def _write(formatter: click.HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)
