"""What commands that publish say about splits: options, and the rows of each split."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..columns import Int64
    from ..dataset import Dataset

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
    """

    words: str | None
    file: str | None
    seed: int
    groups: str | None
    images: str | None
    is_open: bool

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
        return split(dataset, self._ratios(), self.seed, self._groups(dataset))

    def settings(self) -> dict[str, str]:
        """As the manifest and the card say it."""
        if self.words is None:
            return {"splits": "chosen by hand"}
        shares = ", ".join(f"{name} {share}" for name, share in self._ratios().items())
        return {"splits": shares, "kept together": ", ".join((self.groups or "nothing").split(","))}

    def keys(self, output: str) -> dict[str, str]:
        """Which splits are withheld, and where their keys go: beside the folder."""
        withheld = not self.is_open and self.words is not None and "test" in self._ratios()
        return {"test": f"{os.path.normpath(output)}.key.json"} if withheld else {}

    def _ratios(self) -> Any:
        from ..splitting.ratios import PRESETS, parse_ratios

        assert self.words is not None
        return PRESETS.get(self.words) or parse_ratios(self.words)

    def _groups(self, dataset: Dataset) -> Int64 | None:
        from ..near.grouping import join
        from ..splitting import grouping

        labels = []
        for word in (self.groups or "").split(",") if self.groups else ():
            if word.strip() == "near":
                if self.images is None:
                    raise click.UsageError("near duplicates are found in photos: say where these are")
                labels.append(grouping.near_groups(dataset, self.images)[0])
            elif word.strip() == "photographer-date":
                labels.append(grouping.photographer_groups(dataset))
            else:
                labels.append(grouping.read_groups(word.strip(), dataset)[0])
        return join(*labels) if labels else None


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


def division(given: dict[str, Any], images: str | None) -> Division | None:
    """What the options say, taken out of ``given``; None if nothing is to be divided."""
    words, file, seed, groups, is_open = (given.pop(n) for n in ("split_words", "splits_file", "seed", "groups",
                                                                "is_open"))  # fmt: skip
    made = Division(words, file, seed, groups, images, is_open)
    return made if words is not None or file is not None else None
