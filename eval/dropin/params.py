"""Drop-in for pycocotools' ``Params``: the settings of an evaluation as plain attributes."""

from __future__ import annotations

from typing import Any

from ..params import default_iou_thrs, default_rec_thrs, person_sigmas


class Params:
    """Settings of a :class:`~cocokit.eval.dropin.cocoeval.COCOeval`; same names and defaults as in pycocotools.

    Attributes:
        iouType: ``segm``, ``bbox`` or ``keypoints``.
        imgIds, catIds: ids to evaluate.
        iouThrs: (T,) float64 overlaps (PARITY L1).
        recThrs: (R,) float64 recalls (L2).
        maxDets: M counts of detections per image and category.
        areaRng: A pairs [lowest, highest], px^2, both ends included (D4, D6).
        areaRngLbl: A names.
        useCats: 0 pools all categories.
        useSegm: deprecated; 0 or 1 overrides ``iouType`` (L3).
        kpt_oks_sigmas: (17,) float64 tolerances, keypoints only (F9, L8).
    """

    def __init__(self, iouType: str = "segm") -> None:
        """Default settings of a type.

        Raises:
            Exception: an unknown type.
        """
        if iouType in ("segm", "bbox"):
            self.setDetParams()
        elif iouType == "keypoints":
            self.setKpParams()
        else:
            raise Exception(f"iouType not supported: {iouType!r}; use bbox, segm or keypoints")
        self.iouType = iouType
        self.useSegm: Any = None

    def setDetParams(self) -> None:
        """Defaults for boxes and masks."""
        self._set_common()
        self.maxDets: Any = [1, 10, 100]
        self.areaRng: Any = [[0, 1e10], [0, 32**2], [32**2, 96**2], [96**2, 1e10]]
        self.areaRngLbl: Any = ["all", "small", "medium", "large"]

    def setKpParams(self) -> None:
        """Defaults for keypoints: no small range (D5)."""
        self._set_common()
        self.maxDets = [20]
        self.areaRng = [[0, 1e10], [32**2, 96**2], [96**2, 1e10]]
        self.areaRngLbl = ["all", "medium", "large"]
        self.kpt_oks_sigmas: Any = person_sigmas()

    def _set_common(self) -> None:
        self.imgIds: Any = []
        self.catIds: Any = []
        self.iouThrs: Any = default_iou_thrs()
        self.recThrs: Any = default_rec_thrs()
        self.useCats: Any = 1
