"""People are measured like detectors: the numbers are pycocotools', on the part of gold that they were asked."""

from __future__ import annotations

import contextlib
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cocokit import rle
from cocokit.boundary import boundary_score
from cocokit.crowd.gold_scores import Drawings, GoldScore, gold_scores
from cocokit.dataset import Dataset
from cocokit.errors import DataError, NotFoundError
from cocokit.types import Rle

SIZE = (60, 80)
BOXES = [(1, 5, 5, 20, 20), (1, 40, 10, 30, 30), (1, 5, 30, 12, 12), (2, 30, 30, 20, 25), (2, 2, 2, 9, 50)]


def gold() -> Dataset:
    annotations: list[dict[str, Any]] = []
    for id, (image, x, y, w, h) in enumerate([*BOXES, *((3, *box[1:]) for box in BOXES)], 1):
        ring = [x, y, x + w, y, x + w, y + h, x, y + h]
        annotations.append({"id": id, "image_id": image, "category_id": 1 + id % 2, "segmentation": [ring],
                            "area": w * h, "bbox": [x, y, w, h], "iscrowd": 0})  # fmt: skip
    images = [{"id": i, "height": SIZE[0], "width": SIZE[1]} for i in (1, 2, 3)]
    categories = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    return Dataset.from_dict({"images": images, "annotations": annotations, "categories": categories})


def truth(data: Dataset, row: int) -> Rle:
    return rle.from_polygons(data.annotation(row).segmentation, *SIZE)  # type: ignore[arg-type]


def shifted(mask: Rle, by: int) -> Rle:
    return rle.encode(np.roll(rle.decode(mask), by, axis=1))


def drawings(data: Dataset, rows: list[tuple[int, int, int]], with_ids: bool = False) -> Drawings:
    """(worker, row of gold, shift) of each mask."""
    notes = [data.annotation(row) for _, row, _ in rows]
    return Drawings(np.array([w for w, _, _ in rows], np.int64), np.array([n.image_id for n in notes], np.int64),
                    np.array([n.category_id for n in notes], np.int64),
                    [shifted(truth(data, row), by) for _, row, by in rows],
                    np.array([n.id for n in notes], np.int64) if with_ids else None)  # fmt: skip


ROWS = [(7, 0, 0), (7, 1, 2), (7, 3, 1), (7, 2, 30), (4, 5, 0), (4, 6, 0), (4, 7, 0), (4, 8, 0), (4, 9, 0), (9, 4, 3)]


def pycocotools_stats(data: Dataset, drawn: Drawings, worker: int) -> tuple[float, float, float]:
    """AP, AP50 and AR of one worker, from gold's rows of the cells that the worker drew in."""
    mine = [i for i, w in enumerate(drawn.worker.tolist()) if w == worker]
    cells = {(int(drawn.image_id[i]), int(drawn.category_id[i])) for i in mine}
    part = data.to_dict()
    part["annotations"] = [a for a in part["annotations"] if (a["image_id"], a["category_id"]) in cells]
    part["categories"] = [c for c in part["categories"] if any(c["id"] == k for _, k in cells)]
    results = [{"image_id": int(drawn.image_id[i]), "category_id": int(drawn.category_id[i]), "score": 1.0,
                "segmentation": rle.to_coco(drawn.masks[i])} for i in mine]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = part
        gt.createIndex()
        run = COCOeval(gt, gt.loadRes(results), "segm")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return float(run.stats[0]), float(run.stats[1]), float(run.stats[8])


def test_scores_are_those_of_pycocotools_on_what_was_asked() -> None:
    data = gold()
    drawn = drawings(data, ROWS)
    scores = {s.worker: s for s in gold_scores(data, drawn)}
    assert list(scores) == [4, 7, 9]
    for worker, score in scores.items():
        assert (score.ap, score.ap50, score.ar) == pycocotools_stats(data, drawn, worker)
    assert (scores[4].ap, scores[4].ar, scores[4].iou, scores[4].boundary) == (1, 1, 1, 1)
    assert scores[9].masks == 1


def test_the_outline_is_compared_with_the_mask_that_it_overlaps_most() -> None:
    data = gold()
    drawn = drawings(data, [(1, 0, 3)])
    (score,) = gold_scores(data, drawn)
    assert score.iou == pytest.approx(17 / 23)
    assert score.boundary == boundary_score(drawn.masks[0], truth(data, 0))
    (coarse,) = gold_scores(data, drawn, radius=0.2)
    assert coarse.boundary == boundary_score(drawn.masks[0], truth(data, 0), 0.2) > score.boundary


def test_whoever_drew_one_instance_is_not_asked_for_its_neighbours() -> None:
    data = gold()
    (cell,) = gold_scores(data, drawings(data, [(1, 0, 0)]))
    (instance,) = gold_scores(data, drawings(data, [(1, 0, 0)], with_ids=True))
    assert (cell.ar, instance.ar, instance.ap) == pytest.approx((0.5, 1, 1))


def test_a_mask_where_gold_has_nothing() -> None:
    data = gold()
    nothing = Drawings(np.array([1]), np.array([2]), np.array([2]), [truth(data, 0)])
    data = Dataset(data.images, data.select(img_ids=[1]).annotations, data.categories)
    (score,) = gold_scores(data, nothing)
    assert isinstance(score, GoldScore)
    assert all(math.isnan(v) for v in (score.ap, score.ap50, score.ar, score.iou, score.boundary))
    none = np.zeros(0, np.int64)
    assert gold_scores(data, Drawings(none, none, none, [])) == []


def test_what_does_not_fit_is_refused() -> None:
    data = gold()
    with pytest.raises(NotFoundError, match="gold has no annotation with the id 99"):
        gold_scores(data, Drawings(np.array([1]), np.array([1]), np.array([1]), [truth(data, 0)], np.array([99])))
    with pytest.raises(DataError, match=r"drawings: \[1, 1, 1\] ids for 0 masks"):
        Drawings(np.array([1]), np.array([1]), np.array([1]), [])
    with pytest.raises(DataError, match="compare masks of one image"):
        gold_scores(data, Drawings(np.array([1]), np.array([1]), np.array([2]), [Rle(5, 5, (0, 25))]))


def test_real_masks_moved_by_a_pixel(shared_data: Path) -> None:
    data = Dataset.read(shared_data / "coco_mini" / "annotations" / "instances_val2017.json")
    some = [data.annotation(row) for row in range(60)]
    some = [a for a in some if not a.iscrowd and (a.area or 0) > 2000][:20]
    sizes = [data.image(data.image_row(a.image_id)) for a in some]
    masks = [rle.from_polygons(a.segmentation, i.height, i.width) for a, i in zip(some, sizes, strict=True)]  # type: ignore[arg-type]
    ids = [np.array([getattr(a, name) for a in some], np.int64) for name in ("image_id", "category_id", "id")]
    moved = [rle.encode(np.roll(rle.decode(m), 2, axis=0)) for m in masks]
    exact, off = (gold_scores(data, Drawings(np.ones(len(some), np.int64), ids[0], ids[1], drawn, ids[2]))[0]
                  for drawn in (masks, moved))
    assert (exact.ap, exact.ar, exact.iou, exact.boundary) == (1, 1, 1, 1)
    assert 0.5 < off.boundary < off.iou < 1
