"""Features of regions: worked numbers, naive twins, what must be exact, and where the gradient goes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.ops.regions import ps_roi_align, roi_align, roi_pool, with_rows
from tests.baselines.ops import naive

ROIS = torch.tensor([
    [0, 0, 0, 28, 24],  # the whole image at stride 4
    [0, 3, 5, 20, 17],
    [1, 10.5, 2.25, 10.5, 2.25],  # empty
    [1, 27, 23, 28, 24],
    [0, 1, 1, 3, 2],  # smaller than a pixel of the map
])  # fmt: skip
OUTSIDE = torch.tensor([[0, -30, -9, 12, 60], [1, -90, -90, -60, -60], [1, 20, 20, 90, 90]])


def maps(channels=3, seed=0):
    return torch.randn(2, channels, 6, 7, generator=torch.Generator().manual_seed(seed))


def each(op, found, rois, *settings):
    """A naive twin on every region and channel."""
    return torch.tensor([[op(channel.tolist(), roi[1:].tolist(), *settings) for channel in found[int(roi[0])]]
                         for roi in rois])  # fmt: skip


@pytest.mark.parametrize("size, sampling", [(1, 1), (3, 2), (2, 3)])
def test_align_is_its_naive_twin(size, sampling):
    rois = torch.cat([ROIS, OUTSIDE])
    expected = each(naive.align, maps(), rois, size, 0.25, sampling)
    torch.testing.assert_close(roi_align(maps(), rois, size, 0.25, sampling), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pool_is_its_naive_twin(size):
    rois = torch.cat([ROIS, OUTSIDE])
    assert torch.equal(roi_pool(maps(), rois, size, 0.25), each(naive.pool, maps(), rois, size, 0.25))


def test_a_region_outside_the_map_pools_to_nothing():
    found = maps().requires_grad_()
    pooled = roi_pool(found, OUTSIDE[1:2], 2, 0.25)
    assert (pooled == 0).all()
    pooled.sum().backward()
    assert (found.grad == 0).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(*[st.integers(0, 112)] * 4), min_size=1, max_size=4), st.integers(1, 4))
def test_pool_of_any_region(corners, size):
    """Quarters of pixels: halves of the map's pixels, where rounding is decided, are common."""
    rows = [[0, min(a, c) / 4 - 4, min(b, d) / 4, max(a, c) / 4 - 4, max(b, d) / 4] for a, b, c, d in corners]
    found = roi_pool(maps(1), torch.tensor(rows), size, 0.25)
    assert torch.equal(found, each(naive.pool, maps(1), torch.tensor(rows), size, 0.25))


def test_a_worked_sample():
    """f(6.5, 5.8) is a sum of four neighbours with weights .5 * .2, .5 * .2, .5 * .8, .5 * .8."""
    found = torch.randn(1, 1, 8, 9)
    roi = torch.tensor([[0, 6.5, 5.8, 7.5, 6.8]])  # its centre, 0.5 taken off
    f = found[0, 0]
    expected = f[5, 6] * 0.5 * 0.2 + f[5, 7] * 0.5 * 0.2 + f[6, 6] * 0.5 * 0.8 + f[6, 7] * 0.5 * 0.8
    torch.testing.assert_close(roi_align(found, roi, 1, 1.0, 1)[0, 0, 0, 0], expected, atol=1e-6, rtol=1e-5)


def test_a_slope_is_read_at_the_centres_of_bins():
    """No rounding anywhere: of a linear map, every bin has the exact value at its centre."""
    y, x = torch.meshgrid(torch.arange(20.0) + 0.5, torch.arange(30.0) + 0.5, indexing="ij")
    found = (2 * x - 3 * y + 1)[None, None]
    x0, y0, x1, y1 = 3.3, 2.2, 25.9, 17.6
    bins = (torch.arange(7) + 0.5) / 7
    expected = 2 * (x0 + (x1 - x0) * bins) - 3 * (y0 + (y1 - y0) * bins)[:, None] + 1
    roi = torch.tensor([[0, x0, y0, x1, y1]]) * torch.tensor([1, 16, 16, 16, 16])
    torch.testing.assert_close(roi_align(found, roi, 7, 1 / 16)[0, 0], expected, atol=1e-4, rtol=1e-5)


def test_sensitive_bins_read_their_own_channels():
    found = maps(channels=2 * 9)
    all_bins = roi_align(found, ROIS, 3, 0.25).view(len(ROIS), 2, 9, 3, 3)
    expected = torch.stack([all_bins[:, :, i, i // 3, i % 3] for i in range(9)], -1).view(len(ROIS), 2, 3, 3)
    torch.testing.assert_close(ps_roi_align(found, ROIS, 3, 0.25), expected)


@pytest.mark.parametrize("op, channels", [(roi_align, 2), (ps_roi_align, 8)])
def test_gradients_are_those_of_differences(op, channels):
    found = maps(channels).double().requires_grad_()
    rois = torch.cat([ROIS, OUTSIDE])
    assert torch.autograd.gradcheck(lambda m: op(m, rois, 2, 0.25), found)


def test_gradients_of_pooling_go_to_the_pixels_that_were_chosen():
    found = torch.arange(42.0).view(1, 1, 6, 7).requires_grad_()
    twice = torch.tensor([[0.0, 0, 0, 28, 24], [0, 0, 0, 28, 24]])
    roi_pool(found, twice, 2, 0.25).backward(torch.tensor([[[[1.0, 10], [100, 1000]]]] * 2))
    grad = found.grad[0, 0]
    assert grad.sum() == 2222
    assert grad[5, 6] == 2000, "the largest of the last bin, once for each region"
    assert (grad != 0).sum() == 4


@pytest.mark.parametrize("op", [roi_align, ps_roi_align, roi_pool])
def test_no_region_is_an_answer_with_a_gradient(op):
    found = maps(4).requires_grad_()
    none = op(found, torch.zeros(0, 5), 2, 0.25)
    assert none.shape == (0, 1 if op is ps_roi_align else 4, 2, 2)
    none.sum().backward()
    assert (found.grad == 0).all()


@pytest.mark.parametrize("op", [roi_align, ps_roi_align, roi_pool])
def test_half_precision_maps_with_exact_regions(op):
    """Corners stay float32: bfloat16 has only even pixels above 256."""
    found = maps(4).bfloat16().requires_grad_()
    half = op(found, ROIS, 2, 0.25)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), op(found.float(), ROIS, 2, 0.25), atol=0.05, rtol=0.05)
    half.sum().backward()
    assert found.grad.isfinite().all()


def test_rows_of_images():
    rois = with_rows([torch.ones(2, 4), torch.zeros(0, 4), torch.full((1, 4), 5.0)])
    assert rois.tolist() == [[0, 1, 1, 1, 1], [0, 1, 1, 1, 1], [2, 5, 5, 5, 5]]
