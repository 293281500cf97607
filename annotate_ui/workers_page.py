"""The table of workers: what was measured of each, with intervals where it is an estimate, and what stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cocokit.campaign.roster import WorkerLine
from cocokit.crowd.judging import Named
from cocokit.crowd.worker_quality import Quality, WorkerQuality
from cocokit.crowd.worker_table import checks_of, flags_of

#: What the table may be sorted by -> the title of its column.
SORTS = {"": "Worker", "answers": "Answers", "time": "Time each", "speed": "Faster than", "skips": "Skipped",
         "sentinels": "Checks right", "precision": "Precision", "recall": "Recall", "passed": "Masks passed",
         "vote_agreement": "Votes agree", "cents": "Earned"}  # fmt: skip
#: Those that begin with the most; all others begin with the least.
FALLING = ("answers", "skips", "cents")
_MEASURED = ("precision", "recall", "passed", "speed", "vote_agreement")


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker with what was measured.

    Attributes:
        line: as in the campaign's list.
        quality: as measured, or None.
        seconds: active time of an answer, or None.
        right, shown: sentinels answered right, of those shown.
        low, high: Wilson's interval of that share.
        flags: (class, word, why) of what stands out.
    """

    line: WorkerLine
    quality: WorkerQuality | None
    seconds: float | None
    right: int
    shown: int
    low: float
    high: float
    flags: tuple[tuple[str, str, str], ...]

    @property
    def share(self) -> float | None:
        """Of sentinels answered right."""
        return self.right / self.shown if self.shown else None


def rows_of(lines: Sequence[WorkerLine], quality: Quality, sort: str) -> list[WorkerRow]:
    """The table.

    Args:
        lines: who.
        quality: of everybody.
        sort: a key of :data:`SORTS`; an unknown one sorts by id.
    """
    known = {one.worker: one for one in quality.workers}
    named = {one.worker: one for one in quality.named}
    rows = [_row(line, known.get(line.id), named.get(line.id)) for line in lines]
    if sort in _MEASURED:
        return sorted(rows, key=lambda row: _last(getattr(row.quality, sort, None)))
    keys: dict[str, Callable[[WorkerRow], float]] = {
        "answers": lambda row: -row.line.answers, "time": lambda row: row.seconds or 1e9,
        "skips": lambda row: -(row.line.skip_rate or 0.0),
        "cents": lambda row: -row.line.cents, "sentinels": lambda row: _last(row.share),
    }  # fmt: skip
    return sorted(rows, key=keys[sort]) if sort in keys else rows


def _row(line: WorkerLine, quality: WorkerQuality | None, named: Named | None) -> WorkerRow:
    seconds = line.active_ms / line.answers / 1000 if line.answers and line.active_ms else None
    return WorkerRow(line, quality, seconds, *checks_of(line), flags_of(line, named))


def _last(value: float | None) -> float:
    return 2.0 if value is None else value
