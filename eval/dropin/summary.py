"""``summarize()``: the twelve lines (ten for keypoints), from whatever the settings hold (PARITY L7, L9, X7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from cocokit.columns import Float64


def summarize_boxes(p: Any, found: dict[str, Any]) -> Float64:
    """(12,) stats of boxes or masks; AP is read at 100 detections whatever ``maxDets`` says (L9)."""
    stats = np.zeros(12)
    stats[0] = _line(p, found, True)
    if len(p.maxDets) < 3:
        raise IndexError(f"the summary reads three maxDets, and params.maxDets is {p.maxDets!r}; eval has the arrays")
    for i, threshold in ((1, 0.5), (2, 0.75)):
        stats[i] = _line(p, found, True, threshold, limit=p.maxDets[2])
    for i, area in ((3, "small"), (4, "medium"), (5, "large")):
        stats[i] = _line(p, found, True, area=area, limit=p.maxDets[2])
    for i in range(3):
        stats[6 + i] = _line(p, found, False, limit=p.maxDets[i])
    for i, area in ((9, "small"), (10, "medium"), (11, "large")):
        stats[i] = _line(p, found, False, area=area, limit=p.maxDets[2])
    return stats


def summarize_keypoints(p: Any, found: dict[str, Any]) -> Float64:
    """(10,) stats of keypoints, at 20 detections."""
    lines = [(None, "all"), (0.5, "all"), (0.75, "all"), (None, "medium"), (None, "large")]
    return np.array([_line(p, found, ap, thr, area, 20) for ap in (True, False) for thr, area in lines], np.float64)


def _line(
    p: Any, found: dict[str, Any], ap: bool, threshold: float | None = None, area: str = "all", limit: int = 100
) -> Any:
    """Print one line and give its value: the mean of what is not -1, or -1 (C5)."""
    areas = [i for i, label in enumerate(p.areaRngLbl) if label == area]
    limits = [i for i, count in enumerate(p.maxDets) if count == limit]
    table = found["precision" if ap else "recall"]
    if threshold is not None:
        if isinstance(p.iouThrs, list):
            raise ValueError(f"the summary looks for {threshold} in params.iouThrs; make them a NumPy array (L7)")
        table = table[np.where(threshold == p.iouThrs)[0]]
    table = table[:, :, :, areas, limits] if ap else table[:, :, areas, limits]
    real = table[table > -1]
    value = np.mean(real) if len(real) else -1
    title, short = ("Average Precision", "(AP)") if ap else ("Average Recall", "(AR)")
    iou = f"{p.iouThrs[0]:0.2f}:{p.iouThrs[-1]:0.2f}" if threshold is None else f"{threshold:0.2f}"
    print(f" {title:<18} {short} @[ IoU={iou:<9} | area={area:>6s} | maxDets={limit:>3d} ] = {value:0.3f}")
    return value
