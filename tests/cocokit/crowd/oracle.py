"""crowd-kit as the oracle: votes in, its numbers out, its warnings kept to itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from cocokit.crowd.votes import Votes


@contextmanager
def crowd_kit() -> Iterator[None]:
    """Warnings of crowd-kit and of the pandas that it was not written for are no failures of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("crowdkit.aggregation", exc_type=ImportError,
                            reason="crowd-kit is not installed; make test installs it")  # fmt: skip
        yield


def frame(votes: Votes) -> Any:
    import pandas as pd

    return pd.DataFrame({"task": votes.item, "worker": votes.worker, "label": votes.label})


def table(found: Any, votes: Votes) -> np.ndarray:
    """(N, K) of a frame by item and label; labels that nobody used are 0."""
    return np.asarray(found.reindex(index=range(votes.items), columns=range(votes.labels), fill_value=0.0), np.float64)


def confusion(errors: Any, votes: Votes) -> np.ndarray:
    """(W, K, K) [worker, true, said] of a frame by (worker, said) with a column for each truth."""
    found = np.zeros((votes.workers, votes.labels, votes.labels))
    for (worker, said), row in errors.iterrows():
        for true, chance in row.items():
            found[worker, true, said] = chance
    return found


def fitted(votes: Votes, rounds: int, one_coin: bool = False, gold: dict[int, int] | None = None) -> Any:
    """A fitted model of exactly so many rounds."""
    with crowd_kit():
        import pandas as pd
        from crowdkit.aggregation import DawidSkene, OneCoinDawidSkene

        model = (OneCoinDawidSkene if one_coin else DawidSkene)(n_iter=rounds, tol=-np.inf)
        return model.fit(frame(votes), pd.Series(gold)) if gold else model.fit(frame(votes))


def majority_shares(votes: Votes) -> np.ndarray:
    with crowd_kit():
        from crowdkit.aggregation import MajorityVote

        return table(MajorityVote().fit_predict_proba(frame(votes)), votes)


def alpha(votes: Votes, squared: bool = False) -> float:
    with crowd_kit():
        from crowdkit.metrics.data import alpha_krippendorff

        if squared:
            return float(alpha_krippendorff(frame(votes), lambda a, b: float((a - b) ** 2)))
        return float(alpha_krippendorff(frame(votes)))
