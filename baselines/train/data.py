"""Images that live where they are seen: small, as bytes, on the device if they fit; batches are made of them there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from cocokit.dataset import Dataset

from ..batch import Batch, Target
from .categories import Category, keypoint_count, mirrored
from .collate import collate
from .config import TrainConfig
from .framing import framed

#: Networks halve their maps five times.
STRIDE = 32


@dataclass(frozen=True)
class View:
    """How an image is seen in training.

    Attributes:
        scale: its size over that of an evaluation.
        flip: whether it is mirrored.
        shift: where it lies, down and across, in an input of one size: see :func:`.framing.framed`.
    """

    scale: float = 1.0
    flip: bool = False
    shift: tuple[float, float] = (0.5, 0.5)


@dataclass(frozen=True)
class Crop:
    """A mask where it is: (h, w) bool at a corner of the small image."""

    pixels: Tensor
    top: int
    left: int


@dataclass(frozen=True)
class Item:
    """One image.

    Attributes:
        id: in the dataset.
        name: its file.
        height, width: px of the photograph.
        pixels: (3, h, w) uint8, RGB, small enough for every view; all tensors are where it is.
        boxes: (N, 4) float32 corners, px of the photograph.
        labels: (N,) int64.
        crowd: (C, 4) float32 corners, px of the photograph.
        masks: N of them in the small image; None where nobody asks for them.
        keypoints: (N, P, 3) float32, px of the photograph; None where there are none.
        proposals: (R, 4) float32 corners, px of the photograph; None where nobody asks for them.
    """

    id: int
    name: str
    height: int
    width: int
    pixels: Tensor
    boxes: Tensor
    labels: Tensor
    crowd: Tensor
    masks: tuple[Crop, ...] | None = None
    keypoints: Tensor | None = None
    proposals: Tensor | None = None


@dataclass(frozen=True)
class ImageSet(Sequence[Batch]):
    """The images of a split, which is also the sequence of its batches of one image, as evaluated.

    Attributes:
        file: what messages call it.
        folder: of the photographs.
        dataset: the ground truth that detections are evaluated against.
        categories: what labels stand for.
        items: the images.
        digest: of the file and the images, hexadecimal.
        size: the longer side of an image, px.
        square: the side of every input, where a detector takes one size alone; 0 otherwise.
        device: where batches are made.
    """

    file: str
    folder: str
    dataset: Dataset
    categories: tuple[Category, ...]
    items: list[Item]
    digest: str
    size: int
    square: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    _mirror: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: int) -> Batch:  # type: ignore[override]
        return self.batch(place)

    @property
    def keypoints(self) -> int:
        """How many keypoints a target has."""
        return keypoint_count(self.categories)

    def shape(self, item: Item, scale: float = 1.0) -> tuple[int, int]:
        """Height and width px at which an image is seen."""
        if self.square:
            return (max(1, round(self.square * scale)),) * 2
        factor = self.size * scale / max(item.height, item.width)
        return max(1, round(item.height * factor)), max(1, round(item.width * factor))

    def padded(self, item: Item, scale: float = 1.0) -> tuple[int, int]:
        """The same with its padding, or the square."""
        if self.square:
            return self.square, self.square
        height, width = self.shape(item, scale)
        return -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE

    def batch(self, place: int, view: View | None = None) -> Batch:
        """One image and its target as a batch, padded to multiples of 32, or put into its square."""
        item, view = _moved(self.items[place], self.device), view or View()
        shape = self.shape(item, view.scale)
        full = shape if self.square else self.padded(item, view.scale)
        pixels = _seen(item.pixels[None].float() / 255, shape, view.flip)
        ratio = torch.tensor([shape[1] / item.width, shape[0] / item.height], device=self.device)
        boxes, crowd = (_boxes(b, ratio, shape[1], view.flip) for b in (item.boxes, item.crowd))
        proposals = None if item.proposals is None else _boxes(item.proposals, ratio, shape[1], view.flip)
        masks = None if item.masks is None else _padded(_masks(item, self.device, shape, view.flip), full)
        points = None if item.keypoints is None else _points(item.keypoints, ratio, shape[1], view.flip, self._swaps())
        target = Target(boxes, item.labels, masks, points, crowd, proposals)
        batch = Batch(_padded(pixels, full), (shape,), (target,), None if proposals is None else (proposals,))
        return framed(batch, self.square, view.shift) if self.square and view.scale != 1 else batch

    def training_batch(self, config: TrainConfig, step: int, rank: int = 0, ranks: int = 1) -> tuple[Batch, list[int]]:
        """The share of one process in the batch of a step, and the ids of all its images.

        It depends on the seed and the step alone; each share is padded to what all of them need.
        """
        places = order_of(config.seed, len(self), step * config.batch, config.batch)
        views = [_view(config, step * config.batch + n) for n in range(config.batch)]
        sizes = [self.padded(self.items[place], view.scale) for place, view in zip(places, views, strict=True)]
        mine = range(rank * config.batch // ranks, (rank + 1) * config.batch // ranks)
        least = max(height for height, _ in sizes), max(width for _, width in sizes)
        batch = collate([self.batch(places[n], views[n]) for n in mine], least)
        return batch, [self.items[place].id for place in places]

    def _swaps(self) -> list[int]:
        if not self._mirror:
            self._mirror.extend(mirrored(self.categories))
        return self._mirror


def order_of(seed: int, count: int, first: int, length: int) -> list[int]:
    """The images at some places of the order of training: all of them shuffled, then all of them again, ...

    Args:
        seed: of the order.
        count: how many images there are.
        first: the first place.
        length: how many places.
    """
    return [_shuffled(seed, count, place // count)[place % count] for place in range(first, first + length)]


@lru_cache(maxsize=8)
def _shuffled(seed: int, count: int, time: int) -> list[int]:
    places = list(range(count))
    random.Random(f"order {seed} {time}").shuffle(places)
    return places


def _view(config: TrainConfig, place: int) -> View:
    """How the image at a place of the order is seen."""
    chance = random.Random(f"view {config.seed} {place}")
    return View(chance.uniform(*config.scales), chance.random() < config.flip, (chance.random(), chance.random()))


def _seen(planes: Tensor, shape: tuple[int, int], flip: bool) -> Tensor:
    """(1, C, h, w) float32 at another size, mirrored or not."""
    if tuple(planes.shape[2:]) != shape:
        planes = interpolate(planes, shape, mode="bilinear", antialias=True)
    return planes.flip(3) if flip else planes


def _boxes(boxes: Tensor, ratio: Tensor, width: int, flip: bool) -> Tensor:
    boxes = boxes * ratio.repeat(2)
    return torch.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1) if flip else boxes


def _points(points: Tensor, ratio: Tensor, width: int, flip: bool, swaps: list[int]) -> Tensor:
    """Keypoints in the view; those that nobody labelled stay at 0."""
    seen = torch.cat([points[:, :, :2] * ratio, points[:, :, 2:]], 2)
    if flip:
        seen = torch.stack([width - seen[:, :, 0], seen[:, :, 1], seen[:, :, 2]], 2)[:, swaps]
    return seen * (seen[:, :, 2:] > 0)


def _moved(item: Item, device: torch.device) -> Item:
    """The image on a device, apart from its masks."""
    if item.pixels.device == device:
        return item
    own: dict[str, Any] = {name: v.to(device) for name, v in vars(item).items() if isinstance(v, Tensor)}
    return replace(item, **own)


def _masks(item: Item, device: torch.device, shape: tuple[int, int], flip: bool) -> Tensor:
    """(N, h, w) bool of the view's size; put together where its parts are, and moved then."""
    assert item.masks is not None
    where = item.masks[0].pixels.device if item.masks else device
    whole = torch.zeros(len(item.masks), *item.pixels.shape[1:], dtype=torch.bool, device=where)
    for mask, crop in zip(whole, item.masks, strict=True):
        mask[crop.top : crop.top + crop.pixels.shape[0], crop.left : crop.left + crop.pixels.shape[1]] = crop.pixels
    whole = whole.to(device)
    if not len(whole) or tuple(whole.shape[1:]) == shape:
        sized = whole if len(whole) else whole.new_zeros(0, *shape)
    else:
        sized = interpolate(whole[None].float(), shape, mode="bilinear", antialias=True)[0] >= 0.5
    return sized.flip(2) if flip else sized


def _padded(planes: Tensor, full: tuple[int, int]) -> Tensor:
    return pad(planes, (0, full[1] - planes.shape[-1], 0, full[0] - planes.shape[-2]))
