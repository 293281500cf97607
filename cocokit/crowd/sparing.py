"""What adaptive redundancy saved in a simulated campaign, and what recall it cost: beside the same without it."""

from __future__ import annotations

from dataclasses import dataclass

from cocokit.domain.stages import Stage

from .results import Results, StageResult


@dataclass(frozen=True, slots=True)
class Sparing:
    """Two campaigns with the same workers and truth: the first stops asking early.

    Attributes:
        label_answers, label_answers_all: label answers that count, with and without early stops.
        cents, cents_all: of the label stage.
        cents_total, cents_total_all: of the whole campaign: later stages change with what is found.
        recall, recall_all: of categories.
    """

    label_answers: int
    label_answers_all: int
    cents: float
    cents_all: float
    cents_total: float
    cents_total_all: float
    recall: float
    recall_all: float

    @property
    def saved(self) -> float:
        """Share of the label answers that nobody had to give, 0 to 1."""
        return 1 - self.label_answers / self.label_answers_all if self.label_answers_all else 0.0


def sparing(found: Results, without: Results) -> Sparing:
    """Compare an adaptive campaign with its twin."""
    mine, all_ = _labels(found), _labels(without)
    return Sparing(
        mine.counted, all_.counted, mine.cents.value, all_.cents.value, found.cents.value, without.cents.value,
        found.labels[0].value, without.labels[0].value,
    )  # fmt: skip


def _labels(results: Results) -> StageResult:
    return next(stage for stage in results.stages if stage.stage == Stage.LABEL)
