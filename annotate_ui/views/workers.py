"""The workers: a table, one of them with their answers, and what can be done about them."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for

from cocokit.campaign.drafts import read_trace
from cocokit.campaign.rejection import preview, refuse_pay, reject
from cocokit.campaign.roster import (
    find_answer,
    list_workers,
    pause_worker,
    read_portfolio,
    resume_worker,
    retrain_worker,
)
from cocokit.crowd.worker_table import worker_rows
from cocokit.domain.stages import Stage

from ..channels_page import worker_links
from ..dashboard import page
from ..drawing.pieces import draw_piece, draw_replay
from ..guard import allowed, dash_blueprint, write_down
from ..site import site
from ..tables import csv_file
from ..workers_page import FALLING, SORTS, rows_of

blueprint = dash_blueprint("workers", __name__)
#: Steps of a trace that are played.
_STEPS = 20_000


@blueprint.get("/<int:campaign>/workers")
@allowed("viewer")
def table(campaign: int) -> Any:
    """Everybody."""
    engine = site().engine(campaign)
    sort = request.args.get("sort", "")
    rows = rows_of(list_workers(engine), site().measured.quality(engine), sort)
    links = worker_links(campaign, request.host_url)
    return page("dash/workers.html", engine, "workers", rows=rows, sorts=SORTS, falling=FALLING, sort=sort,
                links=links)  # fmt: skip


@blueprint.get("/<int:campaign>/workers.csv")
@allowed("reviewer")
def file(campaign: int) -> Any:
    """Everybody with everything that was measured, as CSV."""
    engine = site().engine(campaign)
    rows = worker_rows(list_workers(engine), site().measured.quality(engine))
    return csv_file("cocokit-workers.csv", list(rows[0]) if rows else ["worker"], (list(row.values()) for row in rows))


@blueprint.get("/<int:campaign>/workers/<int:worker>")
@allowed("viewer")
def one(campaign: int, worker: int) -> Any:
    """One worker with their last answers."""
    engine = site().engine(campaign)
    stage = request.args.get("stage", "")
    if stage and stage not in list(Stage):
        abort(404)
    found = read_portfolio(engine, worker, 50, Stage(stage) if stage else None)
    quality = site().measured.quality(engine)
    row = rows_of([found.line], quality, "")[0]
    drawn = [(piece, draw_piece(piece, found, engine.campaign.categories, campaign)) for piece in found.pieces]
    return page("dash/worker.html", engine, "workers", found=found, row=row, drawn=drawn, stage=stage,
                stages=engine.campaign.graph.stages, categories=engine.campaign.categories)  # fmt: skip


@blueprint.get("/<int:campaign>/answers/<int:answer>")
@allowed("viewer")
def replay(campaign: int, answer: int) -> Any:
    """How an answer was drawn, stroke by stroke."""
    engine = site().engine(campaign)
    piece, mask = find_answer(engine, answer)
    if piece.image is None:
        abort(404)
    steps = _steps(read_trace(engine, answer))
    category = engine.campaign.categories.get(piece.category_id)
    return page("dash/replay.html", engine, "workers", piece=piece, category=category, steps=steps,
                picture=draw_replay(piece, mask, campaign))  # fmt: skip


@blueprint.post("/<int:campaign>/workers/<int:worker>/pause")
@allowed("reviewer")
def pause(campaign: int, worker: int) -> Any:
    """Hand nothing to a worker for now."""
    pause_worker(site().engine(campaign), worker, _reason())
    return _done(campaign, worker, "worker.pause", f"w-{worker} is paused and gets no task.")


@blueprint.post("/<int:campaign>/workers/<int:worker>/resume")
@allowed("reviewer")
def resume(campaign: int, worker: int) -> Any:
    """A paused worker goes on."""
    resume_worker(site().engine(campaign), worker)
    return _done(campaign, worker, "worker.resume", f"w-{worker} works again.")


@blueprint.post("/<int:campaign>/workers/<int:worker>/retrain")
@allowed("reviewer")
def retrain(campaign: int, worker: int) -> Any:
    """A worker has to train again."""
    count = retrain_worker(site().engine(campaign), worker)
    many = "1 category" if count == 1 else f"{count} categories"
    return _done(campaign, worker, "worker.retrain", f"w-{worker} has to pass the training again in {many}.")


@blueprint.get("/<int:campaign>/discard")
@allowed("owner")
def ask(campaign: int) -> Any:
    """What discarding the work of some workers would do; nothing changes."""
    engine = site().engine(campaign)
    ids = _ids(request.args.get("ids", ""))
    return page("dash/discard.html", engine, "workers", found=preview(engine, ids), ids=ids)


@blueprint.post("/<int:campaign>/discard")
@allowed("owner")
def discard(campaign: int) -> Any:
    """Discard their work; their pay stays."""
    engine, ids = site().engine(campaign), _ids(request.form.get("ids", ""))
    found = reject(engine, ids, _reason())
    site().measured.forget(engine)
    write_down("worker.discard", campaign=campaign, workers=list(ids), images=found.images, reopened=found.reopened)
    flash(f"Discarded the work of {', '.join(f'w-{key}' for key in ids)}: {found.reopened:,} finished images are open "
          "again. Pay stays unless you refuse it apart.", "good")  # fmt: skip
    return redirect(url_for("workers.table", campaign=campaign), 303)


@blueprint.post("/<int:campaign>/workers/<int:worker>/refuse-pay")
@allowed("owner")
def refuse(campaign: int, worker: int) -> Any:
    """Take back what a rejected worker earned, with evidence."""
    engine = site().engine(campaign)
    cents = refuse_pay(engine, worker, _reason())
    return _done(campaign, worker, "worker.refuse_pay", f"{cents / 100:,.2f} {engine.campaign.settings.currency} is "
                 f"taken back from w-{worker}.")  # fmt: skip


def _steps(trace: object) -> list[list[Any]]:
    """What can be played of a trace, which is whatever a worker's page sent."""
    found = [step for step in trace if isinstance(step, list) and len(step) >= 4] if isinstance(trace, list) else []
    number = (int, float)
    kinds: tuple[Any, ...] = number, str, number, number
    fit = [step[:5] for step in found if all(isinstance(v, kind) for v, kind in zip(step, kinds, strict=False))]
    return fit[:_STEPS]


def _done(campaign: int, worker: int, action: str, words: str) -> Any:
    site().measured.forget(site().engine(campaign))
    write_down(action, campaign=campaign, worker=worker, reason=_reason())
    flash(words, "good")
    return redirect(url_for("workers.one", campaign=campaign, worker=worker), 303)


def _reason() -> str:
    return " ".join(request.form.get("reason", "").split())[:500]


def _ids(text: str) -> tuple[int, ...]:
    """Ids out of an address or a form; a page that is not there if they are none."""
    parts = [part.strip().removeprefix("w-") for part in text.split(",") if part.strip()]
    if not parts or len(parts) > 1000 or not all(part.isdecimal() and len(part) < 12 for part in parts):
        abort(404)
    return tuple(sorted({int(part) for part in parts}))
