"""Votes on candidates for categories: a CSV that people can read, a row for each candidate, a column for each voter."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count

from ..atomic import write_text
from ..errors import DataError, NotFoundError, ParamsError

#: The columns that are not voters'.
FIXED = ("name", "supercategory", "instances", "must")
LEAST, MOST = 1, 5
_YES = ("yes", "y", "1", "true", "x")


@dataclass(frozen=True, slots=True)
class Nominee:
    """A candidate for a category.

    Attributes:
        name: as people call it at first sight ("dog", not "animal" nor "poodle").
        supercategory: its group; empty if nobody has said.
        instances: how many are likely to be found; None if nobody has said.
        must: it is in whatever the votes are.
        votes: voter to 1..5, by how common, how useful and how different from the others it is.
    """

    name: str
    supercategory: str = ""
    instances: int | None = None
    must: bool = False
    votes: Mapping[str, int] | None = None

    @property
    def mean(self) -> float:
        """The mean vote; 0 if nobody voted."""
        votes = list((self.votes or {}).values())
        return sum(votes) / len(votes) if votes else 0.0


def read_ballot(path: str) -> list[Nominee]:
    """Candidates and their votes.

    Raises:
        DataError: no such file, a column that is missing, a name twice, a vote that is none.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restkey="", restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(path, "", f"cannot be read: {reason}", "give a CSV with a column name") from None
    if not rows or "name" not in rows[0]:
        raise DataError(
            path, "", "has no candidate, or no column name", "write name in the first line, dog in the next"
        )
    found = [_nominee(row, path, line) for line, row in zip(count(2), rows, strict=False)]
    names = [one.name for one in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(path, f"line {place + 2}", f"{name!r} is there twice", "remove one of them")
    return found


def write_ballot(path: str | os.PathLike[str], nominees: Iterable[Nominee]) -> None:
    """Write candidates and votes; raises DataError if the file cannot be written."""
    nominees = list(nominees)
    voters = list(dict.fromkeys(voter for one in nominees for voter in one.votes or {}))
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\n")
    lines.writerow([*FIXED, *voters])
    for one in nominees:
        votes = one.votes or {}
        lines.writerow([one.name, one.supercategory, "" if one.instances is None else one.instances,
                        "yes" if one.must else "", *(votes.get(voter, "") for voter in voters)])  # fmt: skip
    write_text(path, made.getvalue())


def with_votes(nominees: Iterable[Nominee], voter: str, votes: Mapping[str, int]) -> list[Nominee]:
    """The same candidates with the votes of one voter, in place of those that the voter gave the same ones before.

    Raises:
        ParamsError: a name that cannot be a voter's, or a vote outside 1..5.
        NotFoundError: a vote for what is no candidate.
    """
    if not voter.strip() or voter in FIXED or voter != voter.strip():
        raise ParamsError("voter", voter, "give a name")
    nominees = list(nominees)
    known = {one.name for one in nominees}
    for name, vote in votes.items():
        if name not in known:
            raise NotFoundError(f"{name} is no candidate; add a row for it first")
        if not LEAST <= vote <= MOST:
            raise ParamsError(name, vote, f"a vote is {LEAST} to {MOST}")
    return [replace(one, votes={**(one.votes or {}), **({voter: votes[one.name]} if one.name in votes else {})})
            for one in nominees]  # fmt: skip


def _nominee(row: dict[str, str], path: str, line: int) -> Nominee:
    where = f"line {line}"
    name = (row["name"] or "").strip()
    if not name or "" in row:
        raise DataError(path, where, "has no name" if not name else "has more cells than the first line", "mend it")
    text = (row.get("instances") or "").strip()
    if text and not text.isdecimal():
        raise DataError(path, f"{where}, instances", f"is {text!r}", "give a number, or nothing")
    votes = {}
    for voter, cell in row.items():
        if voter not in FIXED and (cell or "").strip():
            if cell.strip() not in ("1", "2", "3", "4", "5"):
                raise DataError(path, f"{where}, {voter}", f"is {cell!r}", f"a vote is {LEAST} to {MOST}, or nothing")
            votes[voter] = int(cell)
    must = (row.get("must") or "").strip().lower() in _YES
    return Nominee(name, (row.get("supercategory") or "").strip(), int(text) if text else None, must, votes)
