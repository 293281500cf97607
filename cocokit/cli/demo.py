"""``cocokit demo``: a running campaign to look at and to work in; or the evaluation of a small sample."""

from __future__ import annotations

import os

import click

_HELP = """Open a running campaign on real photographs in a web browser.

DIR becomes its workspace. Simulated workers have begun it and go on; they leave work of every kind to you. One link is
the worker's page, whose tasks are of all seven stages in turn; the other is the requester's dashboard. Stop it with
Ctrl+C; started again it goes on. What is finished of it, your masks too, is exported as COCO files.

With --eval a small sample is written into DIR instead, evaluated and drawn: seven photographs with boxes, masks and
keypoints, and three results files of a pretended detector.
"""
_EXAMPLE = "Example: cocokit demo"
#: Where it goes if nothing is said.
FOLDER, EVAL_FOLDER = "cocokit-demo", "demo"


@click.command(name="demo", help=_HELP, epilog=_EXAMPLE, short_help="A running campaign to look at and to work in.")
@click.argument("folder", metavar="[DIR]", default=None, required=False, type=click.Path())
@click.option("--port", type=click.IntRange(0, 65535), help="Port of this machine.  [default: 8000, or a free one]")
@click.option("--open/--no-open", "opens", default=True, help="Whether the links are opened in this machine's browser.")
@click.option("--pace", type=click.FloatRange(0.01, 600), default=2.0, show_default=True, metavar="S",
              help="Seconds from one simulated answer to the next.")
@click.option("--seconds", type=click.FloatRange(0), metavar="N", help="Stop after so long.")
@click.option("--eval", "evaluates", is_flag=True, help="Evaluate a small sample instead, and draw it.")
@click.option("--seed", type=int, default=2017, show_default=True, help="Of --eval: of the pretended detector.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")  # fmt: skip
def command(
    folder: str | None, port: int | None, opens: bool, pace: float, seconds: float | None, evaluates: bool, seed: int,
    as_json: bool,
) -> None:  # fmt: skip
    """Run ``cocokit demo``."""
    if evaluates:
        from ._demo_eval import evaluate_sample

        evaluate_sample(folder or EVAL_FOLDER, seed, as_json)
        return
    _campaign(folder or FOLDER, port, opens and not as_json, pace, seconds, as_json)


def _campaign(
    folder: str, port: int | None, opens: bool, pace: float, seconds: float | None, as_json: bool
) -> None:  # fmt: skip
    from cocokit.annotate_ui.serving import dashboard, invites

    from ._browser import open_link
    from ._demo_campaign import begin, is_there
    from ._demo_server import open_demo, run
    from ._progress import Count

    is_new = not is_there(folder)
    if is_new:
        with Count("simulated workers begin the campaign", "answers") as count:
            begin(folder, count)
    demo = open_demo(folder, port)
    worker = demo.link + invites(demo.app)[0][1]
    path, is_first = dashboard(demo.app)
    _tell(folder, is_new, worker, demo.link + path, is_first, as_json)
    if opens:
        open_link(worker)
    run(demo, pace, seconds)
    if not as_json:
        click.echo("\n".join(_end(folder)))


def _tell(folder: str, is_new: bool, worker: str, board: str, is_first: bool, as_json: bool) -> None:
    if as_json:
        from ._output import print_json

        print_json({"folder": folder, "new": is_new, "worker": worker, "dashboard": board})
        return
    from ..sample_cuts import SEARCHES

    photos = sum(len(found) for found in SEARCHES.values())
    click.echo(f"{folder}: {f'a campaign on {photos} photographs' if is_new else 'the campaign goes on'}; "
               "simulated workers are at it\n")  # fmt: skip
    click.echo(f"worker:    {worker}")
    click.echo(f"dashboard: {board}")
    if is_first:
        click.echo("           (good once: choose a password; you are the owner)")
    click.echo("\nThe worker's page has tasks of all seven stages in turn. What you draw comes back as COCO files:")
    click.echo(f"{_export(folder)}\nStop with Ctrl+C.")


def _end(folder: str) -> list[str]:
    """What can be done with it afterwards."""
    from ._demo_eval import program

    typed = program()
    again = f"  {typed} demo {'' if folder == FOLDER else folder}".rstrip()
    return [f"{folder}: stopped; everything is kept. Next:", "", again,
            f"  {typed} status --db {os.path.join(folder, 'cocokit.db')}", _export(folder)]  # fmt: skip


def _export(folder: str) -> str:
    """The command that writes what was drawn so far, as it can be typed here."""
    from ._demo_eval import program

    database, out = os.path.join(folder, "cocokit.db"), os.path.join(folder, "exports", "demo")
    return f"  {program()} export --unfinished --db {database} -o {out}"
