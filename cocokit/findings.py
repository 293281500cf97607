"""What a check found, and the notebook that a check writes into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .places import counted

Severity = Literal["error", "warning"]
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem in one file.

    Attributes:
        severity: "error" for what makes numbers wrong or tools fail, "warning" for what is odd but has a meaning.
        id: a word that stays the same from version to version, such as "duplicate-annotation-ids".
        count: how many rows have it.
        message: one sentence with the count.
        examples: the first few places with their values.
    """

    severity: Severity
    id: str
    count: int
    message: str
    examples: tuple[str, ...]


class Notebook:
    """Collects findings in the order in which the checks run."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(
        self, severity: Severity, slug: str, rows: Any, what: str, noun: str, example: Callable[[int], str]
    ) -> None:
        """Note one kind of problem, if any row has it.

        Args:
            severity: "error" or "warning".
            slug: the finding's id.
            rows: (M,) int rows, or an (N,) bool mask of them.
            what: what is wrong with them, as a noun phrase in the plural.
            noun: what one row is: "annotation", "image", "category", "result".
            example: text for one row.
        """
        found = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        count = len(found)
        if count:
            examples = tuple(example(int(row)) for row in found[:_EXAMPLES])
            message = f"{what} ({counted(count, noun)})"
            self.findings.append(Finding(severity, slug, count, message, examples))
