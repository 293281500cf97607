"""Candidate pairs of masks: which there are, and their IoU, as pycocotools' own ``iou`` has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.columns import KIND_POLYGONS
from cocokit.errors import DataError
from cocokit.eval import masks as eval_masks
from cocokit.eval.cells import Cells, Pairs, build_cells
from cocokit.eval.kernels.masks import mask_candidates
from cocokit.eval.masks import mask_pairs, of_masks, rectangles, with_rectangles
from cocokit.eval.sides import GroundTruth
from cocokit.masks import Masks
from tests.eval import oracle as theirs
from tests.eval import ours
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings

SIZE = (16, 12)
Things = list[dict[str, Any]]


def scene(rng: np.random.Generator, detections: int, truths: int) -> tuple[Things, Things, Cells]:
    """Blobs in three images and two categories, some of another size, some with empty runs."""
    dt, gt = ([_thing(rng) for _ in range(n)] for n in (detections, truths))
    columns = [np.array([t[k] for t in side], np.int32) for side in (dt, gt) for k in ("image", "category")]
    score = np.array([t["score"] for t in dt], np.float64)
    cells = build_cells(columns[0], columns[1], score, columns[2], columns[3], 3, 2, True, 100)
    return dt, gt, cells


def _thing(rng: np.random.Generator) -> dict[str, Any]:
    h, w = SIZE if rng.random() < 0.95 else (12, 16)
    x, y = rng.integers(0, w), rng.integers(0, h)
    mask = np.zeros((h, w), np.uint8, order="F")
    mask[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] = rng.random() < 0.95
    mask[rng.random((h, w)) < rng.choice([0.0, 0.05])] ^= 1
    runs = rle.runs(rle.encode(mask)).tolist()
    if rng.random() < 0.2:
        runs = [runs[0], 0, 0, *runs[1:]]
    text = oracle.frPyObjects({"size": [h, w], "counts": runs}, h, w)
    return {"image": rng.integers(0, 3), "category": rng.integers(0, 2), "score": round(rng.random(), 1), "rle": text,
            "crowd": int(rng.random() < 0.2)}  # fmt: skip


def masks(things: Things) -> Masks:
    return Masks(rle.segmentations([t["rle"] for t in things]))


def crowds(things: Things) -> np.ndarray:
    return np.array([t["crowd"] for t in things], np.uint8)


def expected(dt: Things, gt: Things, cells: Cells, floor: float) -> list[tuple[int, int, float]]:
    """(detection position, ground truth within the cell, IoU) of every pair that counts, by pycocotools."""
    found = []
    for d0, d1, g0, g1 in zip(cells.dt_start, cells.dt_stop, cells.gt_start, cells.gt_stop, strict=True):
        there = [gt[i] for i in cells.gt_order[g0:g1]]
        ious = oracle.iou([dt[i]["rle"] for i in cells.dt_order[d0:d1]], [t["rle"] for t in there],
                          [t["crowd"] for t in there])  # fmt: skip
        found += [(int(d0) + d, g, float(v)) for d, row in enumerate(ious) for g, v in enumerate(row) if v >= floor]
    return found


def listed(pairs: Pairs) -> list[tuple[int, int, float]]:
    owner = np.repeat(np.arange(len(pairs.offsets) - 1), np.diff(pairs.offsets))
    return list(zip(owner.tolist(), pairs.gt.tolist(), pairs.iou.tolist(), strict=True))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.05, 0.95, 1 - 1e-10, 0.0, -1.0]))
def test_pairs_are_those_of_pycocotools(seed: int, floor: float) -> None:
    dt, gt, cells = scene(np.random.default_rng(seed), 30, 20)
    found = mask_pairs(cells, masks(gt), masks(dt), crowds(gt), floor)
    assert listed(found) == expected(dt, gt, cells, floor)


def test_pairs_do_not_depend_on_the_size_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    dt, gt, cells = scene(np.random.default_rng(1), 200, 60)
    whole = listed(mask_pairs(cells, masks(gt), masks(dt), crowds(gt), 0.3))
    monkeypatch.setattr(eval_masks, "_BLOCK", 1)
    assert listed(mask_pairs(cells, masks(gt), masks(dt), crowds(gt), 0.3)) == whole
    assert len(whole) > 20


def test_the_kernel_uncompiled_finds_the_same() -> None:
    dt, gt, cells = scene(np.random.default_rng(2), 30, 20)
    sides = [(m.measures.area, m.measures.bbox.reshape(-1), m.size.reshape(-1), m.measures.status)
             for m in (masks(dt), masks(gt))]  # fmt: skip
    found = []
    for run in (mask_candidates, _uncompiled):
        out = [np.zeros(700, np.int64), np.zeros(700, np.int32), np.zeros(700, np.int64), np.zeros(700, np.int64)]
        n = run(cells.dt_order, cells.gt_order, cells.dt_start, cells.dt_stop, cells.gt_start, cells.gt_stop,
                len(cells), np.zeros(2, np.int64), *sides[0], *sides[1], crowds(gt), 0.5, *out, 700)  # fmt: skip
        found.append([o[:n].tolist() for o in out])
    assert found[0] == found[1]
    assert found[0][0]


def _uncompiled(*args: Any) -> int:
    return int(mask_candidates.plain(*[memoryview(a) if isinstance(a, np.ndarray) else a for a in args]))


def test_no_cells_have_no_pairs() -> None:
    dt, gt, cells = scene(np.random.default_rng(3), 5, 0)
    found = mask_pairs(cells, masks(gt), masks(dt), crowds(gt), 0.5)
    assert found.offsets.tolist() == [0] * 6
    assert listed(found) == []


def test_boxes_become_rectangles_between_other_outlines() -> None:
    ring = [0.0, 0.0, 3.0, 0.0, 3.0, 3.0]
    given_ = rle.segmentations([[ring, ring], None, oracle.frPyObjects([ring], 8, 8)[0], None])
    rows = np.array([1, 3])
    made = with_rectangles(given_, rows, np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 8.0, 8.0]]))
    assert made.rings.tolist() == [0, 2, 3, 3, 4]
    assert made.kind[rows].tolist() == [KIND_POLYGONS] * 2
    held = Masks(made, np.full((4, 2), 8, np.int64))
    assert held.measures.area.tolist()[1::2] == [12.0, 64.0]
    assert held.measures.area[0] == held.measures.area[2]
    assert rectangles(np.zeros((0, 4))).rings.tolist() == [0]


def test_ground_truth_without_outlines_is_refused() -> None:
    nothing = np.zeros(0, np.int64)
    truth = GroundTruth(nothing, nothing, nothing, nothing, np.zeros(0), np.zeros(0, np.uint8), np.zeros(0, np.uint8),
                        np.zeros((0, 4)), None, None)  # fmt: skip
    with pytest.raises(DataError, match="have no segmentation"):
        of_masks(None, truth, None, None, 0.5)  # type: ignore[arg-type]


def test_x17_of_several_images_with_one_id_the_last_has_the_size() -> None:
    gt = {
        "images": [{"id": 1, "width": 10, "height": 10}, {"id": 1, "width": 20, "height": 20}],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [4, 4, 12, 12], "area": 144, "iscrowd": 0,
             "segmentation": [[4, 4, 16, 4, 16, 16, 4, 16]]}
        ],
    }  # fmt: skip
    mask = rle.to_coco(rle.from_polygons([[4, 4, 16, 4, 16, 15, 4, 15]], 20, 20))
    dt = [{"image_id": 1, "category_id": 1, "segmentation": mask, "score": 0.5}]
    settings = Settings("segm")
    report = ours.evaluate(gt, dt, settings)
    assert report.stats[0] > 0
    assert_same_bits(report, theirs.evaluate(gt, dt, settings))
