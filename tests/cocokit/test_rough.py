"""Files that columns cannot hold: what has one meaning is found and mended, everything else is one sentence."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cocokit.checks import check_dataset
from cocokit.errors import DataError
from cocokit.rough import open_roughly
from tests.cocokit.broken import correct


def file_with(tmp_path: Path, row: int = 0, **members: Any) -> Path:
    data = correct(Random(1))
    data["annotations"][row] |= members
    path = tmp_path / "data.json"
    path.write_text(json.dumps(data))
    return path


def test_a_good_file_is_opened_as_it_is(tmp_path: Path) -> None:
    opened = open_roughly(file_with(tmp_path))
    assert (opened.findings, opened.changes) == ([], [])
    assert opened.dataset.origin is not None


def test_every_id_of_a_file_in_quotes_is_one_finding_for_each_list(tmp_path: Path) -> None:
    data = correct(Random(1))
    quoted = json.loads(json.dumps(data))
    for kind in ("images", "annotations", "categories"):
        for row in quoted[kind]:
            row |= {name: str(row[name]) for name in ("id", "image_id", "category_id") if name in row}
    path = tmp_path / "data.json"
    path.write_text(json.dumps(quoted))
    opened = open_roughly(path)
    assert [(f.id, f.noun, f.count) for f in opened.findings] == [
        ("quoted-number", "image", 8), ("quoted-number", "annotation", 48), ("quoted-number", "category", 3),
    ]  # fmt: skip
    assert opened.findings[0].pointers == ("/images/0/id", "/images/1/id", "/images/2/id")
    assert len(opened.changes) == 8 + 48 * 3 + 3
    assert check_dataset(opened.dataset) == []
    opened.dataset.write(tmp_path / "mended.json")
    assert json.loads((tmp_path / "mended.json").read_text()) == data


def test_what_else_is_wrong_with_a_row_that_was_mended_has_its_place(tmp_path: Path) -> None:
    path = file_with(tmp_path, 7, id="8", area=0)
    opened = open_roughly(path)
    (finding,) = check_dataset(opened.dataset)
    assert (finding.id, finding.bytes) == ("area-zero", opened.findings[0].bytes)
    assert path.read_text()[finding.bytes[0] :].startswith('{"id": "8"')


@pytest.mark.parametrize(
    ("members", "where", "reason"),
    [
        ({"id": "seven"}, "annotations[0].id", 'the string "seven" where an integer was expected'),
        ({"id": "1.5"}, "annotations[0].id", 'the string "1.5" where an integer was expected'),
        ({"id": "9" * 30}, "annotations[0].id", "where an integer was expected"),
        ({"id": 10**30}, "annotations[0].id", "where an integer was expected"),
        ({"id": True}, "annotations[0].id", "true where an integer was expected"),
        ({"image_id": None}, "annotations[0].image_id", "is missing"),
        ({"area": "NaN"}, "annotations[0].area", 'the string "NaN" where a number was expected'),
        ({"bbox": [1, 2, 3]}, "annotations[0].bbox", "3 numbers"),
        ({"bbox": [1, 2, "x", 4]}, "annotations[0].bbox", "no number"),
        ({"segmentation": [[1, 2, "x"]]}, "annotations[0].segmentation", 'has the string "x" among its coordinates'),
        ({"segmentation": {"size": [9]}}, "annotations[0].segmentation", "has the size the list [9]"),
        ({"iscrowd": "no"}, "annotations[0].iscrowd", 'the string "no" where 0 or 1 was expected'),
    ],
)
def test_what_has_no_meaning_is_refused_at_its_place(
    members: dict[str, Any], where: str, reason: str, tmp_path: Path
) -> None:
    for more in ({}, {"category_id": "3"}):  # beside something that can be mended, too
        with pytest.raises(DataError) as refused:
            open_roughly(file_with(tmp_path, **members, **more))
        assert refused.value.where.startswith(where)
        assert reason in refused.value.reason


@pytest.mark.parametrize(
    "text", ["", "{", '{"images": [', "[" * 100_000, '{"images": [], "annotations": [{"id": 1', "7"]
)
def test_what_is_no_dataset_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text(text)
    with pytest.raises(DataError) as refused:
        open_roughly(path)
    assert "\n" not in str(refused.value)


def test_a_file_that_was_cut_off_says_where(tmp_path: Path) -> None:
    path = file_with(tmp_path)
    path.write_text(path.read_text()[:5000])
    with pytest.raises(DataError, match="line 1 column .*ends in the middle of a value, after 5,000 characters"):
        open_roughly(path)


def test_a_pipe_is_refused_or_read_as_the_reader_does(tmp_path: Path) -> None:
    text = json.dumps(correct(Random(1))).encode()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(text), daemon=True)
    writer.start()
    opened = open_roughly(pipe)
    writer.join()
    assert len(opened.dataset.annotations) == 48
