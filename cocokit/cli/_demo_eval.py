"""``cocokit demo --eval``: write the sample, evaluate it, draw it, and say what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..samples import Sample

#: The photograph that is drawn, and the least score of the detections on it.
_SHOWN, _MIN_SCORE = 2, 0.4


def evaluate_sample(folder: str, seed: int, as_json: bool) -> None:
    """Write the sample, evaluate it, draw it, say what to do next."""
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
    typed = program()
    yield f"  {typed} eval {sample.bbox} --gt {sample.gt} --per-category"
    yield f"  {typed} eval {sample.keypoints} --gt {sample.gt_keypoints}"
    yield f"  {typed} show {sample.gt} --dt {sample.segm} --images {sample.images} --image 1 -o {folder}/1.png"
    yield f"  {typed} eval preds.json --gt instances.json      # your own"


def program() -> str:
    """What to type for ``cocokit``: its name where the shell finds it, else its path."""
    import shutil
    import sys

    path = sys.argv[0]
    if path.endswith(os.path.join("cocokit", "__main__.py")):
        return f"{os.path.relpath(sys.executable)} -m cocokit"
    known = not os.path.basename(path).startswith("cocokit") or shutil.which("cocokit") == os.path.abspath(path)
    return "cocokit" if known else os.path.relpath(path)
