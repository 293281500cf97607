"""Evaluation settings, checked when they are made (pycocotools' Params; PARITY L1, L2, A2, D4, D5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from cocokit.columns import Float64
from cocokit.errors import ParamsError

IOU_TYPES = ("bbox", "segm", "keypoints")
AREA_LABELS = ("all", "small", "medium", "large")
_AREAS = {"all": (0.0, 1e10), "small": (0.0, 32.0**2), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}
_LARGEST = 2**63 - 1

#: Per-point tolerances of the 17 person keypoints; divided by ten at run time, as pycocotools does (PARITY F9).
PERSON_SIGMAS = (0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89)


def default_iou_thrs() -> Float64:
    """(10,) float64, 0.50 to 0.95 by ``linspace``: other ways to write the grid differ in the last bit (L1)."""
    return np.linspace(0.5, 0.95, 10)


def default_rec_thrs() -> Float64:
    """(101,) float64, 0.00 to 1.00 by ``linspace`` (L2)."""
    return np.linspace(0.0, 1.00, 101)


def person_sigmas() -> Float64:
    """(17,) float64 tolerances of the person keypoints, as fractions of the person's scale (the root of its area)."""
    return np.array(PERSON_SIGMAS) / 10.0


@dataclass(frozen=True, slots=True, eq=False)
class EvalParams:
    """What to evaluate and how.

    Attributes:
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        iou_thrs: (T,) float64 overlaps; default 0.50, 0.55 ... 0.95.
        rec_thrs: (R,) float64 recalls at which precision is read; default 0, 0.01 ... 1.
        area_rng: (A, 2) float64, [lowest, highest] area px^2, both included; default COCO's ranges.
        area_labels: A names; the first is the one that AP and AR use.
        max_dets: M rising counts of detections per image and category; default (1, 10, 100), keypoints (20,).
        img_ids, cat_ids: ids to evaluate, or None for all; each once, rising (pooled categories: as given).
        use_cats: False pools all categories (class-agnostic).
        sigmas: per-point tolerances: (P,) for all categories, or a mapping from category id; keypoints only.
        fixed: correct pycocotools' defects (PARITY.md) instead of reproducing them.

    Raises:
        ParamsError: a setting that cannot work, with what would.
    """

    iou_type: str = "bbox"
    iou_thrs: Float64 = field(default_factory=default_iou_thrs)
    rec_thrs: Float64 = field(default_factory=default_rec_thrs)
    area_rng: Float64 | None = None
    area_labels: tuple[str, ...] = ()
    max_dets: tuple[int, ...] = ()
    img_ids: tuple[int, ...] | None = None
    cat_ids: tuple[int, ...] | None = None
    use_cats: bool = True
    sigmas: ArrayLike | Mapping[int, ArrayLike] | None = None
    fixed: bool = False

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.iou_type not in IOU_TYPES:
            raise ParamsError("iou_type", self.iou_type, f"use one of {', '.join(IOU_TYPES)}")
        put(self, "iou_thrs", _vector("iou_thrs", self.iou_thrs))
        put(self, "rec_thrs", _vector("rec_thrs", self.rec_thrs))
        ranges, labels = _areas(self.area_rng, self.area_labels, self.iou_type)
        put(self, "area_rng", ranges)
        put(self, "area_labels", labels)
        put(self, "max_dets", _max_dets(self.max_dets or ((20,) if self.iou_type == "keypoints" else (1, 10, 100))))
        put(self, "img_ids", _ids("img_ids", self.img_ids))
        put(self, "cat_ids", _ids("cat_ids", self.cat_ids, rising=self.use_cats))

    @property
    def ranges(self) -> Float64:
        """(A, 2) float64 lowest and highest area px^2 of every range: ``area_rng`` once it was checked."""
        return np.asarray(self.area_rng, np.float64)

    def sigmas_of(self, category_id: int) -> Float64:
        """(P,) float64 tolerances of one category; the 17 person values if none were given."""
        given = self.sigmas
        if isinstance(given, Mapping):
            given = given.get(category_id)
        if given is None:
            return person_sigmas()
        return _vector("sigmas", given)

    def to_dict(self) -> dict[str, object]:
        """The settings as plain JSON values."""
        sigmas: object = self.sigmas
        if isinstance(self.sigmas, Mapping):
            sigmas = {str(k): np.asarray(v).tolist() for k, v in self.sigmas.items()}
        elif sigmas is not None:
            sigmas = np.asarray(sigmas).tolist()
        return {
            "iou_type": self.iou_type,
            "iou_thrs": self.iou_thrs.tolist(),
            "rec_thrs": self.rec_thrs.tolist(),
            "area_rng": dict(zip(self.area_labels, np.asarray(self.area_rng).tolist(), strict=True)),
            "max_dets": list(self.max_dets),
            "img_ids": None if self.img_ids is None else list(self.img_ids),
            "cat_ids": None if self.cat_ids is None else list(self.cat_ids),
            "use_cats": self.use_cats,
            "sigmas": sigmas,
            "fixed": self.fixed,
        }


