"""What is kept of evaluated images: per detection its score and its words, per ground truth what makes it count.

Boxes, masks and keypoints are gone by then: a detection takes 40 bytes. Tallies of several processes join into the
tally of all, whatever the order: they are ranked by image id in the end.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from cocokit.columns import Float64, Int64, UInt8
from cocokit.errors import DataError

from .accumulate import Ranking
from .cells import IdIndex, build_cells
from .evaluate import Outcome
from .matching import Block, Matches, blocks, positives
from .params import EvalParams
from .quirks import QuirkHit

_MAGIC = b"cocokit evaluator state 2 "
_SUM = 9  # a checksum of all that follows, in hexadecimal, and the end of the line


@dataclass(slots=True)
class Tally:
    """Columns of N detections and G ground truths of I images.

    Attributes:
        images: (I,) int64 ids of the images, also of those without anything.
        dt_image, dt_category: (N,) int64 ids; within an image rows keep the order in which they were fed.
        score: (N,) float64.
        tp, ig: (blocks, N) int64 words of :class:`cocokit.eval.matching.Block`.
        gt_image, gt_category: (G,) int64 ids.
        gt_area: (G,) float64 px^2.
        gt_ignore: (G,) uint8, ignored in every area range.
        gt_id: (G,) int64 ids of the ground truths, or (0,) where none were given.
        quirks: how many rows each quirk touches, and its unit.
    """

    images: Int64
    dt_image: Int64
    dt_category: Int64
    score: Float64
    tp: Int64
    ig: Int64
    gt_image: Int64
    gt_category: Int64
    gt_area: Float64
    gt_ignore: UInt8
    gt_id: Int64
    quirks: dict[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Outcome, hits: Sequence[QuirkHit], given_ids: bool) -> Tally:
        """The tally of evaluated images."""
        order, rows, gts = found.cells.dt_order, len(found.dt), found.cells.gt_order
        kept = np.zeros(rows, np.bool_)
        kept[order] = True  # as fed, without what was cut or is of no category
        blocks = found.matches.blocks
        return cls(
            images=found.img_ids,
            dt_image=found.dt.image_id[kept],
            dt_category=found.dt.category_id[kept],
            score=found.dt.score[kept],
            tp=np.stack([_by_row(block.tp, order, rows)[kept] for block in blocks]),
            ig=np.stack([_by_row(block.ig, order, rows)[kept] for block in blocks]),
            gt_image=found.gt.image_id[gts],
            gt_category=found.gt.category_id[gts],
            gt_area=found.gt.area[gts],
            gt_ignore=found.gt.ignore[gts],
            gt_id=found.gt.id[gts] if given_ids else np.empty(0, np.int64),
            quirks={hit.id: (hit.count, hit.unit) for hit in hits},
        )

    @classmethod
    def joined(cls, parts: Sequence[Tally]) -> Tally:
        """One tally of several; at least one."""
        if len(parts) == 1:
            return parts[0]
        quirks: dict[str, tuple[int, str]] = {}
        for part in parts:
            for name, (count, unit) in part.quirks.items():
                before = quirks.get(name, (0, unit))[0]
                quirks[name] = (max(before, count) if unit == "settings" else before + count, unit)
        columns = {name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in _COLUMNS}
        return cls(**columns, quirks=quirks)

    def without(self, images: Int64) -> Tally:
        """The same without some images, (M,) int64 ids; quirks are those of all."""
        dt, gt = ~np.isin(self.dt_image, images), ~np.isin(self.gt_image, images)
        return Tally(
            images=self.images[~np.isin(self.images, images)],
            dt_image=self.dt_image[dt],
            dt_category=self.dt_category[dt],
            score=self.score[dt],
            tp=self.tp[:, dt],
            ig=self.ig[:, dt],
            gt_image=self.gt_image[gt],
            gt_category=self.gt_category[gt],
            gt_area=self.gt_area[gt],
            gt_ignore=self.gt_ignore[gt],
            gt_id=self.gt_id[gt] if len(self.gt_id) else self.gt_id,
            quirks=self.quirks,
        )

    def ranking(self, cat_ids: Int64, params: EvalParams) -> Ranking:
        """The detections of all images by score, whatever order the images came in.

        Args:
            cat_ids: (K,) int64 categories of the evaluation.
            params: the settings that the images were matched with.
        """
        images, categories = IdIndex(np.sort(self.images)), IdIndex(cat_ids)
        (dt_image, _), (gt_image, _) = images.of(self.dt_image), images.of(self.gt_image)
        (dt_category, _), (gt_category, _) = categories.of(self.dt_category), categories.of(self.gt_category)
        cells = build_cells(
            dt_image, dt_category, self.score, gt_image, gt_category, len(self.images), len(cat_ids), params.use_cats,
            params.max_dets[-1],
        )  # fmt: skip
        ranges = params.ranges
        rows = cells.gt_order
        npig = positives(self.gt_area[rows], self.gt_ignore[rows], cells.gt_category, ranges, cells.kinds)
        words = [
            Block(*split, tp[cells.dt_order], ig[cells.dt_order])
            for split, tp, ig in zip(blocks(len(ranges), len(params.iou_thrs)), self.tp, self.ig, strict=True)
        ]
        return Ranking.of_cells(cells, self.score, Matches(words, npig, 0))

    def to_bytes(self, settings: dict[str, Any]) -> bytes:
        """The tally and the settings that it was made with, as bytes that any process can read (nothing is pickled)."""
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in _COLUMNS}
        head = {
            "settings": settings,
            "quirks": self.quirks,
            "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
        }
        line = json.dumps(head).encode() + b"\n"
        rest = b"".join([line, *(array.tobytes() for array in arrays.values())])
        return _MAGIC + b"%08x\n" % zlib.crc32(rest) + rest

    @classmethod
    def from_bytes(cls, data: object) -> tuple[Tally, dict[str, Any]]:
        """The tally and the settings of :meth:`to_bytes`.

        Raises:
            DataError: the bytes are something else, or not all there, or not what they were.
        """
        start = len(_MAGIC) + _SUM
        if not isinstance(data, bytes) or not data.startswith(_MAGIC):
            raise DataError("state", "", "is not an evaluator's state", "give what Evaluator.state() returned")
        if data[len(_MAGIC) : start] != b"%08x\n" % zlib.crc32(memoryview(data)[start:]):
            raise DataError("state", "", f"is cut off or damaged ({len(data):,} bytes)", "send it whole")
        at = data.index(b"\n", start) + 1
        head = json.loads(data[start:at])
        columns: dict[str, Any] = {}
        for name, dtype, shape in head["arrays"]:
            size = np.dtype(dtype).itemsize * int(np.prod(shape))
            columns[name] = np.frombuffer(data, dtype, int(np.prod(shape)), at).reshape(shape)
            at += size
        quirks = {name: (int(count), str(unit)) for name, (count, unit) in head["quirks"].items()}
        return cls(**columns, quirks=quirks), head["settings"]


def _by_row(words: Int64, order: Int64, rows: int) -> Int64:
    """Words by position as words by row; rows without a position are 0."""
    made = np.zeros(rows, np.int64)
    made[order] = words
    return made


_COLUMNS = tuple(f.name for f in fields(Tally) if f.name != "quirks")
