"""Which images are at a place of the stage graph: in a stage, or along one of its edges."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists

from ..domain.stages import AnswerState, MaskState, Outcome, SpotState, Stage, TaskState
from .models import AnswerRow, CaptionRow, CrowdRow, ImageRow, SegmentationRow, SpotRow, TaskRow

#: Where work in a stage stands: waiting, with workers, done.
WORKS = ("open", "out", "done")


def is_at(stage: Stage, work: str) -> Any:
    """The condition that an image is there.

    Args:
        stage: which.
        work: one of :data:`WORKS`, or the outcome of an edge that leads from the stage.
    """
    return _in_stage(stage, work) if work in WORKS else _went(Outcome(work))


def _in_stage(stage: Stage, work: str) -> Any:
    state = TaskRow.state == (TaskState.DONE if work == "done" else TaskState.OPEN)
    where = [TaskRow.campaign_id == ImageRow.campaign_id, TaskRow.stage == stage, state]
    if work == "out":
        where.append(TaskRow.taken > TaskRow.answered)
    if stage is Stage.FILTER:  # its tasks are pages of candidates
        return exists().where(*where, TaskRow.subject == ImageRow.page)
    return exists().where(*where, TaskRow.image_id == ImageRow.id)


def _went(outcome: Outcome) -> Any:
    """Counted as :func:`cocokit.campaign.status.read_status` counts what went along an edge."""
    spot, mask = SpotRow.image_id == ImageRow.id, SegmentationRow.image_id == ImageRow.id
    match outcome:
        case Outcome.KEPT:
            return ImageRow.state.in_(["open", "finished"])
        case Outcome.DROPPED:
            return ImageRow.state == "dropped"
        case Outcome.PRESENT:
            return _has_task(Stage.SPOT)
        case Outcome.SPOTTED:
            return exists().where(spot, SpotRow.state != SpotState.VOID)
        case Outcome.NO_OBJECT:
            return exists().where(spot, SpotRow.state == SpotState.NO_OBJECT)
        case Outcome.DRAWN:
            return exists().where(mask, SegmentationRow.state != MaskState.VOID)
        case Outcome.PASSED | Outcome.FAILED:
            return exists().where(mask, SegmentationRow.state == MaskState(outcome))
        case Outcome.TOO_MANY:
            return _has_task(Stage.CROWD)
        case Outcome.PAINTED:
            return exists().where(CrowdRow.image_id == ImageRow.id, CrowdRow.state == AnswerState.COUNTED)
    return exists().where(CaptionRow.image_id == ImageRow.id, AnswerRow.id == CaptionRow.answer_id,
                          AnswerRow.state == AnswerState.COUNTED)  # fmt: skip


def _has_task(stage: Stage) -> Any:
    return exists().where(TaskRow.image_id == ImageRow.id, TaskRow.stage == stage,
                          TaskRow.state.in_([str(TaskState.OPEN), str(TaskState.DONE)]))  # fmt: skip
