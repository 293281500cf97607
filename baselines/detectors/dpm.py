"""DPM: deformable part models, with a shape mask for each component.

Felzenszwalb, Girshick, McAllester, Ramanan: Object detection with discriminatively trained part-based models, PAMI
2010; release 5 of their code. A category is three groups of aspect ratios, each with a mirrored twin; a component is a
root filter over HOG features and eight parts that look twice as closely and may move, at a cost. Placements of training
instances are latent: placed anew, learned from, again; mistakes are mined from all images. The masks are those of Lin
et al., Microsoft COCO, ECCV 2014: the mean of a component's training instances, pasted into a detection's box.

Roots are 3000 to 5000 px^2, as release 5's, so instances below 50 px or so want a larger image, or a ``zoom``.

What differs: a part may move as far as pays (release 5: four cells); the hinge is rounded at its corner; negatives come
from all images, apart from the category's instances and crowd regions; of two detections that overlap the better stays
by their IoU (release 5: by how much of the worse is covered); scores go through a logistic function, which leaves their
order; no context rescoring. A category of a thousand images takes hours on one core; on the eight images of the tests
three take twenty seconds to reach AP50 1.00. Release 5 has 33.7 mAP on VOC 2007, at 14 s an image;
here 375 x 500 px take half a CPU second with one category and 3.2 with twenty, of whose filters 70 MB are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from cocokit.errors import ParamsError

from ..batch import Batch, Result
from ..classic.bank import Bank, Scored
from ..classic.box_prediction import predict_boxes
from ..classic.component import Component, root_boxes
from ..classic.hog import CHANNELS
from ..classic.learning import Learned, Mixture
from ..classic.pyramid import Level, pyramid
from ..classic.scenes import Scenes
from ..classic.settings import Learning
from ..classic.shape_masks import in_clipped
from ..ops.boxes import clip, larger
from ..ops.nms import batched_nms

Progress = Callable[[int, int, str], None]
#: Ours: the least root is some 55 px wide, and an instance that is smaller is never found.
TRAIN = {"size": 640}


@dataclass(frozen=True)
class Config(Learning):
    """Settings of DPM: those of learning, and these of detection.

    Attributes:
        levels: from one size to half of it.
        floor: SVM score above which a placement is a detection.
        each: placements of a category that are looked at in an image, each better than those a cell away.
        nms: IoU above which the better of two boxes of a category stays.
        count: detections of an image at most.
    """

    levels: int = 10
    floor: float = -1.0
    each: int = 300
    nms: float = 0.5
    count: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("levels", "each", "count"):
            if getattr(self, name) < 1:
                raise ParamsError(name, getattr(self, name), "it must be at least 1")
        if not 0 < self.nms <= 1:
            raise ParamsError("nms", self.nms, "it must be above 0 and at most 1")


@dataclass(frozen=True)
class Found:
    """Placements on one level: (N,) images and rows of the table of components, (N, 4) roots and boxes, (N,) scores."""

    image: Tensor
    component: Tensor
    flipped: Tensor
    boxes: Tensor
    scores: Tensor


class DPM(nn.Module):
    """Mixtures of deformable parts, one for each category; all that is learned is in buffers.

    Buffers are tables of K categories times C components, smaller filters in the corner of the largest.
    """

    root: Tensor
    size: Tensor
    parts: Tensor
    anchors: Tensor
    deform: Tensor
    bias: Tensor
    corrections: Tensor
    shapes: Tensor
    shaped: Tensor

    def __init__(self, config: Config, categories: int, keypoints: int = 0) -> None:
        super().__init__()
        self.config, self.categories = config, categories
        table, parts, side = (categories, config.components), config.parts, config.longest
        self.register_buffer("root", torch.zeros(*table, CHANNELS, side, side))
        self.register_buffer("size", torch.zeros(*table, 2, dtype=torch.int64))  # rows and columns; 0: no component
        self.register_buffer("parts", torch.zeros(*table, parts, CHANNELS, config.part, config.part))
        self.register_buffer("anchors", torch.zeros(*table, parts, 2, dtype=torch.int64))
        self.register_buffer("deform", torch.zeros(*table, parts, 4))
        self.register_buffer("bias", torch.zeros(*table))
        self.register_buffer("corrections", torch.zeros(*table, 2 * parts + 1, 4))
        self.register_buffer("shapes", torch.ones(*table, config.mask, config.mask))
        self.register_buffer("shaped", torch.zeros(*table, dtype=torch.bool))
        self._kept: tuple[object, Bank, Tensor] | None = None

    def fit(self, batches: Sequence[Batch], progress: Progress | None = None) -> None:
        """Learn each category's mixture.

        Args:
            batches: the training images, one each, targets included; gone through many times.
            progress: called with (done, all, what is being done).
        """
        scenes = Scenes(batches, self.config, self.root.device)
        rounds = self.config.root_rounds + (self.config.part_rounds if self.config.parts else 0)
        tell = _Progress(progress, self.categories, (rounds * self.config.mining + 1) * len(batches))
        self.size.zero_()
        self.shaped.zero_()
        for category in range(self.categories):
            self._keep(category, Mixture(scenes, category, self.config, tell.next).learn())
            tell.category_done(category)

    @torch.no_grad()
    def detect(self, batch: Batch) -> list[Result]:
        """The detections of each image; images of one size are looked at together."""
        bank, rows = self._bank()
        results: dict[int, Result] = {}
        for size in dict.fromkeys(batch.sizes):
            images = [n for n, other in enumerate(batch.sizes) if other == size]
            pixels = batch.pixels[images, :, : size[0], : size[1]]
            best, found = _Best(len(images), self.categories, self.config, pixels), []
            for level in self._levels(pixels):
                here = list(self._found(bank, rows, level, best.floors))
                best.take(here)
                found += here
            for place, image in enumerate(images):
                results[image] = self._result([_of(f, f.image == place) for f in found], size, batch.pixels)
        return [results[image] for image in range(len(batch))]

    def __getstate__(self) -> dict[str, object]:
        """What is kept for the next image can be made again."""
        return {**self.__dict__, "_kept": None}

    def components(self, category: int) -> list[Component]:
        """The mixture of a category, without mirrored twins."""
        return [self._component(category, n) for n in range(self.config.components) if self.size[category, n, 0] > 0]

    def _component(self, category: int, number: int) -> Component:
        at, (rows, columns) = (category, number), self.size[category, number].tolist()
        root = self.root[at][:, :rows, :columns]
        return Component(root, self.parts[at], self.anchors[at], self.deform[at], self.bias[at])

    def _keep(self, category: int, learned: Learned) -> None:
        for number, component in enumerate(learned.components):
            at, (rows, columns) = (category, number), component.size
            self.root[at].zero_()[:, :rows, :columns] = component.root
            self.size[at] = torch.tensor(component.size)
            self.parts[at], self.anchors[at] = component.parts, component.anchors
            self.deform[at], self.bias[at] = component.deform, component.bias
            self.corrections[at] = learned.corrections[number]
            shape = learned.masks[number]
            self.shaped[at] = shape is not None
            self.shapes[at] = 1 if shape is None else shape

    def _bank(self) -> tuple[Bank, Tensor]:
        """All components, and each one's row in the tables' first two dimensions made one; kept for the next image."""
        if any(value.is_inference() for value in self.buffers()):  # nobody counts their changes
            return self._new_bank()
        state = [(value.data_ptr(), value._version) for value in self.buffers()]
        if self._kept is None or self._kept[0] != state:
            self._kept = state, *self._new_bank()
        return self._kept[1:]

    def _new_bank(self) -> tuple[Bank, Tensor]:
        rows = (self.size[..., 0] > 0).flatten().nonzero().flatten()
        return Bank([self._component(*divmod(row, self.config.components)) for row in rows.tolist()]), rows

    def _levels(self, pixels: Tensor) -> Iterator[Level]:
        return pyramid(pixels, self.config.levels, self.config.pad, self.config.zoom)

    def _found(self, bank: Bank, rows: Tensor, level: Level, floors: Tensor) -> Iterator[Found]:
        """Placements on a level above the floors (B, K)."""
        each = floors[:, rows // self.config.components].repeat_interleave(2, 1)  # of a component and its mirrored twin
        for scored in bank.scored(level, each):
            in_bank = torch.tensor(scored.group.rows, device=rows.device)
            least = each[:, in_bank, None, None]
            above = (scored.total.amax((2, 3), keepdim=True) > least).nonzero()[:, :2]
            if len(above):
                some, least = scored.total[tuple(above.T)], least[tuple(above.T)]
                peaks = ((some >= functional.max_pool2d(some, 3, 1, 1)) & (some > least)).nonzero()
                yield self._placed(scored, above[peaks[:, 0]], peaks[:, 1:], (rows, in_bank), level)

    def _placed(
        self, scored: Scored, planes: Tensor, places: Tensor, rows: tuple[Tensor, Tensor], level: Level
    ) -> Found:
        """What was found on planes (N, 2) (image, member of the group) at places (N, 2)."""
        image, member = planes.unbind(1)
        scores = scored.total[image, member, places[:, 0], places[:, 1]]
        in_bank = rows[1][member]
        component, flipped = rows[0][in_bank // 2], in_bank % 2 == 1
        size = scored.group.size
        moves = scored.parts_at(image, member, places) - scored.group.ideal(member, places)
        moves = moves.flip(2).to(scores.dtype)
        moves[..., 0] *= torch.where(flipped, -1, 1)[:, None]
        roots = root_boxes(level, size, places)
        corrections = self.corrections.flatten(0, 1)[component]
        return Found(image, component, flipped, predict_boxes(corrections, moves, roots, flipped, size), scores)

    def _result(self, found: list[Found], size: tuple[int, int], like: Tensor) -> Result:
        """The detections of one image from its placements."""
        if not found:
            none = like.new_zeros(0, 4)
            masks = like.new_zeros(0, *self.shapes.shape[2:]) if bool(self.shaped.any()) else None
            return Result(none, none[:, 0], none[:, 0].long(), masks)
        whole = torch.cat([f.boxes for f in found])
        scores, component = torch.cat([f.scores for f in found]), torch.cat([f.component for f in found])
        boxes, labels = clip(whole, size), component // self.config.components
        rows = larger(boxes, 0).nonzero().flatten()
        rows = rows[batched_nms(boxes[rows], scores[rows], labels[rows], self.config.nms)[: self.config.count]]
        masks = None
        if bool(self.shaped.any()):
            masks = self.shapes.flatten(0, 1)[component[rows]]
            flipped = torch.cat([f.flipped for f in found])[rows]
            masks = torch.where(flipped[:, None, None], masks.flip(2), masks)
            masks = in_clipped(masks, whole[rows], boxes[rows])
        return Result(boxes[rows], scores[rows].sigmoid(), labels[rows], masks)


class _Best:
    """The best scores of each image and category so far, and what others must be above to count."""

    def __init__(self, images: int, categories: int, config: Config, like: Tensor) -> None:
        self._components, self._categories = config.components, categories
        self._scores = like.new_full((images * categories, config.each), config.floor)

    @property
    def floors(self) -> Tensor:
        """(B, K) the lowest of the best, the floor while there are fewer."""
        return self._scores.amin(1).view(-1, self._categories)

    def take(self, found: list[Found]) -> None:
        """Take the scores of a level into account."""
        for one in found:
            key = one.image * self._categories + one.component // self._components
            for value in set(key.tolist()):
                scores = torch.cat([self._scores[value], one.scores[key == value]])
                self._scores[value] = scores.topk(self._scores.shape[1]).values


def _of(found: Found, rows: Tensor) -> Found:
    return Found(*(value[rows] for value in vars(found).values()))


class _Progress:
    """Counts images of rounds over all categories."""

    def __init__(self, progress: Progress | None, categories: int, each: int) -> None:
        self._progress, self._categories, self._each, self._done = progress, categories, each, 0

    def next(self) -> None:
        self._tell(self._done + 1)

    def category_done(self, category: int) -> None:
        self._tell((category + 1) * self._each)

    def _tell(self, done: int) -> None:
        self._done = done
        if self._progress is not None and self._each:
            number = min((done - 1) // self._each, self._categories - 1) + 1
            self._progress(done, self._each * self._categories, f"category {number} of {self._categories}")
