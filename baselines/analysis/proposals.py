"""How soon proposals find what is there: AR at k of them and the AUC (Tables 3.3 and 4.1), not ended at 100.

The published rows are boxes on COCO's val 2014 (the first 5,000 images).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from cocokit.errors import ParamsError
from cocokit.eval.proposals import ProposalReport
from cocokit.eval.svg import document

from ..batch import Batch, Result
from ..detectors import DETECTORS
from ..detectors import load as load_detector
from ..parts.anchors import Anchors
from . import Telling, pyramids
from .findings import ELSEWHERE, Findings, Table
from .recall import numbers, recall_chart, recall_of
from .trial import Counter, learn, look, pictures

#: AR at 10, 100, 1000 and AUC, by source.
PUBLISHED = {"rpn": "12.8, 29.2, 42.6, 21.4", "selective_search": "5.2, 16.3, 35.7, 12.6"}
#: Sources that nobody has to write a detector for.
WINDOWS = "windows"


@dataclass(frozen=True)
class Settings(pyramids.Settings):
    """Whose proposals are compared.

    Attributes:
        sources: "windows" (boxes everywhere, in an order drawn by lot), or detectors that propose.
    """

    sources: tuple[str, ...] = (WINDOWS, "selective_search", "rpn")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.sources:
            if name != WINDOWS and "proposals" not in getattr(DETECTORS.get(name), "predicts", ()):
                raise ParamsError("sources", name, f"there are {', '.join(proposers())}")


def proposers() -> list[str]:
    """The names of all sources."""
    return [WINDOWS, *(name for name, entry in DETECTORS.items() if "proposals" in entry.predicts)]


SMALL = Settings(judged=32, sources=tuple(name for name in Settings.sources if name in proposers()))
FULL = Settings(images=4000, judged=500, size=256, steps=4000, batch=16, lr=1e-3, backbone="resnet18", width=128,
                levels=("P2", "P3", "P4", "P5", "P6"), sides=(16.0, 32.0, 64.0, 128.0, 256.0), anchors=256,
                sources=SMALL.sources)  # fmt: skip


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Ask each source for proposals, once for each seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.sources) * settings.steps)
    found: dict[str, list[ProposalReport]] = {name: [] for name in settings.sources}
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        for name in settings.sources:
            detector = source(name, settings, seed)
            counter.about(name)
            if isinstance(detector, torch.nn.Module) and any(p.requires_grad for p in detector.parameters()):
                learn(detector, seen, settings, seed, device, counter)
            else:
                counter.skip(settings.steps)
            found[name].append(recall_of(look(detector, judged, device), judged, settings.counts))
    return findings(found)


def source(name: str, settings: Settings, seed: int) -> Any:
    """What proposes."""
    if name == WINDOWS:
        return Windows(settings.sides, max(settings.counts), seed)
    if name == "rpn":
        return pyramids.trained(settings, {}, seed)
    config, detector = load_detector(name)
    torch.manual_seed(seed)
    return detector(config(), 1)


class Windows:
    """Boxes of some sides and shapes everywhere, in an order drawn by lot: what every other source must beat.

    Args:
        sides: of squares, px.
        count: of an image.
        seed: of the lot.
    """

    def __init__(self, sides: Sequence[float], count: int, seed: int) -> None:
        self.sides, self.count = tuple(sides), count
        self.chance = torch.Generator().manual_seed(seed)

    def detect(self, batch: Batch) -> list[Result]:
        """The windows of each image."""
        return [self._windows(size) for size in batch.sizes]

    def _windows(self, size: tuple[int, int]) -> Result:
        stride = 4
        anchors = Anchors([self.sides], (0.5, 1.0, 2.0), [stride])([(size[0] // stride, size[1] // stride)])
        inside = anchors[(anchors[:, :2] >= 0).all(1) & (anchors[:, 2] <= size[1]) & (anchors[:, 3] <= size[0])]
        drawn = inside[torch.randperm(len(inside), generator=self.chance)[: self.count]]
        return Result(drawn, torch.linspace(1, 0, len(drawn)), torch.zeros(len(drawn), dtype=torch.int64))


def findings(found: Mapping[str, Sequence[ProposalReport]]) -> Findings:
    """The table and the picture, from the recall of each seed, by source."""
    rows = [{"proposals": name, **numbers(ours), "COCO AR@10, 100, 1000, AUC (published)": PUBLISHED.get(name, "-")}
            for name, ours in found.items()]  # fmt: skip
    means = {name: sum(r.auc() for r in ours) / len(ours) for name, ours in found.items()}
    best = max(means, key=lambda name: means[name])
    said = [f"Of {len(found)} sources *{best}* finds most: AUC *{means[best]:.3f}*."]
    chart = recall_chart("What proposals find", said, dict(found), best)
    return Findings([Table("Recall of proposals", rows, ELSEWHERE)], said, document([chart], said[0].replace("*", "")))
