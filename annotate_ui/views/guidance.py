"""What workers are told, after the launch too: a text per stage, pictures of categories. The same as ``cocokit campaign
instruct`` and ``cocokit campaign icon``.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from cocokit.campaign.engine import Engine
from cocokit.campaign.guidance import (
    LONGEST,
    WELCOME,
    category_named,
    clean_text,
    instruct,
    picture_category,
    read_guidance,
)

from ..dashboard import page
from ..guard import allowed, dash_blueprint, write_down
from ..site import site
from ..uploads import take_icon

blueprint: Blueprint = dash_blueprint("guidance", __name__)


@blueprint.get("/<int:campaign>/instructions")
@allowed("owner")
def show(campaign: int) -> Any:
    """The texts and the pictures as they are."""
    engine = site().engine(campaign)
    told, showing = read_guidance(engine), site().showing(engine)
    kinds = [(one["name"], one["icon"], one["id"] in told.icons)
             for one in map(showing.category, engine.campaign.categories.values())]  # fmt: skip
    return page("dash/guidance.html", engine, "told", texts=told.texts, kinds=kinds, stages=_stages(engine),
                longest=LONGEST)  # fmt: skip


@blueprint.post("/<int:campaign>/instructions")
@allowed("owner")
def tell(campaign: int) -> Any:
    """Set the texts; an empty one takes a text away."""
    engine = site().engine(campaign)
    before, changed = read_guidance(engine).texts, []
    texts = {stage: clean_text(stage, request.form.get(f"text_{stage}", "")) for stage in _stages(engine)}
    for stage, text in texts.items():
        if text != before.get(stage, ""):
            instruct(site().database, engine.campaign, stage, text)
            changed.append(stage)
    if changed:
        write_down("campaign.instruct", campaign=campaign, stages=changed)
    words = f"Workers read the new text of {', '.join(changed)} beside their next task."
    return _done(engine, words if changed else "All as it was.")


@blueprint.post("/<int:campaign>/icons")
@allowed("owner")
def picture(campaign: int) -> Any:
    """Give a category its own picture, or take it away."""
    engine = site().engine(campaign)
    known = category_named(engine.campaign, request.form.get("category", ""))
    is_removed = bool(request.form.get("remove"))
    data = b"" if is_removed else take_icon(request.files.get("picture"))
    picture_category(site().database, engine.campaign, known, data)
    write_down("campaign.icon", campaign=campaign, category=known.id, bytes=len(data))
    words = "has no picture of its own any more" if is_removed else "has its own picture"
    return _done(engine, f"{known.name} {words}.")


def _stages(engine: Engine) -> list[str]:
    return [WELCOME, *map(str, engine.campaign.graph.stages)]


def _done(engine: Engine, words: str) -> Any:
    site().told.forget(engine)
    flash(words, "good")
    return redirect(url_for("guidance.show", campaign=engine.campaign.id), 303)
