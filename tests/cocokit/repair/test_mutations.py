"""One thing broken at random in a correct file: one finding, at its place; mended, with all other rows as they were."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cocokit.checks import check_dataset
from cocokit.codes import CODES
from cocokit.findings import Finding
from cocokit.repair import repair
from cocokit.rough import Opened, open_roughly
from tests.cocokit.broken import BREAKS, Break, correct

_SEEDS = range(3)
CASES = [(f"{code}-{i}", code, broken) for i, (code, broken) in enumerate(BREAKS)]


def looked_at(path: Path) -> tuple[Opened, list[Finding]]:
    opened = open_roughly(path)
    return opened, [*opened.findings, *check_dataset(opened.dataset)]


def written(path: Path, data: Any) -> Path:
    """One row a line, so that rows can be told apart as bytes."""
    lists = {name: value for name, value in data.items() if isinstance(value, list)}
    parts = [f'"{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for name, rows in lists.items()]
    path.write_text('{"info": ' + json.dumps(data["info"]) + ",\n" + ",\n".join(parts) + "}\n")
    return path


def side_effects(code: str, broken: Any, findings: list[Finding]) -> list[Finding]:
    """Findings that the break itself brings: rows that point to an id which was taken away."""
    moved = code == "quoted-number" and {"images", "categories"} & {broken.split("/")[1]}
    return [f for f in findings if f.id.startswith("unknown-")] if moved else []


def test_the_correct_file_has_no_findings(tmp_path: Path) -> None:
    for seed in _SEEDS:
        assert looked_at(written(tmp_path / "good.json", correct(Random(seed))))[1] == []


@pytest.mark.parametrize(("code", "broken"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_defect_is_one_finding_and_is_mended(code: str, broken: Break, tmp_path: Path) -> None:
    for seed in _SEEDS:
        chance = Random(f"{code} {seed}")
        data = correct(chance)
        pointer = broken(chance, data)
        file = written(tmp_path / "broken.json", data)
        opened, findings = looked_at(file)
        more = side_effects(code, pointer, findings)
        (finding,) = [f for f in findings if f not in more]
        assert (finding.id, finding.count, finding.pointers) == (code, 1, (pointer,))
        begins_there(file, finding)
        mended, changes = repair(opened.dataset, findings)
        changes = [*opened.changes, *changes]
        after = tmp_path / "mended.json"
        mended.write(after)
        left = [f for f in looked_at(after)[1] if f not in more]
        if CODES[code].repair:
            assert [(f.id, f.pointers) for f in left if not f.id.startswith("unknown-")] == []
            assert {change.id for change in changes} == {code}
            row = "/".join(pointer.split("/")[:3])
            assert {"/".join(change.pointer.split("/")[:3]) for change in changes} == {row}
        else:
            assert changes == []
            assert [(f.id, f.pointers) for f in left] == [(code, (pointer,))]
        touches_no_other_row(file, after, pointer)


def begins_there(file: Path, finding: Finding) -> None:
    """The bytes of the finding are where the row begins."""
    kind, row = finding.pointers[0].split("/")[1:3]
    if kind == "categories":
        assert finding.bytes == ()
        return
    (at,) = finding.bytes
    text = file.read_bytes()
    head = text.rindex(b'"' + kind.encode() + b'": [\n', 0, at) + len(kind) + 6
    assert text[head:at].count(b"\n") == int(row)
    assert text[at - 1 : at + 1] == b"\n{"


def touches_no_other_row(before: Path, after: Path, pointer: str) -> None:
    """Line by line the files are the same, but for the row of the pointer, and the categories if one is left out."""
    kind, row = pointer.split("/")[1:3]
    old, new = before.read_bytes().split(b"\n"), after.read_bytes().split(b"\n")
    first = old.index(b'"' + kind.encode() + b'": [') + 1 + int(row)
    if kind == "categories":
        first = old.index(b'"categories": [')
        assert new[:first] == old[:first]
        return
    tail = old[first + 1 :]  # a row that is left out takes a comma with it
    for now, then in ((new[:first], old[:first]), (new[len(new) - len(tail) :], tail)):
        assert [line.rstrip(b",") for line in now] == [line.rstrip(b",") for line in then]


def test_every_code_of_a_dataset_alone_is_among_the_breaks() -> None:
    elsewhere = ("file-missing", "file-unreadable", "file-size", "same-image", "image-in", "file-name-in", "segment-",
                 "segments", "duplicate-segment", "panoptic", "score", "duplicate-result", "caption",
                 "missing-caption")  # fmt: skip
    assert {code for code in CODES if not code.startswith(elsewhere)} == {code for code, _ in BREAKS}
