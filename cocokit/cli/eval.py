"""``cocokit eval``: from a results file to pycocotools' twelve lines, a report, tables and gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import click

from . import FOUND_PROBLEMS, _parse
from ._help import Sectioned
from ._progress import Progress

_HELP = """Evaluate detections against ground truth.

PREDS is a COCO results file. Prints pycocotools' summary lines, bit-identical to pycocotools 2.0.11, and says which of
its quirks this input meets and how many entries they touch.
"""
_EXAMPLE = "Example: cocokit eval preds.json --gt instances.json"

_F = TypeVar("_F", bound=Callable[..., Any])


def _parsed(
    name: str, parse: Callable[[str], Any], metavar: str, text: str, *stored: str
) -> Callable[[_F], _F]:
    return click.option(name, *stored, callback=_parse.option_value(parse), metavar=metavar, help=text)


class _Eval(Sectioned):
    """The command's help, in sections."""

    sections: ClassVar[dict[str, str]] = {
        "gt": "What to compare",
        "iou_thrs": "Settings, with pycocotools' names",
        "metric": "Other measures",
        "per_category": "Output",
        "fail_under": "Gates for CI",
    }


@click.command(
    name="eval", cls=_Eval, help=_HELP, epilog=_EXAMPLE, short_help="Evaluate detections against ground truth."
)
@click.argument("preds", type=click.Path())
@click.option("--gt", metavar="FILE", help="Ground truth; default: gt in the workspace's cocokit.toml.")
@click.option(
    "--iou-type",
    "--iou",
    type=click.Choice(["bbox", "segm", "keypoints"]),
    help="What to compare; default: what the first result has.",
)
@click.option(
    "--fixed/--strict",
    "fixed",
    default=False,
    help="Correct pycocotools' defects (PARITY.md), or keep every one of them (default).",
)
@click.option(
    "--lenient", is_flag=True, help="Warn where pycocotools accepts an obvious mistake, and count as it does."
)
@_parsed("--iou-thrs", _parse.thresholds, "LOW:HIGH:STEP|LIST", "IoU thresholds; default 0.5:0.95:0.05.")
@_parsed(
    "--area-rng", _parse.area_ranges, "NAME=LOW:HIGH,...", "Area ranges in px^2; default all, small, medium, large."
)
@_parsed("--max-dets", _parse.integers, "LIST", "Detections per image and category; default 1,10,100.")
@_parsed("--img-ids", _parse.integers, "LIST", "Evaluate these images only.")
@_parsed("--cat-ids", _parse.integers, "LIST", "Evaluate these categories only.")
@click.option("--class-agnostic", "use_cats", flag_value=False, default=True, help="Pool all categories (useCats = 0).")
@_parsed("--sigmas", _parse.sigmas, "LIST|FILE.json", "Keypoint sigmas, or a list per category id; default COCO's 17.")
@click.option(
    "--metric",
    type=click.Choice(["coco", "voc07", "voc10"]),
    default="coco",
    show_default=True,
    help="COCO's numbers, or PASCAL VOC's AP of 2007 (11 points) or 2010 (every point).",
)
@_parsed("--proposals", _parse.counts, "LIST", "Proposals: average recall at these counts per image, and the AUC.")
@click.option("--pixel-boxes", is_flag=True, help="VOC: the right and lower pixel belong to a box.")
@click.option(
    "--at-score", type=float, metavar="SCORE", help="Also precision, recall and F1 at a score, and the best F1."
)
@click.option("--per-category", is_flag=True, help="Also print a table with a row per category.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write that table as CSV.")
@click.option("--pr", "pr_file", metavar="FILE", help="Write the curves as CSV: precision and score at 101 recalls.")
@_parsed(
    "--plot", _parse.name_ending(".svg"), "FILE.svg", "Draw precision over recall, and F1 over the score.", "plot_file"
)
@click.option("-o", "--output", metavar="FILE", help="Write the whole report as JSON.")
@_parsed("--arrays", _parse.name_ending(".npz"), "FILE.npz", "Write precision, recall and scores as NumPy arrays.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one line of JSON instead; its stats are in pycocotools' order."
)
@_parsed("--fail-under", _parse.named_numbers, "NAME=VALUE,...", "Exit with 3 when a number is below its value.")
@_parsed("--fail-drop", _parse.drop_gate, "BASELINE.json:DROP", "Exit with 3 when AP fell by more; also NAME=DROP,...")
def command(preds: str, gt: str | None, iou_type: str | None, **given: Any) -> int:
    """Run ``cocokit eval``; its exit code."""
    from . import _measured, _measures

    baseline = _baseline(given["fail_drop"])
    gt, iou_type = _from_workspace(gt, iou_type)
    _tell_of_seal(gt)
    measure = _measures.chosen(given)
    iou_type = iou_type or _guessed(preds)
    with Progress(f"evaluating {preds}"):
        found = measure(gt, preds, iou_type, given)
    failed = _failed_gates(found.stats, given["fail_under"], given["fail_drop"], baseline)
    _measured.write_files(found, given)
    if given["as_json"]:
        _measured.print_as_json(found, failed)
    else:
        _measured.print_as_text(found, failed, per_category=given["per_category"])
    return FOUND_PROBLEMS if failed else 0


def _tell_of_seal(gt: str) -> None:
    """Say that the ground truth is a key of withheld annotations, once its seal is found whole."""
    try:
        with open(gt, "rb") as file:
            if file.read(10) != b'{"sealed":':
                return  # nothing is loaded for other files
    except OSError:
        return  # whoever reads the file next says what is wrong with it
    from ..splitting.sealed import read_seal

    seal = read_seal(gt)
    if seal is not None:
        click.echo(f"{gt}: the sealed annotations of {seal.split}, SHA-256 {seal.sha256}", err=True)


def _guessed(preds: str) -> str:
    from ._guess import guess_iou_type

    iou_type, why = guess_iou_type(preds)
    if why:
        click.echo(f"{preds}: evaluated with --iou-type {iou_type}, as its first result has {why}", err=True)
    return iou_type


def _from_workspace(gt: str | None, iou_type: str | None) -> tuple[str, str | None]:
    """Ground truth and IoU type as the flags say, else as the workspace's settings do.

    Raises:
        click.UsageError: nothing names a ground truth.
    """
    if gt is None or iou_type is None:
        from ..config import load_settings

        settings = load_settings({"gt": gt, "iou_type": iou_type})
        gt, iou_type = settings.gt, settings.iou_type
    if gt is None:
        raise click.UsageError('no ground truth: give --gt FILE, or put gt = "FILE" into a cocokit.toml here or above')
    return gt, iou_type


def _baseline(gate: tuple[str, dict[str, float]] | None) -> dict[str, float]:
    """The baseline's numbers, read before the evaluation so that a wrong file fails at once."""
    if gate is None:
        return {}
    from ._gates import read_baseline

    return read_baseline(gate[0])


def _failed_gates(
    stats: dict[str, float],
    under: dict[str, float] | None,
    drop: tuple[str, dict[str, float]] | None,
    baseline: dict[str, float],
) -> list[str]:
    if under is None and drop is None:
        return []
    from ._gates import fell, too_low

    return [*too_low(stats, under or {}), *(fell(stats, baseline, drop[1]) if drop else [])]
