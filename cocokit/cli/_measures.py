"""The measures of ``cocokit eval``: COCO's numbers, and those that are asked for instead of them or beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from ._measured import Measured, stat_lists

if TYPE_CHECKING:
    from cocokit.eval import Report
    from cocokit.eval.curves import Point

#: (ground truth, results, IoU type, options) -> what was found.
Measure = Callable[[str, str, str, Mapping[str, Any]], Measured]

#: Options that become arguments of ``cocokit.evaluate`` under the same name.
_SETTINGS = (
    "fixed", "lenient", "iou_thrs", "area_rng", "max_dets", "img_ids", "cat_ids", "use_cats", "sigmas",
)  # fmt: skip

#: What the options are that a measure other than COCO's may not take, when they are not given.
_DEFAULTS = {
    "fixed": False, "area_rng": None, "max_dets": None, "img_ids": None, "cat_ids": None, "use_cats": True,
    "sigmas": None, "arrays": None, "at_score": None, "pr_file": None, "plot_file": None, "per_category": False,
    "pixel_boxes": False,
}  # fmt: skip

_NOT_FOR_VOC = (
    "fixed",
    "area_rng",
    "max_dets",
    "img_ids",
    "cat_ids",
    "use_cats",
    "sigmas",
    "arrays",
    "at_score",
    "pr_file",
    "plot_file",
)
_NOT_FOR_PROPOSALS = (
    "max_dets", "cat_ids", "use_cats", "sigmas", "arrays", "at_score", "pr_file", "plot_file", "per_category",
    "pixel_boxes",
)  # fmt: skip

#: Name of a measure -> the challenge's year, how its AP is read off the curve, and where the report has it.
_VOC = {"voc07": (2007, "11 points", "map07", "AP07"), "voc10": (2010, "every point", "map10", "AP10")}


def chosen(given: Mapping[str, Any]) -> Measure:
    """The measure that the options ask for.

    Raises:
        click.UsageError: they ask for two, or for something that theirs does not take.
    """
    metric = given["metric"]
    if given["proposals"] is not None:
        if metric != "coco":
            raise click.UsageError(f"--proposals and --metric {metric} are two measures: ask for one")
        _refuse(given, _NOT_FOR_PROPOSALS, "--proposals")
        return proposals
    if metric == "coco":
        _refuse(given, ("pixel_boxes",), "--metric coco")
        return coco
    _refuse(given, _NOT_FOR_VOC, f"--metric {metric}")
    return voc


def coco(gt: str, preds: str, iou_type: str, given: Mapping[str, Any]) -> Measured:
    """COCO's numbers, by ``cocokit.evaluate``."""
    from cocokit.eval import evaluate

    settings = {name: given[name] for name in _SETTINGS if given[name] is not None}
    report = evaluate(gt, preds, iou_type, **settings)
    brief: dict[str, Any] = {"iou_type": report.iou_type, "mode": report.mode, "counts": report.counts}
    brief["quirks"] = [hit.to_dict() for hit in report.quirks]
    found = Measured(
        stats=report.named_stats(),
        lines=report.lines(),
        brief=brief,
        rows=report.per_category,
        whole=report.to_dict,
        notes=["", _evaluated(report), *_quirk_lines(report)],
        warnings=report.warnings,
        arrays=lambda: {"precision": report.precision, "recall": report.recall, "scores": report.scores},
    )
    if given["at_score"] is not None:
        _add_operating_points(found, report, given["at_score"])
    if given["pr_file"]:
        from cocokit.eval.tables import write_interpolated_csv

        write_interpolated_csv(report, given["pr_file"])
    if given["plot_file"]:
        from cocokit.eval.plots import write_plot

        write_plot(report, given["plot_file"], _operating_iou(report))
    return found


def _evaluated(report: Report) -> str:
    """What the numbers were made of: whoever evaluates half of the images should see it."""
    counts = (f"{n:,} {noun if n != 1 else noun.removesuffix('s')}" for noun, n in report.counts.items())
    return f"Evaluated: {', '.join(counts)} ({report.iou_type}, {report.mode})."


def _quirk_lines(report: Report) -> list[str]:
    """One line per quirk of pycocotools that this input meets: id, how many, what."""
    if not report.quirks:
        return []
    counts = [hit.counted for hit in report.quirks]
    wide = max(map(len, counts))
    does = "fixed mode corrects the defects among them" if report.mode == "fixed" else "strict mode keeps them all"
    head = f"Quirks of pycocotools that this input meets ({does}; PARITY.md explains each):"
    return ["", head, *(f"  {q.id:<4}{c:<{wide}}  {q.what}" for q, c in zip(report.quirks, counts, strict=True))]


