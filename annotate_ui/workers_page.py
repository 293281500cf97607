"""The table of workers: what was measured of each, with intervals where it is an estimate, and what stands out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cocokit.campaign.roster import WorkerLine
from cocokit.crowd.rates import wilson
from cocokit.crowd.worker_quality import Quality, WorkerQuality
from cocokit.domain.stages import WorkerState

#: What the table may be sorted by -> the title of its column.
SORTS = {"": "Worker", "answers": "Answers", "time": "Time each", "sentinels": "Checks right", "precision": "Precision",
         "recall": "Recall", "passed": "Masks passed", "cents": "Earned"}  # fmt: skip


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
    named = {one.worker: (one.rule, one.reason) for one in quality.named}
    rows = [_row(line, known.get(line.id), named.get(line.id)) for line in lines]
    if sort in ("precision", "recall", "passed"):
        return sorted(rows, key=lambda row: _last(getattr(row.quality, sort, None)))
    keys: dict[str, Callable[[WorkerRow], float]] = {
        "answers": lambda row: -row.line.answers, "time": lambda row: row.seconds or 1e9,
        "cents": lambda row: -row.line.cents, "sentinels": lambda row: _last(row.share),
    }  # fmt: skip
    return sorted(rows, key=keys[sort]) if sort in keys else rows


def _row(line: WorkerLine, quality: WorkerQuality | None, named: tuple[str, str] | None) -> WorkerRow:
    right, shown = line.bad[0] + line.good[1] - line.good[0], line.bad[1] + line.good[1]
    low, high = wilson(right, shown)
    flags = []
    if line.state is WorkerState.REJECTED:
        flags.append(("bad", "discarded", line.reason or "Their work does not count"))
    if line.state is WorkerState.PAUSED:
        flags.append(("warn", "paused", line.reason or "They get no task"))
    if named:
        flags.append(("bad", named[0], named[1]))
    seconds = line.active_ms / line.answers / 1000 if line.answers and line.active_ms else None
    return WorkerRow(line, quality, seconds, right, shown, float(low), float(high), tuple(flags))


def _last(value: float | None) -> float:
    return 2.0 if value is None else value
