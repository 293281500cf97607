"""Made pictures of shapes, whose every pixel is known: what detectors are tried on before photographs.

Circles, squares, triangles and stick figures of random colours, one over the other; a generator's seed is all that a
scene depends on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import Bools, Int64, UInt8
from cocokit.errors import NotFoundError

Float32 = NDArray[np.float32]

#: What a scene may hold; figures have keypoints.
CATEGORIES = ("circle", "square", "triangle", "figure")
#: Left is the figure's own left, which is on the right of the picture: it looks at us.
KEYPOINTS = ("head", "left_hand", "right_hand", "left_foot", "right_foot")
SKELETON = ((1, 2), (1, 3), (1, 4), (1, 5))


@dataclass(frozen=True)
class Domain:
    """How the scenes of a domain look.

    Attributes:
        least, most: how many shapes.
        smallest, largest: the side of a shape, as a share of the image's shorter side.
        clutter: strokes that belong to nothing.
        hidden: the largest share of a shape that others may cover.
        centred: whether the shapes stay near the middle.
        crowd: chance of a crowd region.
    """

    least: int
    most: int
    smallest: float
    largest: float
    clutter: int = 0
    hidden: float = 0.0
    centred: bool = False
    crowd: float = 0.0


#: "iconic" and "cluttered" are photographs taken to show something, and photographs of what is there.
DOMAINS = {
    "plain": Domain(1, 3, 0.25, 0.5),
    "iconic": Domain(1, 1, 0.4, 0.7, centred=True),
    "cluttered": Domain(4, 8, 0.12, 0.45, clutter=24, hidden=0.4, crowd=0.25),
    "scales": Domain(3, 6, 0.08, 0.8, hidden=0.3),
}


@dataclass(frozen=True)
class Scene:
    """A picture of N shapes and C crowd regions, the lowest first.

    Attributes:
        pixels: (H, W, 3) uint8, RGB.
        categories: (N,) int64, places in CATEGORIES.
        masks: (N, H, W) bool: what can be seen of each.
        points: (N, 5, 3) float32 keypoints x, y px and visibility (2 seen, 1 covered, 0 none); zeros of other shapes.
        crowds: (C, H, W) bool.
        crowd_categories: (C,) int64.
    """

    pixels: UInt8
    categories: Int64
    masks: Bools
    points: Float32
    crowds: Bools
    crowd_categories: Int64


def find_domain(name: str) -> Domain:
    """A domain by its name. Raises NotFoundError, which lists the names."""
    if name not in DOMAINS:
        raise NotFoundError(f"no domain of shapes is called {name!r}: there are {', '.join(DOMAINS)}")
    return DOMAINS[name]


def draw_scene(
    size: tuple[int, int], chance: np.random.Generator, domain: Domain, kinds: tuple[str, ...] = CATEGORIES[:3]
) -> Scene:
    """Draw one scene.

    Args:
        size: height, width px.
        chance: what is drawn depends on its state alone.
        domain: how it looks.
        kinds: which of CATEGORIES it may hold.
    """
    pixels = _ground(size, chance, domain.clutter)
    crowds, crowd_kinds = _crowds(pixels, chance, domain, kinds)
    whole: list[Bools] = []
    labels: list[int] = []
    points: list[Float32] = []
    for _ in range(int(chance.integers(domain.least, domain.most + 1))):
        kind = int(chance.choice([CATEGORIES.index(name) for name in kinds]))
        placed = _placed(kind, size, chance, domain, [*whole, *crowds], len(whole))
        if placed is not None:
            whole.append(placed[0])
            points.append(placed[1])
            labels.append(kind)
            _paint(pixels, placed[0], chance)
    masks = np.stack(whole)
    for row in range(len(masks)):
        for above in whole[row + 1 :]:
            masks[row] &= ~above
        _look(points[row], masks[row])
    heaps = np.zeros((0, *size), np.bool_) if not crowds else np.stack(crowds) & ~masks.any(axis=0)
    return Scene(pixels, np.array(labels, np.int64), masks, np.stack(points), heaps, np.array(crowd_kinds, np.int64))


def tight_boxes(masks: Bools) -> Float32:
    """(N, 4) float32 corners x0, y0, x1, y1 px of N masks (N, H, W) that are not empty."""
    edges = []
    for axis in (1, 2):  # columns of pixels that have some of it, then rows
        there = masks.any(axis=axis)
        edges += [there.argmax(axis=1), there.shape[1] - np.flip(there, 1).argmax(axis=1)]
    return np.stack([edges[0], edges[2], edges[1], edges[3]], axis=1).astype(np.float32)


def _ground(size: tuple[int, int], chance: np.random.Generator, strokes: int) -> UInt8:
    """A noisy plain background, with strokes of other colours."""
    colour = chance.integers(40, 216, 3)
    pixels = np.clip(colour + chance.normal(0, 6, (*size, 3)), 0, 255).astype(np.uint8)
    y, x = _grid(size)
    for _ in range(strokes):
        centre, angle = chance.random(2) * size, chance.random() * math.pi
        along = (x - centre[1]) * math.cos(angle) + (y - centre[0]) * math.sin(angle)
        across = (y - centre[0]) * math.cos(angle) - (x - centre[1]) * math.sin(angle)
        reach = chance.uniform(0.03, 0.12) * min(size)
        pixels[(np.abs(along) < reach) & (np.abs(across) < max(1.0, reach / 6))] = chance.integers(0, 256, 3)
    return pixels


def _crowds(
    pixels: UInt8, chance: np.random.Generator, domain: Domain, kinds: tuple[str, ...]
) -> tuple[list[Bools], list[int]]:
    """Perhaps a heap of small shapes of one category, with one mask."""
    if chance.random() >= domain.crowd:
        return [], []
    size = pixels.shape[0], pixels.shape[1]
    kind = int(chance.choice([CATEGORIES.index(name) for name in kinds]))
    middle, side = chance.uniform(0.2, 0.8, 2) * size, 0.12 * min(size)
    heap = np.zeros(size, np.bool_)
    for _ in range(10):
        centre = middle + chance.normal(0, side, 2)
        mask, _ = _shape(kind, size, centre, (side, side), chance)
        _paint(pixels, mask, chance)
        heap |= mask
    return ([heap], [kind]) if heap.any() else ([], [])


def _placed(
    kind: int, size: tuple[int, int], chance: np.random.Generator, domain: Domain, below: list[Bools], count: int
) -> tuple[Bools, Float32] | None:
    """A shape that covers none of those below by more than it may; None if no place was found."""
    for _ in range(30):
        side = min(size) * domain.smallest * (domain.largest / domain.smallest) ** chance.random()
        stretch = math.exp(chance.uniform(-0.2, 0.2))
        height, width = min(side * stretch, size[0] - 2), min(side / stretch, size[1] - 2)
        room = np.array([size[0] - height, size[1] - width])
        place = chance.uniform(0.4, 0.6, 2) if domain.centred else chance.random(2)
        mask, points = _shape(kind, size, room * place + np.array([height, width]) / 2, (height, width), chance)
        if mask.any() and (not below or not _covers(mask, below, domain.hidden)):
            return mask, points
    return None if count else (mask, points)


def _covers(mask: Bools, below: list[Bools], most: float) -> bool:
    """Whether too much of an earlier shape goes under, counted with what already does, or this sits within one."""
    taken = mask.copy()
    for other in reversed(below):
        if (other & taken).sum() > most * other.sum() or (other & mask).sum() > max(most, 0.01) * mask.sum():
            return True
        taken |= other
    return False


def _shape(
    kind: int, size: tuple[int, int], centre: NDArray[np.float64], sides: tuple[float, float],
    chance: np.random.Generator,
) -> tuple[Bools, Float32]:  # fmt: skip
    """The mask of a shape and its keypoints; ``centre`` y, x and ``sides`` height, width in px."""
    y, x = _grid(size)
    v, u = (y - centre[0]) * 2 / sides[0], (x - centre[1]) * 2 / sides[1]  # -1 to 1 within its box
    name, points = CATEGORIES[kind], np.zeros((len(KEYPOINTS), 3), np.float32)
    if name == "circle":
        mask = u * u + v * v <= 1
    elif name == "square":
        mask = (np.abs(u) <= 1) & (np.abs(v) <= 1)
    elif name == "triangle":
        mask = (np.abs(u) <= (v + 1) / 2) & (v <= 1)
    else:
        mask, ends = _figure(u, v, chance)
        points[:, :2] = np.stack([ends[:, 0] * sides[1] / 2 + centre[1], ends[:, 1] * sides[0] / 2 + centre[0]], 1)
        points[:, 2] = 2
    return np.asarray(mask, np.bool_), points


def _figure(
    u: NDArray[np.float64], v: NDArray[np.float64], chance: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Head, body, two arms, two legs; the (5, 2) u, v of the keypoints."""
    hands, feet = chance.uniform(-0.6, 0.3, 2), chance.uniform(0.4, 0.85, 2)
    ends = np.array([[0, -0.68], [0.84, hands[0]], [-0.84, hands[1]], [feet[0], 0.84], [-feet[1], 0.84]])
    mask = u * u + (v + 0.68) ** 2 <= 0.32**2
    for start, end in [((0, -0.5), (0, 0.25)), *(((0, -0.2), tuple(hand)) for hand in ends[1:3]),
                       *(((0, 0.2), tuple(foot)) for foot in ends[3:])]:  # fmt: skip
        mask |= _near_line(u, v, start, end) <= 0.16**2
    return mask, ends


