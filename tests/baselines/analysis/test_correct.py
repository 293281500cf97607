"""Which detection belongs to which instance."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.analysis.correct import matched
from cocokit.baselines.batch import Result, Target
from cocokit.baselines.ops.boxes import iou


def result(boxes: list[list[float]], scores: list[float], labels: list[int]) -> Result:
    return Result(torch.tensor(boxes).reshape(-1, 4), torch.tensor(scores), torch.tensor(labels, dtype=torch.int64))


def target(boxes: list[list[float]], labels: list[int]) -> Target:
    return Target(torch.tensor(boxes).reshape(-1, 4), torch.tensor(labels, dtype=torch.int64))


def test_pairs_by_hand() -> None:
    """The second image's second box is right but of another category; a worse double of a match is not one."""
    results = [result([], [], []),
               result([[0, 0, 10, 10], [20, 20, 30, 30], [0, 0, 10, 9], [50, 50, 60, 64]], [0.9, 0.8, 0.7, 0.6],
                      [0, 1, 0, 2])]  # fmt: skip
    targets = [target([[0, 0, 5, 5]], [0]), target([[50, 50, 60, 60], [20, 20, 30, 30], [0, 0, 10, 10]], [2, 0, 0])]
    assert sorted(matched(results, targets, 0.5)) == [(1, 0, 2), (1, 3, 0)]
    assert sorted(matched(results, targets, 0.8)) == [(1, 0, 2)]


def test_nothing_matches_nothing() -> None:
    assert matched([result([], [], [])], [target([[0, 0, 5, 5]], [0])], 0.5) == []
    assert matched([result([[0, 0, 5, 5]], [1.0], [0])], [target([], [])], 0.5) == []


BOXES = st.lists(st.tuples(*[st.integers(0, 12)] * 4).map(lambda b: [b[0], b[1], b[0] + b[2] + 1, b[1] + b[3] + 1]),
                 max_size=5)  # fmt: skip


def naive(r: Result, t: Target, thr: float) -> set[tuple[int, int]]:
    """Greedy by score: each detection takes the free instance of its category that it overlaps most."""
    free, pairs = set(range(len(t.boxes))), set()
    for d in torch.sort(r.scores, descending=True, stable=True).indices.tolist():
        best = [(float(iou(r.boxes[d : d + 1].double(), t.boxes[g : g + 1].double())), g) for g in free
                if t.labels[g] == r.labels[d]]  # fmt: skip
        best = [(v, g) for v, g in best if v >= thr]
        if best:
            g = max(best)[1]
            free.discard(g)
            pairs.add((d, g))
    return pairs


@settings(max_examples=60, deadline=None)
@given(BOXES, BOXES, st.randoms(use_true_random=False))
def test_as_a_naive_twin_does(found: list[list[int]], there: list[list[int]], chance: object) -> None:
    draw = chance.randrange  # type: ignore[attr-defined]
    scores = [1 - n / 10 for n in range(len(found))]
    r = result([[float(v) for v in b] for b in found], scores, [draw(2) for _ in found])
    t = target([[float(v) for v in b] for b in there], [draw(2) for _ in there])
    assert {(d, g) for _, d, g in matched([r], [t], 0.5)} == naive(r, t, 0.5)
