"""How a mixture of parts is learned, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from cocokit.errors import ParamsError


@dataclass(frozen=True)
class Learning:
    """How a mixture is learned.

    Attributes:
        components: groups of aspect ratios; each has a mirrored twin.
        parts: of a component; 0 learns roots alone.
        part: side of a part, cells half as large as the root's; even.
        area: limits of a root's area, px^2; within them that of the smallest fifth of the instances.
        longest: cells that a root's side has at most.
        zoom: size of the first level's image to the original's: 2 finds instances half as large.
        pad: cells beyond the image where a root may hang over the rim.
        train_levels: levels from one size to half of it, while learning.
        overlap: IoU of a root's box with an instance's from which it may be placed on it.
        cost: of a unit of loss beside the squares of the weights.
        random: warped windows that the first roots are told from.
        root_rounds: times through all images with roots alone.
        part_rounds: times through all images with parts.
        mining: times that mistakes are mined and learned from in each of these, at most.
        hardest: mistakes of each component taken from an image at a time.
        cache: mistakes kept at most, a few of each component that have no loss among them.
        memory: MB of pyramids kept from one time to the next.
        mask: bins of a shape mask's side; 0 learns none.
        seed: of the windows.
    """

    components: int = 3
    parts: int = 8
    part: int = 6
    area: tuple[float, float] = (3000.0, 5000.0)
    longest: int = 16
    zoom: float = 1.0
    pad: int = 3
    train_levels: int = 5
    overlap: float = 0.7
    cost: float = 0.002
    random: int = 200
    root_rounds: int = 2
    part_rounds: int = 4
    mining: int = 4
    hardest: int = 50
    cache: int = 5000
    memory: int = 1000
    mask: int = 28
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "area", tuple(self.area))
        _at_least(self, 1, "components", "longest", "train_levels", "random", "root_rounds", "mining", "cache")
        _at_least(self, 0, "parts", "pad", "part_rounds", "hardest", "memory", "mask")
        if self.part < 2 or self.part % 2 or self.part > 2 * self.longest:
            raise ParamsError("part", self.part, f"it must be even, from 2 to twice longest, which is {self.longest}")
        if len(self.area) != 2 or not 0 < self.area[0] <= self.area[1]:
            raise ParamsError("area", self.area, "there must be two limits above 0, the lower first")
        if not 0 < self.overlap < 1:
            raise ParamsError("overlap", self.overlap, "it must be between 0 and 1")
        for name in ("zoom", "cost"):
            if getattr(self, name) <= 0:
                raise ParamsError(name, getattr(self, name), "it must be above 0")


def _at_least(settings: Learning, least: int, *names: str) -> None:
    for name in names:
        if getattr(settings, name) < least:
            raise ParamsError(name, getattr(settings, name), f"it must be at least {least}")
