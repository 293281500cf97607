"""What can be measured of a photo that tells whether it is iconic: one thing, large, in the middle, before nothing.

All cues are read from a small copy, in CIE L*a*b* colours, within a few milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..imageio import thumbnail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..columns import Float64, UInt8

#: The longer side of the copy that is measured, px; the part of it that is border; the least part that is a segment.
_SIDE, _BORDER, _SMALLEST = 96, 0.08, 0.004
#: Steps of lightness and colour that count as a step in the picture.
_STEP = 8.0

#: The cues in the order of :func:`measure`, each from 0 to 1.
CUES = ("plain_border", "one_region", "centred", "few_segments", "smooth")


def measure(pixels: UInt8) -> Float64:
    """The cues of a photo; each is larger the more iconic it looks.

    - ``plain_border``: the border has few colours.
    - ``one_region``: of what stands out from the border, the part that hangs together in one piece.
    - ``centred``: how close to the middle that lies, and how far it stays from the border.
    - ``few_segments``: the photo falls into few segments of one colour.
    - ``smooth``: there are few edges outside of the middle.

    Args:
        pixels: (H, W, 3) uint8, RGB.

    Returns:
        (5,) float64.
    """
    from skimage.color import rgb2lab
    from skimage.filters import gaussian

    small = thumbnail(pixels, _SIDE)
    colours = np.asarray(rgb2lab(small), np.float64)
    lab: Float64 = gaussian(colours, 1.0, channel_axis=-1)  # type: ignore[no-untyped-call, unused-ignore]
    border = _border(lab.shape[0], lab.shape[1])
    standing_out = _distance(lab, lab[border])
    regions = _regions(standing_out)
    return np.array([
        _plain(lab[border]),
        _largest_share(regions, standing_out),
        _centred(regions, border),
        _few(lab),
        _smooth(lab),
    ])  # fmt: skip


def _border(height: int, width: int) -> NDArray[np.bool_]:
    deep = max(1, round(_BORDER * min(height, width)))
    found = np.ones((height, width), np.bool_)
    if height > 2 * deep and width > 2 * deep:
        found[deep:-deep, deep:-deep] = False
    return found


def _plain(border: Float64) -> float:
    """1 for one colour; 20 units of spread leave a third."""
    spread = float(np.sqrt(((border - np.median(border, axis=0)) ** 2).sum(axis=1)).mean())
    return float(np.exp(-spread / 18.0))


def _distance(lab: Float64, border: Float64) -> Float64:
    """How far each pixel's colour is from the border's colours, in units of their own spread."""
    middle = border.mean(axis=0)
    spread = np.cov(border.T, bias=True) + np.eye(3) * 16.0
    off = lab - middle
    distance = np.sqrt(np.maximum(0.0, np.einsum("hwi,ij,hwj->hw", off, np.linalg.inv(spread), off)))
    return np.asarray(distance, np.float64)


def _regions(standing_out: Float64) -> NDArray[np.int64]:
    """Numbers of the connected regions that stand out; 0 elsewhere."""
    from skimage.filters import threshold_otsu
    from skimage.measure import label

    flat = np.ptp(standing_out) < 1e-6
    otsu = 0.0 if flat else float(threshold_otsu(standing_out))  # type: ignore[no-untyped-call, unused-ignore]
    out = standing_out > max(2.0, otsu)
    regions: NDArray[np.int64] = label(out, connectivity=1)  # type: ignore[no-untyped-call, unused-ignore]
    return regions


def _largest_share(regions: NDArray[np.int64], weight: Float64) -> float:
    """The part that the heaviest region has; none where nothing stands out."""
    weights = np.bincount(regions.ravel(), weight.ravel())[1:]
    return float(weights.max() / weights.sum()) if len(weights) else 0.0


def _centred(regions: NDArray[np.int64], border: NDArray[np.bool_]) -> float:
    """How central what stands out is, less what of it touches the border."""
    ys, xs = np.nonzero(regions)
    if not len(ys):
        return 0.0
    height, width = regions.shape
    off = np.hypot((ys.mean() + 0.5) / height - 0.5, (xs.mean() + 0.5) / width - 0.5)
    apart = np.hypot(ys / height - ys.mean() / height, xs / width - xs.mean() / width).mean()
    touching = float((regions[border] > 0).mean())
    return float(np.exp(-6.0 * off) * np.exp(-2.0 * apart) * (1.0 - touching))


def _few(lab: Float64) -> float:
    """1 for a photo of one segment; a third for about fifty."""
    from skimage.segmentation import felzenszwalb

    found = felzenszwalb(lab / 100.0, scale=30.0, sigma=0.0, min_size=max(4, round(_SMALLEST * lab[..., 0].size)),
                         channel_axis=-1)  # fmt: skip
    return float(np.exp(-(len(np.unique(found)) - 1) / 50.0))


def _smooth(lab: Float64) -> float:
    """The part of the photo outside of its middle that has no edge."""
    steps = np.zeros((lab.shape[0], lab.shape[1]))
    steps[:, 1:] += np.abs(np.diff(lab, axis=1)).sum(axis=-1)
    steps[1:] += np.abs(np.diff(lab, axis=0)).sum(axis=-1)
    height, width = lab.shape[0], lab.shape[1]
    outside = np.ones_like(steps, np.bool_)
    outside[height // 4 : height - height // 4, width // 4 : width - width // 4] = False
    return float((steps[outside] < _STEP).mean()) if outside.any() else 0.0
