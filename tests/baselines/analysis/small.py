"""How small an experiment must be to run in seconds, and what it must hand back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from cocokit.baselines.analysis import load
from cocokit.baselines.analysis.findings import Band, Findings

#: Of every trial: pictures as small as they come, two steps, one seed.
TINY: dict[str, Any] = {"images": 4, "judged": 2, "size": 64, "steps": 2, "batch": 2, "seeds": (3,), "width": 8}


def run_tiny(name: str, **changes: Any) -> Findings:
    """Run an experiment for seconds; check what all of them owe."""
    module = load(name)
    told: list[tuple[int, int]] = []
    settings = replace(module.SMALL, **TINY | changes)
    found = module.run(settings, "cpu", lambda what, done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1], "the progress ends at its end"
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    ElementTree.fromstring(found.svg)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.said
    for table in found.tables:
        assert table.rows
        assert len({tuple(row) for row in table.rows}) == 1, "rows have the same keys"
        bands = [value for row in table.rows for value in row.values() if isinstance(value, Band)]
        assert all(math.isfinite(band.mean) for band in bands)
    return found


def same_again(name: str, **changes: Any) -> bool:
    """Whether the same settings give the same numbers."""
    module = load(name)
    settings = replace(module.SMALL, **TINY | changes)
    return bool(module.run(settings).to_dict() == module.run(settings).to_dict())
