"""How good each worker's labels are by the word of the others, and which workers fall below a line.

The rule is that of the COCO paper (Lin et al. 2014, section 4.4 and figure 4b): for a worker, a category counts as
present in an image if any *other* worker named it there. Averages are micro: every pair of image and category weighs
the same. Images that nobody else saw say nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cocokit.columns import Bools, Float64, Int64

from .labels import Labels


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkerScores:
    """One row per worker, in the order of ``Labels.worker``.

    Attributes:
        worker: (W,) int64 ids, ascending.
        answers: (W,) int64 images answered.
        named: (W,) int64 pairs that the worker named.
        supported: (W,) int64 those of them that somebody else named too.
        others: (W,) int64 pairs that somebody else named in the images the worker saw.
    """

    worker: Int64
    answers: Int64
    named: Int64
    supported: Int64
    others: Int64

    @property
    def precision(self) -> Float64:
        """(W,) float64 supported / named; NaN for a worker who named nothing."""
        return _ratio(self.supported, self.named)

    @property
    def recall(self) -> Float64:
        """(W,) float64 supported / others; NaN for a worker who had nothing to find."""
        return _ratio(self.supported, self.others)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fallen:
    """What a rejection line takes away.

    Attributes:
        falls: (W,) bool, which workers lie below the line.
        answers: share of all answers that go with them, 0 to 1.
        pairs: share of the pairs that nobody else named, so that they go as well, 0 to 1.
    """

    falls: Bools
    answers: float
    pairs: float


def leave_one_out(labels: Labels) -> WorkerScores:
    """Precision and recall of each worker against the union of the others.

    Nothing is compared: with m namers of a pair, the others named it if m is more than the worker's own vote.

    >>> scores = leave_one_out(Labels.of([(1, 7), (2, 7), (3, 7)], [(1, 7, 18), (1, 7, 44), (2, 7, 18)]))
    >>> scores.precision.tolist(), scores.recall.tolist()
    ([0.5, 1.0, nan], [1.0, 0.5, 0.0])
    """
    workers, namers = len(labels.worker), labels.namers
    shared_image = labels.viewers > 1
    judged = shared_image[labels.pair_image]
    told = judged[labels.named_pair]
    named = np.bincount(labels.named_worker[told], minlength=workers)
    alone = told & (namers[labels.named_pair] == 1)
    supported = named - np.bincount(labels.named_worker[alone], minlength=workers)
    pairs_of_image = np.bincount(labels.pair_image[judged], minlength=len(labels.image))
    shown = np.bincount(labels.seen_worker, pairs_of_image[labels.seen_image], workers).astype(np.int64)
    answers = np.bincount(labels.seen_worker, minlength=workers)
    return WorkerScores(labels.worker, answers, named, supported, shown - (named - supported))


def below_line(labels: Labels, scores: WorkerScores, a: float, b: float, c: float, judge_after: int = 0) -> Fallen:
    """The workers for whom a * precision + b * recall >= c does not hold, and what goes with them.

    A worker who named nothing where others found something has precision 0; one who had nothing to find has recall 1;
    one with neither stays. The paper draws such a line and does not print its equation.

    Args:
        labels: the answers.
        scores: their :func:`leave_one_out`.
        a: weight of precision.
        b: weight of recall.
        c: the line.
        judge_after: workers with fewer answers are not judged yet.

    >>> labels = Labels.of([(1, 7), (2, 7), (3, 7)], [(1, 7, 18), (1, 7, 44), (2, 7, 18)])
    >>> fallen = below_line(labels, leave_one_out(labels), 1, 1, 1.5)
    >>> fallen.falls.tolist(), round(fallen.answers, 2), fallen.pairs
    ([False, False, True], 0.33, 0.0)
    """
    precision, recall = np.nan_to_num(scores.precision, nan=0.0), np.nan_to_num(scores.recall, nan=1.0)
    told = (scores.named > 0) | (scores.others > 0)
    falls = told & (a * precision + b * recall < c) & (scores.answers >= judge_after)
    stays = ~falls[labels.named_worker]
    left = np.bincount(labels.named_pair[stays], minlength=len(labels.pair_image))
    gone = np.count_nonzero(left == 0)
    return Fallen(falls, _share(int(scores.answers[falls].sum()), int(scores.answers.sum())),
                  _share(int(gone), len(left)))  # fmt: skip


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _ratio(part: Int64, whole: Int64) -> Float64:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
