"""The one page of all workers: a link brings the shell, whose script joins and then goes from task to task.

Nothing is written here: a worker exists from the moment of joining, and a link may be opened by anybody's preview.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from cocokit.campaign.channels import ChannelRecord, find_channel
from cocokit.campaign.guidance import WELCOME

from ..channels import Arrival, open_channel
from ..headers import allow_forms, allow_frames
from ..limits import OF_AN_ADDRESS, limiter
from ..site import site
from ..tokens import Entry, TokenError

blueprint = Blueprint("worker", __name__)
limiter.limit(OF_AN_ADDRESS)(blueprint)


@blueprint.get("/")
def root() -> WerkzeugResponse:
    """Whoever types the server's address means the dashboard; workers have a link."""
    return redirect("/dash/")


@blueprint.get("/w/<invite>")
def by_link(invite: str) -> Response:
    """The page of an invite link."""
    campaign, name, word = site().tokens.read_invite(invite)
    channel = find_channel(site().database, campaign, name)
    if channel.kind != "link" or channel.settings.get("revoked") or channel.settings.get("word") != word:
        raise TokenError("This link is not good any more; ask for a new one.")
    return _shell(channel)


@blueprint.get("/p/<int:campaign>/<name>")
def by_panel(campaign: int, name: str) -> Response:
    """The page of a panel or a marketplace, whose parameters say who comes."""
    channel = find_channel(site().database, campaign, name)
    if channel.kind == "link" or channel.settings.get("revoked"):
        raise TokenError("This address is not good any more; ask for a new one.")
    return _shell(channel)


def _shell(record: ChannelRecord) -> Response:
    channel = open_channel(record)
    arrival: Arrival = channel.arrive(request.args)
    entry = Entry(record.campaign_id, record.name, arrival.external_id, arrival.preview, dict(arrival.session))
    engine = site().engine(record.campaign_id)
    allow_frames((*channel.frame_hosts, *(site().config.frame_hosts if record.kind != "link" else ())))
    allow_forms(channel.form_hosts)
    return make_response(render_template(
        "worker.html", entry=site().tokens.entry(entry), campaign=engine.campaign.record.name,
        preview=arrival.preview, api="/api/v1", asks_nickname=channel.asks_nickname,
        welcome=site().told.guidance(engine).texts.get(WELCOME),
    ))  # fmt: skip
