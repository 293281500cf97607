"""Ten photographs and what is in them: cut from those of scikit-image, turned over, and one more that a filter removes.

What is cut off by an edge of a cut is left out of it, so that everything has its whole outline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from cocokit.coco_json import read_dataset
from cocokit.dataset import Dataset
from cocokit.samples import Sample, write_sample

#: The categories that are asked for, by COCO's ids or the sample's.
WANTED = {"person": 1, "cat": 17, "cup": 47, "rocket": 102, "coin": 109}


@dataclass(frozen=True)
class Cut:
    """A piece of a photograph: of which, left, top, right and bottom px, turned over or not."""

    name: str
    box: tuple[int, int, int, int]
    turned: bool = False


CUTS = (
    Cut("astronaut", (0, 0, 512, 512)), Cut("coffee", (0, 0, 600, 400)), Cut("coffee", (40, 10, 560, 400), True),
    Cut("chelsea", (0, 0, 451, 300)), Cut("chelsea", (0, 0, 430, 300), True), Cut("camera", (0, 0, 512, 512)),
    Cut("rocket", (250, 100, 430, 427)), Cut("rocket", (205, 0, 305, 120)), Cut("coins", (10, 10, 185, 88)),
    Cut("coins", (10, 10, 185, 152)), Cut("coins", (310, 20, 365, 68)),
)  # fmt: skip
#: The sky, where nothing is; one coin in the middle of its photo, which is what a filter takes out.
EMPTY, ICONIC = 8, 11


def write_ten(folder: Path) -> Sample:
    """The cuts as PNG files and their truth; the ids of the images are their places in :data:`CUTS`, from 1."""
    sample = write_sample(folder / "whole")
    whole = read_dataset(sample.gt)
    names = {Path(whole.image(row).file_name or "").stem: whole.image(row).id for row in range(len(whole.images))}
    rows = [whole.annotation(row) for row in range(len(whole.annotations))]
    rows = [row for row in rows if row.category_id in WANTED.values() and not row.iscrowd]
    (folder / "images").mkdir()
    images, found = [], []
    for number, cut in enumerate(CUTS, 1):
        box = cut.box
        made = Image.open(Path(sample.images) / f"{cut.name}.jpg").crop(box)
        made = made.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if cut.turned else made
        file_name = f"{number:02d}-{cut.name}.png"
        made.save(folder / "images" / file_name)
        images.append({"id": number, "file_name": file_name, "width": made.width, "height": made.height})
        for row in rows:
            if row.image_id == names[cut.name] and _whole(row.bbox, box) and number != ICONIC:
                rings = [_moved(ring, cut) for ring in row.segmentation]
                found.append({"image_id": number, "category_id": row.category_id, "segmentation": rings})
    categories = [{"id": c.id, "name": c.name, "supercategory": c.supercategory} for c in whole.categories
                  if c.id in WANTED.values()]  # fmt: skip
    truth = {"images": images, "annotations": [_complete(i, one) for i, one in enumerate(found, 1)],
             "categories": categories}  # fmt: skip
    gt = folder / "instances.json"
    Dataset.from_dict(truth).write(str(gt))
    return replace(sample, images=str(folder / "images"), gt=str(gt))


def _whole(bbox: Any, box: tuple[int, int, int, int]) -> bool:
    x, y, w, h = bbox
    return bool(x >= box[0] and y >= box[1] and x + w <= box[2] and y + h <= box[3])


def _moved(ring: Any, cut: Cut) -> list[float]:
    left, top, right, _ = cut.box
    across = [(right - x if cut.turned else x - left) for x in ring[::2]]
    return [v for point in zip(across, (y - top for y in ring[1::2]), strict=True) for v in point]


def _complete(number: int, one: dict[str, Any]) -> dict[str, Any]:
    across = [x for ring in one["segmentation"] for x in ring[::2]]
    down = [y for ring in one["segmentation"] for y in ring[1::2]]
    box = [min(across), min(down), max(across) - min(across), max(down) - min(down)]
    return {"id": number, **one, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
