"""How workers come to a campaign: links, panels, the marketplace and its HITs. The same as ``cocokit channel``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from cocokit.campaign.channels import ChannelRecord, add_channel, change_channel, find_channel
from cocokit.errors import CocokitError, ParamsError

from ..channels import check_channel
from ..channels.adding import full_settings
from ..channels.link import rotate
from ..channels.mturk_hits import Offer
from ..channels_page import FORMS, read_form, ways
from ..dashboard import page
from ..guard import allowed, dash_blueprint, write_down
from ..hits import approve_hits, expire_hits, list_hits, post_hits
from ..site import site

blueprint: Blueprint = dash_blueprint("channels", __name__)


@blueprint.get("/<int:campaign>/channels")
@allowed("owner")
def table(campaign: int) -> Any:
    """Every channel with what is to be sent to workers, and a form for another one."""
    engine, kind = site().engine(campaign), request.args.get("kind", "link")
    return page("dash/channels.html", engine, "channels", ways=ways(campaign, request.host_url), forms=FORMS,
                kind=kind if kind in FORMS else "link", looked=None, server=request.host_url)  # fmt: skip


@blueprint.get("/<int:campaign>/channels/<name>/hits")
@allowed("owner")
def hits(campaign: int, name: str) -> Any:
    """The channels, and how the HITs of one stand in the marketplace."""
    engine, looked = site().engine(campaign), list_hits(_channel(campaign, name))
    return page("dash/channels.html", engine, "channels", ways=ways(campaign, request.host_url), forms=FORMS,
                kind="mturk", looked={name: looked}, server=request.host_url)  # fmt: skip


@blueprint.post("/<int:campaign>/channels")
@allowed("owner")
def add(campaign: int) -> Any:
    """A new channel."""
    site().engine(campaign)
    name, kind, given = read_form(request.form)
    settings = full_settings(kind, given)
    check_channel(kind, settings)
    made = add_channel(site().database, campaign, name, kind, settings)
    return _done(campaign, made, "channel.add", f"Channel {made.name} is open. Send workers its address.")


@blueprint.post("/<int:campaign>/channels/<name>/rotate")
@allowed("owner")
def renew(campaign: int, name: str) -> Any:
    """Another address for a link."""
    made = rotate(site().database, _channel(campaign, name))
    return _done(campaign, made, "channel.rotate", f"{name} has a new address. The old one lets nobody in.")


@blueprint.post("/<int:campaign>/channels/<name>/close")
@allowed("owner")
def close(campaign: int, name: str) -> Any:
    """Let nobody in by a channel any more."""
    made = change_channel(site().database, _channel(campaign, name), revoked=True)
    return _done(campaign, made, "channel.revoke", f"{name} is closed. Who is at work may finish the visit.")


@blueprint.post("/<int:campaign>/channels/<name>/open")
@allowed("owner")
def reopen(campaign: int, name: str) -> Any:
    """Let workers in again."""
    made = change_channel(site().database, _channel(campaign, name), revoked=False)
    return _done(campaign, made, "channel.open", f"{name} is open again, at its old address.")


@blueprint.post("/<int:campaign>/channels/<name>/hits")
@allowed("owner")
def act(campaign: int, name: str) -> Any:
    """Post HITs, let nobody accept them any more, or pay for what was handed in."""
    channel, what = _channel(campaign, name), request.form.get("what", "")
    if what == "post":
        words = f"{len(_post(campaign, channel)):,} HITs are posted."
    elif what == "expire":
        words = f"{expire_hits(channel):,} HITs can no longer be accepted. Who works on one may finish it."
    elif what == "approve":
        words = f"{approve_hits(channel):,} assignments are approved."
    else:
        abort(400, "There is no such button.")
    return _done(campaign, channel, f"channel.hits_{what}", words)


def _post(campaign: int, channel: ChannelRecord) -> list[str]:
    known = site().engine(campaign).campaign.record.name
    title = request.form.get("title", "").strip() or f"Look at photos: {known}"
    text = request.form.get("text", "").strip() or "Say and draw what is in photos."
    offer = Offer(title, text, _whole("reward"), _whole("minutes"), _whole("days"))
    return post_hits(site().database, channel, request.form.get("server", "").strip(), offer, _whole("assignments"))


def _whole(name: str) -> int:
    text = request.form.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ParamsError(name, text, "a whole number is needed")
    return int(text)


def _channel(campaign: int, name: str) -> ChannelRecord:
    site().engine(campaign)
    try:
        return find_channel(site().database, campaign, name)
    except CocokitError:
        abort(404)


def _done(campaign: int, channel: ChannelRecord, action: str, words: str) -> Any:
    site().forget_channel(campaign, channel.name)
    write_down(action, campaign=campaign, channel=channel.name, kind=channel.kind)
    flash(words, "good")
    return redirect(url_for("channels.table", campaign=campaign), 303)
