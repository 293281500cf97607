"""A small dataset with detections, for trying things out: seven photographs, 53 things, three results files.

The photographs come with scikit-image; the outlines were traced by hand (:mod:`cocokit.sample_outlines`); the
detections are those outlines moved, stretched, missed, doubled and confused by a seeded generator, as a middling
detector would.
The same call writes the same bytes.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .sample_outlines import KEYPOINTS, OUTLINES

if TYPE_CHECKING:
    from .columns import UInt8

Ring = list[float]

#: Photographs that ``skimage.data`` has under another name.
_FUNCTIONS = {"motorcycle": "stereo_motorcycle"}

#: Categories; COCO's own keep COCO's ids.
CATEGORIES = {
    "person": (1, "person"), "motorcycle": (4, "vehicle"), "bench": (15, "outdoor"), "cat": (17, "animal"),
    "cup": (47, "kitchen"), "spoon": (50, "kitchen"), "saucer": (101, "kitchen"), "rocket": (102, "vehicle"),
    "helmet": (103, "accessory"), "camera": (104, "electronic"), "tripod": (105, "electronic"),
    "tower": (106, "outdoor"), "lamp": (107, "outdoor"), "box": (108, "indoor"), "coin": (109, "indoor"),
}  # fmt: skip
_KEYPOINT_NAMES = ("nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
                   "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle").split()
_SKELETON = [[6, 7], [6, 8], [7, 9], [8, 10], [9, 11], [2, 3], [1, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 7]]
#: What a detector takes a thing for when it is wrong.
_CONFUSED = {"tower": "rocket", "rocket": "tower", "camera": "box", "box": "bench", "cup": "saucer", "lamp": "coin"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Paths of a written sample.

    Attributes:
        images: folder of the photographs.
        gt: instances with boxes and masks.
        gt_keypoints: the two persons with keypoints.
        bbox, segm, keypoints: results files.
    """

    images: str
    gt: str
    gt_keypoints: str
    bbox: str
    segm: str
    keypoints: str


def write_sample(folder: str | os.PathLike[str], seed: int = 2017) -> Sample:
    """Write the sample into a folder, which is made if need be; files of the same names are replaced.

    Args:
        folder: where it goes.
        seed: of the detections.

    Raises:
        DataError: a file cannot be written.
    """
    from .coco_json import results_from_json, write_results
    from .dataset import Dataset

    root = os.fspath(folder)
    sample = Sample(*(os.path.join(root, name) for name in ("images", "instances.json", "person_keypoints.json",
                                                            "preds_bbox.json", "preds_segm.json",
                                                            "preds_keypoints.json")))
    os.makedirs(sample.images, exist_ok=True)
    images = _write_photos(sample.images)
    gt = ground_truth(images)
    persons = [dict(a, **_keypoints(images, a)) for a in gt["annotations"] if a["category_id"] == 1]
    Dataset.from_dict(gt).write(sample.gt)
    Dataset.from_dict({**gt, "annotations": persons, "categories": [_person()]}).write(sample.gt_keypoints)
    results = detections(gt, random.Random(seed))
    for path, field in ((sample.bbox, "bbox"), (sample.segm, "segmentation")):
        rows = [{k: r[k] for k in ("image_id", "category_id", field, "score")} for r in results]
        write_results(results_from_json(rows), path)
    write_results(results_from_json(pose_detections(persons, random.Random(seed))), sample.keypoints)
    return sample


