"""Files that nobody should write, to every command that reads one: a result or one sentence, nothing half-made."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cocokit.cli.data import Change, Folder, changed, dataset, of


def _strings(data: Any) -> None:
    for kind in ("images", "annotations", "categories"):
        for row in data[kind]:
            row.update({k: str(v) for k, v in row.items() if k in ("id", "image_id", "category_id")})


def _sparse(data: Any) -> None:
    for kind in ("images", "annotations", "categories"):
        for row in data[kind]:
            row.update({k: v + 10**12 for k, v in row.items() if k in ("id", "image_id", "category_id")})


def _zero(data: Any) -> None:
    for row in data["categories"]:
        row["id"] -= 1
    for row in data["annotations"]:
        row["category_id"] -= 1


def _first(kind: str, **members: Any) -> Change:
    return lambda data: data[kind][0].update(members)


_GOOD = json.dumps(dataset())
STRANGE: dict[str, str | bytes | Change] = {
    "cut off": _GOOD[: len(_GOOD) // 2],
    "nested deeply": '{"images": ' + "[" * 100_000,
    "numbers of thousands of digits": _GOOD.replace('"area": ', '"area": ' + "9" * 5000, 1),
    "zeros behind it": _GOOD + "\0" * 100,
    "a list twice, once empty": _GOOD[:-1] + ', "images": []}',
    "ids as strings": _strings,
    "ids of 10^12": _sparse,
    "category 0": _zero,
    "iscrowd null": of(0, iscrowd=None),
    "a box of NaN": of(0, bbox=[math.nan] * 4),
    "an outline beyond float64": of(0, segmentation=[[1e300, 1, 2, 3, 4, -1e300]]),
    "an image beyond memory": _first("images", width=10**6, height=10**6),
    "images of negative size": _first("images", width=-5, height=-5),
    "half of a character": _first("categories", name="a\ud800"),
    "half of a character in a file name": _first("images", file_name="\ud800.png"),
    "a name that leads out": _first("images", file_name="../../etc/1.png"),
    "a name with a NUL": _first("images", file_name="a\0.png"),
    "a name of thousands of letters": _first("images", file_name="x" * 5000 + ".png"),
    "a category of thousands of letters": _first("categories", name="x" * 50_000),
    "a mask beyond memory": of(0, segmentation={"size": [2**20, 2**20], "counts": [2**40]}),
}
COMMANDS = {
    "check": "check F --images photos",
    "fix": "check F --fix -o old.json",
    **{to: f"convert F {out} --to {to} --allow-lossy" for to, out in (
        ("coco", "old.json"), ("lvis", "old.json"), ("yolo", "out"), ("yolo-seg", "out"), ("voc", "out"),
        ("labelme", "out"), ("cvat", "out.xml"), ("label-studio", "out"), ("open-images", "out"), ("panoptic", "out"),
        ("parquet", "out"), ("voc-masks", "out"), ("darknet", "out"))},
    "import": "import F --images photos --name a",
    "dedup": "dedup F --images photos --csv old.csv",
    "split": "split F --ratios train=.6,val=.4 -o out",
    "stats": "stats F --html old.html",
    "show": "show F 1 -o old.png",
    "gallery": "show F --html out",
    "merge": "merge F good.json -o old.json --same-names prefix",
    "filter": "filter F --area small -o old.json",
    "sample": "sample F 2 --stratified -o old.json",
    "remap": "remap F map.json -o old.json",
    "tile": "tile F 30 -o old.json",
    "publish": "publish F -o out --split train=.6,val=.4",
    "eval": "eval dt.json --gt F -o old.json",
}  # fmt: skip
_OLD = ("old.json", "old.csv", "old.html", "old.png")


def left(folder: Path) -> dict[str, bytes | None]:
    """Every file of a folder with its bytes, and every folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_strange_file_gives_a_result_or_one_sentence(command: str, folder: Folder) -> None:
    folder.write_photos()
    folder.write("good.json", dataset())
    folder.write("map.json", {"rename": {"b": "c"}})
    folder.write("dt.json", [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}])
    folder.write("cocokit.toml", "")
    for name, strange in STRANGE.items():
        for old in _OLD:
            folder.write(old, "OLD")
        data = strange if isinstance(strange, str | bytes) else changed(dataset(), strange)
        folder.write("F.json", data)
        before = left(folder.path)
        result = folder.run(*COMMANDS[command].replace("F", "F.json").split())
        assert result.exit_code in (0, 1, 3), (name, result.output)
        if result.exit_code == 1:
            assert left(folder.path) == before, name
            (line,) = result.stderr.splitlines()[-1:]
            assert line.startswith("cocokit: "), name
            assert len(line) < 700, name
        else:
            _clear(folder.path, set(before))


def _clear(folder: Path, known: set[str]) -> None:
    """Remove what a command made; nothing in it is on its way still."""
    for path in sorted(folder.rglob("*"), reverse=True):
        name = str(path.relative_to(folder))
        assert not name.endswith((".part", ".partial")), name
        if name not in known:
            os.rmdir(path) if path.is_dir() else path.unlink()
