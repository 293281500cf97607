"""``cocokit predict``: what a trained detector finds, as a results file and as pictures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..errors import DataError
from ._baselines import Line, data_options, in_words, prepare

if TYPE_CHECKING:
    from cocokit.baselines.train.applying import Predicted

    from ..columns import Annotations

_HELP = """Write what a trained detector finds in images.

RUN is the folder of a training, or the name of a baseline that learns nothing. EXPORT is what cocokit train takes, or a
folder of photographs, whose images are then numbered from 1 in the order of their names. The results are what cocokit
eval reads. With --draw, each image becomes a picture with its detections.
"""
_EXAMPLE = "Example: cocokit predict run --data instances.json -o preds.json"
_SHORT = "Write what a trained detector finds in images."


@click.command(name="predict", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@click.argument("run")
@click.option("-o", "--output", metavar="FILE", help="The results file.")
@click.option("--draw", metavar="DIR", help="Write pictures of the images with their detections.")
@click.option("--min-score", type=float, default=0.3, show_default=True, help="Draw none below this score.")
@data_options
def command(
    run: str, output: str | None, draw: str | None, min_score: float, threads: int | None, as_json: bool, **given: Any
) -> None:
    """Run ``cocokit predict``."""
    if output is None and draw is None:
        raise click.UsageError("Give -o FILE for the results, --draw DIR for pictures, or both.")
    prepare(threads)
    from cocokit.baselines.train.applying import Question, run_prediction

    from ..atomic import require_folder, write_text
    from ..coco_json import results_from_json
    from ..places import counted
    from ._output import print_json

    if output is not None:
        require_folder(output)
    with Line() as line:
        found = run_prediction(Question(run, **given), line)
        if output is not None:
            write_text(output, _text(found.rows))
        if draw is not None:
            _draw(found, results_from_json(found.rows) if found.rows else None, draw, min_score, line)
    if as_json:
        print_json({"output": output, "drawn": draw, "images": len(found.images), "detections": len(found.rows),
                    "measured": found.measured})  # fmt: skip
        return
    counts = f"{counted(len(found.rows), 'detection')} in {counted(len(found.images), 'image')}"
    click.echo(f"{output or draw}: {counts}")
    if found.measured:
        click.echo(f"  {in_words(found.measured)}")


def _text(rows: list[dict[str, Any]]) -> str:
    """A results file, one row a line."""
    import json

    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f"[{lines}]\n"


def _draw(found: Predicted, results: Annotations | None, folder: str, min_score: float, line: Line) -> None:
    """A picture of each image with its detections, dashed, under the image's name."""
    import numpy as np

    from ..drawing import draw
    from ..folders import inside
    from ..imageio import read_image, save_image
    from ..marks import marks_of_image
    from ..places import counted

    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise DataError(folder, "", f"cannot be made: {error.strerror or error}", "name another folder") from error
    dataset = found.images.dataset
    names = _picture_names(found)
    bare = dataset.take(np.arange(len(dataset.images)), np.empty(0, np.int64))
    for done, item in enumerate(found.images.items, start=1):
        marks = marks_of_image(bare, item.id, results, min_score)
        photo = read_image(inside(found.images.folder, item.name, item.id))
        caption = f"{item.name}: {counted(len(marks), 'detection')} with a score of {min_score:g} or more"
        save_image(np.asarray(draw(photo, (item.width, item.height), marks, caption=caption)),
                   os.path.join(folder, names[item.id]))  # fmt: skip
        line.doing("drawing", done, len(found.images))


def _picture_names(found: Predicted) -> dict[int, str]:
    """The file name of each image's picture: the photograph's, and the image's id where two have the same."""
    from collections import Counter

    short = {item.id: os.path.splitext(item.name)[0].replace(os.sep, "_") for item in found.images.items}
    often = Counter(short.values())
    taken = {name for name, count in often.items() if count == 1}
    names = {}
    for number, name in short.items():
        if often[name] > 1:
            name = f"{name}-{number}"
            while name in taken:
                name += f"-{number}"
            taken.add(name)
        names[number] = f"{name}.png"
    return names
