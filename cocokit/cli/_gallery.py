"""A gallery from the command line: progress while it is drawn, and what could not be shown, by name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ._progress import Count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..dataset import Dataset

#: Photos that are named; the page names more.
_NAMED = 5


def gallery(
    dataset: Dataset, rows: NDArray[np.int64], out: str, photos: str | None, file: str, *, as_json: bool
) -> None:
    """Write the gallery of the images of some rows, (I,) int64, and say what it holds."""
    from ..gallery.writing import write_gallery
    from ..places import counted

    with Count(f"drawing into {out}", "images") as progress:
        made = write_gallery(dataset, rows, out, photos, os.path.basename(file), progress)
    page = os.path.join(out, "index.html")
    if as_json:
        from ._output import print_json

        print_json({"html": page, "images": made.images, "missing": made.missing, "odd": made.odd})
        return
    click.echo(f"{page}: {counted(made.images, 'image')}{'' if photos is not None else ', without the photos'}")
    if made.missing:
        click.echo(f"  {counted(len(made.missing), 'photo')} missing in {photos}: {_some(made.missing)}")
    for name, reason in made.odd[:_NAMED]:
        click.echo(f"  {name}: {reason}")
    if len(made.odd) > _NAMED:
        click.echo(f"  and {len(made.odd) - _NAMED:,} more like these; the page lists them")


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
