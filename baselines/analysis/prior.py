"""What it helps that every anchor begins as background: the initialisation pi of RetinaNet (5.4.1, 5.5.1).

At the first step nothing is learned yet, so its loss is arithmetic: N negatives and P positives of score pi cost
N * -log(1 - pi) + P * -log(pi). With pi 0.5, as without the offset, the negatives are all that is felt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from cocokit.errors import ParamsError

from ..batch import Batch
from ..detectors.retinanet import RetinaNet
from ..parts.matching import IGNORED, assign
from ..train.collate import collate
from . import Telling
from .findings import Band, Findings, Table
from .forest import Bar, forest
from .retina import LARGE, RetinaTrial, make
from .trial import Counter, pictures

#: AP of COCO minival, with ResNet-50 at 600 px and alpha 0.5.
PUBLISHED = {0.5: "diverges", 0.01: "30.2"}


@dataclass(frozen=True)
class Settings(RetinaTrial):
    """Which priors are tried.

    Attributes:
        priors: pi of each row.
        rate: of the plain gradient descent that shows whether the loss comes down; the paper's.
    """

    images: int = 16
    judged: int = 1
    steps: int = 10
    priors: tuple[float, ...] = (0.5, 0.1, 0.01, 0.001)
    rate: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.priors or not all(0 < pi < 1 for pi in self.priors):
            raise ParamsError("priors", self.priors, "give numbers between 0 and 1")


SMALL = Settings()
FULL = Settings(**LARGE | {"images": 256, "judged": 1, "steps": 100})


@dataclass(frozen=True)
class Start:
    """What a network that knows nothing feels.

    Attributes:
        loss: cross entropy of the first batch, per positive anchor.
        expected: the same by arithmetic.
        negatives: their share of it.
        gradient: length of the gradient.
        last: the loss after the last step of gradient descent; infinite where it is not finite.
    """

    loss: float
    expected: float
    negatives: float
    gradient: float
    last: float


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Look at the first step of each prior and at those after it, for each seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.priors) * settings.steps)
    found: dict[float, list[Start]] = {pi: [] for pi in settings.priors}
    for seed in settings.seeds:
        seen, _ = pictures(settings, seed)
        for pi in settings.priors:
            detector = make(settings, seed, loss="cross_entropy", alpha=None, pi=pi)
            found[pi].append(start(detector.to(device), seen, settings, device, counter.about(f"pi {pi:g}")))
    return findings(found)


def start(detector: RetinaNet, batches: Sequence[Batch], settings: Settings, device: str, tell: Counter) -> Start:
    """The first step, and plain gradient descent with momentum from there, unclipped as in the paper."""
    batch = collate(batches[: settings.batch]).to(device)
    detector.train()
    loss = detector.loss(batch)["score"]
    loss.backward()  # type: ignore[no-untyped-call]
    felt = torch.stack([p.grad.norm() for p in detector.parameters() if p.grad is not None]).norm()
    with torch.no_grad():
        positives, negatives = census(detector, batch)
    pi = detector.config.pi
    cost = negatives * -math.log(1 - pi), positives * -math.log(pi)
    first = Start(loss.item(), sum(cost) / max(positives, 1), cost[0] / max(sum(cost), 1e-12), felt.item(), 0.0)
    return Start(first.loss, first.expected, first.negatives, first.gradient,
                 descend(detector, batches, settings, device, tell))  # fmt: skip


def census(detector: RetinaNet, batch: Batch) -> tuple[int, int]:
    """How many of a batch's outputs, anchors times categories, are positive and how many negative."""
    assert batch.targets is not None
    anchors = torch.cat(detector(batch.pixels)[2])
    c = detector.config
    rows = torch.stack([assign(anchors, t, c.low, c.high, c.force) for t in batch.targets])
    positives = int((rows >= 0).sum())
    return positives, int((rows > IGNORED).sum()) * detector.categories - positives


def descend(detector: RetinaNet, batches: Sequence[Batch], settings: Settings, device: str, tell: Counter) -> float:
    """The loss of scores and boxes after the steps."""
    optimizer = torch.optim.SGD(detector.parameters(), settings.rate, 0.9, weight_decay=1e-4)
    value = math.inf
    for step in range(settings.steps):
        places = [(step * settings.batch + n) % len(batches) for n in range(min(settings.batch, len(batches)))]
        loss = sum(detector.loss(collate([batches[n] for n in places]).to(device)).values())
        value = loss.item() if math.isfinite(loss.item()) else math.inf  # type: ignore[union-attr]
        if value == math.inf:
            tell.skip(settings.steps - step)
            break
        optimizer.zero_grad()
        loss.backward()  # type: ignore[union-attr]
        optimizer.step()
        tell.step()
    return value


def findings(found: dict[float, list[Start]]) -> Findings:
    """The table and the picture, from what each seed felt, by pi."""
    rows = [{"pi": pi, "first loss": Band.of([s.loss for s in ours]),
             "by arithmetic": Band.of([s.expected for s in ours]),
             "negatives' share": Band.of([s.negatives for s in ours]),
             "gradient": Band.of([s.gradient for s in ours]),
             "loss after the steps": _band([s.last for s in ours]),
             "COCO AP (published)": PUBLISHED.get(pi, "-")} for pi, ours in found.items()]  # fmt: skip
    worst = max(found, key=lambda pi: _mean(found[pi], "loss"))
    best = min(found, key=lambda pi: _mean(found[pi], "loss"))
    ratio = _mean(found[worst], "loss") / max(_mean(found[best], "loss"), 1e-12)
    said = [f"With pi {worst:g} the first loss is *{ratio:.0f} times* that with pi {best:g};",
            f"{100 * _mean(found[worst], 'negatives'):.1f} % of it is of negatives."]  # fmt: skip
    bars = [Bar(f"pi {pi:g}", Band.of([s.loss for s in ours]), f"gradient {_mean(ours, 'gradient'):.0f}")
            for pi, ours in found.items()]  # fmt: skip
    table = Table("RetinaNet's first step with cross entropy", rows,
                  "COCO: ResNet-50, 600 px, alpha 0.5; without the prior training diverges quickly.")  # fmt: skip
    picture = forest("The first loss by prior", said, "Cross entropy per positive anchor before the first step", bars,
                     best=False)  # fmt: skip
    return Findings([table], said, picture)


def _mean(starts: list[Start], name: str) -> float:
    return sum(float(getattr(start, name)) for start in starts) / len(starts)


def _band(values: list[float]) -> Band | str:
    return Band.of(values) if all(math.isfinite(value) for value in values) else "not finite"
