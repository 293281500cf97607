"""pycocotools' own names and shapes on cocokit's engine.

``COCO``, ``COCOeval``, ``Params`` and ``mask`` stand for what ``pycocotools.coco``, ``pycocotools.cocoeval`` and
``pycocotools.mask`` have; :func:`init_as_pycocotools` lets code that imports pycocotools find them.
"""

from __future__ import annotations

from . import mask
from .coco import COCO
from .cocoeval import COCOeval, Params
from .switch import init_as_pycocotools

__all__ = ["COCO", "COCOeval", "Params", "init_as_pycocotools", "mask"]
