"""Object proposals: average recall at any number of proposals per image, and its average over all of them (AUC).

Proposals have no category: all ground truths and all proposals of an image are matched with each other, best score
first, at IoU 0.50 to 0.95 (Hosang et al. 2016; COCO; Pinheiro et al. 2016). The first k proposals of an image match the
same way whatever follows them, so one matching at the largest k gives the recall at every smaller one.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cocokit.columns import Annotations, Field, Float64, Int64
from cocokit.dataset import Dataset
from cocokit.errors import DataError, ParamsError

from .accumulate import Ranking
from .evaluate import evaluate, load_dataset, load_results, source_name
from .params import EvalParams, default_iou_thrs
from .report import Report

COUNTS = (10, 100, 1000)
_GT_FIELDS = ~(Field.KEYPOINTS | Field.NUM_KEYPOINTS | Field.CAPTION)


@dataclasses.dataclass(frozen=True, slots=True)
class ProposalReport:
    """Recall of class-agnostic proposals.

    Attributes:
        iou_type: ``bbox`` or ``segm``.
        counts: numbers of proposals per image that the summary names, rising; K is the largest.
        iou_thrs: (T,) float64.
        area_labels: A names.
        positives: (A,) int64 ground truths that count.
        recall: (T, A, K) float64, recall of the first k = 1 ... K proposals of every image at index k - 1; -1 where an
            area range has no ground truth.
        images, proposals: how many images, and how many proposals among their first K.
        warnings: one sentence each.
    """

    iou_type: str
    counts: tuple[int, ...]
    iou_thrs: Float64
    area_labels: tuple[str, ...]
    positives: Int64
    recall: Float64
    images: int
    proposals: int
    warnings: list[str] = dataclasses.field(default_factory=list)

    @property
    def average_recall(self) -> Float64:
        """(A, K) float64: mean of ``recall`` over the IoU thresholds, for k = 1 ... K."""
        mean: Float64 = self.recall.mean(0)
        return mean

    def ar(self, count: int, area: str | None = None) -> float:
        """Average recall of the first ``count`` proposals per image, in an area range (default the first).

        Raises:
            ParamsError: more than the largest count, or an unknown range.
        """
        if not 1 <= count <= self.recall.shape[2]:
            raise ParamsError("count", count, f"give 1 to {self.recall.shape[2]}, or evaluate with larger counts")
        return float(self.average_recall[self._area(area), count - 1])

    def auc(self, area: str | None = None, scale: str = "log") -> float:
        """Average recall averaged over all numbers of proposals, 1 to K; -1 without ground truth.

        Args:
            area: label of an area range; None for the first.
            scale: ``log``: the area under AR over log k by the trapezoidal rule, divided by log K, so that 1 to 10
                proposals weigh as much as 100 to 1000; this is the AUC that proposal papers print (AR@10 = 14.4,
                AR@100 = 25.8 and AR@1000 = 33.1 go with an AUC of 19.4 there, which no plain mean over k gives).
                ``linear``: the mean over k.

        Raises:
            ParamsError: an unknown scale or range.
        """
        if scale not in ("log", "linear"):
            raise ParamsError("scale", scale, "use log or linear")
        values = self.average_recall[self._area(area)]
        if scale == "linear" or len(values) == 1:
            return float(values.mean())
        steps = np.diff(np.log(np.arange(1, len(values) + 1)))
        return float((steps * (values[1:] + values[:-1]) / 2).sum() / steps.sum())

    def recall_over_iou(self, count: int, area: str | None = None) -> Float64:
        """(T,) float64: recall at each IoU threshold of the first ``count`` proposals; raises as :meth:`ar`."""
        self.ar(count, area)
        curve: Float64 = self.recall[:, self._area(area), count - 1]
        return curve

    def stats(self) -> dict[str, float]:
        """The summary by name: ``AR@10`` ... at all counts, then ``AUC``, and the same by area (``AR@10 small``)."""
        found: dict[str, float] = {}
        for i, label in enumerate(self.area_labels):
            tail = f" {label}" if i else ""
            found.update((f"AR@{count}{tail}", self.ar(count, label)) for count in self.counts)
            found[f"AUC{tail}"] = self.auc(label)
        return found

    def lines(self) -> list[str]:
        """A table as text: a row per area range, average recall at the counts, and the AUC."""
        heads = [f"{head:>5}" for head in (*(f"AR@{count}" for count in self.counts), "AUC")]
        width = max(len(label) for label in ("area", *self.area_labels))
        lines = ["  ".join([f"{'area':{width}}", *heads])]
        for label in self.area_labels:
            values = [*(self.ar(count, label) for count in self.counts), self.auc(label)]
            texts = [f"{v:.3f}" if v > -1 else "-" for v in values]
            cells = [f"{text:>{max(5, len(head))}}" for text, head in zip(texts, heads, strict=True)]
            lines.append("  ".join([f"{label:{width}}", *cells]))
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON values; recall over IoU at the counts only."""
        return {
            "stats": self.stats(),
            "iou_type": self.iou_type,
            "counts": list(self.counts),
            "iou_thrs": self.iou_thrs.tolist(),
            "recall_over_iou": {str(count): self.recall_over_iou(count).tolist() for count in self.counts},
            "images": self.images,
            "annotations": int(self.positives[0]),
            "proposals": self.proposals,
            "warnings": self.warnings,
        }

    def _area(self, area: str | None) -> int:
        if area is not None and area not in self.area_labels:
            raise ParamsError("area", area, f"use one of {', '.join(self.area_labels)}")
        return 0 if area is None else self.area_labels.index(area)


