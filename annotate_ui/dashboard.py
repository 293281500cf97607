"""What every page of the dashboard has: the campaign that it is about, and the frame around it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from cocokit.campaign.engine import Engine
from cocokit.campaign.overview import list_campaigns, read_state

from . import wording
from .guard import current, may
from .site import site


def page(template: str, engine: Engine | None, here: str, **values: Any) -> str:
    """A page in the frame.

    Args:
        template: of the page.
        engine: of the campaign that the page is about, or None.
        here: which entry of the menu it is.
        values: what the template takes.
    """
    campaigns = list_campaigns(site().database)
    this = next((one for one in campaigns if engine is not None and one.id == engine.campaign.id), None)
    return render_template(
        template, here=here, campaigns=campaigns, campaign=this, account=current(), may=may, words=wording,
        now=site().clock.now(), state=read_state(engine) if engine else "",
        currency=engine.campaign.settings.currency if engine else "USD", **values,
    )  # fmt: skip


def newest() -> int | None:
    """The id of the newest campaign, or None."""
    campaigns = list_campaigns(site().database)
    return campaigns[0].id if campaigns else None
