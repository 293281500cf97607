"""Who made the annotations and how well it was checked, from the provenance of a campaign's export."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Work:
    """What a provenance file says in sum.

    Attributes:
        campaign: its name.
        workers: how many people's answers are in the dataset.
        masks, crowds, captions: segmentations that passed, painted regions, sentences.
        tools: tool -> masks drawn with it.
        seconds: median active seconds at a mask; None if no mask has them.
        votes, good, unanimous: votes on the masks, how many were good, masks whose votes were all good.
        again: masks that were not the first attempt at their spot.
        marked: mean number of workers who marked an instance; None without masks.
    """

    campaign: str = ""
    workers: int = 0
    masks: int = 0
    crowds: int = 0
    captions: int = 0
    tools: Counter[str] = field(default_factory=Counter)
    seconds: float | None = None
    votes: int = 0
    good: int = 0
    unanimous: int = 0
    again: int = 0
    marked: float | None = None


def work_of(value: Mapping[str, Any]) -> Work:
    """The sum of a provenance, as it was read for what is published."""
    rows, captions = value["annotations"], value["captions"]
    masks = [row for row in rows if row.get("kind") == "mask"]
    people = {name for row in [*rows, *captions] for name in _people(row)}
    made = Work(str(value.get("campaign") or ""), len(people), len(masks), len(rows) - len(masks), len(captions))
    made.tools = Counter(str(row["tool"]) for row in masks if row.get("tool"))
    times = [float(t) for row in masks if (t := _of(row, "seconds").get("active")) is not None]
    made.seconds = statistics.median(times) if times else None
    for row in masks:
        good, bad = int(row.get("good") or 0), int(row.get("bad") or 0)
        made.votes, made.good = made.votes + good + bad, made.good + good
        made.unanimous += bool(good) and not bad
        made.again += int(row.get("attempts") or 0) > 1
    made.marked = statistics.fmean(len(row.get("marked_by") or ()) for row in masks) if masks else None
    return made


def _of(row: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    found = row.get(member)
    return found if isinstance(found, dict) else {}


def _people(row: Mapping[str, Any]) -> Iterator[str]:
    """Everybody whose answer is behind a row."""
    yield from (str(name) for name in row.get("marked_by") or ())
    parts = [row, _of(row, "spot"), *(row.get("votes") or ()), *(row.get("painted") or ())]
    yield from (str(part["worker"]) for part in parts if isinstance(part, dict) and part.get("worker"))
