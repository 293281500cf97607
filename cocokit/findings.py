"""What a check found, and the notebook that a check writes into; what a repair changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .codes import CODES, Severity
from .columns import Int64
from .ids import NO_ROWS
from .places import counted

_EXAMPLES = 3
#: The list of a file in which the rows of a noun stand; results are a list themselves.
LISTS = {"image": "images", "category": "categories", "annotation": "annotations", "result": ""}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem in one file.

    Attributes:
        severity: "error" for what makes numbers wrong or tools fail, "warning" for what is odd but has a meaning.
        id: its code, a word that stays the same from version to version, such as "duplicate-annotation-ids"; all of
            them are in :data:`cocokit.codes.CODES`.
        count: how many rows have it.
        message: one sentence with the count.
        examples: the first few places with their values.
        pointers: the same places as JSON pointers (RFC 6901), such as "/annotations/12/bbox".
        bytes: where the rows of these places begin in the file, where that is known.
        repair: what ``cocokit check --fix`` does about it, or an empty string.
        noun: what one row is: "annotation", "image", "category", "result".
        rows: (M,) int64, all rows that have it.
    """

    severity: Severity
    id: str
    count: int
    message: str
    examples: tuple[str, ...]
    pointers: tuple[str, ...] = ()
    bytes: tuple[int, ...] = ()
    repair: str = ""
    noun: str = ""
    rows: Int64 = field(default_factory=lambda: NO_ROWS, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the rows, for JSON."""
        names = ("severity", "id", "count", "message", "examples", "pointers", "bytes", "repair")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a repair changed.

    Attributes:
        id: the code of the finding.
        pointer: the place in the file that was read, as a JSON pointer.
        before, after: the value there, as JSON has it; None for one that was not there, or is left out.
    """

    id: str
    pointer: str
    before: Any
    after: Any


def pointer(noun: str, row: int, *members: str | int) -> str:
    """A place as a JSON pointer (RFC 6901).

    >>> pointer("annotation", 3, "segmentation", 0), pointer("result", 3, "a/b")
    ('/annotations/3/segmentation/0', '/3/a~1b')
    """
    words = [str(word).replace("~", "~0").replace("/", "~1") for word in (LISTS[noun], row, *members) if word != ""]
    return "/" + "/".join(words)


class Notebook:
    """Collects findings in the order in which the checks run."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self,
        code: str,
        rows: Any,
        noun: str,
        example: Callable[[int], str],
        member: str | Callable[[int], str] = "",
        severity: Severity | None = None,
    ) -> None:
        """Note one kind of problem, if any row has it.

        Args:
            code: one of :data:`cocokit.codes.CODES`.
            rows: (M,) int rows, or an (N,) bool mask of them.
            noun: what one row is: "annotation", "image", "category", "result".
            example: text for one row.
            member: the member of the row that is wrong ("segmentation/size"), the same for all or for each row;
                empty for the row as a whole.
            severity: another one than the code's own.
        """
        found = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        if not len(found):
            return
        kind, some = CODES[code], [int(row) for row in found[:_EXAMPLES]]
        inner = [member if isinstance(member, str) else member(row) for row in some]
        places = [pointer(noun, row, *path.split("/")) for row, path in zip(some, inner, strict=True)]
        self.findings.append(Finding(
            severity or kind.severity, code, len(found), f"{kind.what} ({counted(len(found), noun)})",
            tuple(map(example, some)), tuple(places), (), kind.repair, noun, found,
        ))  # fmt: skip
