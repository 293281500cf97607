"""Why voters find a mask bad: the word that each chose on the verify page, from the strokes sent beside the votes.

The word is no part of the answer: it may be missing, and no rule looks at it. Whoever reviews a mask reads it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from ..store import reasons as store
from .engine import Engine

#: Word of the page -> what a reviewer reads.
REASONS = {
    "coarse": "coarse outline", "wrong": "wrong category", "two": "two in one outline", "part": "part missing",
    "edge": "misses the edge",
}  # fmt: skip


def bad_reasons(engine: Engine, masks: Sequence[int]) -> dict[int, dict[int, str]]:
    """Mask -> worker -> why they voted "bad", for those who said it.

    Args:
        engine: of the campaign.
        masks: ids; those of other campaigns are passed over.
    """
    found: dict[int, dict[int, str]] = {}
    with engine.database.read() as tx:
        rows = store.bad_votes(tx, engine.campaign.id, masks)
        traces = store.traces_of(tx, {row.answer_id for row in rows})
    last = {key: last_reasons(json.loads(zlib.decompress(data))) for key, data in traces.items()}
    for row in rows:
        word = last.get(row.answer_id, {}).get(row.position)
        if word is not None:
            found.setdefault(row.mask_id, {})[row.worker_id] = REASONS[word]
    return found


def last_reasons(trace: Any) -> dict[int, str]:
    """Position -> the word that stood on it at the end; a trace comes from a stranger, and may be anything.

    >>> last_reasons([{"on": [3], "marked": True, "reason": None}, {"on": [3], "marked": True, "reason": "edge"}, 7])
    {3: 'edge'}
    """
    found: dict[int, str] = {}
    for stroke in trace if isinstance(trace, list) else ():
        if not isinstance(stroke, dict) or not isinstance(stroke.get("on"), list):
            continue
        word = stroke.get("reason") if stroke.get("marked") is True else None
        for position in stroke["on"]:
            if type(position) is not int:
                continue
            if isinstance(word, str) and word in REASONS:
                found[position] = word
            else:
                found.pop(position, None)
    return found
