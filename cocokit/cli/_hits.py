"""``cocokit channel hits``: the HITs of a Mechanical Turk channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._campaigns import campaign_option, open_campaign

if TYPE_CHECKING:
    from ..campaign.channels import ChannelRecord
    from ..store.database import Database

_HELP = "Post, list, expire and pay the HITs of a Mechanical Turk channel."
_DEFAULT = "turk"


@click.group(name="hits", help=_HELP, epilog="Example: cocokit channel hits list", short_help=_HELP)
def hits() -> None:
    """Run ``cocokit channel hits``."""


@hits.command(epilog="Example: cocokit channel hits post --server https://lab.example.org --assignments 18 --reward 75")
@click.argument("channel", metavar="[CHANNEL]", default=_DEFAULT)
@click.option("--server", required=True, metavar="URL", help="Where workers reach cocokit serve: https://HOST.")
@click.option("--assignments", type=int, required=True, help="How many, in HITs of nine at most.")
@click.option("--reward", type=int, required=True, metavar="CENTS", help="US cents for one assignment.")
@click.option("--title", default="", help="What workers read in the list.  [default: the campaign's name]")
@click.option("--text", default="", help="What workers read before they accept.")
@click.option("--minutes", type=int, default=60, show_default=True, help="That one assignment may take.")
@click.option("--days", type=int, default=7, show_default=True, help="For which the HITs can be accepted.")
@campaign_option
def post(
    channel: str, server: str, assignments: int, reward: int, title: str, text: str, minutes: int, days: int,
    name: str | None, db: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Post HITs that lead workers to a channel.

    In the sandbox, where nobody is paid, unless the channel was added with --set sandbox=false. The same command again
    after a failure posts only what is missing.
    """
    from cocokit.annotate_ui.channels.mturk_hits import Offer
    from cocokit.annotate_ui.hits import post_hits

    database, record = _channel(channel, name, db)
    offer = Offer(title or _title(db, name), text or "Say and draw what is in photos.", reward, minutes, days)
    made = post_hits(database, record, server, offer, assignments)
    _tell({"posted": made}, as_json, f"posted {len(made):,} HITs for {assignments:,} assignments: {', '.join(made)}")


@hits.command(name="list", epilog="Example: cocokit channel hits list")
@click.argument("channel", metavar="[CHANNEL]", default=_DEFAULT)
@campaign_option
def list_(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """List the HITs of a channel with how far each is."""
    from dataclasses import asdict

    from cocokit.annotate_ui.hits import list_hits

    from ._output import table

    rows = [asdict(one) for one in list_hits(_channel(channel, name, db)[1])]
    _tell({"hits": rows}, as_json, "\n".join(table(rows)) if rows else "no HIT yet; cocokit channel hits post")


@hits.command(epilog="Example: cocokit channel hits expire")
@click.argument("channel", metavar="[CHANNEL]", default=_DEFAULT)
@campaign_option
def expire(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Let nobody accept the HITs of a channel any more; who works already may finish."""
    from cocokit.annotate_ui.hits import expire_hits

    count = expire_hits(_channel(channel, name, db)[1])
    _tell({"expired": count}, as_json, f"{count:,} HITs can no longer be accepted")


@hits.command(epilog="Example: cocokit channel hits approve")
@click.argument("channel", metavar="[CHANNEL]", default=_DEFAULT)
@campaign_option
def approve(channel: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Pay for all that was handed in, whatever becomes of the answers."""
    from cocokit.annotate_ui.hits import approve_hits

    count = approve_hits(_channel(channel, name, db)[1])
    _tell({"approved": count}, as_json, f"approved {count:,} assignments")


def _channel(channel: str, name: str | None, db: str | None) -> tuple[Database, ChannelRecord]:
    from ..campaign.channels import find_channel

    database, campaign = open_campaign(db, name)
    return database, find_channel(database, campaign.id, channel)


def _title(db: str | None, name: str | None) -> str:
    return f"Look at photos: {open_campaign(db, name)[1].record.name}"[:128]


def _tell(found: dict[str, Any], as_json: bool, sentence: str) -> None:
    from ._output import print_json

    if as_json:
        print_json(found)
    else:
        click.echo(sentence)
