"""``cocokit workers``: who works, what became of it, and rejecting somebody."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ._campaigns import campaign_option, open_campaign, open_engine
from ._progress import Progress
from ._worker_acts import pause, refuse_pay, resume, retrain

if TYPE_CHECKING:
    from ..campaign.engine import Engine
    from ..campaign.rejection import Rejection
    from ..crowd.stage_agreement import Agreement
    from ..crowd.worker_quality import Quality
    from ..store.database import Transaction

_HELP = """List the workers, look at one, pause one, reject some."""
_EXAMPLE = "Example: cocokit workers list"
_LIST_HELP = """List the workers: their answers, how many of them count, how they did on masks with known answers.

With --csv also everything that was measured: speed beside the others, skips, checks with their interval, labels against
those of the others, masks that passed, votes that agree, what stands out.
"""
_SHOW_HELP = """Show one worker: answers of each stage by what became of them, masks, sentinels, qualifications."""
_QUALITY_HELP = """Measure every worker by what the campaign knows, and name those who should go.

Labels against those of the others (leave-one-out), pages against their sentinels, votes against what all votes together
say (Dawid-Skene), masks against votes, and against expert masks: the evaluator, turned on people. A dash: not measured.
"""
_REJECT_HELP = """Discard all work of some workers; what rested on it is done again.

What they earned stays theirs. With --dry-run nothing changes, and you see what would be reopened.
"""

#: Title of a column -> what it shows.
_COLUMNS = {
    "worker": "worker", "answers": "answers", "label P": "precision", "label R": "recall", "bad found": "bad_found",
    "good flagged": "good_flagged", "sensitivity": "sensitivity", "specificity": "specificity",
    "votes agree": "vote_agreement", "faster than": "speed", "passed": "passed", "train IoU": "training_iou",
    "AP": "ap", "AR": "ar", "IoU": "iou", "boundary": "boundary",
}  # fmt: skip


@click.group(name="workers", help=_HELP, epilog=_EXAMPLE, short_help="List the workers, look at one, reject some.")
def command() -> None:
    """Run ``cocokit workers``."""


for _act in (pause, resume, retrain, refuse_pay):
    command.add_command(_act)


@command.command(name="list", help=_LIST_HELP, epilog=_EXAMPLE)
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the whole table.")
@campaign_option
def list_(csv_file: str | None, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers list``."""
    from ._output import print_json, table

    if csv_file is not None:
        _write(csv_file, open_engine(db, name))
    database, campaign = open_campaign(db, name)
    with database.read() as tx:
        rows = _rows(tx, campaign.id)
    if as_json:
        print_json({"campaign": campaign.record.name, "workers": rows})
    elif rows:
        click.echo("\n".join(table(rows)))
    else:
        click.echo(f"campaign {campaign.record.name} has no workers yet")


def _write(path: str, engine: Engine) -> None:
    from ..campaign.roster import list_workers
    from ..crowd.worker_quality import measure
    from ..crowd.worker_table import worker_rows
    from ._output import write_csv

    with Progress("measuring workers", kernels=True):
        rows = worker_rows(list_workers(engine), measure(engine))
    write_csv(path, rows)


def _rows(tx: Transaction, campaign_id: int) -> list[dict[str, Any]]:
    from ..domain.stages import SentinelKind
    from ..store.counts import answers_by_worker, spent
    from ..store.sentinels import results_of
    from ..store.workers import workers_of

    answers, earned, sentinels = answers_by_worker(tx, campaign_id), spent(tx, campaign_id), results_of(tx, campaign_id)
    rows: dict[int, dict[str, Any]] = {}
    for worker, channel, external in workers_of(tx, campaign_id):
        mine, seen = answers.get(worker.id), sentinels.get(worker.id, {})
        names = [rows[worker.id]["name"]] if worker.id in rows else []
        rows[worker.id] = {
            "id": worker.id, "name": ", ".join([*names, f"{channel}:{external}"]), "state": str(worker.state),
            "answers": mine.answers if mine else 0, "counted": mine.counted if mine else 0,
            "hours": mine.active_ms / 3_600_000 if mine else 0.0,
            "bad found": _share(seen.get(SentinelKind.BAD)), "good flagged": _share(seen.get(SentinelKind.GOOD)),
            "cents": round(earned.get(worker.id, 0.0)),
        }  # fmt: skip
    return list(rows.values())


def _share(pooled: tuple[int, int] | None) -> float | None:
    return pooled[0] / pooled[1] if pooled else None


