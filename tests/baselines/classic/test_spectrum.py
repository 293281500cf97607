"""By spectra, filters see what they see when they are slid."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cocokit.baselines.classic import bank
from cocokit.baselines.classic.bank import Bank
from cocokit.baselines.classic.pyramid import pyramid
from cocokit.baselines.classic.spectrum import LARGEST, Filters, tiles_of
from cocokit.baselines.detectors.dpm import DPM, Config
from tests.baselines.classic.test_bank import component


@settings(max_examples=60, deadline=None)
@given(
    images=st.integers(1, 3), channels=st.integers(1, 5), count=st.integers(1, 80), side=st.integers(1, LARGEST),
    more=st.tuples(st.integers(0, 40), st.integers(0, 40)), seed=st.integers(0, 999),
)  # fmt: skip
def test_responses_equal_sliding(
    images: int, channels: int, count: int, side: int, more: tuple[int, int], seed: int
) -> None:
    chance = torch.Generator().manual_seed(seed)
    features = torch.rand(images, channels, side + more[0], side + more[1], generator=chance)
    filters = torch.randn(count, channels, side, side, generator=chance)
    found = Filters(filters).responses(tiles_of(features, side))
    expected = functional.conv2d(features.double(), filters.double())
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= 2e-6 * (1 + channels * side * side)


@pytest.mark.parametrize("compiled", [True, False])
def test_components_score_the_same_by_spectra(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not compiled:
        monkeypatch.setattr(bank, "moves_are_compiled", lambda like: False)
    pixels = torch.rand(2, 3, 56, 72, generator=torch.Generator().manual_seed(5))
    level, some = next(iter(pyramid(pixels, 5, 1))), Bank([component(3, 4, seed=n) for n in range(3)])
    slid = next(iter(some.scored(level)))
    monkeypatch.setattr(bank, "_MANY_PARTS", 1)
    monkeypatch.setattr(bank, "_MANY_CELLS", 1)
    seen = next(iter(some.scored(level)))
    assert not torch.equal(seen.responses, slid.responses)  # the other way was gone
    torch.testing.assert_close(seen.total, slid.total, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(seen.tops, slid.tops, atol=1e-5, rtol=1e-5)
    roots = torch.tensor([0, 1, 1]), torch.tensor([2, 5, 0])
    places = torch.tensor([[0, 0], [3, 5], [2, 1]])
    assert torch.equal(seen.parts_at(*roots, places), slid.parts_at(*roots, places))


def test_spectra_are_kept_until_a_filter_changes() -> None:
    detector = DPM(Config(components=1, parts=2), 2)
    detector.size += 4
    first = detector._bank()[0]
    assert detector._bank()[0] is first
    detector.parts[0, 0, 0, 0, 0, 0] = 1.0
    second = detector._bank()[0]
    assert second is not first
    assert float(second.groups[0].parts.abs().max()) == 1.0
    detector.load_state_dict(detector.state_dict())
    assert detector._bank()[0] is not second
    assert detector.__getstate__()["_kept"] is None
