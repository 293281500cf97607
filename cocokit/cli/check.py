"""``cocokit check``: what is wrong, or odd, in datasets or in results; what can be put right safely."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from . import FOUND_PROBLEMS
from ._progress import Progress

if TYPE_CHECKING:
    from ..dataset import Dataset
    from ..findings import Change, Finding
    from ..rough import Opened

_HELP = """Look for mistakes in datasets or in results.

FILE is a COCO dataset; several are the splits of one, and an image must not be in two of them. With --images the image
files are looked at too, with --masks the PNGs of a panoptic file, with --dt the results in PREDS. Errors make tools
fail or change numbers silently; warnings are odd but have a meaning. Exits with 3 when there are errors.

With --fix what can be put right without guessing is put right: the new file is OUT, every change is listed in
OUT.changes.json, and rows that need nothing keep their bytes. Then errors that are left exit with 3.
"""
_EXAMPLE = "Example: cocokit check instances.json --fix -o mended.json"
_SHOWN = 10


@click.command(name="check", help=_HELP, epilog=_EXAMPLE, short_help="Look for mistakes in a dataset or in results.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--images", metavar="DIR", help="Folder of the images: look at their files too.")
@click.option("--masks", metavar="DIR", help="Folder of the PNGs of a panoptic file: look at their pixels too.")
@click.option("--dt", metavar="PREDS", help="A results file to check against the dataset.")
@click.option("--fix", is_flag=True, help="Put right what is safe to put right, into the file of -o.")
@click.option("-o", "--output", metavar="OUT", help="The new file of --fix.")
@click.option("--strict", is_flag=True, help="Exit with 3 for warnings too.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
def command(
    files: tuple[str, ...],
    images: str | None,
    masks: str | None,
    dt: str | None,
    fix: bool,
    output: str | None,
    strict: bool,
    as_json: bool,
) -> int:
    """Run ``cocokit check``; its exit code."""
    _refuse_misuse(files, dt, fix, output)
    found, sizes = {}, {}
    opened = {file: _open(file) for file in files}
    for file, one in opened.items():
        found[file] = _look(file, one, masks)
        sizes[file] = _size(one.dataset)
    datasets = {file: one.dataset for file, one in opened.items()}
    for file, more in _look_at_files(datasets, images).items():
        found[file] += more
    if dt is not None:
        found[dt], sizes[dt] = _look_at_results(dt, datasets[files[0]])
    report: dict[str, Any] = {**_counts(found), "findings": found}
    lines = [line for path, findings in found.items() for line in _lines(path, sizes[path], findings)]
    judged = found
    if output is not None:
        changes, left = _mend(opened[files[0]], found[files[0]], output, masks)
        judged = {output: left}
        more_lines = _mended_lines(output, changes, left)
        report["fixed"] = {"output": output, "changes": len(changes), "list": _list_of(output), **_counts(judged),
                           "findings": left}  # fmt: skip
        lines += more_lines
    if as_json:
        _print_json(report)
    else:
        click.echo("\n".join(lines))
    counts = _counts(judged)
    return FOUND_PROBLEMS if counts["errors"] or (strict and counts["warnings"]) else 0


def _refuse_misuse(files: Sequence[str], dt: str | None, fix: bool, output: str | None) -> None:
    if fix != (output is not None):
        raise click.UsageError("--fix needs -o OUT, the new file" if fix else "-o OUT is for --fix: give both")
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise click.UsageError("a FILE is given twice")
    if len(files) > 1 and (fix or dt is not None):
        raise click.UsageError(f"{'--fix' if fix else '--dt'} takes one FILE at a time")


def _size(dataset: Dataset) -> str:
    from ..places import counted

    return f"{counted(len(dataset.images), 'image')}, {counted(len(dataset.annotations), 'annotation')}"


def _open(file: str) -> Opened:
    from ..rough import open_roughly

    with Progress(f"reading {file}"):
        return open_roughly(file)


def _look(file: str, opened: Opened, masks: str | None) -> list[Finding]:
    from ..checks import check_dataset
    from ..panoptic_checks import check_panoptic_files

    with Progress(f"checking {file}") as progress:
        found = [*opened.findings, *check_dataset(opened.dataset)]
        if masks is not None:
            found += check_panoptic_files(opened.dataset, masks, progress.at)
    return found


def _look_at_files(datasets: Mapping[str, Dataset], images: str | None) -> dict[str, list[Finding]]:
    if images is None and len(datasets) == 1:
        return {}
    from ..file_checks import check_files

    with Progress(f"looking at the files in {images}") as progress:
        return check_files(datasets, images, progress.at)


def _look_at_results(dt: str, dataset: Dataset) -> tuple[list[Finding], str]:
    from ..checks import check_results
    from ..coco_json import read_results

    with Progress(f"checking {dt}"):
        results = read_results(dt)
        return check_results(results, dataset), f"{len(results):,} results"


def _mend(
    opened: Opened, found: Sequence[Finding], output: str, masks: str | None
) -> tuple[list[Change], list[Finding]]:
    """Write the mended file and the list of changes; these, and what is still found in it."""
    import dataclasses

    from ..atomic import write_text
    from ..repair import repair
    from ._output import to_json

    with Progress(f"writing {output}") as progress:
        dataset, changes = repair(opened.dataset, found)
        changes = [*opened.changes, *changes]
        dataset.write(output, progress.at)
        rows = ",\n".join(to_json(dataclasses.asdict(change)) for change in changes)
        write_text(_list_of(output), f"[\n{rows}\n]\n" if rows else "[]\n")
    return changes, _look(output, _open(output), masks)


def _list_of(output: str) -> str:
    return f"{output}.changes.json"


def _counts(found: Mapping[str, Sequence[Finding]]) -> dict[str, int]:
    of = [finding.severity for findings in found.values() for finding in findings]
    return {"errors": of.count("error"), "warnings": of.count("warning")}


def _lines(path: str, size: str, findings: Sequence[Finding]) -> list[str]:
    """One file's findings: a head, then a line per finding with examples below it."""
    lines = [f"{path}: {size}: {_verdict(findings)}"]
    for finding in findings:
        lines.append(f"  {finding.severity:<7}  {finding.id}: {finding.message}")
        for i, example in enumerate(finding.examples):
            at = f" (byte {finding.bytes[i]:,})" if i < len(finding.bytes) else ""
            lines.append(f"             {example}{at}")
        if finding.repair:
            lines.append(f"             --fix: {finding.repair}")
    return lines


def _verdict(findings: Sequence[Finding]) -> str:
    from ..places import counted

    counts = _counts({"": findings})
    if not findings:
        return "nothing wrong"
    return f"{counted(counts['errors'], 'error')}, {counted(counts['warnings'], 'warning')}"


def _mended_lines(output: str, changes: Sequence[Change], left: Sequence[Finding]) -> list[str]:
    from ..places import counted, shown

    lines = [f"{output}: {counted(len(changes), 'change')}, listed in {_list_of(output)}; left: {_verdict(left)}"]
    for change in changes[:_SHOWN]:
        after = "left out" if change.after is None else shown(change.after)
        lines.append(f"  {change.pointer}: {shown(change.before)} -> {after}")
    if len(changes) > _SHOWN:
        lines.append(f"  ... and {len(changes) - _SHOWN:,} more")
    return [*lines, *(f"  left: {finding.severity}  {finding.id}: {finding.message}" for finding in left)]


def _print_json(report: dict[str, Any]) -> None:
    from ._output import print_json

    report["findings"] = {path: [f.to_dict() for f in findings] for path, findings in report["findings"].items()}
    if "fixed" in report:
        report["fixed"]["findings"] = [finding.to_dict() for finding in report["fixed"]["findings"]]
    print_json(report)
