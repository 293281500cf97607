"""The small campaign of the other tests comes to an end, and to its truth."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import func, select

from cocokit.campaign.engine import Engine
from cocokit.domain.stages import MaskState, Stage
from cocokit.pipeline.leases import ManualClock
from cocokit.store.campaigns import count_images
from cocokit.store.database import Database
from cocokit.store.models import CrowdRow, SegmentationRow

from .small import create, finish, join


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_honest_and_noisy_workers_finish_every_image(database: Database, noise: float) -> None:
    clock = ManualClock(10**12)
    truth = create(database, images=4, clock=clock)
    engine = Engine(database, clock=clock, chance=Random(0))
    done = finish(engine, truth, join(engine, 14), Random(0), noise)
    assert set(done) == set(Stage)
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": 4}
        passed = select(func.count()).where(SegmentationRow.state == MaskState.PASSED)
        masks = tx.execute(passed).scalar_one()
        regions = tx.execute(select(func.count()).select_from(CrowdRow)).scalar_one()
    if noise == 0:
        counts = [sum(s.category_id == c for s in shapes) for shapes in truth.shapes.values() for c in (1, 18, 44)]
        assert masks == sum(min(n, 3) for n in counts)
        assert regions == sum(n > 3 for n in counts) > 0
