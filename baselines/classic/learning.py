"""How a mixture of one category is learned: warped roots, latent rounds of roots, latent rounds with parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..ops.boxes import iou, share
from .box_prediction import fit_boxes
from .component import Component, root_alone
from .examples import Cache, weighing
from .hog import mirrored
from .latent_svm import Problem, solve
from .mining import APART, Example, survey
from .part_seeds import by_aspect, facing, root_size, warped, with_parts
from .scenes import Scenes
from .settings import Learning
from .shape_masks import mean_mask

#: An instance, by image and number in it, and its placement.
Placed = tuple[tuple[int, int], Example]
#: A round ends when new mistakes raise the objective by less than this factor.
CONVERGED = 1.05


@dataclass(frozen=True)
class Learned:
    """A mixture, and what was read off its last placements.

    Attributes:
        components: at most as many as were asked for.
        corrections: for each component (2 P + 1, 4): see :mod:`.box_prediction`.
        masks: for each component (M, M), or None where it was placed on no instance with a mask.
    """

    components: list[Component]
    corrections: list[Tensor]
    masks: list[Tensor | None]


class Mixture:
    """The learner of one category.

    Args:
        scenes: the training images.
        category: its label.
        settings: how.
        tell: called after each image of each round.
    """

    def __init__(self, scenes: Scenes, category: int, settings: Learning, tell: Callable[[], None]) -> None:
        self.scenes, self.settings, self.tell = scenes, settings, tell
        self.boxes = [scenes.boxes(image, category) for image in range(len(scenes))]
        self.category = category
        self.cache = Cache(settings.cost, settings.cache)

    def learn(self) -> Learned:
        """All stages; no components where the category has no instances."""
        if not any(len(boxes) for boxes in self.boxes):
            return Learned([], [], [])
        components = self.first_roots()
        for _ in range(self.settings.root_rounds):
            components = self.round(components)
        if self.settings.parts:
            self.cache = Cache(self.settings.cost, self.settings.cache)
            components = [with_parts(c, self.settings.parts, self.settings.part) for c in components]
            for _ in range(self.settings.part_rounds):
                components = self.round(components)
        self.look(components, 0)
        return self.summary(components)

    def first_roots(self) -> list[Component]:
        """Groups by aspect ratio; in each, warped positives against warped windows from anywhere."""
        everything = torch.cat(self.boxes)
        images = torch.cat([torch.full((len(b),), i) for i, b in enumerate(self.boxes)])
        groups = min(self.settings.components, len(everything))
        group = by_aspect(everything, groups).cpu()
        return [self._first_root(everything[group == g], images[group == g]) for g in range(groups)]

    def _first_root(self, boxes: Tensor, images: Tensor) -> Component:
        settings = self.settings
        size = root_size(boxes * settings.zoom, settings.area, settings.part // 2, settings.longest)
        each = zip(boxes, images.tolist(), strict=True)
        seen = torch.cat([warped(self.scenes.pixels(image), box[None], size) for box, image in each])
        seen = torch.where(facing(seen)[:, None, None, None], mirrored(seen), seen)
        others = self._anywhere(size)
        rows = torch.cat([seen, others]).flatten(1)
        rows = torch.cat([rows, rows.new_ones(len(rows), 1)], 1)
        signs = torch.cat([rows.new_ones(len(seen)), -rows.new_ones(len(others))])
        blank = root_alone(seen.new_zeros(seen.shape[1:]), settings.part)
        return blank.of_vector(solve(Problem(rows, signs, settings.cost, *weighing(blank)), blank.vector())[0])

    def _anywhere(self, size: tuple[int, int]) -> Tensor:
        """Features of windows anywhere, of a root's shape and any size, apart from the category's instances."""
        chance = torch.Generator().manual_seed(self.settings.seed)
        found = []
        for image in range(len(self.scenes)):
            pixels = self.scenes.pixels(image)
            height, width = pixels.shape[1:]
            count = -(-self.settings.random // len(self.scenes))
            share_of = torch.rand(count, 3, generator=chance).to(pixels.device)
            largest = min(height / size[0], width / size[1])
            cell = largest * (0.2 + 0.8 * share_of[:, 2])
            sides = torch.stack([cell * size[1], cell * size[0]], 1)
            low = share_of[:, :2] * (pixels.new_tensor([width, height]) - sides)
            windows = torch.cat([low, low + sides], 1)
            apart = (iou(windows, self.boxes[image]) < APART).all(1)
            apart &= (share(windows, self.scenes.crowd(image)) < 0.5).all(1)
            found.append(warped(pixels, windows[apart], size))
        return torch.cat(found)

    def round(self, components: Sequence[Component]) -> list[Component]:
        """Place every instance anew; then mine mistakes and learn from them until little is left to be learned.

        Release 5's rule: so many times at most, and until the mistakes that the last weights make on all images raise
        the objective by less than a twentieth. Once alone is not enough: docs/baselines.md has the numbers.
        """
        components, reached = self.look(components, self.settings.hardest), 0.0
        for last in range(self.settings.mining, 0, -1):
            components = self.cache.learn(components)
            reached = self.cache.objective(components)
            self.cache.forget_easy(components)
            if last == 1:
                break
            components = self.look(components, self.settings.hardest, place=False)
            if self.cache.objective(components) < CONVERGED * reached:
                break
        return components

    def look(self, components: Sequence[Component], hardest: int, place: bool = True) -> list[Component]:
        """Go through all images; where the cache fills up, learn on the way."""
        components = list(components)
        for image, boxes in enumerate(self.boxes):
            if not (len(boxes) or hardest):
                continue
            found = survey(self.scenes.levels(image), components, boxes, self.scenes.crowd(image), image,
                           self.settings.overlap, hardest)  # fmt: skip
            if place:
                self.cache.place(image, found)
            self.cache.mine(found)
            if self.cache.full:
                components = self.cache.learn(components)
                self.cache.forget_easy(components)
            self.tell()
        return components

    def summary(self, components: list[Component]) -> Learned:
        """What the last placements say about boxes and shapes."""
        instances = self.cache.positives.items()
        placed = [[one for one in instances if one[1].component == n] for n in range(len(components))]
        corrections = [self._corrections(c, some) for c, some in zip(components, placed, strict=True)]
        size = self.settings.mask
        masks = [mean_mask(self._shapes(some), size) if size else None for some in placed]
        return Learned(components, corrections, masks)

    def _shapes(self, placed: list[Placed]) -> Iterator[tuple[Tensor, Tensor, bool]]:
        for (image, instance), example in placed:
            masks = self.scenes.masks(image, self.category)
            if masks is not None:
                yield masks[instance], self.boxes[image][instance], example.flipped

    def _corrections(self, component: Component, placed: list[Placed]) -> Tensor:
        if not placed:
            return component.root.new_zeros(2 * len(component.parts) + 1, 4)
        boxes = torch.stack([self.boxes[image][instance] for (image, instance), _ in placed])
        examples = [example for _, example in placed]
        flipped = torch.tensor([e.flipped for e in examples], device=boxes.device)
        moves, roots = torch.stack([e.parts for e in examples]), torch.stack([e.box for e in examples])
        return fit_boxes(moves, roots, boxes, flipped, component.size)
