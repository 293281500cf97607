"""Drop-in for ``pycocotools.cocoeval``: the same class, the same numbers to the last bit, another engine inside."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from . import literal
from .blame import blame
from .engine import Run
from .garbage import paused_gc
from .outlines import outlines_to_rle
from .params import Params
from .sides import Odd, Row
from .summary import summarize_boxes, summarize_keypoints
from .tables import accumulate_images, select

__all__ = ["COCOeval", "Params"]

#: Where to look for a row without a field.
_NEEDED = {
    "images": {"height", "width"},
    "annotations": {"area", "bbox", "iscrowd", "keypoints", "num_keypoints", "segmentation"},
    "results": {"area", "bbox", "keypoints", "score", "segmentation"},
}
_STEPS = ("_prepare", "computeIoU", "computeOks", "evaluateImg")
Cells = defaultdict[tuple[Any, Any], list[Row]]


class COCOeval:
    """Evaluation of results against ground truth; same names and behaviour as pycocotools' ``COCOeval``.

    ``evaluate`` and ``accumulate`` run on columns; ``evalImgs`` and ``ious`` are made when somebody reads them.
    A subclass may replace ``_prepare``, ``computeIoU``, ``computeOks`` or ``evaluateImg``, and ``evalImgs`` may be
    assigned (gathered from several processes, say): then the plain path does the work.

    Attributes:
        cocoGt, cocoDt: both sides.
        params: the settings; ``evaluate`` sorts its ids and ``maxDets`` in place (PARITY A2).
        evalImgs: K x A x I dicts (or None): ``dtIds``, ``gtIds``, (T, D) ``dtMatches``, (T, G) ``gtMatches``,
            ``dtScores``, ``gtIgnore``, (T, D) ``dtIgnore``.
        ious: (image id, category id) -> (D, G) float64, or [] where a side is empty.
        eval: ``precision`` and ``scores`` (T, R, K, A, M), ``recall`` (T, K, A, M), ``counts``, ``params``, ``date``.
        stats: (12,) float64, keypoints (10,).
    """

    def __init__(self, cocoGt: Any = None, cocoDt: Any = None, iouType: str = "segm") -> None:
        """Take both sides and the default settings of a type.

        Raises:
            Exception: an unknown ``iouType``.
        """
        if not iouType:
            print("iouType not specified. use default iouType segm")
        self.cocoGt, self.cocoDt = cocoGt, cocoDt
        self.params = Params(iouType=iouType)
        self.eval: dict[str, Any] = {}
        self.stats: Any = []
        self._paramsEval: Any = {}
        self._forget()
        if cocoGt is not None:
            self.params.imgIds = sorted(cocoGt.getImgIds())
            self.params.catIds = sorted(cocoGt.getCatIds())

    def _forget(self) -> None:
        self._run: Run | None = None
        self._images: Any = defaultdict(list)
        self._overlaps: Any = {}
        self._rows: tuple[list[Row], list[Row]] = [], []
        self._grouped: list[Cells | None] = [None, None]

    @property
    def evalImgs(self) -> Any:
        """Matches per category, area range and image; from now on ``accumulate`` reads this very list."""
        if self._images is None and self._run is not None:
            from .per_image import eval_images

            with paused_gc():
                self._images = eval_images(self._run)
        return self._images

    @evalImgs.setter
    def evalImgs(self, images: Any) -> None:
        self._images = images

    @property
    def ious(self) -> Any:
        """Overlaps per image and category."""
        if self._overlaps is None:
            self._overlaps = self._all_overlaps(self._paramsEval)
        return self._overlaps

    @ious.setter
    def ious(self, overlaps: Any) -> None:
        self._overlaps = overlaps

    @property
    def _gts(self) -> Cells:
        return self._cells(0)

    @_gts.setter
    def _gts(self, cells: Cells) -> None:
        self._grouped[0] = cells

    @property
    def _dts(self) -> Cells:
        return self._cells(1)

    @_dts.setter
    def _dts(self, cells: Cells) -> None:
        self._grouped[1] = cells

    def _cells(self, side: int) -> Cells:
        """Rows by (image id, category id)."""
        cells = self._grouped[side]
        if cells is None:
            cells = self._grouped[side] = defaultdict(list)
            for row in self._rows[side]:
                cells[row["image_id"], row["category_id"]].append(row)
        return cells

    def _prepare(self) -> None:
        """Load the rows of the chosen images and categories; set their masks and ``ignore`` (PARITY D1, D2, X8)."""
        p = self.params
        chosen = {"imgIds": p.imgIds, "catIds": p.catIds} if p.useCats else {"imgIds": p.imgIds}
        gts = self.cocoGt.loadAnns(self.cocoGt.getAnnIds(**chosen))
        dts = self.cocoDt.loadAnns(self.cocoDt.getAnnIds(**chosen))
        if p.iouType == "segm":
            outlines_to_rle(gts, self.cocoGt)
            outlines_to_rle(dts, self.cocoDt)
        for gt in gts:
            gt["ignore"] = "iscrowd" in gt and gt["iscrowd"]
            if p.iouType == "keypoints":
                gt["ignore"] = (gt["num_keypoints"] == 0) or gt["ignore"]
        self._forget()
        self._rows, self.eval = (gts, dts), {}

    def evaluate(self) -> None:
        """Match every image and category; the outcome is in ``evalImgs`` and goes into ``accumulate``.

        Raises:
            KeyError: a row without a field that is needed, with its place.
        """
        tic = time.time()
        print("Running per image evaluation...")
        p = self.params
        if p.useSegm is not None:
            p.iouType = "segm" if p.useSegm == 1 else "bbox"
            print(f"useSegm (deprecated) is not None. Running {p.iouType} evaluation")
        print(f"Evaluate annotation type *{p.iouType}*")
        p.imgIds = list(np.unique(p.imgIds))
        if p.useCats:
            p.catIds = list(np.unique(p.catIds))
        p.maxDets = sorted(p.maxDets)
        with paused_gc():
            try:
                self._prepare()
                self._match(deepcopy(p))
            except KeyError as error:
                raise self._explained(error) from None
        print(f"DONE (t={time.time() - tic:0.2f}s).")

    def _match(self, p: Any) -> None:
        """The fast path where it can be taken, else the plain one."""
        if not any(name in vars(self) or getattr(type(self), name) is not getattr(COCOeval, name) for name in _STEPS):
            try:
                self._run = Run(*self._rows, p)
            except Odd:
                self._run = None
        if self._run is not None:
            self._run.mark_ignored()
            self._images = self._overlaps = None
        else:
            self._overlaps = self._all_overlaps(self.params)
            self._images = [
                self.evaluateImg(image, category, area, self.params.maxDets[-1])
                for category in _categories(self.params)
                for area in self.params.areaRng
                for image in self.params.imgIds
            ]
        self._paramsEval = p

    def _all_overlaps(self, p: Any) -> dict[tuple[Any, Any], Any]:
        compute = self.computeOks if p.iouType == "keypoints" else self.computeIoU
        now, self.params = self.params, p
        try:
            return {(image, category): compute(image, category) for image in p.imgIds for category in _categories(p)}
        finally:
            self.params = now

    def _explained(self, error: KeyError) -> Exception:
        """The error with the first row that lacks the field."""
        for kind, fields in _NEEDED.items():
            dataset = getattr(self.cocoDt if kind == "results" else self.cocoGt, "dataset", {})
            rows = dataset.get("images" if kind == "images" else "annotations", []) if error.args[0] in fields else []
            for i, row in enumerate(rows):
                if error.args[0] not in row:
                    return blame(error, kind, i, row, error.args)
        return error

    def _side(self, cells: Cells, image: Any, category: Any) -> list[Row]:
        if self.params.useCats:
            return cells[image, category]
        return [row for one in self.params.catIds for row in cells[image, one]]

    def computeIoU(self, imgId: Any, catId: Any) -> Any:
        """(D, G) float64 IoU of the best detections with all ground truths of a cell; [] where a side is empty."""
        return literal.overlaps(self._side(self._gts, imgId, catId), self._side(self._dts, imgId, catId), self.params)

    def computeOks(self, imgId: Any, catId: Any) -> Any:
        """(D, G) float64 object keypoint similarity of a cell; [] where a side is empty."""
        return literal.similarities(self._gts[imgId, catId], self._dts[imgId, catId], self.params)

    def evaluateImg(self, imgId: Any, catId: Any, aRng: Any, maxDet: Any) -> Row | None:
        """Matches of one image and category in one area range; None where there is nothing."""
        gts, dts = self._side(self._gts, imgId, catId), self._side(self._dts, imgId, catId)
        found = literal.evaluate_image(gts, dts, self.ious[imgId, catId], self.params, aRng, maxDet)
        return found and {"image_id": imgId, "category_id": catId, "aRng": aRng, "maxDet": maxDet, **found}

    def accumulate(self, p: Any = None) -> None:
        """Build the precision, recall and score arrays in ``eval``.

        Args:
            p: other settings than those of ``evaluate``; what they may change is PARITY A3 and X12.
        """
        print("Accumulating evaluation results...")
        tic = time.time()
        if self._images is not None and not self._images:
            print("Please run evaluate() first")
        if p is None:
            p = self.params
        p.catIds = p.catIds if p.useCats == 1 else [-1]
        chosen = select(p, self._paramsEval)
        curves = None
        if self._images is None and self._run is not None and self._run.p is self._paramsEval:
            try:
                curves = self._run.curves(chosen, p.recThrs)
            except Odd:
                curves = None
        if curves is None:
            curves = accumulate_images(self.evalImgs, chosen, p.recThrs)
        self.eval = {
            "params": p,
            "counts": list(chosen.shape),
            "date": time.strftime("%Y-%m-%d %H:%M:%S"),
            "precision": curves.precision,
            "recall": curves.recall,
            "scores": curves.scores,
        }
        print(f"DONE (t={time.time() - tic:0.2f}s).")

    def summarize(self) -> None:
        """Print the summary and keep its numbers in ``stats``; give nothing back (PARITY L5).

        Raises:
            Exception: ``accumulate`` has not run.
            IndexError: fewer than three ``maxDets`` (boxes and masks).
        """
        if not self.eval:
            raise Exception("Please run accumulate() first")
        kind = self.params.iouType
        if kind not in ("segm", "bbox", "keypoints"):
            raise Exception(f"iouType not supported: {kind!r}; use bbox, segm or keypoints")
        self.stats = (summarize_keypoints if kind == "keypoints" else summarize_boxes)(self.params, self.eval)

    def __str__(self) -> str:
        self.summarize()
        return None  # type: ignore[return-value]  # as pycocotools: prints, then TypeError (L6)


def _categories(p: Any) -> Sequence[Any]:
    return list(p.catIds) if p.useCats else [-1]
