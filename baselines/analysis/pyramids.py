"""What a pyramid brings to region proposals (Table 4.1 of the pyramid's thesis, rows a to f).

One RPN, one schedule, other maps in each row. The published numbers are AR on COCO minival with ResNet-50 at 800 px.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from cocokit.errors import ParamsError
from cocokit.eval.proposals import ProposalReport
from cocokit.eval.svg import document

from ..detectors.rpn import RPN, Config
from . import Telling
from .findings import ELSEWHERE, Findings, Table
from .recall import numbers, recall_chart, recall_of
from .trial import Counter, Trial, learn, look, pictures

#: What each row changes, and its published AR@100 and AR@1000.
ROWS: dict[str, tuple[str, dict[str, Any], float, float]] = {
    "a": ("C4 alone", {"neck": "c4"}, 36.1, 48.3),
    "b": ("C5 alone", {"neck": "c5"}, 36.3, 44.9),
    "c": ("pyramid", {}, 44.0, 56.3),
    "d": ("no top-down", {"top_down": False}, 37.4, 49.5),
    "e": ("no lateral", {"lateral": False}, 34.5, 46.1),
    "f": ("P2 alone", {"levels": ("P2",)}, 38.4, 51.3),
}


def config_of(settings: Settings, changes: Mapping[str, Any]) -> Config:
    """The RPN of a row."""
    given: dict[str, Any] = {"levels": settings.levels, "sides": settings.sides, **changes}
    return Config(backbone=settings.backbone, width=settings.width, rpn_count=settings.anchors,
                  proposals=max(settings.counts), rpn_each=max(settings.counts), **given)  # fmt: skip


@dataclass(frozen=True)
class Settings(Trial):
    """How the maps are compared.

    Attributes:
        rows: of the table, "a" to "f".
        levels: of the pyramid.
        sides: of anchors px, one for each level; all of them where there is one map.
        counts: proposals per image, rising.
        anchors: of an image that are trained on.
    """

    domain: str = "scales"
    size: int = 96
    rows: tuple[str, ...] = tuple(ROWS)
    levels: tuple[str, ...] = ("P2", "P3", "P4", "P5")
    sides: tuple[float, ...] = (10.0, 20.0, 40.0, 80.0)
    counts: tuple[int, ...] = (10, 100, 1000)
    anchors: int = 64

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.rows:
            if name not in ROWS:
                raise ParamsError("rows", name, f"there are {', '.join(ROWS)}")
        if not self.counts or min(self.counts) < 1 or list(self.counts) != sorted(set(self.counts)):
            raise ParamsError("counts", self.counts, "give rising numbers of at least 1")
        config_of(self, {})


SMALL = Settings()
FULL = Settings(images=4000, judged=500, size=256, steps=4000, batch=16, lr=1e-3, backbone="resnet18", width=128,
                levels=("P2", "P3", "P4", "P5", "P6"), sides=(16.0, 32.0, 64.0, 128.0, 256.0), anchors=256)  # fmt: skip


def trained(settings: Settings, changes: Mapping[str, Any], seed: int) -> RPN:
    """An RPN whose first weights follow from a seed."""
    torch.manual_seed(seed)
    return RPN(config_of(settings, changes), 1)


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train an RPN for each row and seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.rows) * settings.steps)
    found: dict[str, list[ProposalReport]] = {row: [] for row in settings.rows}
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        for row in settings.rows:
            detector = trained(settings, ROWS[row][1], seed)
            learn(detector, seen, settings, seed, device, counter.about(ROWS[row][0]))
            found[row].append(recall_of(look(detector, judged, device), judged, settings.counts))
    return findings(found)


def findings(found: Mapping[str, Sequence[ProposalReport]]) -> Findings:
    """The table and the picture, from the recall of each seed, by row."""
    rows = [{"row": row, "maps": ROWS[row][0], **numbers(ours), "COCO AR@100, AR@1000 (published)":
             f"{ROWS[row][2]}, {ROWS[row][3]}"} for row, ours in found.items()]  # fmt: skip
    means = {row: sum(r.auc() for r in ours) / len(ours) for row, ours in found.items()}
    best = max(means, key=lambda row: means[row])
    said = [f"Proposals of *{ROWS[best][0]}* are found soonest: AUC *{means[best]:.3f}*."]
    named = {f"{row}: {ROWS[row][0]}": ours for row, ours in found.items()}
    chart = recall_chart("Proposals by the maps they are made of", said, named, f"c: {ROWS['c'][0]}")
    return Findings([Table("Recall of an RPN by its maps", rows, ELSEWHERE)], said,
                    document([chart], said[0].replace("*", "")))  # fmt: skip
