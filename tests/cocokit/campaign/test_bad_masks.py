"""Bad masks: the same for the same seed, as bad as they say, and within the band wherever a mask allows it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as oracle

from cocokit import rle
from cocokit.campaign.bad_masks import BAND, METHODS, BadMask, make_bad
from cocokit.campaign.distortions import coarse, cut, dilated, eroded, shifted
from cocokit.campaign.mask_sets import stored
from cocokit.domain.answers import Mask

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14)))


def mask_of(pixels: np.ndarray) -> Mask:
    return stored(rle.encode(pixels), "polygon")


def disc(x: int, y: int, r: int) -> Mask:
    rows, columns = np.mgrid[:120, :160]
    return mask_of((columns - x) ** 2 + (rows - y) ** 2 < r * r)


def severity(bad: BadMask, good: Mask) -> float:
    """As pycocotools measures it."""
    one, other = ({"size": [m.height, m.width], "counts": m.counts} for m in (bad.mask, good))
    return 1 - float(oracle.iou([one], [other], [0])[0, 0])


@settings(max_examples=200, deadline=None)
@given(MASKS, MASKS, st.integers(0, 2**63))
def test_a_bad_mask_is_as_bad_as_it_says(pixels: np.ndarray, more: np.ndarray, seed: int) -> None:
    good = mask_of(pixels)
    other = mask_of(np.resize(more, pixels.shape))
    bad = make_bad(good, [other], seed)
    assert bad == make_bad(good, [other], seed)
    if bad is not None:
        assert bad.severity == severity(bad, good)
        assert 1 - BAND[1] <= bad.severity <= 1 - BAND[0]
        assert bad.mask == mask_of(rle.decode({"size": pixels.shape, "counts": bad.mask.counts}))
        assert bad.method in METHODS


def test_every_method_is_used_and_no_seed_fails_an_ordinary_mask() -> None:
    good, neighbour, stranger = disc(60, 60, 20), disc(85, 60, 22), disc(120, 80, 15)
    made = [make_bad(good, [neighbour, stranger], seed, [stranger]) for seed in range(200)]
    assert {bad.method for bad in made if bad} == set(METHODS)
    assert None not in made
    for bad in made:
        assert bad is not None
        if bad.method == "wrong_instance":
            assert (bad.mask.counts, bad.severity) == (stranger.counts, 1.0)


def test_without_strangers_nothing_is_exchanged() -> None:
    good, neighbour = disc(60, 60, 20), disc(85, 60, 22)
    made = [make_bad(good, [neighbour], seed) for seed in range(100)]
    assert {bad.method for bad in made if bad} == set(METHODS) - {"wrong_instance"}


def test_the_severities_fill_the_band() -> None:
    found = [bad.severity for seed in range(300) if (bad := make_bad(disc(60, 60, 30), [], seed))]
    counts, _ = np.histogram(found, bins=5, range=(1 - BAND[1], 1 - BAND[0]))
    assert counts.min() > 30


def test_what_cannot_be_made_worse_within_the_band_is_none() -> None:
    one = np.zeros((20, 20), bool)
    one[3, 4] = True
    assert make_bad(mask_of(one), [], 0) is None
    assert make_bad(mask_of(np.zeros((20, 20), bool)), [], 0) is None
    assert make_bad(mask_of(np.ones((1, 1), bool)), [mask_of(np.ones((1, 1), bool))], 0) is None


@pytest.mark.parametrize("rows, columns", [(slice(0, 9), slice(0, 7)), (slice(0, 40), slice(0, 3)),
                                           (slice(31, 40), slice(50, 60)), (slice(0, 40), slice(0, 60))])  # fmt: skip
def test_masks_at_the_border_of_the_image(rows: slice, columns: slice) -> None:
    pixels = np.zeros((40, 60), bool)
    pixels[rows, columns] = True
    made = [make_bad(mask_of(pixels), [], seed) for seed in range(30)]
    assert all(bad is not None and bad.severity == severity(bad, mask_of(pixels)) for bad in made)


def test_real_masks_are_made_worse_within_the_band(shared_data: Path) -> None:
    (path,) = (shared_data / "coco_mini" / "annotations").glob("instances_val*.json")
    truth = json.loads(path.read_text())
    sizes = {image["id"]: (image["height"], image["width"]) for image in truth["images"]}
    outlines = [(a["segmentation"], *sizes[a["image_id"]]) for a in truth["annotations"] if not a["iscrowd"]][:150]
    masks = [stored(rle.from_polygons(*outline), "polygon") for outline in outlines]
    made = [make_bad(mask, [], seed) for seed, mask in enumerate(masks)]
    assert len(made) == 150
    failed = [mask.area for mask, bad in zip(masks, made, strict=True) if bad is None]
    assert all(area < 4 for area in failed)


@given(MASKS, st.integers(0, 6))
def test_erosion_and_dilation_are_those_of_the_definition(pixels: np.ndarray, distance: int) -> None:
    padded = np.pad(pixels, distance)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * distance + 1,) * 2)
    assert np.array_equal(eroded(pixels, distance), windows.all(axis=(2, 3)))
    assert np.array_equal(dilated(pixels, distance), windows.any(axis=(2, 3)))


@given(MASKS, st.integers(-20, 20), st.integers(-20, 20))
def test_a_shift_moves_every_pixel(pixels: np.ndarray, dx: int, dy: int) -> None:
    moved = shifted(pixels, float(np.arctan2(dy, dx)), float(np.hypot(dx, dy)))
    height, width = pixels.shape
    expected = {(y + dy, x + dx) for y, x in np.argwhere(pixels).tolist()}
    assert set(map(tuple, np.argwhere(moved).tolist())) == {p for p in expected if 0 <= p[0] < height
                                                             and 0 <= p[1] < width}  # fmt: skip


@given(MASKS.filter(np.any), st.floats(0, 6.3), st.floats(0, 1))
def test_a_cut_leaves_a_share_on_one_side(pixels: np.ndarray, angle: float, share: float) -> None:
    part = cut(pixels, angle, share)
    assert part.sum() == round(share * pixels.sum())
    assert not (part & ~pixels).any()
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    along = x * np.cos(angle) + y * np.sin(angle)
    if part.any() and (pixels & ~part).any():
        assert along[part].max() <= along[pixels & ~part].min() + 1e-9


def test_a_coarse_outline_has_few_corners_and_more_of_them_follow_better() -> None:
    good = rle.decode({"size": [120, 160], "counts": disc(60, 60, 40).counts})
    ious = [(a & good).sum() / (a | good).sum() for a in (coarse(good, corners, 0.3) for corners in (3, 5, 12))]
    assert ious == sorted(ious)
    assert 0.3 < ious[0] < 0.6
    assert ious[2] > 0.9