def ground_truth(images: list[dict[str, Any]]) -> dict[str, Any]:
    """The dataset of these image records, as parsed COCO JSON."""
    annotations: list[dict[str, Any]] = []
    for image in images:
        for text in OUTLINES[_stem(image)]:
            annotations.append({"id": len(annotations) + 1, **annotation_of(image, text)})
    categories = [{"id": i, "name": name, "supercategory": group} for name, (i, group) in CATEGORIES.items()]
    return {
        "info": {"description": "cocokit sample", "version": "1.0"},
        "licenses": [{"id": 1, "name": "CC0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "images": images, "annotations": annotations, "categories": categories,
    }  # fmt: skip


def detections(gt: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Results with a box and a mask for each thing that the pretended detector sees, and for some that are not."""
    names = {c["id"]: c["name"] for c in gt["categories"]}
    seen: list[dict[str, Any]] = []
    for image in gt["images"]:
        for truth in gt["annotations"]:
            if truth["image_id"] == image["id"]:
                seen += _sightings(image, truth, names[truth["category_id"]], chance)
        seen += [_phantom(image, chance) for _ in range(3)]
    return seen


def pose_detections(persons: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Keypoint results: each person's points moved a little, and one pose that is nobody's."""
    poses = []
    for person, spread, score in [(persons[0], 0.09, 0.98), (persons[1], 0.16, 0.91), (persons[1], 0.5, 0.22)]:
        reach = spread * math.sqrt(person["area"])
        points = person["keypoints"]
        moved = [
            round(v + reach * (chance.random() - 0.5), 2) if i % 3 < 2 and points[i - i % 3 + 2] else float(i % 3 == 2)
            for i, v in enumerate(points)
        ]
        poses.append({"image_id": person["image_id"], "category_id": 1, "keypoints": moved, "score": score})
    return poses


# ---------------------------------------------------------------- ground truth


def _write_photos(folder: str) -> list[dict[str, Any]]:
    """Write the photographs; their image records."""
    from .imageio import save_image

    images = []
    for number, stem in enumerate(OUTLINES, start=1):
        pixels = photograph(stem)
        save_image(pixels, os.path.join(folder, f"{stem}.jpg"))
        height, width = (int(n) for n in pixels.shape[:2])
        images.append({"id": number, "file_name": f"{stem}.jpg", "width": width, "height": height, "license": 1})
    return images


def photograph(stem: str) -> UInt8:
    """The (H, W, 3) pixels of a photograph of ``skimage.data``, grey ones in three equal channels."""
    import numpy as np
    from skimage import data

    photo = getattr(data, _FUNCTIONS.get(stem, stem))()
    photo = photo[0] if isinstance(photo, tuple) else photo  # of a stereo pair, the left one
    return np.ascontiguousarray(photo if photo.ndim == 3 else np.stack([photo] * 3, 2))


def _stem(image: dict[str, Any]) -> str:
    return str(image["file_name"]).removesuffix(".jpg")


def annotation_of(image: dict[str, Any], text: str, origin: Sequence[int] = (0, 0)) -> dict[str, Any]:
    """The annotation without an id that a text of :mod:`cocokit.sample_outlines` stands for.

    Args:
        image: its record.
        text: category and outline.
        origin: x, y of the image in the photograph of which it is a part, px; the outline ends at the image's edge.
    """
    from . import rle

    name, _, outline = text.partition(": ")
    crowd, name = name.startswith("crowd "), name.removeprefix("crowd ")
    rings = [_ring(part) for part in outline.split("; ")]
    if any(origin):
        rings = [_cut(ring, origin, (image["width"], image["height"])) for ring in rings]
    mask = rle.from_polygons(rings, image["height"], image["width"])
    xs, ys = [x for ring in rings for x in ring[::2]], [y for ring in rings for y in ring[1::2]]
    return {
        "image_id": image["id"], "category_id": CATEGORIES[name][0], "iscrowd": int(crowd), "area": rle.area(mask),
        "bbox": [min(xs), min(ys), round(max(xs) - min(xs), 2), round(max(ys) - min(ys), 2)],
        "segmentation": rle.to_coco(rle.uncompress(mask)) if crowd else rings,
    }  # fmt: skip


def _ring(text: str) -> Ring:
    """Corners x0, y0, x1, y1, ... of ``x,y x,y ...`` or of the ellipse ``o x,y rx,ry``."""
    if not text.startswith("o "):
        return [float(n) for corner in text.split() for n in corner.split(",")]
    (x, y), (rx, ry) = ([float(n) for n in pair.split(",")] for pair in text.split()[1:])
    steps = [2 * math.pi * i / 24 for i in range(24)]
    return [round(n, 2) for a in steps for n in (x + rx * math.cos(a), y + ry * math.sin(a))]


def _cut(ring: Ring, origin: Sequence[int], size: tuple[int, int]) -> Ring:
    """A ring moved, and held inside an image."""
    return [round(min(max(n - origin[i % 2], 0.0), float(size[i % 2])), 2) for i, n in enumerate(ring)]


def _person() -> dict[str, Any]:
    return {"id": 1, "name": "person", "supercategory": "person", "keypoints": _KEYPOINT_NAMES, "skeleton": _SKELETON}


def _keypoints(images: list[dict[str, Any]], person: dict[str, Any]) -> dict[str, Any]:
    stem = next(_stem(i) for i in images if i["id"] == person["image_id"])
    points = [[0, 0, 0] if p == "-" else [*map(int, p.split(",")), 2] for p in KEYPOINTS[stem].split()]
    return {"keypoints": [n for p in points for n in p], "num_keypoints": sum(p[2] > 0 for p in points)}


# ---------------------------------------------------------------- detections


def _sightings(
    image: dict[str, Any], truth: dict[str, Any], name: str, chance: random.Random
) -> Iterator[dict[str, Any]]:
    """None, one or two detections of one thing."""
    if truth["iscrowd"]:
        yield from (_phantom(image, chance, "box", truth["bbox"]) for _ in range(2))
        return
    clear = chance.random()
    if clear < 0.12:
        return
    spread = 0.01 + 0.11 * (1 - clear) ** 1.5
    wrong = name in _CONFUSED and chance.random() < 0.2
    rings = _moved(image, truth["segmentation"], spread, chance)
    yield _result(image, _CONFUSED[name] if wrong else name, rings, 0.35 + 0.6 * clear - 0.25 * wrong)
    if chance.random() < 0.12:
        yield _result(image, name, _moved(image, truth["segmentation"], 0.25, chance), 0.1 + 0.4 * chance.random())


def _moved(image: dict[str, Any], rings: list[Ring], spread: float, chance: random.Random) -> list[Ring]:
    """Outlines shifted and stretched by up to ``spread`` of their size, and each corner by a little."""
    size = [max(max(r[i::2]) for r in rings) - min(min(r[i::2]) for r in rings) for i in (0, 1)]
    middle = [sum(rings[0][i::2]) * 2 / len(rings[0]) for i in (0, 1)]
    shift = [s * spread * (2 * chance.random() - 1) for s in size]
    stretch = [1 + spread * (2 * chance.random() - 1) for _ in size]
    limit = (image["width"], image["height"])

    def place(value: float, axis: int) -> float:
        wobble = spread / 8 * size[axis] * (2 * chance.random() - 1)
        there = middle[axis] + (value - middle[axis]) * stretch[axis] + shift[axis] + wobble
        return round(min(max(there, 0.0), float(limit[axis])), 2)

    return [[place(n, i % 2) for i, n in enumerate(ring)] for ring in rings]


def _phantom(
    image: dict[str, Any], chance: random.Random, name: str | None = None, inside: list[float] | None = None
) -> dict[str, Any]:
    """A detection where there is nothing of its category, or somewhere in a crowd region."""
    x, y, w, h = inside or [0, 0, image["width"], image["height"]]
    rx, ry = w * (0.05 + 0.1 * chance.random()), h * (0.05 + 0.1 * chance.random())
    cx, cy = x + rx + (w - 2 * rx) * chance.random(), y + ry + (h - 2 * ry) * chance.random()
    name = name or chance.choice(sorted(CATEGORIES))
    return _result(image, name, [_ring(f"o {cx},{cy} {rx},{ry}")], 0.05 + 0.4 * chance.random() ** 3)


def _result(image: dict[str, Any], name: str, rings: list[Ring], score: float) -> dict[str, Any]:
    from . import rle

    mask = rle.from_polygons(rings, image["height"], image["width"])
    return {"image_id": image["id"], "category_id": CATEGORIES[name][0], "bbox": list(rle.bbox(mask)),
            "segmentation": rle.to_coco(mask), "score": round(score, 3)}