def _add_operating_points(found: Measured, report: Report, score: float) -> None:
    """Add what detections with at least a score achieve, and the score with the best F1."""
    from cocokit.eval.curves import at_score, best_threshold

    from ._output import table

    iou = _operating_iou(report)
    here, best = at_score(report, score, iou), best_threshold(report, iou)
    points_table = table([_point_row(here.micro), _point_row(best.micro, " (best F1)")])
    found.lines += ["", f"Keeping the detections above a score, at IoU {iou:g}, all categories together:", ""]
    found.lines += points_table
    rows = {"at_score": here, "best_threshold": best}
    points = {name: {"iou_thr": p.iou_thr, "micro": p.micro.to_dict(), "macro": p.macro()} for name, p in rows.items()}
    found.brief |= points
    rows_before, whole = found.rows, found.whole
    found.rows = lambda: [
        {**row, **_point_cells(point), "best score": top.score, "best F1": top.f1}
        for row, point, top in zip(rows_before(), here.per_category, best.per_category, strict=True)
    ]
    full = {name: {**points[name], "per_category": [q.to_dict() for q in p.per_category]} for name, p in rows.items()}
    found.whole = lambda: {**whole(), **full}


def _operating_iou(report: Report) -> float:
    """0.5 where the report has it, else its lowest threshold."""
    thresholds: list[float] = report.params.iou_thrs.tolist()
    return min(thresholds, key=lambda t: (abs(t - 0.5) > 1e-9, t))


def _point_row(point: Point, note: str = "") -> dict[str, Any]:
    shares = {"precision": point.precision, "recall": point.recall, "F1": point.f1}
    score = f">= {point.score:.3f}" if point.score == point.score else "none"
    return {"score": score + note, **shares, "TP": point.tp, "FP": point.fp, "FN": point.fn}


def _point_cells(point: Point) -> dict[str, float]:
    return {"precision": point.precision, "recall": point.recall, "F1": point.f1}


def voc(gt: str, preds: str, iou_type: str, given: Mapping[str, Any]) -> Measured:
    """PASCAL VOC's average precision, of 2007 (11 points) or 2010 (every point)."""
    from cocokit.eval.voc import voc_ap

    metric = given["metric"]
    thresholds = given["iou_thrs"] or [0.5]
    if len(thresholds) != 1:
        raise click.UsageError(f"--metric {metric} takes one IoU threshold, such as --iou-thrs 0.5")
    if iou_type == "keypoints":
        raise click.UsageError(f"--metric {metric} is for bbox and segm")
    made = voc_ap(
        gt, preds, iou_type, iou_thr=thresholds[0], pixel_boxes=given["pixel_boxes"], lenient=given["lenient"]
    )
    year, rule, mean, name = _VOC[metric]
    value = getattr(made, mean)
    return Measured(
        stats={"AP": value},
        lines=[f" PASCAL VOC {year} mean AP ({rule}, IoU {thresholds[0]:g}) = {value:.4f}"],
        brief={"metric": metric, "iou_type": iou_type, "iou_thr": made.iou_thr, "pixel_boxes": made.pixel_boxes},
        rows=lambda: [{**_without(row, {"AP07", "AP10"}), "AP": row[name]} for row in made.to_dict()["per_category"]],
        whole=lambda: {"metric": metric, **stat_lists({"AP": value}), **made.to_dict()},
        warnings=made.warnings,
    )


def proposals(gt: str, preds: str, iou_type: str, given: Mapping[str, Any]) -> Measured:
    """Average recall of class-agnostic proposals at several counts per image, and its average over all counts."""
    from cocokit.eval.proposals import average_recall

    names = ("iou_thrs", "area_rng", "img_ids", "fixed", "lenient")
    settings = {name: given[name] for name in names if given[name] is not None}
    made = average_recall(gt, preds, iou_type, counts=given["proposals"], **settings)
    stats = made.stats()
    counts = {"images": made.images, "annotations": int(made.positives[0]), "proposals": made.proposals}
    return Measured(
        stats=stats,
        lines=[
            f"Average recall of {made.proposals:,} proposals in {made.images:,} images:",
            "",
            *made.lines(),
        ],
        brief={"metric": "proposals", "iou_type": iou_type, "counts": counts},
        rows=lambda: [
            {"area": area, **{f"AR@{k}": made.ar(k, area) for k in made.counts}, "AUC": made.auc(area)}
            for area in made.area_labels
        ],
        whole=lambda: {"metric": "proposals", **made.to_dict(), **stat_lists(stats)},
        warnings=made.warnings,
    )


def _refuse(given: Mapping[str, Any], options: Sequence[str], mode: str) -> None:
    """Raise a usage error for an option that a measure does not take: it would change nothing, silently."""
    for name in options:
        if given[name] != _DEFAULTS[name]:
            named = {"use_cats": "class-agnostic", "pr_file": "pr", "plot_file": "plot"}
            option = named.get(name, name.replace("_", "-"))
            raise click.UsageError(f"--{option} has no meaning with {mode}")


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
