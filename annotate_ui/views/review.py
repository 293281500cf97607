"""The review room: masks that voters do not agree on, decided by an expert's vote; good ones become gold."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from cocokit.campaign.gallery import divided_masks
from cocokit.campaign.reviewing import cast_vote, promote
from cocokit.domain.stages import MaskState
from cocokit.errors import ParamsError

from ..dashboard import page
from ..drawing.pieces import draw_masks
from ..guard import allowed, asker, dash_blueprint, write_down
from ..pictures import crop_around
from ..site import site

blueprint = dash_blueprint("review", __name__)


@blueprint.get("/<int:campaign>/review")
@allowed("viewer")
def room(campaign: int) -> Any:
    """Masks side by side, without and with their outline; those that want votes first."""
    engine = site().engine(campaign)
    masks = sorted(divided_masks(engine), key=lambda one: one.mask.state != MaskState.UNVERIFIED)
    drawn = []
    for one in masks:
        crop = crop_around(one.mask.mask.bbox, one.image)
        pair = [draw_masks(one.image, [], campaign, crop, 320, "Without the outline"),
                draw_masks(one.image, [(one.mask.mask, 1)], campaign, crop, 320, "With the outline")]  # fmt: skip
        drawn.append((one, pair))
    open_ = sum(one.mask.state == MaskState.UNVERIFIED for one in masks)
    return page("dash/review.html", engine, "review", drawn=drawn, open=open_, categories=engine.campaign.categories)


@blueprint.post("/<int:campaign>/review/<int:mask>")
@allowed("reviewer")
def decide(campaign: int, mask: int) -> Any:
    """An expert's vote."""
    word = request.form.get("vote", "")
    if word not in ("good", "bad"):
        raise ParamsError("vote", word, "good or bad is needed")
    state = cast_vote(site().engine(campaign), asker().name, mask, good=word == "good")
    write_down("mask.vote", campaign=campaign, mask=mask, vote=word, state=state)
    more = {"unverified": "It wants more votes.", "passed": "It passed.", "failed": "It goes back to be drawn anew."}
    flash(f"Your vote counts: {word}. {more.get(state, f'It is {state}.')}", "good")
    return redirect(url_for("review.room", campaign=campaign), 303)


@blueprint.post("/<int:campaign>/review/<int:mask>/gold")
@allowed("reviewer")
def gold(campaign: int, mask: int) -> Any:
    """A good mask becomes a training task and a check."""
    made = promote(site().engine(campaign), mask)
    write_down("mask.promote", campaign=campaign, mask=mask)
    flash(f"The mask is gold now: a training task and {made - 1} checks were made from it.", "good")
    return redirect(url_for("review.room", campaign=campaign), 303)
