"""An evaluator fed batch by batch with arrays or tensors, whose states merge across processes.

No JSON, no file, no object per detection: images are matched in blocks as they come, and only the outcome is kept.
The report has the same bits as :func:`cocokit.evaluate` over everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cocokit.columns import Annotations, CategoryRow, Images, Int64, join_annotations
from cocokit.dataset import Dataset
from cocokit.errors import DataError, ParamsError

from .accumulate import Ranking, accumulate
from .batch import BatchReader
from .evaluate import match_columns
from .feed import Given, whole_ids
from .kernels.census import count_ties
from .params import EvalParams
from .quirks import QuirkHit, quirk_hits
from .report import Report
from .tally import Tally

#: Rows that wait before they are matched: enough to make the fixed cost of a block vanish.
_BLOCK = 1 << 16


class Evaluator:
    """Evaluates image by image.

    >>> evaluator = Evaluator("bbox", box_format="xyxy", cat_names={1: "cat"})
    >>> evaluator.update(
    ...     [7],
    ...     [{"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]], "scores": [0.9, 0.8], "labels": [1, 1]}],
    ...     [{"boxes": [[0, 0, 10, 9]], "labels": [1]}],
    ... )
    >>> evaluator.compute().lines()[1]
    ' Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 1.000'
    """

    def __init__(
        self, iou_type: str = "bbox", *, box_format: str = "xywh", cat_names: Mapping[int, str] | None = None,
        lenient: bool = False, params: EvalParams | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        """Set up an empty evaluator.

        Args:
            iou_type: ``bbox``, ``segm`` or ``keypoints``.
            box_format: what ``boxes`` are: ``xywh`` (corner, width, height) or ``xyxy`` (two corners), px.
            cat_names: names by category id; if neither ``cat_ids`` nor ``params`` says otherwise, these ids are the
                categories. Without any, they are all labels that come along.
            lenient: take NaN and infinity, and count them as pycocotools does (PARITY X3).
            params: all settings at once; or give them one by one, as for :func:`cocokit.evaluate`.

        Raises:
            ParamsError: a setting that cannot work; ``img_ids`` is one, since what is fed is what is evaluated.
        """
        if params is None:
            if cat_names and "cat_ids" not in settings:
                settings["cat_ids"] = tuple(sorted(cat_names))
            params = EvalParams(iou_type=iou_type, **settings)
        if params.img_ids is not None:
            raise ParamsError("img_ids", list(params.img_ids), "feed only the images that are meant")
        if isinstance(params.sigmas, Mapping) and not params.use_cats and params.cat_ids is None:
            raise ParamsError("cat_ids", None, "name the categories when they are pooled and have sigmas of their own")
        self.params = params
        self._reader = BatchReader(params.iou_type, box_format, lenient)
        self._names = dict(cat_names or {})
        self.reset()

    def reset(self) -> None:
        """Forget everything that was fed."""
        self._seen: set[int] = set()
        self._pending: list[tuple[list[int], Annotations, Annotations]] = []
        self._waiting = 0
        self._tallies: list[Tally] = []
        self._given_ids: bool | None = None

    def __len__(self) -> int:
        """How many images were fed."""
        return len(self._seen)

    def update(self, image_ids: Iterable[Any], detections: Given, targets: Given) -> None:
        """Feed some images, each of them whole: what an image has must come in one update.

        ``detections`` and ``targets`` are one mapping per image, or each one mapping whose arrays hold the rows of all
        images and whose ``image_ids`` says of which image each row is. Arrays are NumPy's, tensors or lists.

        Args:
            image_ids: I different ids, also of images with neither.
            detections: ``scores`` (n,), ``labels`` (n,) category ids and, by IoU type, ``boxes`` (n, 4) px, ``masks``
                ((n, height, width) of bool or whole numbers, or n RLEs) or ``keypoints`` (n, points, 3). Areas are
                those of the outlines compared: beside masks, boxes are not looked at, as if the results file had none.
            targets: ``labels`` and outlines likewise, keypoints with ``boxes`` too; and if given ``area`` (n,) px^2
                (else the mask's, else the box's), ``iscrowd``, ``ignore``, ``num_keypoints`` and ``ids`` (n,). Without
                ``ids`` no ground truth has the id 0 that pycocotools never counts (X1).

        Raises:
            DataError: an image that was fed before, a missing member, a wrong shape or type, NaN. Nothing of the
                update is counted then. A damaged RLE is found when its block is matched, at some later update or at
                the end; start anew after that.
        """
        images = whole_ids("update", image_ids)
        self._refuse_again(images)
        dt = self._reader.detections(images, detections)
        gt = self._reader.targets(images, targets)
        if len(gt):
            self._refuse_other_ids(images, given=gt.id is not None)
            self._given_ids = gt.id is not None
        self._seen.update(images)
        self._pending.append((images, dt, gt))
        self._waiting += len(dt) + len(gt)
        if self._waiting >= _BLOCK:
            self._match()

    def _refuse_again(self, images: list[int]) -> None:
        if len(set(images)) == len(images) and self._seen.isdisjoint(images):
            return
        again = [image for i, image in enumerate(images) if image in self._seen or image in images[:i]]
        remedy = "feed an image once, with all that it has"
        raise DataError("update", f"image {again[0]}", "was fed before", remedy, len(again))

    def _refuse_other_ids(self, images: list[int], given: bool) -> None:
        if self._given_ids in (None, given):
            return
        reason = "are given" if given else "are missing"
        raise DataError("targets", f"image {images[0]}, ids", f"{reason}, unlike in updates before",
                        "give ids always or never")  # fmt: skip

    def _match(self) -> None:
        """Match the images that wait; afterwards only their tally is left of them."""
        images = np.array([i for part in self._pending for i in part[0]], np.int64)
        sides = [[part[1] for part in self._pending], [part[2] for part in self._pending]]
        if not self._pending:
            nothing: list[Any] = []
            sides = [[self._reader.detections([], nothing)], [self._reader.targets([], nothing)]]
        dt, gt = (join_annotations([p for p in side if len(p)] or side[:1]) for side in sides)
        if gt.id is None:
            gt.id = np.arange(1, len(gt) + 1)
        dataset = self._dataset(images, dt, gt)
        found, hits = match_columns(dataset, dt, self.params)
        if found.dt.masks is not None:
            from .mask_borders import check_masks

            check_masks(dataset, dt, found.dt.masks, fixed=self.params.fixed, lenient=self._reader.lenient,
                        gt_path="targets", dt_path="detections")  # fmt: skip
        self._tallies.append(Tally.of(found, hits, bool(self._given_ids)))
        self._pending, self._waiting = [], 0

    def _dataset(self, images: Int64, dt: Annotations, gt: Annotations) -> Dataset:
        size = _sizes(images, dt, gt)
        if self.params.cat_ids is not None:
            cat_ids = list(self.params.cat_ids)
        else:
            assert dt.category_id is not None
            assert gt.category_id is not None
            cat_ids = np.union1d(dt.category_id, gt.category_id).tolist()
        rows = [CategoryRow(i, self._names.get(i, str(i))) for i in cat_ids]
        return Dataset(Images(images, size[:, 1].copy(), size[:, 0].copy()), gt, rows)

    def _tally(self) -> Tally:
        """The tally of all that was fed, which takes the place of its parts."""
        if self._pending or not self._tallies:
            self._match()
        self._tallies = [Tally.joined(self._tallies)]
        return self._tallies[0]

    def state(self) -> bytes:
        """Everything that was fed so far, as bytes for another process (40 per detection; nothing is pickled)."""
        return self._tally().to_bytes(self.params.to_dict())

    def merge(self, other: Evaluator | bytes, *, repeated: str = "refuse") -> None:
        """Add what another evaluator with the same settings was fed.

        The order of merging does not matter. Across processes, gather ``state()`` of all and merge them in one.

        Args:
            other: the evaluator or its ``state()``.
            repeated: what to do with images that both were fed: ``refuse``, or ``skip`` the other's, which is what a
                sampler needs that pads the last batches with images from the beginning (the quirks' counts then
                include them).

        Raises:
            ParamsError: its settings are others.
            DataError: the bytes are damaged; an image was fed to both.
        """
        if repeated not in ("refuse", "skip"):
            raise ParamsError("repeated", repeated, "use refuse or skip")
        data = other.state() if isinstance(other, Evaluator) else other
        tally, settings = Tally.from_bytes(data)
        self._refuse_settings(settings)
        both = [i for i in tally.images.tolist() if i in self._seen]
        if both and repeated == "refuse":
            remedy = 'pass repeated="skip" if it is the same image fed again'
            raise DataError("merge", f"image {both[0]}", "was fed to both", remedy, len(both))
        if both:
            tally = tally.without(np.array(both, np.int64))
        self._seen.update(tally.images.tolist())
        self._tallies.append(tally)

    def _refuse_settings(self, other: dict[str, Any]) -> None:
        for name, mine in self.params.to_dict().items():
            if other.get(name) != mine:
                raise ParamsError(name, mine, f"the evaluator to merge has {other.get(name)!r}")

    def compute(self) -> Report:
        """The report of all images so far; more may follow.

        Raises:
            DataError: two ground truths have the same id, which pycocotools would mix up (PARITY X2).
        """
        tally, params = self._tally(), self.params
        if not params.fixed:
            _refuse_same_ids(tally.gt_id)
        cat_ids = np.union1d(tally.dt_category, tally.gt_category) if params.cat_ids is None else np.array(
            params.cat_ids, np.int64)
        ranking = tally.ranking(cat_ids, params)
        return Report(
            params=params,
            curves=accumulate(ranking, params),
            cat_ids=tuple(cat_ids.tolist()) if params.use_cats else (-1,),
            cat_names=tuple(self._names.get(c, str(c)) for c in cat_ids.tolist()) if params.use_cats else ("all",),
            npig=ranking.matches.npig,
            counts={"images": len(tally.images), "annotations": len(tally.gt_area), "detections": len(tally.score)},
            quirks=_quirks(tally, ranking, params),
            details=ranking,
        )


def _quirks(tally: Tally, ranking: Ranking, params: EvalParams) -> list[QuirkHit]:
    """The quirks of all images; ties are counted anew, because they reach across images (PARITY A1)."""
    found = dict(tally.quirks)
    kinds = len(ranking.cat_start) - 1
    ties = count_ties(ranking.by_score, ranking.cat_start, kinds, ranking.dt_order, ranking.score)
    found["A1"] = (ties, "detections")
    return quirk_hits(found, fixed=params.fixed)


def _refuse_same_ids(ids: Int64) -> None:
    ranked = np.sort(ids)
    again = np.flatnonzero(ranked[1:] == ranked[:-1])
    if len(again):
        raise DataError("targets", "ids", f"{ranked[again[0]]} is used twice",
                        "leave ids out, and ground truths are numbered", len(again))  # fmt: skip


def _sizes(images: Int64, dt: Annotations, gt: Annotations) -> Int64:
    """(I, 2) int64 [height, width] px of each image: that of its first mask; zeros where there is none."""
    size = np.zeros((len(images), 2), np.int64)
    place = {image: i for i, image in enumerate(images.tolist())}
    for side in (dt, gt):
        if side.segmentation is not None and side.image_id is not None and len(side):
            ids, first = np.unique(side.image_id, return_index=True)
            size[[place[i] for i in ids.tolist()]] = side.segmentation.size[first]
    return size
