"""The board: how far a campaign is; launching, pausing and closing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from cocokit.campaign.creating import launch, set_state
from cocokit.campaign.overview import read_overview
from cocokit.domain.stages import CampaignState

from .. import board_page, findings
from ..dashboard import chosen, page
from ..drawing import plots
from ..drawing.graph import draw_graph
from ..guard import allowed, dash_blueprint, write_down
from ..site import site
from ..wording import standing, told

blueprint = dash_blueprint("board", __name__)


@blueprint.get("/")
@allowed("viewer")
def home() -> Any:
    """The board of the campaign that was looked at last, or of the newest; or how to begin."""
    key = chosen()
    if key is None:
        return page("dash/empty.html", None, "board")
    return redirect(url_for("board.board", campaign=key))


@blueprint.get("/<int:campaign>/")
@allowed("viewer")
def board(campaign: int) -> Any:
    """A campaign at a glance."""
    engine, now = site().engine(campaign), site().clock.now()
    found, measured, settings = read_overview(engine, now), site().measured.plots(engine), engine.campaign.settings
    line = settings.line_precision, settings.line_recall, settings.line_at_least
    under = [one.worker for one in measured.dots if line[0] * one.precision + line[1] * one.recall < line[2] - 1e-9]
    step = findings.fewer(measured.union)
    slow = board_page.slowest(found.status)
    return page(
        "dash/board.html", engine, "board", found=found, status=found.status, standing=standing(found.status, now),
        figures=board_page.figures(found, settings, site().measured.recall(engine), now),
        graph=draw_graph(found.status, slow.stage if slow else None, url_for("images.gallery", campaign=campaign)),
        finding=board_page.finding(found.status),
        happenings=[(one.at, *told(one, engine.campaign.categories)) for one in found.happenings],
        of_union=findings.of_union(measured.union), of_workers=findings.of_workers(measured.dots, under),
        union=plots.draw_union(measured.union, step.k if step else None) if measured.union else None,
        workers=plots.draw_workers(measured.dots, line, under) if measured.dots else None,
    )  # fmt: skip


@blueprint.post("/<int:campaign>/launch")
@allowed("owner")
def start(campaign: int) -> Any:
    """Open a draft's first tasks, or let a paused campaign go on."""
    engine = site().engine(campaign)
    launch(site().database, engine.campaign, site().clock)
    write_down("campaign.launch", campaign=engine.campaign.record.name)
    flash(f"{engine.campaign.record.name} is running. Tasks are handed out.", "good")
    return redirect(url_for("board.board", campaign=campaign), 303)


@blueprint.post("/<int:campaign>/pause")
@allowed("owner")
def pause(campaign: int) -> Any:
    """Hand out nothing for now."""
    return _set(campaign, CampaignState.PAUSED, "is paused. What workers hold still counts.")


@blueprint.post("/<int:campaign>/close")
@allowed("owner")
def close(campaign: int) -> Any:
    """End a campaign for good."""
    return _set(campaign, CampaignState.CLOSED, "is closed for good. Exports go on working.")


def _set(campaign: int, state: CampaignState, words: str) -> Any:
    engine = site().engine(campaign)
    set_state(site().database, engine.campaign, state, site().clock)
    verb = "pause" if state is CampaignState.PAUSED else "close"
    write_down(f"campaign.{verb}", campaign=engine.campaign.record.name)
    flash(f"{engine.campaign.record.name} {words}", "good")
    return redirect(url_for("board.board", campaign=campaign), 303)
