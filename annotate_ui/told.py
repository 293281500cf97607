"""What a campaign tells its workers, kept for some seconds: texts, pictures of categories, examples."""

from __future__ import annotations

import time

from cocokit.campaign.engine import Engine
from cocokit.campaign.examples import SHOWN, Example, collect, read_examples
from cocokit.campaign.guidance import Guidance, read_guidance

#: For how long a text or a picture is good, and the examples of a category, s.
_TEXT_S, _EXAMPLES_S = 5.0, 60.0

Both = tuple[list[Example], list[Example]]


class Told:
    """What the campaigns of one application tell their workers."""

    def __init__(self) -> None:
        self._texts: dict[int, tuple[float, Guidance]] = {}
        self._examples: dict[tuple[int, int], tuple[float, Both]] = {}
        self._collected: dict[int, float] = {}

    def guidance(self, engine: Engine) -> Guidance:
        """Texts and pictures of a campaign."""
        now = time.monotonic()
        at, found = self._texts.get(engine.campaign.id, (0.0, None))
        if found is None or now - at >= _TEXT_S:
            found = read_guidance(engine)
            self._texts[engine.campaign.id] = now, found
        return found

    def examples(self, engine: Engine, category_id: int, image_id: int) -> Both:
        """(good, bad) masks of a category, none of them in the task's own image."""
        key, now = (engine.campaign.id, category_id), time.monotonic()
        at, both = self._examples.get(key, (0.0, None))
        if both is None or now - at >= _EXAMPLES_S:
            both = read_examples(engine, category_id)
            self._examples[key] = now, both
        good, bad = ([one for one in kind if one.image.id != image_id][:SHOWN] for kind in both)
        return good, bad

    def collect(self, engine: Engine) -> None:
        """Masks that have passed become examples where there are too few; looked at once a minute."""
        now = time.monotonic()
        if now - self._collected.get(engine.campaign.id, -_EXAMPLES_S) >= _EXAMPLES_S:
            self._collected[engine.campaign.id] = now
            collect(engine)

    def forget(self, engine: Engine) -> None:
        """Texts or pictures were changed."""
        self._texts.pop(engine.campaign.id, None)
