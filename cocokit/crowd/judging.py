"""Which workers a requester should reject, and why: by what the campaign itself knows of them, never by the truth.

Everything is cautious. A share is held against somebody only where the friendlier end of its Wilson interval is bad,
and a worker with little work is not judged. Rejecting a good worker costs all of their work.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cocokit.campaign.evidence import Evidence
from cocokit.pipeline.intervals import wilson
from cocokit.pipeline.lines import below_line
from cocokit.pipeline.sentinels import SentinelState
from cocokit.pipeline.sentinels import judge as judge_sentinels
from cocokit.pipeline.settings import CampaignSettings

#: An answer in less than this share of the usual time was not thought about; so many of them are needed.
FAST, FAST_ANSWERS = 0.15, 5
#: Answers that repeat an earlier one word for word: so many, and such a share of all.
REPEATS, REPEATED_SHARE = 4, 0.2
#: Who names this many times what others name in the same images has no say in what is there.
OVERNAMING = 4.0
#: Images in which fewer others looked say nothing of a worker's labels.
OTHERS = 2
#: What an answer's time is for, where it is not the answer.
_UNIT = {"verify": "mask of a page"}
#: Masks, and wrongly removed images, before they are held against somebody.
MASKS, REMOVED = 8, 3


@dataclass(frozen=True, slots=True)
class Named:
    """A worker who should be rejected.

    Attributes:
        worker: id.
        rule: "fast", "repeats", "sentinels", "labels", "spots", "masks" or "filter".
        reason: a sentence with the numbers.
    """

    worker: int
    rule: str
    reason: str


def name_workers(
    evidence: Evidence, settings: CampaignSettings, good_images: Collection[int] = (),
) -> list[Named]:  # fmt: skip
    """The workers whom the evidence names, by id, each with the first reason that holds.

    Args:
        evidence: what the campaign knows.
        settings: the rejection line, ``sentinel_floor`` and ``judge_after``.
        good_images: ids of images that an expert has looked at and would keep.
    """
    found: dict[int, Named] = {}
    rules = (
        _fast(evidence), _repeats(evidence), _sentinels(evidence, settings), _labels(evidence, settings),
        _shares(evidence, settings), _filter(evidence, set(good_images)),
    )  # fmt: skip
    for rule in rules:
        for named in rule:
            found.setdefault(named.worker, named)
    return [found[worker] for worker in sorted(found)]


def _fast(evidence: Evidence) -> Iterator[Named]:
    """Too fast to have looked: the median time against that of all workers' medians, stage by stage."""
    times: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for worker, stage, ms in evidence.times:
        times[stage][worker].append(ms)
    for stage, by_worker in times.items():
        medians = {worker: statistics.median(ms) for worker, ms in by_worker.items()}
        usual = statistics.median(medians.values())
        for worker, middle in medians.items():
            if len(by_worker[worker]) >= FAST_ANSWERS and middle < FAST * usual:
                what = _UNIT.get(stage, f"{stage} answer")
                reason = f"{_seconds(middle)} for a {what}, where others take {_seconds(usual)}"
                yield Named(worker, "fast", reason)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms < 10_000 else f"{ms / 1000:.0f} s"


def _repeats(evidence: Evidence) -> Iterator[Named]:
    for worker, count in evidence.repeats.items():
        if count >= REPEATS and count >= REPEATED_SHARE * evidence.answers[worker]:
            reason = f"{count} of {evidence.answers[worker]} answers repeat an earlier one word for word"
            yield Named(worker, "repeats", reason)


def _sentinels(evidence: Evidence, settings: CampaignSettings) -> Iterator[Named]:
    for worker, (found, shown, flagged, good) in evidence.sentinels.items():
        if judge_sentinels(found, shown, flagged, good, settings).state is SentinelState.DOUBTED:
            reason = f"{found} of {shown} bad sentinels found, {flagged} of {good} good ones flagged"
            yield Named(worker, "sentinels", reason)


def _shares(evidence: Evidence, settings: CampaignSettings) -> Iterator[Named]:
    """Spots on nothing, and masks that fail."""
    rules = (("spots", evidence.spots, settings.judge_after, "spots are on something"),
             ("masks", evidence.masks, MASKS, "masks did not fail"))  # fmt: skip
    for rule, counts, least, words in rules:
        for worker, (good, bad) in counts.items():
            if good + bad >= least and wilson(good, good + bad)[1] < settings.sentinel_floor:
                yield Named(worker, rule, f"{good} of {good + bad} {words}")


def _filter(evidence: Evidence, good_images: set[int]) -> Iterator[Named]:
    for worker, removed in evidence.removed.items():
        wrong = len(good_images & set(removed))
        if wrong >= REMOVED and 2 * wrong > len(removed):
            yield Named(worker, "filter", f"{wrong} of {len(removed)} images removed are good ones")


# ------------------------------------------------------------------ labels


def _labels(evidence: Evidence, settings: CampaignSettings) -> Iterator[Named]:
    """The leave-one-out line, in rounds: whoever is named has no say in what is there, and all others are asked again.

    Nor have those who name several times what others do: they would make everybody else look blind.
    """
    board = _Board(evidence)
    out = board.overnaming()
    named: dict[int, Named] = {}
    while True:
        fresh = {w: v for w in board.workers if w not in named and (v := board.judged(w, out, settings))}
        if not fresh:
            break
        named |= fresh
        out |= set(fresh)
    yield from named.values()


class _Board:
    """Who saw which image and named what in it."""

    def __init__(self, evidence: Evidence) -> None:
        self.seen: defaultdict[int, set[int]] = defaultdict(set)  # image -> workers
        self.images: defaultdict[int, set[int]] = defaultdict(set)  # worker -> images
        self.names: defaultdict[tuple[int, int], set[int]] = defaultdict(set)  # worker, image -> categories
        for worker, image in evidence.seen:
            self.seen[image].add(worker)
            self.images[worker].add(image)
        for worker, image, category in evidence.named:
            self.names[worker, image].add(category)

    @property
    def workers(self) -> list[int]:
        return sorted(self.images)

    def overnaming(self) -> set[int]:
        """Workers who name many times what the middle one of the others does."""
        found = set()
        for worker, images in self.images.items():
            mine, usual = 0, 0.0
            for image in images:
                others = [len(self.names[other, image]) for other in self.seen[image] if other != worker]
                if others:
                    mine += len(self.names[worker, image])
                    usual += max(1.0, statistics.median(others))
            if mine >= 10 and mine > OVERNAMING * usual:
                found.add(worker)
        return found

    def judged(self, worker: int, out: set[int], settings: CampaignSettings) -> Named | None:
        """The worker's labels against those of the others who have a say."""
        named = supported = wanted = 0
        for image in self.images[worker]:
            others = self.seen[image] - out - {worker}
            if len(others) < OTHERS:
                continue
            there = Counter(category for other in others for category in self.names[other, image])
            mine = self.names[worker, image]
            named, supported = named + len(mine), supported + len(mine & set(there))
            wanted += len(there)
        precision, recall = wilson(supported, named)[1], wilson(supported, wanted)[1]
        if named + wanted < settings.judge_after or not below_line(precision, recall, settings):
            return None
        reason = f"{supported} of {named} labels are confirmed, {supported} of {wanted} that others named are found"
        return Named(worker, "labels", reason)
