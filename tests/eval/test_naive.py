"""The slow twin against pycocotools: without this, nothing that is compared with the twin means anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.eval import naive, oracle, strategies
from tests.eval.compare import assert_same_bits


@pytest.mark.parametrize("iou_type", ["bbox", "segm", "keypoints"])
def test_the_slow_twin_has_pycocotools_bits_on_random_data(iou_type: str) -> None:
    @budget(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: Any) -> None:
        gt, dt = data.draw(strategies.datasets(iou_type))
        settings = data.draw(strategies.settings(iou_type, gt))
        expected = oracle.evaluate(gt, dt, settings)
        assert_same_bits(naive.evaluate(gt, dt, settings), expected, stats=oracle.comparable(settings))

    check()