def average_recall(
    gt: Any, dt: Any, iou_type: str = "bbox", *, counts: Sequence[int] = COUNTS, iou_thrs: ArrayLike | None = None,
    area_rng: Any = None, img_ids: Sequence[int] | None = None, fixed: bool = False, lenient: bool = False,
) -> ProposalReport:  # fmt: skip
    """Evaluate class-agnostic proposals.

    Args:
        gt: ground truth, as for :func:`cocokit.evaluate`.
        dt: proposals as results; their category plays no part, and any ``category_id`` will do.
        iou_type: ``bbox`` or ``segm``.
        counts: numbers of proposals per image, as many as you like; there is no limit at 100.
        iou_thrs, area_rng, img_ids, fixed, lenient: as for :func:`cocokit.evaluate`.

    Raises:
        DataError: a file or a value that cannot be evaluated.
        ParamsError: a setting that cannot work.
    """
    if iou_type not in ("bbox", "segm"):
        raise ParamsError("iou_type", iou_type, "proposals are boxes or masks: use bbox or segm")
    wanted = tuple(sorted({int(count) for count in counts}))
    if not wanted or wanted[0] < 1:
        raise ParamsError("counts", list(counts), "give numbers of proposals of 1 or more")
    params = EvalParams(
        iou_type=iou_type, iou_thrs=default_iou_thrs() if iou_thrs is None else np.asarray(iou_thrs, np.float64),
        area_rng=area_rng, img_ids=None if img_ids is None else tuple(img_ids), use_cats=False, max_dets=wanted[-1:],
        fixed=fixed,
    )  # fmt: skip
    dataset = load_dataset(gt, _GT_FIELDS)
    results, name = load_results(dt, iou_type)
    try:
        report = evaluate(dataset, _of_known_category(results, dataset), params=params, lenient=lenient)
    except DataError as error:  # what is loaded already has no name of its own
        raise error.renamed({"ground truth": source_name(gt, error.path), "results": name}) from error.__cause__
    return of_report(report, wanted)


def _of_known_category(results: Annotations, dataset: Dataset) -> Annotations:
    """The same proposals, those of an unknown category given the first one, so that they count."""
    ids, known = results.category_id, np.array([category.id for category in dataset.categories], np.int64)
    if ids is None or not len(known) or not (strange := ~np.isin(ids, known)).any():
        return results
    made = copy.copy(results)
    made.category_id = np.where(strange, known[0], ids)
    return made


def of_report(report: Report, counts: Sequence[int]) -> ProposalReport:
    """Proposal recall from a report with pooled categories and max_dets of at least the largest count.

    Raises:
        ParamsError: categories are kept apart, or the counts are larger than max_dets.
    """
    params, ranking = report.params, report.ranking
    if params.use_cats:
        raise ParamsError("use_cats", True, "proposals are matched without categories: evaluate with use_cats=False")
    if max(counts) > params.max_dets[-1]:
        raise ParamsError("counts", list(counts), f"the report was made with at most {params.max_dets[-1]}")
    return ProposalReport(
        iou_type=params.iou_type,
        counts=tuple(counts),
        iou_thrs=params.iou_thrs,
        area_labels=params.area_labels,
        positives=report.npig[0],
        recall=_recall(ranking, params, report.npig[0], max(counts)),
        images=report.counts["images"],
        proposals=report.counts["detections"],
        warnings=report.warnings,
    )


def _recall(ranking: Ranking, params: EvalParams, positives: Int64, most: int) -> Float64:
    """(T, A, most) float64 from the rank of each match."""
    recall = np.full((len(params.iou_thrs), len(positives), most), -1.0)
    for block in ranking.matches.blocks:
        some = np.flatnonzero(block.tp)
        words, rank = block.tp[some], ranking.rank[some]
        for a in range(block.a0, block.a1):
            for t in range(block.t0, block.t1):
                bit = (a - block.a0) * (block.t1 - block.t0) + (t - block.t0)
                if positives[a]:
                    hits = np.bincount(rank[(words >> bit) & 1 == 1], minlength=most)[:most]
                    recall[t, a] = np.cumsum(hits) / positives[a]
    return recall
