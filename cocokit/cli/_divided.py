"""What commands that publish say about splits: options, and the rows of each split."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..columns import Int64
    from ..dataset import Dataset
    from ._progress import Count

#: How manifests and cards call what stays together.
_KEPT = {"near": "near duplicates", "photographer-date": "photographs by one person of one day"}
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Division:
    """How a dataset is divided.

    Attributes:
        words: "coco", or NAME=RATIO,...; None if a file says it.
        file: names the images of each split; None if words say it.
        seed: mixes the images.
        groups: "near", "photographer-date" or files, separated by commas; None keeps nothing together.
        images: folder of the photographs, for near duplicates.
        is_open: withhold nothing; otherwise the annotations of a split named test are.
        count: the line that says how far it is.
        notes: what there is to say about the groups, once the rows are known.
    """

    words: str | None
    file: str | None
    seed: int
    groups: str | None
    images: str | None
    is_open: bool
    count: Count | None = None
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.words is not None and self.file is not None:
            raise click.UsageError("give --split or --splits, not both")
        if self.groups is not None and self.words is None:
            raise click.UsageError("--groups is for --split")

    def rows(self, dataset: Dataset) -> dict[str, Int64]:
        """Name -> (K,) int64 rows of images. Raises DataError, ParamsError."""
        from ..publishing import read_splits
        from ..splitting.dividing import split

        if self.file is not None:
            return read_splits(self.file, dataset)
        line = self.count.part("comparing photographs", 0, 2) if self.count is not None else None
        groups, notes = together(listed(self.groups), dataset, self.images, line or (lambda done, total: None))
        self.notes.extend(notes)
        return split(dataset, self._ratios(), self.seed, groups)

    def settings(self) -> dict[str, str]:
        """As the manifest and the card say it."""
        if self.words is None:
            return {"splits": "chosen by hand"}
        shares = ", ".join(f"{name} {share}" for name, share in self._ratios().items())
        kept = [_KEPT.get(word, f"the groups of {os.path.basename(word)}") for word in listed(self.groups)]
        return {"splits": shares, "kept together": ", ".join(kept) or "nothing"}

    def keys(self, output: str) -> dict[str, str]:
        """Which splits are withheld, and where their keys go: beside the folder."""
        withheld = not self.is_open and self.words is not None and "test" in self._ratios()
        return {"test": f"{os.path.normpath(output)}.key.json"} if withheld else {}

    def copying(self, done: int, total: int) -> None:
        """Say how many photographs were copied: the second part of the work where they were compared before."""
        if self.count is not None:
            line = self.count.part("copying photographs", 1, 2) if "near" in listed(self.groups) else self.count
            line(done, total)

    def _ratios(self) -> Any:
        from ..splitting.ratios import PRESETS, parse_ratios

        assert self.words is not None
        return PRESETS.get(self.words) or parse_ratios(self.words)


def together(
    words: Sequence[str], dataset: Dataset, images: str | None, progress: Callable[[int, int], None]
) -> tuple[Int64 | None, list[str]]:
    """What must stay together: (I,) int64, equal for images of one group, or None; and what there is to say about it.

    Args:
        words: "near", "photographer-date" or files.
        dataset: whose images they are.
        images: folder of the photographs, for near duplicates.
        progress: called with (photographs compared, in all).

    Raises:
        UsageError: near duplicates without a folder of photographs.
        DataError: a file that names no groups, images without a photographer.
    """
    from ..near.grouping import join
    from ..places import counted
    from ..splitting import grouping

    labels, notes = [], list[str]()
    for word in words:
        if word == "near":
            if images is None:
                raise click.UsageError("near duplicates are found in photos: give --images DIR")
            label, found = grouping.near_groups(dataset, images, lambda _, done, total: progress(done, total))
            if found.failed:
                path, reason = found.failed[0]
                notes.append(f"{counted(len(found.failed), 'photo')} could not be compared, such as {path}: {reason}")
        elif word == "photographer-date":
            label = grouping.photographer_groups(dataset)
        else:
            label, unknown = grouping.read_groups(word, dataset)
            if unknown:
                names = "entry names" if unknown == 1 else "entries name"
                notes.append(f"{word}: {unknown:,} {names} no image of this dataset")
        labels.append(label)
    return (join(*labels) if labels else None), notes


def listed(words: str | None) -> tuple[str, ...]:
    """Words between commas."""
    return tuple(word.strip() for word in words.split(",")) if words else ()


def division_options(command: F) -> F:
    """The options ``--split``, ``--splits``, ``--seed``, ``--groups`` and ``--open``."""
    for option in (
        click.option("--open", "is_open", is_flag=True, help="Publish the annotations of test too, and no key."),
        click.option("--groups", metavar="near|photographer-date|FILE,...", help="Images that stay in one split."),
        click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other splits."),
        click.option("--splits", "splits_file", metavar="FILE", help='{"train": [ids of images], ...}, chosen by you.'),
        click.option("--split", "split_words", metavar="coco|NAME=RATIO,...", help="Divide it: coco is 1/2, 1/4, 1/4."),
    ):
        command = option(command)
    return command


def division(given: dict[str, Any], images: str | None, count: Count | None = None) -> Division | None:
    """What the options say, taken out of ``given``; None if nothing is to be divided."""
    words, file, seed, groups, is_open = (given.pop(n) for n in ("split_words", "splits_file", "seed", "groups",
                                                                "is_open"))  # fmt: skip
    made = Division(words, file, seed, groups, images, is_open, count)
    return made if words is not None or file is not None else None
