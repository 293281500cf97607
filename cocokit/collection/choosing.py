"""Categories by vote: the best ones win while no supercategory takes more than its share (PROTOCOL 0).

The paper states the aims and no procedure; this is a greedy one. Whoever must be in is in; then the candidates by
falling vote, each unless its supercategory is full; supercategories that run out leave their room to the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..errors import ParamsError
from .ballots import Nominee

#: PASCAL VOC's categories under COCO's names; the paper has all of them in.
VOC_20 = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "boat", "bird", "cat", "dog", "horse",
    "sheep", "cow", "bottle", "chair", "couch", "potted plant", "dining table", "tv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidates became categories.

    Attributes:
        chosen: in the order in which they were chosen.
        passed_over: name to why it was not chosen: rare, full (its supercategory was), or vote.
        sizes: supercategory to how many of it were chosen.
    """

    chosen: tuple[Nominee, ...]
    passed_over: Mapping[str, str]
    sizes: Mapping[str, int]

    @property
    def gini(self) -> float:
        """How unequal the supercategories are: 0 if all have as many, near 1 if one has all."""
        return gini(list(self.sizes.values()))


def choose(
    nominees: Sequence[Nominee], size: int, *, cap: int | Mapping[str, int] | None = None,
    must: Collection[str] = (), least_instances: int = 5000,
) -> Choice:  # fmt: skip
    """Choose categories.

    Args:
        nominees: candidates; of equal votes the earlier one wins.
        size: how many to choose.
        cap: the most of one supercategory, for all or for each (those not named have none); None for as few as are
            enough to reach ``size`` with what there is.
        must: names that are in besides those marked so.
        least_instances: candidates of which fewer are expected are out, unless they must be in.

    Raises:
        ParamsError: a must-have that is no candidate, more of them than there is room for, or too few candidates.
    """
    forced = [one for one in nominees if one.must or one.name in must]
    _refuse(nominees, forced, size, must)
    rare = {one.name for one in nominees if one.instances is not None and one.instances < least_instances}
    free = sorted((one for one in nominees if one not in forced and one.name not in rare), key=lambda one: -one.mean)
    if cap is None:
        cap = _smallest_cap(forced, free, size)
    chosen, sizes = list(forced), Counter(one.supercategory for one in forced)
    passed = {one.name: "rare" for one in nominees if one.name in rare and one not in forced}
    for one in free:
        if len(chosen) >= size:
            passed[one.name] = "vote"
        elif sizes[one.supercategory] >= (cap.get(one.supercategory, 0) if isinstance(cap, Mapping) else cap):
            passed[one.name] = "full"
        else:
            chosen.append(one)
            sizes[one.supercategory] += 1
    if len(chosen) < size:
        raise ParamsError("count", size, f"only {len(chosen)} candidates can be chosen; add some or raise the cap")
    return Choice(tuple(chosen), passed, dict(sizes.most_common()))


def gini(sizes: Sequence[int]) -> float:
    """The Gini coefficient of some sizes.

    >>> gini([5, 5, 5]), gini([0, 0, 0, 8])
    (0.0, 0.75)
    """
    total, count = sum(sizes), len(sizes)
    if not total:
        return 0.0
    ranked = sum(rank * size for rank, size in enumerate(sorted(sizes), start=1))
    return 2.0 * ranked / (count * total) - (count + 1.0) / count


def _refuse(nominees: Sequence[Nominee], forced: Sequence[Nominee], size: int, must: Collection[str]) -> None:
    known = {one.name for one in nominees}
    unknown = [name for name in must if name not in known]
    if unknown:
        raise ParamsError("must", unknown[0], "it is no candidate; add a row for it")
    if size < max(1, len(forced)):
        raise ParamsError("count", size, f"give at least {max(1, len(forced))}: so many must be in")


def _smallest_cap(forced: Sequence[Nominee], free: Sequence[Nominee], size: int) -> int:
    """The smallest cap with which there are enough."""
    have = Counter(one.supercategory for one in forced)
    could = Counter(one.supercategory for one in free)
    for cap in range(1, size + 1):
        room = sum(min(could[group], max(0, cap - have[group])) for group in could)
        if len(forced) + room >= size:
            return cap
    return size
