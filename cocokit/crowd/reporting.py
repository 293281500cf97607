"""A simulated campaign as one JSON object: the same plan, the same bytes; no time of this machine is in it."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from cocokit.pipeline.settings import Value

from .bands import Band
from .planning import Plan, union_of
from .results import Results
from .simulation import Run
from .sparing import Sparing, sparing


def report(plan: Plan, run: Run, results: Results, twin: Results | None = None) -> dict[str, Any]:
    """All of one campaign. A number with a band is ``[value, low, high]``; hours are of simulated time.

    Args:
        plan: what was asked for.
        run: what happened.
        results: what it came to.
        twin: of an adaptive campaign: what it came to without early stops.
    """
    kinds = {p.worker_id: p.skill.kind for p in run.people if p.worker_id is not None}
    curve = union_of(run, plan.seed)
    return {
        "plan": _plan(plan),
        **summary(results),
        "stages": [_flat(stage) for stage in results.stages],
        "kinds": [_flat(kind) for kind in results.kinds],
        "named": [
            {"worker": one.worker, "kind": kinds[one.worker], "rule": one.rule, "reason": one.reason}
            for one in run.named
        ],
        "union": [
            {"k": int(k), "recall": Band(*map(float, (r, *rb))).json(), "precision": Band(*map(float, (p, *pb))).json()}
            for k, r, rb, p, pb in zip(
                curve.k, curve.recall, curve.recall_band.T, curve.precision, curve.precision_band.T, strict=True
            )
        ],
        "adaptive": None if twin is None else _spared(sparing(results, twin)),
        "refused": dict(sorted(run.refused.items())),
    }


def _spared(found: Sparing) -> dict[str, Any]:
    return {"saved": round(found.saved, 6), **_flat(found)}


def sweep_report(plan: Plan, name: str, rows: list[tuple[Value, Results]]) -> dict[str, Any]:
    """Campaigns that differ in one setting."""
    return {"plan": _plan(plan), "setting": name, "rows": [{name: value, **summary(found)} for value, found in rows]}


def summary(results: Results) -> dict[str, Any]:
    """The numbers of a whole campaign."""
    recalls = {
        f"{what}_{side}": band.json()
        for what, bands in (("label", results.labels), ("category", results.categories), ("spot", results.spots),
                            ("instance", results.instances))
        for side, band in zip(("recall", "precision"), bands, strict=True)
    }  # fmt: skip
    return {
        "finished": results.finished, "images": results.images, "days": round(results.hours_wall / 24, 6),
        "answers": results.answers, "answers_band": results.answers_band.json(),
        "hours": results.hours.json(), "cents": results.cents.json(), **recalls,
        "instance_covered": results.covered.json(), "mask_iou": results.iou.json(),
        "crowd_iou": results.crowd_iou.json(),
        "rejected": {"workers": results.rejected, "spammers": results.right},
        "spammers": {"worked": results.spammers, "judged": results.busy, "rejected": results.busy_named},
        "eval": {name: round(value, 6) for name, value in results.stats.items()},
        "abandoned": results.abandoned,
    }  # fmt: skip


def _plan(plan: Plan) -> dict[str, Any]:
    return {**asdict(plan), "changes": dict(plan.changes or {})}


def _flat(row: Any) -> dict[str, Any]:
    found = {}
    for entry in fields(row):
        value = getattr(row, entry.name)
        found[entry.name] = value.json() if isinstance(value, Band) else _short(value)
    return found


def _short(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
