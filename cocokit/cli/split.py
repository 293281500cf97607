"""``cocokit split``: a dataset divided into training, validation and test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..errors import ParamsError
from ._divided import listed, together
from ._progress import Progress

if TYPE_CHECKING:
    from ..splitting.report import Report
    from ..splitting.writing import Plan, Written

_HELP = """Divide a dataset into training, validation and test.

Images are divided, never annotations; groups stay whole, each split has its share of every category, and rows keep
their bytes. The annotations of a split named test are withheld: its file has the images alone, and a key outside of the
folder has the annotations, for `cocokit eval --gt KEY`.
"""
_EXAMPLE = "Example: cocokit split instances.json --preset coco --seed 7 -o splits"
_SHOWN = 10


@click.command(name="split", help=_HELP, epilog=_EXAMPLE, short_help="Divide a dataset into train, val and test.")
@click.argument("file", type=click.Path())
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder of the splits.")
@click.option("--ratios", metavar="NAME=RATIO,...", help="Shares of the images, 1 in all: train=.5,val=1/4,test=1/4.")
@click.option("--preset", type=click.Choice(["coco"]), help="Known ratios: half train, a quarter val, a quarter test.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed makes other splits.")
@click.option("--groups", metavar="near|photographer-date|FILE,...", help="What stays together, joined if several.")
@click.option("--images", metavar="DIR", help="The folder of the photos, for near duplicates.")
@click.option("--stratify/--random", default=True, help="Share every category, or divide by chance alone.")
@click.option("--withhold", metavar="NAME", help="The split whose annotations are withheld; default test.")
@click.option("--open", "is_open", is_flag=True, help="Withhold nothing.")
@click.option("--key", metavar="FILE", help="Where the withheld annotations go; default DIR.key.json.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(file: str, output: str, as_json: bool, **given: Any) -> None:
    """Run ``cocokit split``."""
    from ..dataset import Dataset
    from ..errors import DataError
    from ..splitting.dividing import split
    from ..splitting.report import reported
    from ..splitting.writing import write_splits

    plan = _plan(given)
    try:
        with Progress(f"dividing {file}") as line:
            dataset = Dataset.open(file)
            groups, notes = together(plan.groups, dataset, given["images"], line.at)
            splits = split(dataset, plan.ratios, plan.seed, groups, plan.stratified)
            report = reported(dataset, splits, plan.ratios, groups)
            written = write_splits(dataset, splits, plan, report, output, file, given["key"])
    except DataError as error:
        raise error.renamed({"dataset": file}) from error
    if as_json:
        _print_json(report, written, notes)
    else:
        click.echo("\n".join([*_lines(report, written, plan), *notes]))


def _plan(given: dict[str, Any]) -> Plan:
    from ..splitting.ratios import PRESETS, parse_ratios
    from ..splitting.writing import Plan

    if (given["ratios"] is None) == (given["preset"] is None):
        raise click.UsageError("give either --ratios or --preset")
    if given["is_open"] and (given["withhold"] or given["key"]):
        raise click.UsageError("--open withholds nothing: leave out --withhold and --key")
    ratios = PRESETS[given["preset"]] if given["preset"] else parse_ratios(given["ratios"])
    withheld = given["withhold"] or ("test" if "test" in ratios and not given["is_open"] else "")
    if withheld and withheld not in ratios:
        raise ParamsError("withhold", withheld, f"the splits are {', '.join(ratios)}")
    if given["key"] and not withheld:
        raise click.UsageError("--key is for a split that is withheld: name it with --withhold")
    return Plan(ratios, given["seed"], listed(given["groups"]), given["stratify"], withheld)


def _print_json(report: Report, written: Written, notes: list[str]) -> None:
    from ._output import print_json

    seal = {"key": written.key, "sha256": written.seal.sha256} if written.seal else None
    print_json({"files": written.files, **report.to_dict(), "withheld": seal, "notes": notes})


def _lines(report: Report, written: Written, plan: Plan) -> list[str]:
    from ..places import counted
    from ._output import table

    total, drift = max(int(report.images.sum()), 1), report.drift
    rows = [
        {"split": name, "asked": f"{100 * report.ratios[s]:.1f} %", "got": f"{100 * report.images[s] / total:.1f} %",
         "images": int(report.images[s]), "annotations": int(report.annotations[s]),
         "categories": int((report.images_with[:, s] > 0).sum()), "drift": f"{100 * drift[s]:.1f} %",
         "file": os.path.basename(written.files[name])}
        for s, name in enumerate(report.names)
    ]  # fmt: skip
    lines = table(rows)
    if plan.groups:
        kept = counted(report.groups, "group")
        lines.append(f"{kept} of images kept whole, the largest of {counted(report.largest, 'image')}" if report.groups
                     else "no images that must stay together were found")  # fmt: skip
    lines += _holes(report)
    if report.left_out:
        lines.append(f"{counted(report.left_out, 'annotation')} of images that the file does not have left out")
    if written.seal:
        lines.append(f"{written.key}: the annotations of {written.seal.split}; keep it where the evaluation is done")
        lines.append(f"  SHA-256 in the manifest: {written.seal.sha256}")
    if written.left_out:
        lines.append(f"  left out of the images of {plan.withheld}: {', '.join(written.left_out)}")
    return lines


def _holes(report: Report) -> list[str]:
    """Which categories are not in every split, and how few images they have."""
    from ..places import counted

    holes = report.holes
    if not holes:
        return []
    noun = counted(len(holes), "category")
    lines = [f"{noun} {'is' if len(holes) == 1 else 'are'} not in every split:"]
    for name, images, units, missing in holes[:_SHOWN]:
        how_many = counted(images, "image") + (f" in {counted(units, 'group')}" if units < images else "")
        lines.append(f"  {name} ({how_many}) is not in {' or '.join(missing)}")
    return lines + ([f"  and {len(holes) - _SHOWN:,} more; --json has them all"] if len(holes) > _SHOWN else [])
