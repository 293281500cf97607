"""What an experiment found: tables whose rows stand for themselves, numbers with bands, a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: What stands below a table that has published numbers in it.
ELSEWHERE = "Published numbers are of photographs, larger networks and ImageNet weights: compare the order alone."


@dataclass(frozen=True)
class Band:
    """A number measured once for each seed.

    Attributes:
        mean: of the seeds.
        low, high: the lowest and the highest of them.
    """

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Band:
        """The band of at least one value.

        >>> print(Band.of([0.5, 0.75, 0.25]))
        0.500 (0.250 to 0.750)
        >>> print(Band.of([0.5]))
        0.500
        """
        return cls(sum(values) / len(values), min(values), max(values))

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.mean:.3f}"
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"

    def above(self, other: Band) -> bool:
        """Whether every seed of this one is above every seed of the other."""
        return self.low > other.high

    def to_dict(self) -> dict[str, float]:
        """As plain JSON values."""
        return {"mean": self.mean, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Table:
    """Rows with the same keys; a value is a text, a number, a :class:`Band` or None.

    Attributes:
        title: what is shown.
        rows: in the order in which they are to be read.
        note: a sentence below.
    """

    title: str
    rows: Sequence[Mapping[str, Any]]
    note: str = ""

    def texts(self) -> list[dict[str, str | float | int | None]]:
        """The rows for a terminal: bands as one text."""
        return [{key: str(value) if isinstance(value, Band) else value for key, value in row.items()}
                for row in self.rows]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        rows = [{key: value.to_dict() if isinstance(value, Band) else value for key, value in row.items()}
                for row in self.rows]  # fmt: skip
        return {"title": self.title, "rows": rows, "note": self.note}


@dataclass(frozen=True)
class Findings:
    """What an experiment found.

    Attributes:
        tables: at least one.
        said: the finding in a sentence or two, made of the numbers.
        svg: the picture.
        more: what else a file of the findings should hold, as plain JSON values.
    """

    tables: Sequence[Table]
    said: Sequence[str]
    svg: str
    more: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values, without the picture."""
        return {"said": list(self.said), "tables": [table.to_dict() for table in self.tables], **self.more}
