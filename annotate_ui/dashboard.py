"""What every page of the dashboard has: the campaign that it is about, and the frame around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, session

from cocokit.campaign.engine import Engine
from cocokit.campaign.overview import CampaignLine, list_campaigns, read_state

from . import wording
from .guard import current, may
from .site import site

#: Where a requester's session keeps the campaign that was looked at last.
_CHOSEN = "campaign"


def page(template: str, engine: Engine | None, here: str, **values: Any) -> str:
    """A page in the frame.

    Args:
        template: of the page.
        engine: of the campaign that the page is about, or None.
        here: which entry of the menu it is.
        values: what the template takes.
    """
    campaigns = list_campaigns(site().database)
    if engine is not None and session.get(_CHOSEN) != engine.campaign.id:
        session[_CHOSEN] = engine.campaign.id
    menu = _last(campaigns)
    state = read_state(engine) if engine else menu.state if menu else ""
    return render_template(
        template, here=here, campaigns=campaigns, campaign=menu if engine else None, menu=menu, account=current(),
        may=may, words=wording, now=site().clock.now(), state=state,
        currency=engine.campaign.settings.currency if engine else "USD", **values,
    )  # fmt: skip


def chosen() -> int | None:
    """The id of the campaign that was looked at last, or of the newest; None if there is none."""
    found = _last(list_campaigns(site().database))
    return found.id if found else None


def _last(campaigns: Sequence[CampaignLine]) -> CampaignLine | None:
    """Whose menu is shown: pages that are about no campaign keep that of the last."""
    last = session.get(_CHOSEN)
    return next((one for one in campaigns if one.id == last), campaigns[0] if campaigns else None)
