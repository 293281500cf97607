"""No kernel leaves its arrays, whatever a file or a caller brings; and a file counts as its parsed content does."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import cocokit
from cocokit import chunks, coco_json, scanner
from cocokit.columns import ALL, Field
from cocokit.errors import CocokitError, DataError
from cocokit.kernels.selftest import selftest
from tests.bounds.guarded import guard
from tests.bounds.hostile import FILES, damaged, spoil
from tests.eval.compare import assert_same_bits
from tests.eval.strategies import make_dataset

_MORE: tuple[dict[str, Any], ...] = (
    {"max_dets": (0,)}, {"use_cats": False}, {"img_ids": [12345]}, {"cat_ids": [777]}, {"iou_thrs": [0.0]},
    {"iou_thrs": [-1.0, 2.0]}, {"iou_thrs": np.linspace(0, 1, 70)}, {"area_rng": [[0, 1e10]] * 70},
    {"area_rng": [[5, 1]]}, {"rec_thrs": [-1, 2]}, {"max_dets": (10**6,)},
)  # fmt: skip


@pytest.fixture(autouse=True)
def _guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    guard(monkeypatch)


def test_the_guard_sees_a_kernel_that_goes_beyond_its_array() -> None:
    with pytest.raises(IndexError, match="of 2"):
        selftest(1, np.zeros(2, np.uint8))


def _read_files(folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int, count: int) -> None:
    rng, file = Random(seed), folder / "hostile.json"
    for _ in range(count):
        which = rng.randrange(len(FILES))
        file.write_bytes(damaged(rng, FILES[which]))
        monkeypatch.setattr(chunks, "CHUNK", rng.choice([7, 40, 100, 1 << 21]))
        monkeypatch.setattr(scanner, "CHUNK", chunks.CHUNK)
        want, extras = rng.choice([ALL, ALL & ~Field.BBOX, Field(0x8F)]), rng.random() < 0.5
        read = coco_json.read_dataset if which == len(FILES) - 1 else coco_json.read_results
        with contextlib.suppress(DataError):
            read(file, want, extras)


def _evaluate(folder: Path, seed: int, count: int) -> int:
    rng, done = Random(seed), 0
    for _ in range(count):
        iou_type = rng.choice(["bbox", "segm", "keypoints"])
        gt, dt = make_dataset(iou_type, rng.randint(1, 3), rng.randint(1, 3), rng.randint(0, 8), rng.randint(1, 12),
                              rng.random() < 0.25, rng.randrange(1 << 30))  # fmt: skip
        spoil(rng, gt, dt)
        settings = {"lenient": rng.random() < 0.5, "fixed": rng.random() < 0.25}
        settings |= rng.choice(_MORE) if rng.random() < 0.2 else {}
        compared = iou_type if rng.random() < 0.85 else rng.choice(["bbox", "segm", "keypoints"])
        files = folder / "gt.json", folder / "dt.json"
        for file, value in zip(files, (gt, dt), strict=True):
            file.write_text(json.dumps(value))
        read, parsed = (_report(*sources, compared, settings) for sources in (files, (gt, dt)))
        assert isinstance(read, CocokitError) == isinstance(parsed, CocokitError), f"{read!r} and {parsed!r}"
        if not isinstance(read, CocokitError):
            assert_same_bits(read, parsed)
            done += 1
    return done


def _report(gt: Any, dt: Any, iou_type: str, settings: dict[str, Any]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return cocokit.evaluate(gt, dt, iou_type, **settings)
    except CocokitError as error:
        return error


def test_damaged_files_are_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _read_files(tmp_path, monkeypatch, 1, 1500)


def test_impossible_values_are_evaluated_within_bounds_or_refused(tmp_path: Path) -> None:
    assert _evaluate(tmp_path, 2, 80) > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 14))
def test_many_more_damaged_files_are_read_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    _read_files(tmp_path, monkeypatch, seed, 30_000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 24))
def test_many_more_impossible_values_are_evaluated_within_bounds(tmp_path: Path, seed: int) -> None:
    assert _evaluate(tmp_path, seed, 3_000) > 500


@pytest.mark.parametrize("text", [
    b'[{"image_id":1' + b"\xff" * 40 + b'":1}]',
    b'[{"image_id":1,"' + b"k" * 3000 + b'":1,"score":1},{"image_id":1' + b"\xff" * 40 + b'":1}]',
])  # fmt: skip
def test_bytes_that_look_like_what_no_text_is_like_are_odd(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "results.json"
    file.write_bytes(text)
    with pytest.raises(scanner.Odd) as caught:
        scanner.scan_results(file, ALL)
    assert caught.value.position == text.index(b"\xff")
