"""The board: how far a campaign is; launching, pausing and closing it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from cocokit.campaign.creating import launch, set_state
from cocokit.campaign.overview import read_overview
from cocokit.domain.stages import CampaignState

from .. import board_page
from ..dashboard import newest, page
from ..drawing.graph import draw_graph
from ..guard import allowed, dash_blueprint, write_down
from ..site import site
from ..wording import standing, told

blueprint = dash_blueprint("board", __name__)


@blueprint.get("/")
@allowed("viewer")
def home() -> Any:
    """The newest campaign's board, or how to begin."""
    key = newest()
    if key is None:
        return page("dash/empty.html", None, "board")
    return redirect(url_for("board.board", campaign=key))


@blueprint.get("/<int:campaign>/")
@allowed("viewer")
def board(campaign: int) -> Any:
    """A campaign at a glance."""
    engine, now = site().engine(campaign), site().clock.now()
    found = read_overview(engine, now)
    slow = board_page.slowest(found.status)
    return page(
        "dash/board.html", engine, "board", found=found, status=found.status, standing=standing(found.status, now),
        figures=board_page.figures(found, engine.campaign.settings, site().measured.recall(engine), now),
        graph=draw_graph(found.status, slow.stage if slow else None), finding=board_page.finding(found.status),
        happenings=[(one.at, *told(one, engine.campaign.categories)) for one in found.happenings],
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
