"""``cocokit channel``: the ways by which workers come to a campaign: links, panels, marketplaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._campaigns import campaign_option
from ._hits import hits

if TYPE_CHECKING:
    from ..campaign.channels import ChannelRecord
    from ..store.database import Database

_HELP = "Add, list, rotate and revoke the ways by which workers come to a campaign."


@click.group(name="channel", help=_HELP, epilog="Example: cocokit channel list", short_help=_HELP)
def command() -> None:
    """Run ``cocokit channel``."""


command.add_command(hits)


@command.command(name="add", epilog="Example: cocokit channel add prolific --kind panel --set preset=prolific")
@click.argument("channel", metavar="[CHANNEL]", default="invite")
@click.option("--kind", type=click.Choice(["link", "panel", "mturk"]), default="link", show_default=True,
              help="An invite link, a panel that names people by parameters, or Mechanical Turk.")  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE",
              help="A setting of the channel, such as answers=20; lists are comma-separated.")  # fmt: skip
@campaign_option
def add(channel: str, kind: str, settings: tuple[str, ...], name: str | None, db: str | None, as_json: bool) -> None:
    """Add a channel and print its address.

    A link may have answers (how many a visit is for), code (true: workers get one at the end) and turns (true: tasks of
    every stage in turn, for showing a campaign). A panel has worker
    and visit (names of parameters), also, code, return_url, return_parameter, return_hosts, frame_from and answers, or
    preset=prolific. Mechanical Turk has answers, and sandbox=false for the real marketplace.
    """
    from cocokit.annotate_ui.channels import check_channel
    from cocokit.annotate_ui.channels.adding import full_settings

    from ..campaign.channels import add_channel
    from ._campaigns import open_campaign

    given = dict(map(_setting, settings))
    check_channel(kind, given)
    database, campaign = open_campaign(db, name)
    _show(database, [add_channel(database, campaign.id, channel, kind, full_settings(kind, given))], as_json)


@command.command(name="list", epilog="Example: cocokit channel list")
@campaign_option
def list_(name: str | None, db: str | None, as_json: bool) -> None:
    """List the channels of a campaign with their addresses."""
    from ..campaign.channels import list_channels
    from ._campaigns import open_campaign

    database, campaign = open_campaign(db, name)
    _show(database, list_channels(database, campaign.id), as_json)


@command.command(name="revoke", epilog="Example: cocokit channel revoke invite")
@click.argument("channel", metavar="CHANNEL")
@campaign_option
def revoke(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Let nobody in by a channel any more; who is at work may finish the visit."""
    _change(channel, name, db, as_json, revoked=True)


@command.command(name="open", epilog="Example: cocokit channel open invite")
@click.argument("channel", metavar="CHANNEL")
@campaign_option
def open_(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Let workers in again by a channel that was revoked, at its old address."""
    _change(channel, name, db, as_json, revoked=False)


@command.command(name="rotate", epilog="Example: cocokit channel rotate invite")
@click.argument("channel", metavar="CHANNEL", default="invite")
@campaign_option
def rotate(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Give an invite link a new address; the old one lets nobody in any more."""
    from cocokit.annotate_ui.channels.link import rotate

    from ..campaign.channels import find_channel
    from ._campaigns import open_campaign

    database, campaign = open_campaign(db, name)
    _show(database, [rotate(database, find_channel(database, campaign.id, channel))], as_json)


def _change(channel: str, name: str | None, db: str | None, as_json: bool, *, revoked: bool) -> None:
    from ..campaign.channels import change_channel, find_channel
    from ._campaigns import open_campaign

    database, campaign = open_campaign(db, name)
    found = find_channel(database, campaign.id, channel)
    _show(database, [change_channel(database, found, revoked=revoked)], as_json)


def _show(database: Database, channels: list[ChannelRecord], as_json: bool) -> None:
    from cocokit.annotate_ui.config import find_config
    from cocokit.annotate_ui.serving import path_of
    from cocokit.annotate_ui.tokens import Tokens

    from ..campaign.channels import count_workers
    from ._output import print_json, table

    counts = count_workers(database, channels[0].campaign_id) if channels else {}
    tokens = Tokens(find_config().with_secret().secret or "")
    rows = [
        {"channel": one.name, "kind": one.kind, "state": "revoked" if one.settings.get("revoked") else "open",
         "workers": counts.get(one.name, 0), "path": path_of(tokens, one)}
        for one in channels
    ]  # fmt: skip
    if as_json:
        print_json({"channels": rows})
    elif rows:
        click.echo("\n".join(table(rows)))
        click.echo("an address is that of your server and the path, as in http://127.0.0.1:5000" + str(rows[0]["path"]))
    else:
        click.echo("no channel yet; cocokit serve makes an invite link")


def _setting(text: str) -> tuple[str, Any]:
    """The name and the value of a setting: a number, true or false, a list where one is meant, or a text."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is no NAME=VALUE", param_hint="--set")
    if name in ("also", "return_hosts", "frame_from"):
        return name, [part.strip() for part in value.split(",") if part.strip()]
    if name == "answers" and value.isdecimal():
        return name, int(value)
    if name in ("code", "turns", "sandbox") and value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    return name, value
