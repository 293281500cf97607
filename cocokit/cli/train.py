"""``cocokit train``: a reference detector trained on what the toolkit exports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ._baselines import Line, data_options, in_words, prepare

if TYPE_CHECKING:
    from cocokit.baselines.train.running import Outcome

_HELP = """Train a reference detector on a dataset.

NAME is one that cocokit baselines lists. The run's folder gets config.json, checkpoint.pt, log.jsonl and
curve.svg. It is evaluated as it goes, on the split val where there is one, by the same evaluator as everywhere. Started
by torchrun, several processes share the work.

Ctrl+C ends it after the step that it is at, which is kept: --resume goes on. Only what learns by steps in one process
is kept so: not DPM, R-CNN and SPP-net, nor what torchrun started.

Data that do not fit are refused before the first step: images that are not there, masks outside their image, other
categories than those of the checkpoint.
"""
_EXAMPLE = "Example: cocokit train retinanet --data instances.json -o run --set steps=1000"


@click.command(name="train", help=_HELP, epilog=_EXAMPLE, short_help="Train a reference detector on a dataset.")
@click.argument("name")
@click.option("-o", "--output", required=True, metavar="RUN", help="The folder of the run.")
@click.option("--val", "judged", default="", metavar="SPLIT|FILE", help="What it is evaluated on.  [default: val, or "
              "the training images where there is none]")  # fmt: skip
@click.option("--resume", is_flag=True, help="Go on with the run in RUN.")
@data_options
def command(name: str, output: str, threads: int | None, as_json: bool, **given: Any) -> None:
    """Run ``cocokit train``."""
    prepare(threads)
    from cocokit.baselines.train.running import Order, run_training
    from cocokit.baselines.train.stopping import Stopped

    try:
        with Line() as line:
            made = run_training(Order(name, folder=output, **given), line)
    except Stopped as stopped:
        from ..places import counted

        click.echo(f"{output}: kept after {counted(stopped.step, 'step')}; --resume goes on from there", err=True)
        raise
    if not made.leads:
        return
    if as_json:
        from ._output import print_json

        known = made.checkpoint
        print_json({"run": output, "baseline": name, "steps": known.step, "evaluated_on": made.judged,
                    "measured": known.measured})  # fmt: skip
    else:
        click.echo("\n".join(_lines(output, made)))


def _lines(run: str, made: Outcome) -> list[str]:
    from ..places import counted

    known = made.checkpoint
    steps = f" after {counted(known.step, 'step')}" if known.step else ""
    on = "the images it was trained on" if made.own else os.path.basename(made.judged)
    return [f"{run}: {known.config.baseline}{steps}", f"  {in_words(known.measured)} on {on}"]