@command.command(help=_SHOW_HELP, epilog="Example: cocokit workers show 1")
@click.argument("worker", metavar="ID", type=int)
@campaign_option
def show(worker: int, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers show``."""
    from ._output import print_json

    database, campaign = open_campaign(db, name)
    with database.read() as tx:
        found = _one(tx, campaign.id, campaign.record.name, worker)
    if as_json:
        print_json(found)
    else:
        _print_one(found)


def _one(tx: Transaction, campaign_id: int, campaign: str, worker_id: int) -> dict[str, Any]:
    from ..errors import NotFoundError
    from ..store import counts
    from ..store.workers import find_worker, qualifications

    rows = {row["id"]: row for row in _rows(tx, campaign_id)}
    worker = find_worker(tx, worker_id)
    if worker is None or worker_id not in rows:
        raise NotFoundError(f"there is no worker {worker_id} in campaign {campaign}; see: cocokit workers list")
    return {
        **rows[worker_id], "reason": worker.reason, "stages": counts.answers_of_worker(tx, worker_id),
        "masks": counts.masks_of_worker(tx, worker_id),
        "qualifications": {category: asdict(q) for category, q in qualifications(tx, worker_id).items()},
    }  # fmt: skip


def _print_one(found: dict[str, Any]) -> None:
    from ._output import show as cell

    reason = f" ({found['reason']})" if found["reason"] else ""
    click.echo(f"worker {found['id']}, {found['name']}: {found['state']}{reason}")
    click.echo(f"  answers   {found['answers']:,}, of which {found['counted']:,} count; {found['cents']:,} cents")
    for stage, states in found["stages"].items():
        click.echo(f"    {stage:<8}{_listed(states)}")
    click.echo(f"  masks     {_listed(found['masks'])}")
    click.echo(f"  sentinels {cell(found['bad found'])} of the bad ones found, "
               f"{cell(found['good flagged'])} of the good ones flagged")  # fmt: skip
    for category, known in found["qualifications"].items():
        tries, best = known["tries"], known["best_iou"]
        click.echo(f"  category {category}: {known['state']}, best IoU {best:.3f} in {tries} training tasks")


def _listed(counts: dict[Any, int]) -> str:
    return ", ".join(f"{count:,} {state}" for state, count in counts.items()) or "none"


@command.command(help=_QUALITY_HELP, epilog="Example: cocokit workers quality")
@campaign_option
def quality(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers quality``."""
    from ..crowd.learning import learning
    from ..crowd.stage_agreement import stage_agreement
    from ..crowd.worker_quality import measure
    from ._output import print_json

    engine = open_engine(db, name)
    known = engine.campaign.record.name
    with Progress("measuring workers", kernels=True):
        found = measure(engine)
        agreed = stage_agreement(engine, found)
    if as_json:
        print_json({"campaign": known, **found.to_dict(), "agreement": _agreement(agreed),
                    "learning": asdict(learning(engine))})  # fmt: skip
    elif found.workers:
        click.echo("\n".join(_quality(found, agreed)))
    else:
        click.echo(f"campaign {known} has no answers yet")


def _agreement(agreed: Agreement) -> dict[str, Any]:
    stages = [{**asdict(one), "meaning": one.meaning} for one in agreed.stages]
    return {"stages": stages, "twice": [asdict(one) for one in agreed.twice]}


def _quality(found: Quality, agreed: Agreement) -> list[str]:
    from ._output import show as cell
    from ._output import table

    rows = [{title: getattr(one, name) for title, name in _COLUMNS.items()} for one in found.workers]
    lines = [*table(rows), ""]
    lines += ["agreement (alpha: 1 is agreement, 0 what chance gives; iou: mean of pairs of masks):"]
    lines += [f"  {one.stage:<8}{one.measure:<6}{cell(one.value):>6}  {one.meaning}" for one in agreed.stages]
    if found.named:
        lines += ["should go:", *(f"  worker {one.worker}: {one.reason}" for one in found.named)]
        ids = " ".join(str(one.worker) for one in found.named)
        return [*lines, f"what that would reopen: cocokit workers reject {ids} --dry-run"]
    return [*lines, "nobody should go"]


@command.command(help=_REJECT_HELP, epilog="Example: cocokit workers reject 1 --dry-run")
@click.argument("ids", metavar="ID...", type=int, nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only show what it would do.")
@click.option("--reason", default="", metavar="TEXT", help="A sentence that the worker may be told.")
@campaign_option
def reject(ids: tuple[int, ...], dry_run: bool, reason: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers reject``."""
    from ..campaign.rejection import reject
    from ._output import print_json

    engine = open_engine(db, name)
    with Progress("deciding again", kernels=True) as progress:
        found = reject(engine, ids, reason, progress=progress.at, dry_run=dry_run)
    if as_json:
        print_json({"rejected": not dry_run, **asdict(found), "reopened": found.reopened})
    else:
        click.echo("\n".join(_rejection(found, dry_run=dry_run)))


def _rejection(found: Rejection, *, dry_run: bool) -> list[str]:
    from ..places import counted
    from ._output import table

    who = f"{'worker' if len(found.workers) == 1 else 'workers'} {', '.join(map(str, found.workers))}"
    lines = [f"{who} would be rejected; nothing has changed" if dry_run else f"{who}: rejected"]
    lines += [f"answers that stop counting: {_listed(found.answers)}"]
    lines += [f"decided again: {counted(found.images, 'image')}; {counted(found.reopened, 'finished one')} open again"]
    names = {**found.before, **found.after}
    rows = [{"there are": n, "before": found.before.get(n, 0), "after": found.after.get(n, 0)} for n in names]
    return [*lines, *table(rows), f"earned, and kept: {found.cents / 100:,.2f}"]
