"""``showAnns`` for outlines, keypoints and boxes; the only place of matplotlib here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import mask

if TYPE_CHECKING:
    from .coco import COCO

Row = dict[str, Any]
_CROWD = np.array([2.0, 166.0, 101.0]) / 255


def draw_annotations(coco: COCO, anns: list[Row], draw_bbox: bool) -> None:
    """Draw annotations on the current axes, each in a colour of its own; crowd regions are green.

    Raises:
        ImportError: matplotlib is not installed.
    """
    import matplotlib.pyplot as plt
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Polygon

    axes = plt.gca()
    axes.set_autoscale_on(False)
    patches, colours = [], []
    for ann in anns:
        colour = (np.random.random(3) * 0.6 + 0.4).tolist()
        rings = _rings(ann) + ([_corners(ann["bbox"])] if draw_bbox else [])
        patches += [Polygon(np.asarray(ring).reshape(-1, 2)) for ring in rings]
        colours += [colour] * len(rings)
        if "segmentation" in ann and not isinstance(ann["segmentation"], list):
            _draw_mask(axes, coco, ann)
        if isinstance(ann.get("keypoints"), list):
            _draw_keypoints(axes, coco, ann, colour)
    axes.add_collection(PatchCollection(patches, facecolor=colours, linewidths=0, alpha=0.4))
    axes.add_collection(PatchCollection(patches, facecolor="none", edgecolors=colours, linewidths=2))


def _rings(ann: Row) -> list[Any]:
    rings = ann.get("segmentation")
    return list(rings) if isinstance(rings, list) else []


def _corners(box: Any) -> list[Any]:
    x, y, w, h = box
    return [x, y, x, y + h, x + w, y + h, x + w, y]


def _draw_mask(axes: Any, coco: COCO, ann: Row) -> None:
    pixels = mask.decode(coco.annToRLE(ann))
    colour = _CROWD if ann["iscrowd"] == 1 else np.random.random(3)
    layer = np.empty((*pixels.shape, 4))
    layer[..., :3], layer[..., 3] = colour, pixels * 0.5
    axes.imshow(layer)


def _draw_keypoints(axes: Any, coco: COCO, ann: Row, colour: Any) -> None:
    points = np.array(ann["keypoints"]).reshape(-1, 3)
    x, y, v = points.T
    for bone in np.array(coco.loadCats(ann["category_id"])[0]["skeleton"]) - 1:
        if (v[bone] > 0).all():
            axes.plot(x[bone], y[bone], linewidth=3, color=colour)
    for level, edge in ((0, "k"), (1, colour)):
        axes.plot(x[v > level], y[v > level], "o", markersize=8, markerfacecolor=colour, markeredgecolor=edge,
                  markeredgewidth=2)  # fmt: skip
