"""The result of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cocokit.columns import Float64, Int64
from cocokit.errors import NotFoundError

from .accumulate import Curves, Ranking
from .params import EvalParams
from .quirks import QuirkHit
from .summarize import Line, own_area_lines, summary_lines, text, value


@dataclass(slots=True, eq=False, repr=False)
class Report:
    """Everything that one evaluation found; prints nothing by itself.

    Attributes:
        params: the settings it was made with.
        curves: precision, recall and scores.
        cat_ids: K category ids, ascending; (-1,) when categories are pooled.
        cat_names: their names.
        npig: (K, A) int64 ground truths that count, per category and area range.
        counts: how many images, annotations and detections were evaluated.
        quirks: quirks of pycocotools that this input triggers.
        warnings: one sentence each.
        stats: (12,) float64, keypoints (10,): the summary in pycocotools' order; -1 where nothing was measured.
        details: what other measures need (per-detection outcome); None in a merged or stored report.
    """

    params: EvalParams
    curves: Curves
    cat_ids: tuple[int, ...]
    cat_names: tuple[str, ...]
    npig: Int64
    counts: dict[str, int]
    quirks: list[QuirkHit] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stats: Float64 = field(init=False)
    details: Any = None

    def __post_init__(self) -> None:
        lines = summary_lines(self.params)
        self.stats = np.array([value(line, self.curves, self.params) for line in lines])

    @property
    def ranking(self) -> Ranking:
        """The outcome of every detection, which raw curves and operating points are read from.

        Raises:
            NotFoundError: the report was made without details.
        """
        if self.details is None:
            raise NotFoundError("this report holds no outcome per detection; make it with cocokit.evaluate()")
        found: Ranking = self.details if isinstance(self.details, Ranking) else self.details.ranking
        return found

    @property
    def iou_type(self) -> str:
        """``bbox``, ``segm`` or ``keypoints``."""
        return self.params.iou_type

    @property
    def mode(self) -> str:
        """``strict`` or ``fixed``."""
        return "fixed" if self.params.fixed else "strict"

    @property
    def precision(self) -> Float64:
        """(T, R, K, A, M) float64, -1 where a category has nothing to find."""
        return self.curves.precision

    @property
    def recall(self) -> Float64:
        """(T, K, A, M) float64."""
        return self.curves.recall

    @property
    def scores(self) -> Float64:
        """(T, R, K, A, M) float64."""
        return self.curves.scores

    @property
    def stat_names(self) -> list[str]:
        """Short names of ``stats``: AP, AP50, AP75, APs, APm, APl, AR1, ..."""
        return [line.name for line in summary_lines(self.params)]

    def named_stats(self) -> dict[str, float]:
        """``stats`` by name, then AP and AR of area ranges with names of their own (``AP_tiny``, ``AR_tiny``)."""
        return {line.name: value(line, self.curves, self.params) for line in self._all_lines()}

    def lines(self) -> list[str]:
        """The summary as pycocotools prints it, one string per line; then own area ranges in the same form."""
        return [text(line, value(line, self.curves, self.params), self.params) for line in self._all_lines()]

    def _all_lines(self) -> list[Line]:
        return summary_lines(self.params) + own_area_lines(self.params)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def per_category(self) -> list[dict[str, Any]]:
        """One row per category: id, name, ground truths, and its own value of every line."""
        lines = self._all_lines()
        rows = []
        for k, (cat_id, name) in enumerate(zip(self.cat_ids, self.cat_names, strict=True)):
            part = Curves(
                self.precision[:, :, k : k + 1], self.recall[:, k : k + 1], self.scores[:, :, k : k + 1]
            )
            row: dict[str, Any] = {"id": cat_id, "name": name, "annotations": int(self.npig[k, 0])}
            row.update((line.name, value(line, part, self.params)) for line in lines)
            rows.append(row)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values: named stats, settings, per-category rows, quirks, warnings, counts."""
        named = self.named_stats()
        return {
            "stats": list(named.values()),
            "stat_names": list(named),
            "iou_type": self.iou_type,
            "mode": self.mode,
            "params": self.params.to_dict(),
            "counts": self.counts,
            "quirks": [q.to_dict() for q in self.quirks],
            "warnings": self.warnings,
            "per_category": self.per_category(),
        }
