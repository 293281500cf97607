"""``cocokit demo``: write the sample, evaluate it, draw it, and say what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..samples import Sample

_HELP = """Write a small sample into DIR, evaluate it and draw it.

The sample has seven photographs with boxes, masks and keypoints, and three results files of a pretended detector.
"""
_EXAMPLE = "Example: cocokit demo demo"
#: The photograph that is drawn, and the least score of the detections on it.
_SHOWN, _MIN_SCORE = 2, 0.4


@click.command(name="demo", help=_HELP, epilog=_EXAMPLE, short_help="Evaluate a small sample and draw it.")
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path())
@click.option("--seed", type=int, default=2017, show_default=True, help="Of the pretended detector.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(folder: str, seed: int, as_json: bool) -> None:
    """Run ``cocokit demo``."""
    from cocokit.eval import evaluate

    from ..samples import write_sample

    sample = write_sample(folder, seed)
    report = evaluate(sample.gt, sample.segm, "segm")
    picture = os.path.join(folder, "picture.png")
    _draw(sample, picture)
    if as_json:
        from ._output import print_json

        print_json({"folder": folder, "picture": picture, "iou_type": "segm", "stats": report.stats})
        return
    n = report.counts
    click.echo(
        f"{folder}: {n['images']} photographs, {n['annotations']} annotations, {n['detections']} detections; "
        "their masks compared:\n"
    )
    click.echo(
        "\n".join(
            [
                *report.lines(),
                "",
                f"One of the photographs, drawn: {picture}",
                "",
                "Next:",
                "",
                *_next_commands(sample, folder),
            ]
        )
    )


def _draw(sample: Sample, picture: str) -> None:
    import numpy as np

    from ..coco_json import read_dataset, read_results
    from ..drawing import draw
    from ..imageio import read_image, save_image
    from ..marks import marks_of_image

    dataset = read_dataset(sample.gt)
    image = dataset.image(dataset.image_row(_SHOWN))
    marks = marks_of_image(dataset, image.id, read_results(sample.segm), _MIN_SCORE)
    photo = read_image(os.path.join(sample.images, image.file_name or ""))
    caption = f"{image.file_name}: annotations (solid) and detections (dashed)"
    save_image(np.asarray(draw(photo, (image.width, image.height), marks, caption=caption)), picture)


def _next_commands(sample: Sample, folder: str) -> Iterator[str]:
    """Command lines that a reader can copy from here."""
    program = _program()
    yield f"  {program} eval {sample.bbox} --gt {sample.gt} --per-category"
    yield f"  {program} eval {sample.keypoints} --gt {sample.gt_keypoints}"
    yield f"  {program} show {sample.gt} --dt {sample.segm} --images {sample.images} --image 1 -o {folder}/1.png"
    yield f"  {program} eval preds.json --gt instances.json      # your own"


def _program() -> str:
    """What to type for ``cocokit``: its name where the shell finds it, else its path."""
    import shutil
    import sys

    path = sys.argv[0]
    if path.endswith(os.path.join("cocokit", "__main__.py")):
        return f"{os.path.relpath(sys.executable)} -m cocokit"
    known = not os.path.basename(path).startswith("cocokit") or shutil.which("cocokit") == os.path.abspath(path)
    return "cocokit" if known else os.path.relpath(path)
