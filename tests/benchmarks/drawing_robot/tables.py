"""What the robot's runs come to: clicks to an IoU, modelled seconds, differences to the plain polygon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

#: IoUs to reach; seconds of a click, of a key and of a dab of the brush (assumed, nobody was measured).
BARS, CLICK, KEY, BRUSH = (0.80, 0.85, 0.90), 1.3, 0.28, 1.8
BASELINE = "polygon"

Run = dict[str, Any]


def actions_to(run: Run, bar: float, most: int) -> tuple[int, bool]:
    """Actions until ``bar`` is reached, and whether it is; a miss counts as ``most``."""
    for k, value in enumerate(run["iou"]):
        if value is not None and value >= bar:
            return k, True
    return most, False


def seconds_to(run: Run, bar: float, most: int) -> float:
    """Modelled seconds: every action a click, some of them dabs of the brush, and the keys between kinds of side."""
    actions, _ = actions_to(run, bar, most)
    toggles, brushes = (_upto(run.get(name, []), actions) for name in ("toggles", "brushes"))
    return CLICK * (actions - brushes) + BRUSH * brushes + KEY * toggles


def _upto(counts: Sequence[int | None], k: int) -> int:
    known = [c for c in counts[: k + 1] if c is not None]
    return known[-1] if known else 0


def by_tool(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """Runs of each tool, in the order of the instances."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run["tool"], []).append(run)
    return found


def difference(runs: Sequence[Run], others: Sequence[Run], bar: float, most: int) -> tuple[float, float, float]:
    """Mean of the paired difference in actions, and the bounds of its bootstrap interval of 95 %."""
    gaps = np.array([actions_to(a, bar, most)[0] - actions_to(b, bar, most)[0]
                     for a, b in zip(runs, others, strict=True)])  # fmt: skip
    chance = np.random.default_rng(0)
    means = gaps[chance.integers(0, len(gaps), (2000, len(gaps)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(gaps.mean()), float(low), float(high)


def clicks_table(runs: Sequence[Run], most: int) -> list[str]:
    """Lines of a table: a row per tool, actions as mean/median/misses to each IoU, seconds, milliseconds."""
    bars = " | ".join(f"to {bar:.2f}" for bar in BARS)
    lines = [f"| tool | {bars} | modelled s | against the polygon at .85 | ms, median (p95) | start |"]
    lines.append("|---" * (len(BARS) + 5) + "|")
    tools = by_tool([r for r in runs if "iou" in r])
    for tool, these in tools.items():
        cells = [_actions(these, bar, most) for bar in BARS]
        spent = "/".join(f"{np.mean([seconds_to(r, bar, most) for r in these]):.1f}" for bar in BARS)
        mean, low, high = difference(these, tools.get(BASELINE, these), 0.85, most)
        gap = "" if tool == BASELINE else f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]"
        row = [tool, *cells, spent, gap, _times(these, "ms"), _times(these, "starts")]
        lines.append("| " + " | ".join(row) + " |")
    return lines


def _actions(runs: Sequence[Run], bar: float, most: int) -> str:
    found = [actions_to(run, bar, most) for run in runs]
    counts = [k for k, _ in found]
    missed = 1 - np.mean([reached for _, reached in found])
    return f"{np.mean(counts):.1f}/{np.median(counts):.0f}/{missed:.0%}"


def _times(runs: Sequence[Run], name: str) -> str:
    spent = [ms for run in runs for ms in run.get(name, [])]
    return f"{np.median(spent):.1f} ({np.percentile(spent, 95):.1f})" if any(spent) else ""


def rough_table(runs: Sequence[Run]) -> list[str]:
    """Lines of a table: what tightening does to a quick stroke and to few points."""
    lines = ["| rough outline | IoU | tightened | reach .85 | tightened | ms, median (p95) |", "|---" * 6 + "|"]
    for tool, these in by_tool([r for r in runs if "tight" in r]).items():
        raw, tight = (np.array([r[name] for r in these]) for name in ("raw", "tight"))
        means, good = ([f"{v.mean():.3f}" for v in (raw, tight)], [f"{np.mean(v >= 0.85):.0%}" for v in (raw, tight)])
        lines.append("| " + " | ".join([tool, *means, *good, _times(these, "ms")]) + " |")
    return lines


def reached_after(runs: Sequence[Run], counts: Sequence[int]) -> list[str]:
    """Lines of a table: mean IoU after so many actions; a run that stopped keeps its last."""
    lines = ["| tool | " + " | ".join(f"after {k}" for k in counts) + " |", "|---" * (len(counts) + 1) + "|"]
    for tool, these in by_tool([r for r in runs if "iou" in r]).items():
        cells = []
        for k in counts:
            last = [[v for v in r["iou"][: k + 1] if v is not None][-1:] for r in these]
            known = [v for one in last for v in one]
            cells.append(f"{np.mean(known):.3f}" if len(known) == len(these) else "-")
        lines.append("| " + " | ".join([tool, *cells]) + " |")
    return lines
