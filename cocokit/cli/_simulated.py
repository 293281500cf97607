"""What ``cocokit simulate`` prints and keeps."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CocokitError
from ._output import table, to_json
from ._workspace import DATABASE

if TYPE_CHECKING:
    from ..crowd.bands import Band
    from ..crowd.planning import Plan
    from ..crowd.results import Results
    from ..crowd.simulation import Run
    from ..pipeline.settings import Value
    from ..store.database import Database

#: Files of a kept campaign, beside its database and the settings of the workspace.
CAMPAIGN, REPORT, EXPORT = "campaign.toml", "simulation.json", "export"


def lines(plan: Plan, run: Run, results: Results, twin: Results | None = None) -> list[str]:
    """The report for people; ``twin`` is an adaptive campaign without early stops."""
    currency = run.staged.engine.campaign.settings.currency
    return [
        _head(plan, run), "",
        *_table(_overall(results, currency)), "",
        *_table([_stage_row(stage) for stage in results.stages]), "",
        *_table([_kind_row(kind) for kind in results.kinds]), "",
        *_named(run, results), "",
        _as_detections(results),
        *([] if twin is None else ["", *_spared(results, twin, currency)]),
    ]  # fmt: skip


def sweep_lines(plan: Plan, name: str, rows: Sequence[tuple[Value, Results]]) -> list[str]:
    """A line for each value of the setting."""
    return [f"{name}: one simulated campaign for each value, the same {plan.workers:,} workers", "", *_table([
        {
            name: str(value), "category recall": _band(found.labels[0]), "instance recall": _band(found.instances[0]),
            "mask IoU": _number(found.iou.value), "answers": f"{found.answers:,}",
            "hours": _number(found.hours.value, 1), "cost": _number(found.cents.value / 100, 2),
            "finished": "yes" if found.finished else "no",
        }
        for value, found in rows
    ])]  # fmt: skip


def open_kept(folder: str) -> Database:
    """The database of a new workspace.

    Raises:
        CocokitError: the folder has a database already.
    """
    from cocokit.migrations import upgrade

    from ..atomic import write_text
    from ..config import NAME
    from ..store.database import Database, sqlite_url

    path = os.path.join(folder, DATABASE)
    if os.path.exists(path):
        raise CocokitError(f"{path}: there is a database already; name another folder with -o")
    os.makedirs(folder, exist_ok=True)
    write_text(os.path.join(folder, NAME), f'database = "{DATABASE}"\n')
    database = Database(sqlite_url(path), durable=False)
    upgrade(database)
    return database


def keep(folder: str, plan: Plan, run: Run, made: dict[str, Any]) -> None:
    """Write what is kept beside the database."""
    from ..atomic import write_text
    from ..campaign.export import export_campaign
    from ..crowd.planning import campaign_of
    from ..pipeline.campaign_file import write_campaign

    write_text(os.path.join(folder, CAMPAIGN), write_campaign(campaign_of(plan)))
    write_text(os.path.join(folder, REPORT), to_json(made, lines=True) + "\n")
    export_campaign(run.staged.engine, None, os.path.join(folder, EXPORT))
    run.staged.engine.database.close()  # which takes SQLite's files of the moment away


def _head(plan: Plan, run: Run) -> str:
    truth = run.truth
    spammers = sum(person.skill.is_spam for person in run.people)
    instances = sum(len(each) for scene in truth.scenes.values() for each in scene.instances.values())
    return (
        f"{plan.gt or 'the sample'}: {len(truth.scenes):,} images, {len(truth.pairs):,} categories in them, "
        f"{instances:,} instances; preset {plan.preset}; {plan.workers:,} workers, {spammers:,} of them do not try; "
        f"seed {plan.seed}"
    )


def _overall(results: Results, currency: str) -> list[dict[str, str]]:
    rows: list[tuple[str, str, str]] = [
        ("images decided", ", ".join(f"{n:,} {state}" for state, n in results.images.items()), ""),
        ("days", _number(results.hours_wall / 24, 2), ""),
        ("answers", *_two(results.answers_band, 0)),
        ("hours of work", *_two(results.hours, 1)),
        (f"cost, {currency}", *_two(results.cents, 2, 100)),
    ]
    named: tuple[tuple[str, Band], ...] = (
        ("category recall", results.labels[0]), ("category precision", results.labels[1]),
        ("  with a mask: recall", results.categories[0]), ("  precision", results.categories[1]),
        ("spot recall", results.spots[0]), ("spot precision", results.spots[1]),
        ("instance recall", results.instances[0]), ("  or in a painted crowd", results.covered),
        ("instance precision", results.instances[1]),
        ("mask IoU", results.iou), ("crowd IoU", results.crowd_iou),
    )  # fmt: skip
    rows += [(name, *_two(band)) for name, band in named]
    return [{"": name, "value": value, "95 of 100 draws of images": band} for name, value, band in rows]


def _stage_row(stage: Any) -> dict[str, str]:
    counts = {name: f"{getattr(stage, name):,}" for name in ("answers", "counted", "late", "untrusted", "void")}
    return {
        "stage": stage.stage, **counts, "hours": _number(stage.hours.value, 1),
        "cost": _number(stage.cents.value / 100, 2), "precision": _number(stage.precision.value),
        "recall": _number(stage.recall.value), "mask IoU": _number(stage.iou.value),
    }  # fmt: skip


def _kind_row(kind: Any) -> dict[str, str]:
    counts = {name: f"{getattr(kind, name):,}" for name in ("workers", "came", "rejected", "answers")}
    return {
        "workers who are": kind.kind, **counts, "hours": _number(kind.hours.value, 1),
        "cost": _number(kind.cents.value / 100, 2),
        "label precision": _number(kind.label_precision.value), "recall": _number(kind.label_recall.value),
        "spot recall": _number(kind.spot_recall.value), "mask IoU": _number(kind.iou.value),
        "trained": _number(kind.trained.value), "bad found": _number(kind.found.value),
    }  # fmt: skip


def _named(run: Run, results: Results) -> list[str]:
    """Who was rejected, and why."""
    if not run.named:
        return [f"nobody was rejected; {results.spammers} who do not try handed something in"]
    kinds = {p.worker_id: p.skill.kind for p in run.people if p.worker_id is not None}
    head = (
        f"rejected: {results.rejected}, of whom {results.right} do not try; of {results.busy} such workers with enough "
        f"answers to be judged {results.busy_named} were rejected"
    )
    rows = [{"worker": str(one.worker), "who is": kinds[one.worker], "why": one.reason} for one in run.named]
    return [head, "", *_table(rows)]


def _spared(results: Results, twin: Results, currency: str) -> list[str]:
    """What adaptive redundancy saves and costs."""
    from ..crowd.sparing import sparing

    found = sparing(results, twin)
    return [
        f"adaptive redundancy saves {100 * found.saved:.1f} % of the label answers: {found.label_answers:,} instead of "
        f"{found.label_answers_all:,}",
        f"  labels cost {found.cents / 100:,.2f} {currency} instead of {found.cents_all / 100:,.2f}, the campaign "
        f"{found.cents_total / 100:,.2f} instead of {found.cents_total_all / 100:,.2f}",
        f"  category recall is {_number(found.recall)} instead of {_number(found.recall_all)}",
    ]


def _as_detections(results: Results) -> str:
    if not results.stats:
        return "no mask passed"
    shown = ", ".join(f"{name} {results.stats[name]:.3f}" for name in ("AP", "AP50", "AP75", "AR100"))
    return f"the masks as detections with score 1: {shown}"


def _table(rows: Sequence[dict[str, str]]) -> list[str]:
    """A table whose first column is text and whose other columns are numbers, written already."""
    if not rows:
        return []
    return table([{name: _Cell(value) if i and name != "why" and name != "who is" else value for i, (name, value) in
                   enumerate(row.items())} for row in rows])  # fmt: skip


class _Cell:
    """A number that is written already: it stands to the right."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def _two(band: Band, digits: int = 3, by: float = 1.0) -> tuple[str, str]:
    ends = f"{_number(band.low / by, digits)} to {_number(band.high / by, digits)}"
    return _number(band.value / by, digits), "" if math.isnan(band.value) else ends


def _band(band: Band) -> str:
    return f"{_number(band.value)} ({_number(band.low)} to {_number(band.high)})"


def _number(value: float, digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:,.{digits}f}"
