"""A small dataset and results to break in tests, and a way to run the command in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cocokit.cli import INTERNAL, cli

Json = Any

#: A change of data in place.
Change = Callable[[Any], object]


def of(row: int, **members: Any) -> Change:
    """Set members of one row."""
    return lambda rows: (rows if isinstance(rows, list) else rows["annotations"])[row].update(members)


def without(row: int, member: str) -> Change:
    """Remove a member of one row."""
    return lambda rows: (rows if isinstance(rows, list) else rows["annotations"])[row].pop(member)


def in_all(**members: Any) -> Change:
    """Set members of all rows."""
    return lambda rows: [row.update(members) for row in (rows if isinstance(rows, list) else rows["annotations"])]


def unchanged(data: Json) -> None:
    """Change nothing."""


def dataset() -> Json:
    """Three images of 100 x 100 px with a box of each of two categories."""
    boxes = [[10.0 * c + i, 10, 40 + i, 30] for i in range(3) for c in (1, 2)]
    annotations = [
        {
            "id": n + 1,
            "image_id": n // 2 + 1,
            "category_id": n % 2 + 1,
            "bbox": [x, y, w, h],
            "area": w * h,
            "iscrowd": 0,
            "segmentation": [[x, y, x + w, y, x + w, y + h, x, y + h]],
        }
        for n, (x, y, w, h) in enumerate(boxes)
    ]
    images = [{"id": i, "width": 100, "height": 100, "file_name": f"{i}.png"} for i in (1, 2, 3)]
    return {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
    }


def more() -> Json:
    """The same boxes in other images."""
    made = dataset()
    for image in made["images"]:
        image["file_name"] = f"more/{image['file_name']}"
    return made


def box_results() -> Json:
    """Two detections per annotation: one near it, one nowhere."""
    rows = []
    for a in dataset()["annotations"]:
        ids = {"image_id": a["image_id"], "category_id": a["category_id"]}
        rows.append({**ids, "bbox": [a["bbox"][0] + 2, 11, 38, 31], "score": 0.5 + 0.1 * a["category_id"]})
        rows.append({**ids, "bbox": [60, 60, 20, 21], "score": 0.4})
    return rows


def rectangle(left: int, right: int, height: int = 100, width: int = 100, top: int = 10, bottom: int = 40) -> Json:
    """An uncompressed RLE of a rectangle."""
    counts = [left * height + top]
    for _ in range(left, right):
        counts += [bottom - top, height - bottom + top]
    counts[-1] += height * (width - right) - top
    return {"size": [height, width], "counts": counts}


def mask_results() -> Json:
    """One compressed mask per annotation."""
    from cocokit.rle import compress, to_coco

    return [
        {
            "image_id": a["image_id"],
            "category_id": a["category_id"],
            "score": 0.9,
            "segmentation": to_coco(compress(rectangle(int(a["bbox"][0]), int(a["bbox"][0]) + 30))),
        }
        for a in dataset()["annotations"]
    ]


def pose_dataset(points: int = 17) -> Json:
    """The dataset with keypoints in every box."""
    data = dataset()
    for a in data["annotations"]:
        x, y, w, h = a["bbox"]
        a["keypoints"] = [v for k in range(points) for v in (x + w * k / points, y + h * k / points, 2)]
        a["num_keypoints"] = points
    return data


def pose_results(points: int = 17) -> Json:
    """One pose per annotation, a little off."""
    return [
        {
            "image_id": a["image_id"],
            "category_id": a["category_id"],
            "score": 0.9,
            "keypoints": [v + 1.5 for v in a["keypoints"]],
        }
        for a in pose_dataset(points)["annotations"]
    ]


class Folder:
    """A folder with ``gt.json`` and ``dt.json``, and commands that run in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, value: Json) -> str:
        """Write a file: text and bytes as they are, anything else as JSON; its path."""
        path = self.path / name
        data = value if isinstance(value, bytes) else (value if isinstance(value, str) else json.dumps(value)).encode()
        path.write_bytes(data)
        return str(path)

    def write_photos(self) -> None:
        """Write the photos of :func:`dataset` into the folder ``photos``: noise, each other noise."""
        from numpy.random import default_rng

        from cocokit.imageio import save_image

        (self.path / "photos").mkdir(exist_ok=True)
        for name in ("1.png", "2.png", "3.png"):
            save_image(default_rng(int(name[0])).integers(0, 256, (100, 100, 3), "uint8"), self.path / "photos" / name)

    def run(self, *words: str) -> Result:
        """Run ``cocokit`` in this process; no exception but SystemExit may come out of it."""
        result = CliRunner().invoke(cli, list(words))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert INTERNAL not in result.output, result.output
        return result

    def eval(self, gt: Json, dt: Json, *words: str) -> Result:
        """Write both files and evaluate them."""
        return self.run("eval", self.write("dt.json", dt), "--gt", self.write("gt.json", gt), *words)

    def shown(self, result: Result) -> str:
        """What the command wrote to stderr, without the folder's name."""
        return result.stderr.replace(f"{self.path}/", "")


def changed(data: Json, change: Callable[[Json], object]) -> Json:
    """The data after a change in place."""
    change(data)
    return data


def check_sentence(folder: Folder, result: Any, words: list[str]) -> None:
    """Exit code 1, nothing on stdout, one line on stderr with all the words."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    lines = folder.shown(result).splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("cocokit: ")
    assert len(lines[0]) < 400
    missing = [word for word in words if word not in lines[0]]
    assert not missing, lines[0]
