"""Each stage from its page's JSON to the receipt, as the contract with the pages has it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from cocokit.domain.stages import SentinelKind, Stage
from cocokit.store.sentinels import stock

from .conftest import come
from .site import Site

MEMBERS = {
    "filter": {"query", "kind", "sheets", "candidates"},
    "label": {"image", "groups"},
    "spot": {"image", "category", "primer", "max_spots"},
    "segment": {"image", "category", "spot", "others", "tools", "box", "examples"},
    "verify": {"category", "sheets", "tiles"},
    "crowd": {"image", "category", "masks", "superpixels"},
    "caption": {"image", "rules"},
}


def pictures(work: dict[str, Any]) -> list[str]:
    """Every address of a picture in a task."""
    found = [sheet["url"] for sheet in work.get("sheets", [])]
    found += [one["url"] for one in (*work.get("tiles", []), *work.get("candidates", []))]
    return found + ([work["image"]["url"]] if "image" in work else [])


@pytest.mark.parametrize("stage", Stage)
def test_a_task_of_each_stage_is_shown_answered_and_paid(make_site: Callable[..., Site], stage: Stage) -> None:
    site = make_site(stage, training=False)
    ann = come(site)
    found = ann.next()
    assert found["state"] == "task", found
    given = found["assignment"]
    assert given.keys() == {"id", "stage", "training", "expires_at", "lease_ms", "cents", "draft", "instructions",
                            "work"}  # fmt: skip
    assert (given["stage"], given["training"], given["draft"]) == (stage, False, None)
    assert given["expires_at"] == found["now"] + given["lease_ms"]
    assert given["work"].keys() == MEMBERS[stage]
    for url in pictures(given["work"]):
        answer = ann.client.get(url)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg"), url
        assert Image.open(io.BytesIO(answer.data)).getexif() == {}
    done = ann.submit(given["id"]).json
    assert done.keys() == {"receipt", "training", "checks", "next"}
    assert done["receipt"]["state"] == "counted"
    assert done["receipt"]["cents"] == given["cents"] == done["next"]["me"]["cents"]
    assert (done["checks"] is not None) == (stage is Stage.VERIFY)
    assert done["next"]["me"]["answers"] == 1


def test_a_sheet_has_the_size_that_is_told_and_a_tile_shows_its_photo(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.FILTER)
    work = come(site).next()["assignment"]["work"]
    (sheet,) = work["sheets"]
    drawn = Image.open(io.BytesIO(site.app.test_client().get(sheet["url"]).data))
    assert drawn.size == (sheet["columns"] * sheet["tile_width"], sheet["rows"] * sheet["tile_height"])
    candidate = work["candidates"][0]
    left, top = (candidate["at"] % sheet["columns"]) * 160, (candidate["at"] // sheet["columns"]) * 120
    photo = Image.open(io.BytesIO(site.app.test_client().get(candidate["url"]).data))
    scale = min(160 / photo.width, 120 / photo.height)
    small = photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.LANCZOS)
    x, y = left + (160 - small.width) // 2, top + (120 - small.height) // 2
    middle = drawn.crop((x, y, x + small.width, y + small.height))
    difference = [abs(a - b) for a, b in zip(small.tobytes(), middle.tobytes(), strict=True)]
    assert sum(difference) / len(difference) < 6


def test_a_crop_holds_its_mask_and_is_told_by_whole_pixels(make_site: Callable[..., Site]) -> None:
    from cocokit import rle

    site = make_site(Stage.VERIFY)
    for tile in come(site).next()["assignment"]["work"]["tiles"]:
        x, y, w, h = tile["crop"]
        height, width = tile["mask"]["size"]
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
        box = rle.bbox(tile["mask"])
        assert (x, y) <= (box[0], box[1])
        assert box[0] + box[2] <= x + w
        assert box[1] + box[3] <= y + h
        shown = Image.open(io.BytesIO(site.app.test_client().get(tile["url"]).data))
        assert max(shown.size) <= 480
        assert shown.width / shown.height == pytest.approx(w / h, rel=0.02)


def test_a_training_task_comes_back_with_its_overlay_and_a_hint(make_site: Callable[..., Site]) -> None:
    from cocokit import rle

    site = make_site(Stage.SEGMENT, tools=("polygon",))
    ann = come(site)
    given = ann.next()["assignment"]
    assert given["training"]
    good = ann.payload(given["id"])
    ring = good["polygons"][0]
    xs = sorted(ring[0::2])
    box = [xs[0], min(ring[1::2]), xs[len(xs) // 2], max(ring[1::2])]
    half = [box[0], box[1], box[2], box[1], box[2], box[3], box[0], box[3]]
    done = ann.submit(given["id"], payload={"outcome": "mask", "polygons": [half], "tool": "polygon"}).json
    training = done["training"]
    assert not training["passed"]
    assert training["tries_left"] == 2
    assert training["hint"].startswith("A ")
    parts = [rle.decode(training[name]) for name in ("agreed", "missed", "extra")]
    assert sum(part.astype(int) for part in parts).max() == 1
    agreed, missed, extra = (part.sum() for part in parts)
    assert training["iou"] == pytest.approx(agreed / (agreed + missed + extra))
    again = done["next"]["assignment"]
    assert again["training"]
    passed = ann.submit(again["id"], "c2").json["training"]
    assert (passed["passed"], passed["state"]) == (True, "passed")


def test_a_page_that_was_verified_renews_the_sentinels(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.VERIFY, training=False, page_size=14, bad_sentinels=10, good_sentinels=2)

    def bad() -> int:
        with site.database.read() as tx:
            return stock(tx, site.engine.campaign.id).get(SentinelKind.BAD, 0)

    site.work(stages=[Stage.VERIFY], most=2)
    before, ann = bad(), come(site)
    while (found := ann.next())["state"] == "task" and bad() == before:
        assert ann.submit(found["assignment"]["id"], found["assignment"]["id"]).status_code == 200
    assert bad() > before


def test_what_another_worker_answered_is_not_told(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL, k_label=3)
    first, seen = come(site, "ann"), {}
    while (found := first.next())["state"] == "task":
        given = found["assignment"]
        seen[given["work"]["image"]["id"]] = given["work"]
        first.submit(given["id"], given["id"])
    second = come(site, "bob").next()["assignment"]["work"]
    assert second == seen[second["image"]["id"]]
