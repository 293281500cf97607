"""``cocokit check``: what is wrong, or odd, in a dataset or in results."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from . import FOUND_PROBLEMS
from ._progress import Progress

if TYPE_CHECKING:
    from ..findings import Finding

_HELP = """Look for mistakes in a dataset or in results.

FILE is a COCO dataset; with --dt the results in PREDS are checked against it too. Errors make tools fail or change
numbers silently; warnings are odd but have a meaning. Exits with 3 when there are errors.
"""
_EXAMPLE = "Example: cocokit check instances.json --dt preds.json"


@click.command(name="check", help=_HELP, epilog=_EXAMPLE, short_help="Look for mistakes in a dataset or in results.")
@click.argument("file", type=click.Path())
@click.option("--dt", metavar="PREDS", help="A results file to check against the dataset.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(file: str, dt: str | None, as_json: bool) -> int:
    """Run ``cocokit check``; its exit code."""
    from ..checks import check_dataset, check_results
    from ..coco_json import read_dataset, read_results

    with Progress(f"checking {file}"):
        dataset = read_dataset(file)
        found = {file: check_dataset(dataset)}
    sizes = {file: f"{len(dataset.images):,} images, {len(dataset.annotations):,} annotations"}
    if dt is not None:
        with Progress(f"checking {dt}"):
            results = read_results(dt)
            found[dt] = check_results(results, dataset)
        sizes[dt] = f"{len(results):,} results"
    errors = sum(finding.severity == "error" for findings in found.values() for finding in findings)
    if as_json:
        _print_json(found, errors)
    else:
        for path, findings in found.items():
            click.echo("\n".join(_lines(path, sizes[path], findings)))
    return FOUND_PROBLEMS if errors else 0


def _lines(path: str, size: str, findings: Sequence[Finding]) -> list[str]:
    """One file's findings: a head, then a line per finding with examples below it."""
    from ..places import counted

    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    verdict = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}" if findings else "nothing wrong"
    lines = [f"{path}: {size}: {verdict}"]
    for finding in findings:
        lines.append(f"  {finding.severity:<7}  {finding.id}: {finding.message}")
        lines += [f"             {example}" for example in finding.examples]
    return lines


def _print_json(found: dict[str, list[Finding]], errors: int) -> None:
    from ._output import print_json

    rows = {path: [dataclasses.asdict(finding) for finding in findings] for path, findings in found.items()}
    print_json({"errors": errors, "findings": rows})
