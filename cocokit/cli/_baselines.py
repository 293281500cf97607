"""What the commands about baselines share: the need of torch, processors, a line of progress, numbers in words."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from ..errors import CocokitError
from ._progress import Progress

F = TypeVar("F", bound=Callable[..., Any])


def data_options(command: F) -> F:
    """The options that say where images and annotations are, and what computes."""
    for option in reversed([
        click.option("--data", required=True, metavar="EXPORT", help="A COCO file, an export, a folder of splits, a "
                     "published folder, or a workspace."),
        click.option("--split", default="", metavar="NAME", help="The split.  [default: train, or the whole; to "
                     "predict val]"),
        click.option("--images", default="", metavar="DIR", help="The folder of the photographs.  [default: looked "
                     "for around the file and in the workspace]"),
        click.option("--proposals", multiple=True, metavar="RESULTS", help="Regions, for baselines that are given "
                     "them: a results file; may be given often."),
        click.option("--set", "changes", multiple=True, metavar="NAME=VALUE", help="Change a setting; may be given "
                     "often. cocokit baselines NAME lists them."),
        click.option("--device", default="auto", show_default=True, metavar="NAME", help="auto, cpu, cuda, cuda:1, "
                     "mps."),
        click.option("--threads", type=click.IntRange(1), metavar="N", help="Processors to use.  [default: all]"),
        click.option("--json", "as_json", is_flag=True, help="Print one line of JSON."),
    ]):  # fmt: skip
        command = option(command)
    return command


def prepare(threads: int | None = None) -> None:
    """Make ready to compute for long: torch is there, and uses the processors.

    Raises:
        CocokitError: torch is not installed.
    """
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise CocokitError("the baselines need torch: pip install 'cocokit[baselines]'")
    from cocokit.baselines.train.parallel import use_threads

    # Commands are started with one thread and without the collector of cycles; training wants both.
    use_threads(threads or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))
    gc.enable()


class Line(Progress):
    """What a run tells, as a line on the terminal."""

    def __init__(self) -> None:
        super().__init__("looking at the data", kernels=False)

    def doing(self, what: str, done: int, total: int) -> None:
        """So much of something is done."""
        self._what = f"{what}: {done:,} of {total:,}"

    def step(self, done: int, total: int, loss: float, measured: dict[str, float]) -> None:
        """So many steps are done."""
        numbers = f", {in_words(measured)}" if measured else ""
        self._what = f"training: {done:,} of {total:,} steps, loss {loss:.3f}{numbers}"


def in_words(measured: Mapping[str, float]) -> str:
    """Numbers of an evaluation, in one line; -1 is what was not measured."""
    return ", ".join(f"{name} {value:.3f}" for name, value in measured.items() if value >= 0) or "nothing to measure"
