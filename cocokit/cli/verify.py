"""``cocokit verify``: whether a published folder is as it was published."""

from __future__ import annotations

import click

from . import FOUND_PROBLEMS
from ._progress import Count

_HELP = """Read a published folder, all of it, and name each deviation.

FOLDER is what cocokit publish or cocokit export wrote. The sum of every file is compared, datasets are checked and
counted again, and no photograph may be in two splits. Exits with 3 when something is not as it should be.
"""
_EXAMPLE = "Example: cocokit verify published"
_SHORT = "Check that a published folder is whole."


@click.command(name="verify", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("folder", type=click.Path())
@click.option("--manifest", metavar="SHA256", help="What the manifest's sum must be, from whoever published it.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(folder: str, manifest: str | None, as_json: bool) -> int:
    """Run ``cocokit verify``; its exit code."""
    from dataclasses import asdict

    from ..places import counted
    from ..publishing import verify

    with Count(f"verifying {folder}", "files") as count:
        found = verify(folder, manifest, count)
    if as_json:
        from ._output import print_json

        print_json({"folder": folder, "deviations": [asdict(deviation) for deviation in found]})
    else:
        click.echo(f"{folder}: {counted(len(found), 'deviation') if found else 'whole, as it was published'}")
        for deviation in found:
            click.echo(f"  {deviation.id}: {deviation.path}: {deviation.message}")
    return FOUND_PROBLEMS if found else 0
