"""Help that is read: options under headings instead of twenty in a column, commands in the order of their use."""

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


class InOrder(click.Group):
    """A group whose help lists its commands in the order in which they were added, which is that of their use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names."""
        return list(self.commands)


def _write(formatter: click.HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)
