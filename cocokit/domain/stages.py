"""The seven stages and the words for what happens between them."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """A stage of a campaign (PROTOCOL 1 to 7), in the order in which an image meets them."""

    FILTER = "filter"
    LABEL = "label"
    SPOT = "spot"
    SEGMENT = "segment"
    VERIFY = "verify"
    CROWD = "crowd"
    CAPTION = "caption"


class Outcome(StrEnum):
    """What a stage can decide; an edge of the stage graph leads from a stage, by an outcome, to the next stage."""

    KEPT = "kept"  # a candidate passed the filter
    DROPPED = "dropped"
    PRESENT = "present"  # a category is in an image
    SPOTTED = "spotted"  # a spot waits for its mask
    DRAWN = "drawn"  # a mask waits for votes
    NO_OBJECT = "no_object"
    PASSED = "passed"
    FAILED = "failed"  # a mask was voted down: its spot returns
    TOO_MANY = "too_many"  # the eleventh instance
    PAINTED = "painted"
    CAPTIONED = "captioned"


class SpotState(StrEnum):
    """What became of a spot."""

    OPEN = "open"  # waits for its turn: one segmentation task per image and category at a time
    POSTED = "posted"  # its segmentation task is out
    COVERED = "covered"  # lies in a mask of its category
    DRAWN = "drawn"  # has a mask of its own
    NO_OBJECT = "no_object"  # a worker found nothing of the category there
    CLOSED = "closed"  # "all already segmented"
    CROWD = "crowd"  # left to the crowd stage
    GIVEN_UP = "given_up"  # its masks failed too often
    VOID = "void"  # its worker was rejected


class MaskState(StrEnum):
    """What became of a segmentation."""

    UNVERIFIED = "unverified"
    PASSED = "passed"
    FAILED = "failed"
    SPARE = "spare"  # no spot needs it: its own is gone, or an earlier mask has it again
    VOID = "void"  # its worker was rejected


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"  # wants answers
    DONE = "done"
    WITHDRAWN = "withdrawn"  # nobody needs its answers any more


class AnswerState(StrEnum):
    """What an answer counts for; the answer itself never changes."""

    COUNTED = "counted"
    LATE = "late"  # its place was gone: kept, not counted
    UNTRUSTED = "untrusted"  # a page that missed its sentinels
    VOID = "void"  # its worker was rejected


class WorkerState(StrEnum):
    """Where a worker stands in a campaign."""

    ACTIVE = "active"
    PAUSED = "paused"
    REJECTED = "rejected"


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"


class SentinelKind(StrEnum):
    """What a mask with a known answer is used for."""

    BAD = "bad"  # made from a good mask; the worker must flag it
    GOOD = "good"  # the worker must not flag it
    TRAINING = "training"  # the worker must draw it before drawing in its category
    EXAMPLE = "example"  # shown beside a task with its answer: never one that is still asked for
