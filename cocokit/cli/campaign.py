"""``cocokit campaign``: create, launch, pause, close, status, check, instruct, icon."""

from __future__ import annotations

import click

from . import FOUND_PROBLEMS, status
from ._campaigns import campaign_options, open_campaign, open_engine
from ._create import create
from ._guidance import icon, instruct
from ._help import InOrder
from ._progress import Progress

_HELP = """Create, launch, pause and close campaigns; see how far they are.

A campaign begins as a draft. Launching freezes its settings and opens its first tasks. Without NAME the newest one is
meant.
"""
_EXAMPLE = "Example: cocokit campaign create pets --coco instances.json"
_SHORT = "Create, launch, pause and close campaigns; see how far they are."
_LAUNCH_HELP = """Freeze a draft and open its first tasks, or let a paused campaign go on."""
_PAUSE_HELP = """Hand out nothing until the campaign is launched again; answers to what workers hold still count."""
_CLOSE_HELP = """End a campaign for good: nothing is handed out or taken any more. Exports go on working."""
_CHECK_HELP = """Derive every state again from the answers, and compare.

Exits with 3 if anything differs: a half-applied answer, a lost update, a forgotten worker.
"""


@click.group(name="campaign", cls=InOrder, help=_HELP, epilog=_EXAMPLE, short_help=_SHORT)
def command() -> None:
    """Run ``cocokit campaign``."""


command.add_command(create)


@command.command(help=_LAUNCH_HELP, short_help="Open the first tasks of a draft, or let a paused campaign go on.",
                 epilog="Example: cocokit campaign launch pets")  # fmt: skip
@campaign_options
def launch(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit campaign launch``."""
    from ..campaign.creating import launch

    database, campaign = open_campaign(db, name)
    with Progress(f"opening the tasks of {campaign.record.name}", kernels=False):
        launch(database, campaign)
    _tell(campaign.record.name, "running", as_json, "tasks are handed out; next: cocokit serve")


@command.command(help=_PAUSE_HELP, short_help="Hand out nothing until it is launched again.",
                 epilog="Example: cocokit campaign pause pets")  # fmt: skip
@campaign_options
def pause(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit campaign pause``."""
    _set(name, db, as_json, "paused", "nothing is handed out; it goes on with: cocokit campaign launch")


@command.command(help=_CLOSE_HELP, short_help="End a campaign for good; exports go on working.",
                 epilog="Example: cocokit campaign close pets")  # fmt: skip
@campaign_options
def close(name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit campaign close``."""
    _set(name, db, as_json, "closed", "for good; what is finished: cocokit export")


def _set(name: str | None, db: str | None, as_json: bool, state: str, more: str) -> None:
    from ..campaign.creating import set_state
    from ..domain.stages import CampaignState

    database, campaign = open_campaign(db, name)
    set_state(database, campaign, CampaignState(state))
    _tell(campaign.record.name, state, as_json, more)


def _tell(name: str, state: str, as_json: bool, more: str) -> None:
    if as_json:
        from ._output import print_json

        print_json({"campaign": name, "state": state})
    else:
        click.echo(f"campaign {name} is {state}: {more}")


@command.command(help=_CHECK_HELP, short_help="Derive every state again from the answers.",
                 epilog="Example: cocokit campaign check pets")  # fmt: skip
@campaign_options
def check(name: str | None, db: str | None, as_json: bool) -> int:
    """Run ``cocokit campaign check``; its exit code."""
    from ..campaign.invariants import check_campaign
    from ..places import counted

    engine = open_engine(db, name)
    known = engine.campaign.record.name
    with Progress(f"checking {known}") as progress:
        faults = check_campaign(engine, progress.at)
    if as_json:
        from ._output import print_json

        rows = [{"where": fault.where, "what": fault.what} for fault in faults]
        print_json({"campaign": known, "faults": rows})
    else:
        click.echo(f"campaign {known}: {counted(len(faults), 'fault') if faults else 'nothing wrong'}")
        for fault in faults:
            click.echo(f"  {fault}")
    return FOUND_PROBLEMS if faults else 0


command.add_command(status.for_group)
command.add_command(instruct)
command.add_command(icon)
