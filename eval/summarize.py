"""The twelve (ten for keypoints) numbers and their lines, in pycocotools' order and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .accumulate import Curves
from .params import EvalParams


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the summary: which part of which array it is the mean of.

    Attributes:
        name: short name, such as ``AP75`` or ``ARs``.
        precision: mean of precision (AP) or of recall (AR).
        iou_thr: a single threshold, or None for all.
        area: label of the area range.
        max_dets: detections per image and category.
    """

    name: str
    precision: bool
    iou_thr: float | None
    area: str
    max_dets: int


def summary_lines(params: EvalParams, reference: bool = False) -> list[Line]:
    """The lines of a summary.

    Args:
        params: AP lines use the largest max_dets and the first area range.
        reference: what pycocotools does instead: stats[0] at max_dets 100 whatever was set (PARITY L9).
    """
    last = params.max_dets[-1]
    base = params.area_labels[0]
    if params.iou_type == "keypoints":
        parts = [("", None, base), ("50", 0.5, base), ("75", 0.75, base), ("m", None, "medium"), ("l", None, "large")]
        return [Line(kind + name, kind == "AP", thr, area, last) for kind in ("AP", "AR") for name, thr, area in parts]
    sizes = [(name, label) for name, label in (("s", "small"), ("m", "medium"), ("l", "large"))]
    ap = [Line("AP", True, None, base, 100 if reference else last)]
    ap += [Line(f"AP{name}", True, thr, base, last) for name, thr in (("50", 0.5), ("75", 0.75))]
    ap += [Line(f"AP{name}", True, None, label, last) for name, label in sizes]
    ar = [Line(f"AR{m}", False, None, base, m) for m in params.max_dets]
    return ap + ar + [Line(f"AR{name}", False, None, label, last) for name, label in sizes]


def own_area_lines(params: EvalParams) -> list[Line]:
    """AP and AR of the area ranges that have no line in the summary, because their names are not COCO's."""
    known = {line.area for line in summary_lines(params)}
    own = [label for label in dict.fromkeys(params.area_labels) if label not in known]
    last = params.max_dets[-1]
    return [Line(f"{kind}_{label}", kind == "AP", None, label, last) for kind in ("AP", "AR") for label in own]


def value(line: Line, curves: Curves, params: EvalParams) -> float:
    """Mean of the selected cells that are not -1; -1.0 if there is none (PARITY C5)."""
    areas = [i for i, label in enumerate(params.area_labels) if label == line.area]
    dets = [i for i, m in enumerate(params.max_dets) if m == line.max_dets]
    cells = curves.precision if line.precision else curves.recall
    if line.iou_thr is not None:
        cells = cells[np.where(line.iou_thr == params.iou_thrs)[0]]
    cells = cells[..., areas, :][..., dets]
    real = cells[cells > -1]
    return float(np.mean(real)) if len(real) else -1.0


def text(line: Line, number: float, params: EvalParams) -> str:
    """The line as pycocotools prints it."""
    title, short = ("Average Precision", "(AP)") if line.precision else ("Average Recall", "(AR)")
    thrs = params.iou_thrs
    iou = f"{thrs[0]:0.2f}:{thrs[-1]:0.2f}" if line.iou_thr is None else f"{line.iou_thr:0.2f}"
    place = f"IoU={iou:<9} | area={line.area:>6s} | maxDets={line.max_dets:>3d}"
    return f" {title:<18} {short} @[ {place} ] = {number:0.3f}"
