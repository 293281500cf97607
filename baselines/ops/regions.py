"""Features of regions, all of one size: RoIAlign, RoIPool, and RoIAlign of position-sensitive maps.

Regions are (R, 5): the row of the image in the batch, then corners in pixels of the image; ``scale`` is the size of a
map's pixel in them, inverted: 1/16 for C4. A map's pixel has its value at its centre, 0.5 from its corner.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

#: ``embedding_bag``'s number for maxima, where it also tells which rows they come from.
MAXIMUM = 2


def with_rows(boxes: list[Tensor]) -> Tensor:
    """(R, 5) float32 regions of a batch, from one tensor (R_i, 4) of boxes for each image."""
    return torch.cat([functional.pad(b.float(), (1, 0), value=i) for i, b in enumerate(boxes)])


def roi_align(maps: Tensor, rois: Tensor, size: int, scale: float, sampling: int = 2) -> Tensor:
    """(R, C, size, size) means of bilinear samples at regular points, with no rounding anywhere (Mask R-CNN).

    Every sample is a weighted sum of four pixels, every bin the mean of its samples: one sum over
    4 * sampling^2 rows of a table of pixels, which is what ``embedding_bag`` is for.

    Args:
        maps: (B, C, H, W).
        rois: (R, 5).
        size: bins a side.
        scale: pixels of the map per pixel of the image.
        sampling: samples a side of a bin.
    """
    if torch.onnx.is_in_onnx_export():
        return _node("RoiAlign", maps, (rois[:, 1:], rois[:, 0].long()), size, {
            "output_height": size, "output_width": size, "sampling_ratio": sampling, "spatial_scale": scale,
            "coordinate_transformation_mode": "half_pixel",
        })  # fmt: skip
    rows, weights = _lookups(rois, maps, size, scale, sampling)
    table = maps.permute(0, 2, 3, 1).flatten(0, 2)  # (B, C, H, W) -> (B * H * W, C)
    found = _sums(rows.flatten(0, 2), table, weights.flatten(0, 2))
    return found.view(rois.shape[0], size, size, maps.shape[1]).permute(0, 3, 1, 2)


def ps_roi_align(maps: Tensor, rois: Tensor, size: int, scale: float, sampling: int = 2) -> Tensor:
    """(R, C, size, size): RoIAlign where each bin reads its own channels (R-FCN).

    Args:
        maps: (B, C * size * size, H, W); channel (c * size + row) * size + column belongs to one bin.
        rois: (R, 5).
        size: bins a side.
        scale: pixels of the map per pixel of the image.
        sampling: samples a side of a bin.
    """
    batch, channels, height, width = maps.shape
    rows, weights = _lookups(rois, maps, size, scale, sampling)
    # (B, C * bins, H, W) -> (bins * B * H * W, C): a table for each bin, one under the other
    table = maps.view(batch, -1, size * size, height, width).permute(2, 0, 3, 4, 1).flatten(0, 3)
    start = torch.arange(size * size, device=maps.device).view(size, size, 1) * (batch * height * width)
    found = _sums((rows + start).flatten(0, 2), table, weights.flatten(0, 2))
    return found.view(rois.shape[0], size, size, channels // size**2).permute(0, 3, 1, 2)


def roi_pool(maps: Tensor, rois: Tensor, size: int, scale: float) -> Tensor:
    """(R, C, size, size) maxima over bins of whole pixels; 0 for a bin outside the map (Fast R-CNN).

    The gradient goes to the pixels that were chosen ("pooled switches") and to no others.

    Args:
        maps: (B, C, H, W).
        rois: (R, 5); corners are rounded to pixels of the map, both ends included.
        size: bins a side.
        scale: pixels of the map per pixel of the image.
    """
    if torch.onnx.is_in_onnx_export():
        return _node("MaxRoiPool", maps, (rois,), size, {"pooled_shape": [size, size], "spatial_scale": scale})
    rows, counts = _pixels(rois, maps, size, scale)
    table = maps.permute(0, 2, 3, 1).flatten(0, 2)  # (B, C, H, W) -> (B * H * W, C)
    switches = torch.embedding_bag(table.detach(), rows, counts.cumsum(0) - counts, mode=MAXIMUM)[3]
    found = table.gather(0, switches.clamp(min=0)) * (counts > 0)[:, None]
    return found.view(rois.shape[0], size, size, maps.shape[1]).permute(0, 3, 1, 2)


def _node(name: str, maps: Tensor, regions: tuple[Tensor, ...], size: int, settings: dict[str, Any]) -> Tensor:
    """(R, C, size, size): one node of a graph that is being exported, where every runtime has its own."""
    shape = regions[0].shape[0], maps.shape[1], size, size
    found: Tensor = torch.onnx.ops.symbolic(name, (maps, *regions), settings, dtype=maps.dtype, shape=shape)
    return found


def _sums(rows: Tensor, table: Tensor, weights: Tensor) -> Tensor:
    """(N, C) weighted sums of L rows of a table (P, C), rows and weights (N, L)."""
    if not rows.shape[0]:  # joined to the graph all the same: every parameter has a gradient, though it be 0
        return table[:0] * 1
    return functional.embedding_bag(rows, table, mode="sum", per_sample_weights=weights.to(table.dtype))


def _lookups(rois: Tensor, maps: Tensor, size: int, scale: float, sampling: int) -> tuple[Tensor, Tensor]:
    """(R, size, size, L) rows of pixels in a batch of maps, and float32 weights; L = 4 * sampling^2."""
    height, width = maps.shape[2:]
    corners = rois[:, 1:].detach().float() * scale - 0.5
    place = (torch.arange(size * sampling, device=rois.device) + 0.5) / (size * sampling)
    x, y = (corners[:, i, None] + (corners[:, i + 2] - corners[:, i])[:, None] * place for i in (0, 1))
    (left, along), (top, down) = _neighbours(x, width, size), _neighbours(y, height, size)  # (R, size, 2 * sampling)
    start = rois[:, 0].long()[:, None, None, None, None] * height
    rows = (start + top[:, :, None, :, None]) * width + left[:, None, :, None, :]
    weights = down[:, :, None, :, None] * along[:, None, :, None, :]
    return rows.flatten(3), weights.flatten(3)


def _neighbours(place: Tensor, length: int, size: int) -> tuple[Tensor, Tensor]:
    """Both pixels on either side of samples along one axis, and their weights within a bin.

    Args:
        place: (R, size * sampling) in pixels of the map.
        length: pixels along the axis. A sample more than one pixel outside counts 0, others stay at the border.
        size: bins.
    """
    inside = ((place >= -1) & (place <= length)).to(place.dtype)
    place = place.clamp(0, length - 1)
    low = place.floor()
    share = (place - low) * inside
    pixels = torch.stack([low, (low + 1).clamp(max=length - 1)], -1).long()
    weights = torch.stack([inside - share, share], -1) * (size / place.shape[1])
    shape = place.shape[0], size, 2 * place.shape[1] // size
    return pixels.view(shape), weights.view(shape)


def _pixels(rois: Tensor, maps: Tensor, size: int, scale: float) -> tuple[Tensor, Tensor]:
    """(P,) rows of the pixels of all bins of all regions in a batch of maps; (R * size^2,) how many each has."""
    height, width = maps.shape[2:]
    scaled = rois[:, 1:].detach().float() * scale
    corners = (scaled.sign() * (scaled.abs() + 0.5).floor()).long()  # halves away from 0, as C's round()
    left, right = _bins(corners[:, 0], corners[:, 2], size, width)  # (R, size)
    top, bottom = _bins(corners[:, 1], corners[:, 3], size, height)
    across, down = (right - left)[:, None].expand(-1, size, -1), (bottom - top)[:, :, None]  # (R, size, size)
    counts = (across * down).flatten()
    bins = torch.arange(counts.shape[0], device=rois.device).repeat_interleave(counts)  # (P,) which bin a pixel is in
    place = torch.arange(bins.shape[0], device=rois.device) - (counts.cumsum(0) - counts)[bins]
    first = (rois[:, 0].long()[:, None, None] * height + top[:, :, None]) * width + left[:, None]
    across = across.flatten()[bins]
    return first.flatten()[bins] + place // across * width + place % across, counts


def _bins(low: Tensor, high: Tensor, size: int, limit: int) -> tuple[Tensor, Tensor]:
    """(R, size) first pixel of each bin along one axis, and the one after its last, cut to the map."""
    length = (high - low + 1).clamp(min=1)[:, None]
    steps = torch.arange(size, device=low.device)
    first = low[:, None] + steps * length // size
    last = low[:, None] + ((steps + 1) * length + size - 1) // size
    return first.clamp(0, limit), last.clamp(0, limit)
