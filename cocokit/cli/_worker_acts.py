"""``cocokit workers pause|resume|retrain|refuse-pay``: what is done about one worker without discarding their work."""

from __future__ import annotations

import click

from ._campaigns import campaign_option, open_engine

_ID = click.argument("worker", metavar="ID", type=int)
_REASON = click.option("--reason", default="", metavar="TEXT", help="A sentence that the worker may be told.")


@click.command(help="Hand a worker nothing for now; what they hold still counts.",
               epilog="Example: cocokit workers pause 1")  # fmt: skip
@_ID
@_REASON
@campaign_option
def pause(worker: int, reason: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers pause``."""
    from ..campaign.roster import pause_worker

    pause_worker(open_engine(db, name), worker, reason)
    _tell(worker, "paused", as_json, "is paused and gets no task; cocokit workers resume lets them go on")


@click.command(help="Let a paused worker go on.", epilog="Example: cocokit workers resume 1")
@_ID
@campaign_option
def resume(worker: int, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers resume``."""
    from ..campaign.roster import resume_worker

    resume_worker(open_engine(db, name), worker)
    _tell(worker, "active", as_json, "works again")


@click.command(help="Make a worker pass the training again in every category before drawing more.",
               epilog="Example: cocokit workers retrain 1")  # fmt: skip
@_ID
@campaign_option
def retrain(worker: int, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers retrain``."""
    from ..campaign.roster import retrain_worker
    from ..places import counted

    count = retrain_worker(open_engine(db, name), worker)
    _tell(worker, "retrain", as_json, f"has to pass the training again in {counted(count, 'category')}")


@click.command(name="refuse-pay", help="Take back what a rejected worker earned; it needs evidence.",
               epilog="Example: cocokit workers refuse-pay 1 --evidence 'the same outline 40 times'")  # fmt: skip
@_ID
@click.option("--evidence", required=True, metavar="TEXT", help="What was wrong, in a sentence.")
@campaign_option
def refuse_pay(worker: int, evidence: str, name: str | None, db: str | None, as_json: bool) -> None:
    """Run ``cocokit workers refuse-pay``."""
    from ..campaign.rejection import refuse_pay

    cents = refuse_pay(open_engine(db, name), worker, evidence)
    _tell(worker, "pay refused", as_json, f"loses {cents / 100:,.2f}")


def _tell(worker: int, state: str, as_json: bool, words: str) -> None:
    if as_json:
        from ._output import print_json

        print_json({"worker": worker, "state": state})
    else:
        click.echo(f"worker {worker} {words}")
