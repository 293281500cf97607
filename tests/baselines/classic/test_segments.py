"""Colour spaces and segments, beside definitions written out."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit.baselines.classic.region_looks import bins, looks
from cocokit.baselines.classic.segments import in_space, segment, touching
from cocokit.errors import ParamsError


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).random((6, 5, 3)).astype(np.float32)


def test_hue_saturation_value_are_those_of_the_standard_library(noise: np.ndarray) -> None:
    wanted = np.array([colorsys.rgb_to_hsv(*map(float, pixel)) for pixel in noise.reshape(-1, 3)]).reshape(noise.shape)
    assert np.allclose(in_space(noise, "hsv"), wanted)
    assert np.allclose(in_space(noise, "hue"), wanted[..., :1])


def test_lab_of_known_colours() -> None:
    colours = np.array([[[1, 1, 1], [0, 0, 0], [1, 0, 0]]], np.float32)  # CIE: white, black, sRGB's red
    found = in_space(colours, "lab")[0] * [100, 255, 255] - [0, 128, 128]
    assert np.allclose(found, [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]], atol=0.05)


def test_normalised_colours_do_not_see_the_shade(noise: np.ndarray) -> None:
    light, dark = in_space(noise, "rgi"), in_space(noise / 2, "rgi")
    assert np.allclose(light[..., :2], dark[..., :2], atol=1e-6)
    assert np.allclose(light[..., 2], 2 * dark[..., 2])
    assert (in_space(np.zeros((2, 2, 3), np.float32), "rgi") == 0).all()


@pytest.mark.parametrize("space", ["hsv", "lab", "rgi", "hue", "grey"])
def test_every_plane_is_from_0_to_1(space: str) -> None:
    corners = np.array(np.meshgrid(*[[0, 0.5, 1]] * 3)).reshape(3, 9, 3).transpose(1, 2, 0).astype(np.float32)
    planes = in_space(corners, space)  # type: ignore[arg-type]
    assert 0 <= planes.min() <= planes.max() <= 1


def test_a_space_that_does_not_exist(noise: np.ndarray) -> None:
    with pytest.raises(ParamsError, match="'cmyk'; there are hsv, lab"):
        in_space(noise, "cmyk")  # type: ignore[arg-type]


def test_four_fields_are_four_segments() -> None:
    fields = np.kron([[0.0, 0.4], [0.7, 1.0]], np.ones((20, 20)))[..., None]
    found = segment(fields, 50, sigma=0.0)
    assert sorted(np.unique(found)) == [0, 1, 2, 3]
    assert all(len(np.unique(found[y : y + 20, x : x + 20])) == 1 for y in (0, 20) for x in (0, 20))


def test_no_segment_is_smaller_than_k_and_a_larger_k_makes_fewer() -> None:
    noise = np.random.default_rng(1).random((60, 60, 3))
    counts = []
    for k in (20, 50, 200):
        sizes = np.bincount(segment(noise, k).ravel())
        assert sizes.min() >= k
        counts.append(len(sizes))
    assert counts[0] > counts[1] > counts[2]


maps = st.integers(0, 10_000).map(lambda seed: np.random.default_rng(seed)).map(
    lambda chance: np.unique(chance.integers(0, 6, (5, 7)), return_inverse=True)[1].reshape(5, 7)
)


@given(maps)
@settings(max_examples=30, deadline=None)
def test_touching_is_sharing_a_side(segments: np.ndarray) -> None:
    wanted = set()
    for y in range(5):
        for x in range(7):
            for v, u in ((y + 1, x), (y, x + 1)):
                if v < 5 and u < 7 and segments[y, x] != segments[v, u]:
                    wanted.add(tuple(sorted((int(segments[y, x]), int(segments[v, u])))))
    assert [tuple(pair) for pair in touching(segments).tolist()] == sorted(wanted)


@given(maps)
@settings(max_examples=20, deadline=None)
def test_looks_are_counted_pixel_by_pixel(segments: np.ndarray) -> None:
    planes = np.random.default_rng(3).random((5, 7, 2))
    binned = bins(planes)
    found = looks(segments, binned)
    assert found.colours == 50
    for row in range(segments.max() + 1):
        ys, xs = np.nonzero(segments == row)
        histogram = np.zeros(2 * 25 + 2 * 8 * 10)
        for y, x in zip(ys, xs, strict=True):
            for plane in binned:
                histogram[plane[y, x]] += 1
        histogram[:50] /= 2 * len(ys)
        histogram[50:] /= 16 * len(ys)
        assert np.allclose(found.histograms[row], histogram, atol=1e-6)
        assert found.sizes[row] == len(ys)
        assert found.boxes[row].tolist() == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]


def test_texture_tells_which_way_it_gets_lighter() -> None:
    ramp = np.linspace(0, 1, 30)[None, :, None] * np.ones((20, 1, 1))  # lighter to the right
    binned = bins(ramp)
    middle = binned[1:, 10, 15] - 25 - np.arange(8) * 10
    assert middle.tolist() == [9, 9, middle[2], 0, 0, 0, middle[6], 9]  # along, and half against; nothing behind
    assert bins(np.zeros((4, 4, 1)))[1:].max() == 25 + 70  # no gradient: the first bin of each
