"""The quality of a campaign: how far people agree, seven plots, and the rejection line that says who is under it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request

from cocokit.campaign.overview import read_overview
from cocokit.campaign.rejection import preview
from cocokit.campaign.roster import list_workers
from cocokit.crowd.quality_plots import funnel
from cocokit.domain.stages import WorkerState
from cocokit.errors import ParamsError

from .. import findings
from ..dashboard import page
from ..drawing import learning_plots, plots
from ..guard import allowed, dash_blueprint
from ..site import site
from ..wording import money

blueprint = dash_blueprint("quality", __name__)
#: Categories on the page: the worst ones.
_CATEGORIES = 12


@blueprint.get("/<int:campaign>/quality")
@allowed("viewer")
def quality(campaign: int) -> Any:
    """The plots."""
    engine = site().engine(campaign)
    settings, found = engine.campaign.settings, site().measured.plots(engine)
    line = settings.line_precision, settings.line_recall, _line(settings.line_at_least)
    here = {one.id for one in list_workers(engine) if one.state is not WorkerState.REJECTED}
    dots = [dot for dot in found.dots if dot.worker in here]
    under = [dot.worker for dot in dots if line[0] * dot.precision + line[1] * dot.recall < line[2] - 1e-9]
    agreed, learnt = site().measured.agreement(engine), site().measured.learning(engine)
    parts = funnel(read_overview(engine, site().clock.now(), 0).status)
    step = findings.fewer(found.union)
    return page(
        "dash/quality.html", engine, "quality", findings=findings, found=found, dots=dots, under=under, line=line,
        parts=parts, union=plots.draw_union(found.union, step.k if step else None) if found.union else None,
        workers=plots.draw_workers(dots, line, under) if dots else None, plane=plots.plane_of(dots) if dots else None,
        spreads=plots.draw_spreads(found.spreads) if found.spreads else None,
        rates=plots.draw_rates(found.rates[:_CATEGORIES]) if found.rates else None, funnel=plots.draw_funnel(parts),
        agreed=agreed, learnt=learnt, paces=learning_plots.draw_paces(learnt) if len(learnt.paces) > 1 else None,
        shares=learning_plots.draw_shares(learnt.shares) if len(learnt.shares) > 1 else None,
        twice=learning_plots.draw_twice(agreed.twice) if agreed.twice else None,
    )  # fmt: skip


@blueprint.post("/<int:campaign>/quality/line")
@allowed("owner")
def under(campaign: int) -> Response:
    """What discarding the workers under a line would reopen; nothing changes."""
    engine = site().engine(campaign)
    ids = [int(part) for part in request.form.get("ids", "").split(",") if part.isdecimal() and len(part) < 12][:1000]
    if not ids:
        return jsonify({"sentence": "Nobody is under the line."})
    found = preview(engine, ids)
    earned = money(found.cents, engine.campaign.settings.currency)
    images = "1 finished image" if found.reopened == 1 else f"{found.reopened:,} finished images"
    answers = sum(found.answers.values())
    return jsonify({"sentence": f"Discarding their work takes away {answers:,} answers, reopens {images} and decides "
                    f"{found.images:,} again. They keep the {earned} that they earned."})  # fmt: skip


def _line(usual: float) -> float:
    """The line that the address asks for, or the campaign's."""
    text = request.args.get("line", "")
    try:
        value = float(text) if text else usual
    except ValueError:
        raise ParamsError("line", text, "a number is needed") from None
    return min(max(value, 0.0), 2000.0) if value == value else usual
