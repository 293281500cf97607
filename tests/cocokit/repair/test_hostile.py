"""Whatever a file holds: findings, a repair that can be written and read again, or one sentence; nothing else."""

from __future__ import annotations

import json
import math
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cocokit.checks import check_dataset
from cocokit.codes import CODES
from cocokit.errors import DataError
from cocokit.repair import repair
from cocokit.rough import open_roughly
from tests.cocokit.broken import correct

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 10**12, 2**63 - 1, -(2**63), 2**63, 10**40, 0.5, -0.0, 1e308, -1e308, math.nan,
    math.inf, "", "1", "0.5", "x", "\0", "é\ud800", [], [[]], [1], [1, 2, 3, 4], ["1", "2", "3", "4"], [math.nan] * 4,
    [1e308] * 4, [[1, 2, 3, 4, 5, 6]], [[math.inf] * 6], [[1e308, -1e308] * 3], [[1, 1] * 4], [["1"] * 6], [None], {},
    {"size": [50, 60], "counts": ""}, {"size": [0, 0], "counts": []}, {"size": [50, 60], "counts": [-1, 3001]},
    {"size": [50, 60], "counts": [2**40]}, {"size": [2**31, 2], "counts": "0"}, {"size": None, "counts": None},
    [{"id": 1, "category_id": 1}], [{"id": 2**70, "category_id": 3}], [{"id": 1.5}],
]  # fmt: skip
NAMES = {
    "images": ("id", "width", "height", "file_name"),
    "annotations": ("id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "keypoints",
                    "num_keypoints", "caption", "ignore", "score", "segments_info", "file_name"),
    "categories": ("id", "name", "supercategory", "keypoints", "skeleton"),
}  # fmt: skip


_WHOLE = [v for v in ODD if type(v) is int and -(2**63) <= v < 2**63]
_NUMBERS = [*_WHOLE[:6], *(v for v in ODD if type(v) is float)]
_POSES = [[], [1, 2], [1, 2, 2, 3, 4, 2], [math.nan] * 6, [1e308, -1e308, 2, 0, 0, 0], [1, 2, 7, 3, 4, math.inf]]
#: Members to values that columns can hold, however odd; ids and sizes for all others.
FIT = {
    "bbox": [v for v in ODD if isinstance(v, list) and len(v) == 4 and not isinstance(v[0], list)],
    "segmentation": [v for v in ODD if (isinstance(v, dict) and v.get("counts") is not None)
                     or (isinstance(v, list) and v and isinstance(v[0], list))],
    "area": _NUMBERS, "score": _NUMBERS, "keypoints": _POSES, "iscrowd": [0, 1, None, 2, -1.5], "ignore": [1, None],
    "segments_info": ODD, "skeleton": ODD, "supercategory": ODD, "name": ODD, "caption": ["", "x", None],
    "file_name": ["", "x", "../x", "\0", None],
}  # fmt: skip


def hostile(chance: Random) -> Any:
    data = correct(chance)
    for _ in range(chance.randint(1, 4)):
        kind = chance.choice(list(NAMES))
        row = chance.choice(data[kind])
        name = chance.choice(NAMES[kind])
        fits = chance.random() < 0.9 and (kind != "categories" or name != "keypoints")
        row[name] = chance.choice(FIT.get(name, _WHOLE) if fits else ODD)
    if chance.random() < 0.1:
        data[chance.choice(list(NAMES))] = chance.choice(ODD)
    return data


@pytest.mark.parametrize("block", range(4))
def test_a_file_is_checked_and_mended_or_refused(block: int, tmp_path: Path) -> None:
    refused, mended = list[str](), 0
    for seed in range(100):
        path, out = tmp_path / "data.json", tmp_path / "out.json"
        path.write_text(json.dumps(hostile(Random(1000 * block + seed))))
        try:
            opened = open_roughly(path)
        except DataError as error:
            refused.append(str(error))
            continue
        findings = check_dataset(opened.dataset)
        made, changes = repair(opened.dataset, findings)
        made.write(out)
        left = check_dataset(open_roughly(out).dataset)
        assert {f.id for f in left} <= {f.id for f in findings} | FOLLOWING
        mended += bool(changes)
    assert len(refused) > 5
    assert not [sentence for sentence in refused if "\n" in sentence]
    assert mended > 5


#: What can come to light when something else was mended.
FOLLOWING = {"bbox-not-of-mask", "area-not-of-mask", "area-exceeds-bbox", "mask-disagrees", "annotation-id-zero"}


def real_breaks(row: Any) -> list[tuple[str, dict[str, Any], str]]:
    """Members of a real annotation, broken: the code, what to set, and the place in the row."""
    x, y, w, h = row["bbox"]
    first, *more = row["segmentation"]
    return [
        ("quoted-number", {"id": str(row["id"])}, "/id"),
        ("missing-iscrowd", {"iscrowd": None}, ""),
        ("annotation-id-zero", {"id": 0}, "/id"),
        ("unknown-category-ids", {"category_id": 12}, "/category_id"),
        ("bbox-not-finite", {"bbox": [x, math.nan, w, h]}, "/bbox"),
        ("bbox-negative-size", {"bbox": [x, y, -w, h]}, "/bbox"),
        ("bbox-outside", {"bbox": [x, y, w + 2000, h]}, "/bbox"),
        ("bbox-not-of-mask", {"bbox": [x, y, w / 2, h]}, "/bbox"),
        ("area-not-of-mask", {"area": row["area"] * 2 + 100}, "/area"),
        ("area-invalid", {"area": -row["area"]}, "/area"),
        ("polygon-too-short", {"segmentation": [first, *more, first[:4]]}, f"/segmentation/{1 + len(more)}"),
        ("polygon-odd", {"segmentation": [first[:-1], *more]}, "/segmentation/0"),
        ("polygon-outside", {"segmentation": [[v + 1000 for v in first], *more]}, "/segmentation/0"),
    ]


def test_one_defect_in_a_real_file_is_one_finding(shared_data: Path, tmp_path: Path) -> None:
    text = (shared_data / "cocoapi_val2014_100/instances_val2014_100.json").read_text()
    data, chance, path = json.loads(text), Random(7), tmp_path / "data.json"
    rows = [i for i, row in enumerate(data["annotations"]) if row["iscrowd"] == 0 and row["area"] > 300]
    crossing = {"polygon-self-crossing"}
    for k in range(13):
        i = chance.choice(rows)
        row = data["annotations"][i]
        code, new, where = real_breaks(row)[k]
        data["annotations"][i] = {**row, **new}
        path.write_text(json.dumps(data))
        data["annotations"][i] = row
        opened = open_roughly(path)
        found = [f for f in [*opened.findings, *check_dataset(opened.dataset)] if f.id not in crossing - {code}]
        assert [(f.id, f.pointers) for f in found] == [(code, (f"/annotations/{i}{where}",))]
        repair(opened.dataset, found)[0].write(tmp_path / "out.json")
        left = check_dataset(open_roughly(tmp_path / "out.json").dataset)
        assert [f.id for f in left] == ([] if CODES[code].repair else [code])
