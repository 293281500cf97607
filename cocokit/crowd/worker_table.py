"""The table of workers: what was counted and measured of each, what stands out, and the same as rows of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocokit.campaign.roster import WorkerLine
from cocokit.domain.stages import WorkerState

from .judging import Named
from .rates import wilson
from .worker_quality import Quality, WorkerQuality

#: Who gives back more than this share of at least so many tasks is shown with a flag.
MANY_SKIPS, OF_TASKS = 0.3, 10


def checks_of(line: WorkerLine) -> tuple[int, int, float, float]:
    """(right, shown, low, high): sentinels answered right, of those shown, and Wilson's interval of that share."""
    right, shown = line.bad[0] + line.good[1] - line.good[0], line.bad[1] + line.good[1]
    low, high = wilson(right, shown)
    return right, shown, float(low), float(high)


def flags_of(line: WorkerLine, named: Named | None) -> tuple[tuple[str, str, str], ...]:
    """(class, word, why) of what stands out in a worker.

    Args:
        line: who.
        named: what the evidence says against them, or None.
    """
    flags = []
    if line.state is WorkerState.REJECTED:
        flags.append(("bad", "discarded", line.reason or "Their work does not count"))
    if line.state is WorkerState.PAUSED:
        flags.append(("warn", "paused", line.reason or "They get no task"))
    if named is not None:
        flags.append(("bad", named.rule, named.reason))
    if (line.skip_rate or 0) > MANY_SKIPS and line.answers + line.skipped >= OF_TASKS:
        seen = line.answers + line.skipped
        flags.append(("warn", "skips", f"Gave back {line.skipped:,} of {seen:,} tasks"))
    return tuple(flags)


def worker_rows(lines: Sequence[WorkerLine], quality: Quality) -> list[dict[str, Any]]:
    """One row a worker, with a column for everything that is known; None where nothing was measured.

    Args:
        lines: who.
        quality: of everybody.
    """
    known = {one.worker: one for one in quality.workers}
    named = {one.worker: one for one in quality.named}
    return [_row(line, known.get(line.id), named.get(line.id)) for line in lines]


def _row(line: WorkerLine, measured: WorkerQuality | None, named: Named | None) -> dict[str, Any]:
    right, shown, low, high = checks_of(line)
    of = measured or WorkerQuality(line.id, 0)
    return {
        "worker": line.id, "name": line.name, "state": str(line.state), "answers": line.answers,
        "counted": line.counted, "active_s": line.active_ms / 1000,
        "seconds_each": line.active_ms / line.answers / 1000 if line.answers and line.active_ms else None,
        "speed_percentile": of.speed, "skipped": line.skipped, "skip_rate": line.skip_rate,
        "checks_right": right, "checks_shown": shown, "checks_share": right / shown if shown else None,
        "checks_low": low if shown else None, "checks_high": high if shown else None,
        "precision": of.precision, "recall": of.recall, "masks_passed": of.passed,
        "vote_agreement": of.vote_agreement, "training_iou": of.training_iou, "training_boundary": of.training_boundary,
        "cents": round(line.cents, 4), "flags": ", ".join(word for _, word, _ in flags_of(line, named)),
    }  # fmt: skip
