"""How many rows each quirk touches, counted in plain loops as PARITY.md defines it. Only tests use this."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.eval import naive
from tests.eval.naive import Settings
from tests.eval.naive_input import Row, detections, ground_truth
from tests.eval.naive_masks import Runs, of_segmentation


def count(gt: Row, dt: list[Row], settings: Settings) -> dict[str, int]:
    """Quirk id -> count, without the zeros, for an input that the mode accepts."""
    s = settings.filled(gt)
    truths = _as_read(gt["annotations"], s)
    founds = [row for row in dt if row["image_id"] in s.img_ids and row["category_id"] in s.cat_ids]
    counts = Counter[str]()
    counts.update(_of_files(gt, dt, s))
    counts.update(_of_truths(truths, s))
    counts.update(_of_results(founds, s))
    counts.update(_of_cells(gt, dt, s))
    if s.iou_type == "segm":
        sizes = {image["id"]: (image["height"], image["width"]) for image in gt["images"]}
        counts.update(_of_masks(truths, founds, sizes))
        if dt and "bbox" in dt[0]:
            counts["J3"] = sum(_other_ranges(row, sizes, s) for row in founds if "segmentation" in row)
    return {id_: n for id_, n in sorted(counts.items()) if n}


def _as_read(rows: list[Row], s: Settings) -> list[Row]:
    """The evaluated annotations as the mode reads them: strict takes the last one with an id for each of them (X2)."""
    last = {row["id"]: row for row in rows}

    def chosen(row: Row, categories: Any) -> bool:
        return row["image_id"] in s.img_ids and row["category_id"] in categories

    if s.fixed:
        return [row for row in rows if chosen(row, s.cat_ids)]
    walked = {row["category_id"] for row in rows} if not s.use_cats else s.cat_ids
    return [last[row["id"]] for row in rows if chosen(row, walked) and chosen(last[row["id"]], s.cat_ids)]


def _of_files(gt: Row, dt: list[Row], s: Settings) -> dict[str, int]:
    ids = Counter(row["id"] for row in gt["annotations"])
    known = {category["id"] for category in gt["categories"]}
    default = {"all", "medium", "large"} | ({"small"} if s.iou_type != "keypoints" else set())
    return {
        "X2": sum(n for n in ids.values() if n > 1),
        "X6": sum(row["category_id"] not in known for row in [*gt["annotations"], *dt]),
        "L9": int(s.max_dets[-1] != (20 if s.iou_type == "keypoints" else 100)),
        "X7": int(not default <= set(s.labels)),
    }


def _of_truths(truths: list[Row], s: Settings) -> dict[str, int]:
    pose = s.iou_type == "keypoints"
    needed = ["area", "iscrowd"] + ["num_keypoints"] * pose
    return {
        "D1": sum(bool(row.get("ignore")) and not row.get("iscrowd") for row in truths),
        "F3": sum(pose and not any(v > 0 for v in row["keypoints"][2::3]) for row in truths),
        "F10": sum(pose and _large_whole(row["keypoints"]) for row in truths),
        "X1": sum(row["id"] == 0 for row in truths),
        "X5": sum(any(row.get(name) is None for name in needed) for row in truths),
    }


def _of_results(founds: list[Row], s: Settings) -> dict[str, int]:
    pose = s.iou_type == "keypoints"
    return {
        "E2": sum(bool(row.get("iscrowd")) for row in founds),
        "F6": len(founds) * (pose and not s.use_cats),
        "F10": sum(pose and _large_whole(row["keypoints"]) for row in founds),
        "J2": sum(s.iou_type == "segm" and "segmentation" not in row for row in founds),
        "X3": sum(any(v != v for v in (row["score"], *row.get("bbox", []))) for row in founds),
    }


def _of_cells(gt: Row, dt: list[Row], s: Settings) -> dict[str, int]:
    """What depends on the order of detections, their areas and their IoUs: A1, B2, D6, X9."""
    chosen = s.cat_ids if s.use_cats else None
    truths = ground_truth(gt, s.iou_type, s.img_ids, chosen, fixed=s.fixed)
    founds = detections(gt, dt, s.iou_type, s.img_ids, chosen, fixed=s.fixed)
    borders = {high for _, high in s.area_rng} & {low for low, _ in s.area_rng}
    counts = Counter[str]()
    for group in [[c] for c in s.cat_ids] if s.use_cats else [s.cat_ids]:
        scores: list[float] = []
        for image in s.img_ids:
            gts, kept, ious = naive.cell(truths, founds, image, group, s)
            everything = sum(len(founds.get((image, c), [])) for c in group)
            counts["D6"] += sum(one.area in borders for one in [*gts, *kept])
            counts["X9"] += everything - len(kept)
            counts["B2"] += sum(row.count(max(row)) > 1 and max(row) >= min(s.iou_thrs) for row in ious)
            scores += [found.score for found in kept if found.score == found.score]
        counts["A1"] += sum(n for n in Counter(scores).values() if n > 1)
    return counts


def _of_masks(truths: list[Row], founds: list[Row], sizes: dict[Any, tuple[int, int]]) -> dict[str, int]:
    counts = Counter[str]()
    for row in {id(row): row for row in truths}.values():
        outline, (height, width) = row["segmentation"], sizes[row["image_id"]]
        if isinstance(outline, list):
            counts["X10"] += outline == []
            counts["K1"] += any(len(ring) < 6 for ring in outline)
            counts["H4"] += any(
                any(not 0 <= x <= width for x in ring[0::2]) or any(not 0 <= y <= height for y in ring[1::2])
                for ring in outline
            )
    for row in [*truths, *founds]:
        if isinstance(row.get("segmentation"), dict):
            runs = of_segmentation(row["segmentation"], 0, 0, fixed=False)
            counts["I2"] += (runs.height, runs.width) != sizes[row["image_id"]]
    return counts


def _other_ranges(row: Row, sizes: dict[Any, tuple[int, int]], s: Settings) -> bool:
    runs: Runs = of_segmentation(row["segmentation"], *sizes[row["image_id"]], fixed=s.fixed)
    box = row["bbox"][2] * row["bbox"][3]
    return any((low <= box <= high) != (low <= runs.area() <= high) for low, high in s.area_rng)


def _large_whole(keypoints: list[float]) -> bool:
    return all(float(v).is_integer() for v in keypoints) and max(abs(v) for v in keypoints) >= 1 << 25
