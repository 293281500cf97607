"""``cocokit split``: a dataset divided into training, validation and test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ..errors import ParamsError
from ._progress import Progress

if TYPE_CHECKING:
    from ..columns import Int64
    from ..dataset import Dataset
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
            groups, notes = _groups(dataset, plan, given["images"], line)
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
    words = tuple(word.strip() for word in given["groups"].split(",")) if given["groups"] else ()
    return Plan(ratios, given["seed"], words, given["stratify"], withheld)


def _groups(dataset: Dataset, plan: Plan, images: str | None, line: Progress) -> tuple[Int64 | None, list[str]]:
    """What must stay together, and what there is to say about it."""
    from ..near.grouping import join
    from ..splitting import grouping

    labels, notes = [], list[str]()
    for word in plan.groups:
        if word == "near":
            if images is None:
                raise click.UsageError("near duplicates are found in photos: give --images DIR")
            label, found = grouping.near_groups(dataset, images, lambda _, done, total: line.at(done, total))
            if found.failed:
                path, reason = found.failed[0]
                notes.append(f"{len(found.failed):,} photos could not be compared, such as {path}: {reason}")
        elif word == "photographer-date":
            label = grouping.photographer_groups(dataset)
        else:
            label, unknown = grouping.read_groups(word, dataset)
            if unknown:
                notes.append(f"{word}: {unknown:,} entries name no image of this dataset")
        labels.append(label)
    return (join(*labels) if labels else None), notes


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
        kept = f"{report.groups:,} group{'' if report.groups == 1 else 's'} of images kept whole"
        lines.append(f"{kept}, the largest of {counted(report.largest, 'image')}")
    if len(report.missing) > 0:
        lines.append(f"{counted(len(report.missing), 'time')} a split has none of a category:")
        for category, name, units in report.missing[:_SHOWN]:
            of_images = counted(units, "group") + " of images" if plan.groups else counted(units, "image")
            lines.append(f"  {category} is not in {name}: {of_images} in all")
        lines += [f"  and {len(report.missing) - _SHOWN:,} more"] if len(report.missing) > _SHOWN else []
    if report.left_out:
        lines.append(f"{counted(report.left_out, 'annotation')} of images that the file does not have left out")
    if written.seal:
        lines.append(f"{written.key}: the annotations of {written.seal.split}; keep it where the evaluation is done")
        lines.append(f"  SHA-256 in the manifest: {written.seal.sha256}")
    if written.left_out:
        lines.append(f"  left out of the images of {plan.withheld}: {', '.join(written.left_out)}")
    return lines
