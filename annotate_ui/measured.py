"""What takes long to measure, kept for a moment: the quality of workers and its plots, once a minute per campaign."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from cocokit.campaign.engine import Engine
from cocokit.crowd.learning import Learning, learning
from cocokit.crowd.quality_plots import QualityPlots, quality_plots
from cocokit.crowd.stage_agreement import Agreement, stage_agreement
from cocokit.crowd.unseen import label_recall
from cocokit.crowd.worker_quality import Quality, measure

T = TypeVar("T")
#: For how long a measurement is good, s: a minute, or ten times what it took.
_GOOD_S, _TIMES = 30.0, 10.0


class Measured:
    """Measurements of the campaigns of one application."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def quality(self, engine: Engine) -> Quality:
        """:func:`cocokit.crowd.worker_quality.measure`."""
        return self._of("quality", engine, measure)

    def plots(self, engine: Engine) -> QualityPlots:
        """:func:`cocokit.crowd.quality_plots.quality_plots`."""
        return self._of("plots", engine, quality_plots)

    def agreement(self, engine: Engine) -> Agreement:
        """:func:`cocokit.crowd.stage_agreement.stage_agreement`."""
        quality = self.quality(engine)
        return self._of("agreement", engine, lambda known: stage_agreement(known, quality))

    def learning(self, engine: Engine) -> Learning:
        """:func:`cocokit.crowd.learning.learning`."""
        return self._of("learning", engine, learning)

    def recall(self, engine: Engine) -> tuple[float, float] | None:
        """:func:`cocokit.crowd.unseen.label_recall`."""
        return self._of("recall", engine, label_recall)

    def forget(self, engine: Engine) -> None:
        """Measure anew: something was decided."""
        for key in [key for key in self._kept if key[1] == engine.campaign.id]:
            self._kept.pop(key, None)

    def _of(self, name: str, engine: Engine, find: Callable[[Engine], T]) -> T:
        key = name, engine.campaign.id
        until, found = self._kept.get(key, (0.0, None))
        if time.monotonic() < until:
            return found  # type: ignore[no-any-return]
        with self._lock:  # one at a time: the second waits for what the first has found
            until, found = self._kept.get(key, (0.0, None))
            if time.monotonic() < until:
                return found  # type: ignore[no-any-return]
            begun = time.monotonic()
            made = find(engine)
            now = time.monotonic()
            self._kept[key] = now + max(_GOOD_S, _TIMES * (now - begun)), made
        return made