def _near_line(
    u: NDArray[np.float64], v: NDArray[np.float64], start: tuple[float, ...], end: tuple[float, ...]
) -> NDArray[np.float64]:
    """Squared distance to a stretch of line."""
    du, dv = end[0] - start[0], end[1] - start[1]
    along = np.clip(((u - start[0]) * du + (v - start[1]) * dv) / (du * du + dv * dv), 0, 1)
    return np.asarray((u - start[0] - along * du) ** 2 + (v - start[1] - along * dv) ** 2)


def _paint(pixels: UInt8, mask: Bools, chance: np.random.Generator) -> None:
    """Fill a mask with a colour that is unlike what lies below."""
    below = pixels[mask].mean(axis=0) if mask.any() else np.zeros(3)
    colour = max((chance.integers(0, 256, 3) for _ in range(4)), key=lambda c: float(np.abs(c - below).sum()))
    pixels[mask] = colour


def _look(points: Float32, mask: Bools) -> None:
    """Mark the keypoints that something covers."""
    x, y = (np.clip(points[:, axis].astype(np.int64), 0, mask.shape[1 - axis] - 1) for axis in (0, 1))
    points[(points[:, 2] > 0) & ~mask[y, x], 2] = 1


def _grid(size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(H, 1) and (1, W) middles of the pixels."""
    y, x = (np.arange(side, dtype=np.float64) + 0.5 for side in size)
    return y[:, None], x[None]
