"""``cocokit status``, which is ``cocokit campaign status``: the stage graph with counts, throughput, time and money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._campaigns import campaign_options, open_campaign
from ._progress import Progress

if TYPE_CHECKING:
    from ..campaign.context import Campaign
    from ..store.database import Database

_HELP = """Show how far the campaign is.

Its stages with their tasks, what went along every edge of the graph, answers of the last hour and day, money, and when
the answers that are missing now may be in. With --against the dataset so far is exported and evaluated against a truth
as if it were detections; the result is shown from then on.
"""
_EXAMPLE = "Example: cocokit status"
_SHORT = "Show how far the campaign is."
_settings_option = click.option("--settings", is_flag=True, help="Show every setting and where its value comes from.")
_against_option = click.option("--against", metavar="FILE", help="Evaluate what is finished against this truth.")


def _run(name: str | None, db: str | None, settings: bool, against: str | None, as_json: bool) -> None:
    database, campaign = open_campaign(db, name)
    if against is not None:
        _evaluate(database, campaign, against)
    if settings:
        _show_settings(campaign, db, as_json)
    else:
        _show(database, campaign, as_json)


@click.command(name="status", help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
@_settings_option
@_against_option
@campaign_options
def command(name: str | None, db: str | None, settings: bool, against: str | None, as_json: bool) -> None:
    """Run ``cocokit status``."""
    _run(name, db, settings, against, as_json)


@click.command(name="status", help=_HELP, epilog="Example: cocokit campaign status", short_help=_SHORT)
@_settings_option
@_against_option
@campaign_options
def for_group(name: str | None, db: str | None, settings: bool, against: str | None, as_json: bool) -> None:
    """Run ``cocokit campaign status``."""
    _run(name, db, settings, against, as_json)


def _show(database: Database, campaign: Campaign, as_json: bool) -> None:
    from ..campaign.status import read_status
    from ..pipeline.leases import SteadyClock
    from ._graph import status_json, status_lines

    now = SteadyClock().now()
    with Progress("counting", kernels=False):
        found = read_status(database, campaign, now)
    if as_json:
        from ._output import print_json

        print_json(status_json(found))
    else:
        click.echo("\n".join(status_lines(found, now)))


def _evaluate(database: Database, campaign: Campaign, truth: str) -> None:
    """Export into a folder that goes away, measure it, and note the result in the diary."""
    from ..coco_json import read_dataset
    from ..crowd.against import evaluate_campaign
    from ..pipeline.leases import SteadyClock

    with Progress(f"evaluating against {truth}"):
        evaluate_campaign(database, campaign, read_dataset(truth), truth, SteadyClock().now())


def _show_settings(campaign: Campaign, db: str | None, as_json: bool) -> None:
    from ..campaign.status import setting_sources
    from ..config import load_settings
    from ..pipeline.campaign_file import read_campaign
    from ._output import print_json, table

    own = load_settings({"database": db})
    rows: list[dict[str, Any]] = [
        {"setting": name, "value": _text(getattr(own, name)), "from": source} for name, source in own.sources.items()
    ]
    preset = read_campaign(campaign.record.document).preset
    rows += [{"setting": n, "value": _text(v), "from": source} for n, v, source in setting_sources(campaign, preset)]
    if as_json:
        print_json({"campaign": campaign.record.name, "settings": rows})
    else:
        click.echo("\n".join(table(rows)))


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
