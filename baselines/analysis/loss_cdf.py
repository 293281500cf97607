"""Which examples make up the loss (Fig. 5.3 of the focal loss's thesis).

A RetinaNet that is trained with gamma 2 is asked for p_t of every anchor and category; the focal loss of each, for
several gammas, is normalised to a sum of 1, sorted and cumulated, positives and negatives apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from cocokit.columns import Float64
from cocokit.errors import ParamsError
from cocokit.eval.svg import Chart, Line, document

from ..batch import Batch
from ..detectors.retinanet import RetinaNet
from ..train.collate import collate
from . import Telling
from .findings import Band, Findings, Table
from .retina import LARGE, RetinaTrial, make
from .trial import Counter, learn, pictures

#: Points of a curve in the picture.
_POINTS = 101


@dataclass(frozen=True)
class Settings(RetinaTrial):
    """Whose loss is looked at, and how.

    Attributes:
        gammas: of the focal loss that is computed; the network is trained with 2.
    """

    gammas: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.gammas or min(self.gammas) < 0:
            raise ParamsError("gammas", self.gammas, "give at least one, and none below 0")


SMALL = Settings()
FULL = Settings(**LARGE)


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train a RetinaNet for each seed and look at its loss on other pictures."""
    counter = Counter(tell, len(settings.seeds) * settings.steps).about("RetinaNet")
    found = []
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        detector = learn(make(settings, seed), seen, settings, seed, device, counter)
        found.append(probabilities(detector, judged, device))
    return findings(found, settings.gammas)


@torch.no_grad()
def probabilities(detector: RetinaNet, batches: Sequence[Batch], device: str) -> tuple[Float64, Float64]:
    """(P,) and (N,) float64 p_t of all positives and of all negatives, those that are ignored left out."""
    good, bad = [], []
    for batch in batches:
        moved = collate([batch]).to(device)
        logits, wanted = detector.labelled(moved)
        p, positive = logits.double().sigmoid(), wanted > 0
        good.append(p[positive].cpu())
        bad.append((1 - p)[~positive].cpu())
    return torch.cat(good).numpy(), torch.cat(bad).numpy()


def focal_losses(p: Float64, gamma: float) -> Float64:
    """(n,) float64 -(1 - p)^gamma log p; alpha, one number for all of them, would fall out of the normalised loss.

    Args:
        p: (n,) float64, p_t.
        gamma: 0 is the cross entropy.
    """
    p = np.clip(p, 1e-12, 1.0)
    made: Float64 = -((1 - p) ** gamma) * np.log(p)
    return made


def cumulative(values: Float64) -> Float64:
    """(n,) float64, rising to 1: the share of the sum in the i + 1 smallest.

    Args:
        values: (n,) losses, none negative.

    >>> cumulative(np.array([3.0, 1.0])).tolist()
    [0.25, 1.0]
    """
    total = np.cumsum(np.sort(values))
    made: Float64 = total / total[-1] if total[-1] > 0 else np.linspace(1 / len(total), 1, len(total))
    return made


def hardest_share(values: Float64, part: float) -> float:
    """The share of the sum that the hardest part of the values holds.

    Args:
        values: (n,) losses, none negative.
        part: 0 to 1, of the number of values, rounded up.

    >>> hardest_share(np.array([1.0, 1.0, 1.0, 5.0]), 0.25)
    0.625
    """
    rest = len(values) - int(np.ceil(len(values) * part))
    return 1.0 - (float(cumulative(values)[rest - 1]) if rest else 0.0)


def findings(found: Sequence[tuple[Float64, Float64]], gammas: Sequence[float]) -> Findings:
    """The table and the picture.

    Args:
        found: for each seed p_t of the positives, (P,), and of the negatives, (N,).
        gammas: rising.
    """
    rows, tenth = [], {}
    for gamma in gammas:
        good, bad = ([focal_losses(pair[side], gamma) for pair in found] for side in (0, 1))
        tenth[gamma] = Band.of([hardest_share(values, 0.1) for values in bad])
        rows.append({"gamma": gamma,
                     "hardest 20 % of positives hold": Band.of([hardest_share(v, 0.2) for v in good]),
                     "hardest 10 % of negatives hold": tenth[gamma],
                     "hardest 1 % of negatives hold": Band.of([hardest_share(v, 0.01) for v in bad])})  # fmt: skip
    first, last = (100 * tenth[gamma].mean for gamma in (gammas[0], gammas[-1]))
    said = [f"At gamma {gammas[-1]:g} a tenth of the negatives holds *{last:.1f} %* of it,",
            f"at gamma {gammas[0]:g} {first:.1f} %."]  # fmt: skip
    charts = [_chart("positives", found[0][0], gammas, ["Gamma changes little here."]),
              _chart("negatives", found[0][1], gammas, said)]  # fmt: skip
    note = ("Published, in words: a fifth of the positives holds about half of their loss, whatever gamma is; of the "
            "negatives, the hard ones hold nearly all at gamma 2.")  # fmt: skip
    table = Table("Shares of the normalised focal loss", rows, note)
    name = " ".join(line.replace("*", "") for line in said)
    return Findings([table], said, document(charts, name))


def _chart(word: str, p: Float64, gammas: Sequence[float], said: Sequence[str]) -> Chart:
    """The curves of one side, of the first seed: gamma 2 in ink, the others in grey."""
    lines = []
    for gamma in gammas:
        curve = cumulative(focal_losses(p, gamma))
        x = np.linspace(0, 1, _POINTS)
        y = np.interp(x, np.linspace(0, 1, len(curve) + 1), np.append(0.0, curve))
        look = "ink" if gamma == max(gammas) else "third" if gamma == min(gammas) else "second"
        lines.append(Line(x, y, look, f"gamma {gamma:g}"))
    caption = f"Share of the loss (up), of {word}, easiest first (right); first seed"
    return Chart(f"The loss of {word}", said, caption, (0.0, 1.0), lines)


