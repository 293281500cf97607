"""What a simulated campaign came to, against the truth: for all of it, for each stage and for each kind of worker."""

from __future__ import annotations

from dataclasses import dataclass

from .bands import Band


@dataclass(frozen=True, slots=True)
class StageResult:
    """One stage.

    Attributes:
        stage: its name.
        answers, counted, late, untrusted, void: how many answers, and what became of them.
        answers_band, hours, cents: of all of them.
        precision, recall: of the answers that count: what was said that is so, and what is so that was said.
        iou: mean IoU of the masks drawn.
    """

    stage: str
    answers: int
    counted: int
    late: int
    untrusted: int
    void: int
    answers_band: Band
    hours: Band
    cents: Band
    precision: Band
    recall: Band
    iou: Band


@dataclass(frozen=True, slots=True)
class KindResult:
    """One kind of worker.

    Attributes:
        kind: its name.
        workers, came, rejected: in the crowd; those who handed in an answer; those whom the requester rejected.
        answers, answers_band, hours, cents: theirs.
        label_precision, label_recall, spot_recall, iou, trained, found: of their labels, spots and masks; the share of
            training tasks passed; the share of bad tiles found. Rejected workers are among them.
    """

    kind: str
    workers: int
    came: int
    rejected: int
    answers: int
    answers_band: Band
    hours: Band
    cents: Band
    label_precision: Band
    label_recall: Band
    spot_recall: Band
    iou: Band
    trained: Band
    found: Band


@dataclass(frozen=True, slots=True)
class Results:
    """A campaign against the truth.

    Attributes:
        finished: every image is decided.
        images: state -> how many images.
        hours_wall: from the launch to the last answer.
        answers: in all.
        answers_band, hours, cents: of all of them: how many, work and pay.
        labels: recall and precision of the categories that count as present.
        categories: the same of those that have a mask or a region in the end.
        instances: recall and precision of the masks: one mask for each instance, IoU of at least 0.5.
        covered: share of the instances that have such a mask, or lie in a painted region at least by half.
        iou: mean IoU of these masks.
        crowd_iou: mean IoU of painted regions with the truth's crowds.
        spots: share of the instances with a spot on them, and of the spots that are on one.
        stages, kinds: in turn.
        rejected: workers rejected; ``right`` of them are spammers, of whom ``spammers`` worked, ``busy`` of them as
            many answers as a judgement takes; ``busy_named`` of these were rejected.
        stats: of the exported masks as detections of score 1 by :mod:`cocokit.eval`; empty where no image is finished.
        refused, abandoned: payloads that the engine refused, pages closed without an answer.
    """

    finished: bool
    images: dict[str, int]
    hours_wall: float
    answers: int
    answers_band: Band
    hours: Band
    cents: Band
    labels: tuple[Band, Band]
    categories: tuple[Band, Band]
    instances: tuple[Band, Band]
    covered: Band
    iou: Band
    crowd_iou: Band
    spots: tuple[Band, Band]
    stages: tuple[StageResult, ...]
    kinds: tuple[KindResult, ...]
    rejected: int
    right: int
    spammers: int
    busy: int
    busy_named: int
    stats: dict[str, float]
    refused: int
    abandoned: int
