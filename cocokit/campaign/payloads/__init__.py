"""Answers as they come from a worker's page -> typed answers, or a refusal that names a field.

A payload is parsed JSON that anybody may have written. Each stage has one file, and each reads its payload to the last
member: what it does not know it refuses, so that nothing unchecked ever reaches a rule or a row. Whatever JSON value
comes in, the outcome is an answer of :mod:`cocokit.domain.answers` or a RefusedError.

Coordinates are px of the upright image. A coordinate may lie up to half a pixel outside, which a zoomed canvas can do
by rounding, and is moved onto the edge; one that is farther out is refused.
"""

from __future__ import annotations

from ...domain.answers import Answer
from ...domain.tasks import (
    Assignment,
    CrowdTask,
    FilterTask,
    LabelTask,
    SegmentTask,
    SpotTask,
    VerifyTask,
)
from ...pipeline.settings import CampaignSettings
from .caption import read_caption
from .crowd import read_crowd
from .filter import read_filter
from .label import read_label
from .segment import read_segment
from .spot import read_spot
from .verify import read_verify

__all__ = ["read_answer"]


def read_answer(assignment: Assignment, payload: object, settings: CampaignSettings) -> Answer:
    """The answer to an assignment.

    Args:
        assignment: what the worker was asked.
        payload: parsed JSON from the worker's page.
        settings: of the campaign; they say which tools may draw and how long a sentence is.

    Raises:
        RefusedError: the payload is no answer to this.
    """
    work = assignment.work
    match work:
        case FilterTask():
            return read_filter(work, payload)
        case LabelTask():
            return read_label(work, payload)
        case SpotTask():
            return read_spot(work, payload)
        case SegmentTask():
            return read_segment(work, payload, settings.tools)
        case VerifyTask():
            return read_verify(work, payload)
        case CrowdTask():
            return read_crowd(work, payload)
    return read_caption(payload, settings)