def _vector(name: str, given: ArrayLike) -> Float64:
    try:
        values = np.atleast_1d(np.asarray(given, np.float64))
    except (TypeError, ValueError) as error:
        raise ParamsError(name, given, "give numbers") from error
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ParamsError(name, given, "give at least one finite number")
    return np.ascontiguousarray(values)


def _areas(given: ArrayLike | Mapping[str, Sequence[float]] | None, labels: Sequence[str], iou_type: str) -> tuple[
        Float64, tuple[str, ...]]:
    if given is None:
        names = labels or [n for n in AREA_LABELS if not (n == "small" and iou_type == "keypoints")]
        unknown = [n for n in names if n not in _AREAS]
        if unknown:
            known = ", ".join(AREA_LABELS)
            raise ParamsError("area_rng", unknown[0], f"name a range as label=lowest:highest, or use one of {known}")
        return np.array([_AREAS[n] for n in names]), tuple(names)
    if isinstance(given, Mapping):
        labels, given = tuple(given), list(given.values())
    try:
        ranges = np.asarray(given, np.float64)
    except (TypeError, ValueError) as error:
        raise ParamsError("area_rng", given, "give pairs of lowest and highest area in px^2") from error
    if ranges.ndim != 2 or ranges.shape[1] != 2 or not len(ranges) or np.isnan(ranges).any():
        raise ParamsError("area_rng", given, "give pairs of lowest and highest area in px^2")
    names = tuple(labels) or tuple(f"area{i}" for i in range(len(ranges)))
    if len(names) != len(ranges):
        raise ParamsError("area_labels", labels, f"give {len(ranges)} names, one per range")
    return np.ascontiguousarray(ranges), names


def _max_dets(given: Sequence[int]) -> tuple[int, ...]:
    try:
        counts = tuple(sorted(int(m) for m in given))
    except (TypeError, ValueError, OverflowError) as error:
        raise ParamsError("max_dets", given, "give whole numbers, such as (1, 10, 100)") from error
    if counts[0] < 0 or counts[-1] > _LARGEST:
        raise ParamsError("max_dets", list(given), "give counts of 0 or more, of at most 64 bits")
    return counts


def _ids(name: str, given: Sequence[int] | None, rising: bool = True) -> tuple[int, ...] | None:
    """Each id once: rising, or (pooled categories, PARITY L4) in the order given, which decides score ties."""
    if given is None:
        return None
    try:
        given = given if isinstance(given, list | tuple) else np.atleast_1d(np.asarray(given)).tolist()
        ids = dict.fromkeys(int(i) for i in given)
        good = all(-_LARGEST <= int(i) <= _LARGEST and int(i) == i for i in given)
    except (TypeError, ValueError, OverflowError) as error:
        raise ParamsError(name, given, "give integer ids") from error
    if not good:
        raise ParamsError(name, given, "give integer ids of 64 bits")
    return tuple(sorted(ids) if rising else ids)
