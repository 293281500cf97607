"""``cocokit simulate``: a whole campaign with simulated workers, before anybody is paid."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from . import _parse
from ._progress import Count

if TYPE_CHECKING:
    from ..crowd.planning import Plan

_HELP = """Run a whole campaign with simulated workers whose hidden truth is a COCO file.

Workers of several kinds, and some who do not try, answer through the same engine as people do. What comes out is
compared with the truth: recall, precision and mask IoU, with answers, hours and cost, each with a band.
"""
_EXAMPLE = "Example: cocokit simulate --gt instances.json --set k_label=6"


@click.command(name="simulate", help=_HELP, epilog=_EXAMPLE, short_help="Run a campaign with simulated workers.")
@click.option("--gt", metavar="FILE", help="COCO instances, the truth.  [default: the sample of cocokit demo --eval]")
@click.option("--images", type=int, metavar="N", help="Only the first N images.")
@click.option("--workers", type=int, default=200, show_default=True, help="How many workers there are.")
@click.option("--spam", type=float, default=0.1, show_default=True, help="Share of them who do not try.")
@click.option("--preset", default="coco", show_default=True, help="The campaign's numbers: coco or lvis.")
@click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting; may be given often.")
@click.option("--sweep", metavar="NAME=A..B", help="One campaign for each value of a setting, such as k_label=1..10.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same campaign.")
@click.option("--plot", "plot_file", metavar="FILE.svg", callback=_parse.option_value(_parse.name_ending(".svg")),
              help="Draw recall over workers and the workers themselves; for a sweep recall over cost.")
@click.option("-o", "--output", metavar="DIR", help="Keep the campaign: database, campaign.toml, export, report.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead.")  # fmt: skip
def command(sweep: str | None, plot_file: str | None, output: str | None, as_json: bool, **given: Any) -> None:
    """Run ``cocokit simulate``."""
    from ..crowd.planning import Plan
    from ..pipeline.settings import parse_assignment

    changes = dict(parse_assignment(text) for text in given.pop("changes"))
    plan = Plan(**given, changes=changes)
    if sweep is None:
        _one(plan, plot_file, output, as_json)
    elif output is None:
        _many(plan, sweep, plot_file, as_json)
    else:
        raise click.UsageError("--sweep keeps nothing: leave out -o, or simulate one value with --set")


def _one(plan: Plan, plot_file: str | None, output: str | None, as_json: bool) -> None:
    from ..crowd.planning import read_truth, run_plan, run_twin
    from ..crowd.reporting import report
    from ._output import print_json
    from ._simulated import keep, lines, open_kept

    truth = read_truth(plan)
    database = open_kept(output) if output is not None else None
    with Count("simulating", "images") as count:
        run, results = run_plan(plan, truth=truth, database=database, progress=count)
        twin = run_twin(plan, truth, count.part("the same without early stops", 1, 2))
    made = report(plan, run, results, twin)
    if plot_file is not None:
        from ..atomic import write_text
        from ..crowd.plots import plot_run

        write_text(plot_file, plot_run(run, results, plan.seed))
    if output is not None:
        keep(output, plan, run, made)
    if as_json:
        print_json(made)
    else:
        click.echo("\n".join(lines(plan, run, results, twin)))
        if output is not None:
            click.echo(f"\nkept in {output}: {', '.join(sorted(os.listdir(output)))}; see: cocokit status")


def _many(plan: Plan, text: str, plot_file: str | None, as_json: bool) -> None:
    from ..crowd.planning import campaign_of, sweep
    from ..crowd.reporting import sweep_report
    from ..pipeline.settings import parse_sweep
    from ._output import print_json
    from ._simulated import sweep_lines

    name, values = parse_sweep(text)
    with Count("simulating", "images") as count:
        rows = sweep(plan, name, values, lambda i, value: count.part(f"{name}={value}", i, len(values)))
    if plot_file is not None:
        from ..atomic import write_text
        from ..crowd.plots import plot_sweep

        write_text(plot_file, plot_sweep(name, rows, campaign_of(plan).settings.currency))
    if as_json:
        print_json(sweep_report(plan, name, rows))
    else:
        click.echo("\n".join(sweep_lines(plan, name, rows)))
