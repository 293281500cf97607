"""What a requester tells workers: texts by stage, pictures of categories, examples beside a drawing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit import rle
from cocokit.annotate_ui.small_icons import SIDE, small_icon
from cocokit.campaign.guidance import LONGEST, category_named, instruct, picture_category, read_examples
from cocokit.domain.stages import Stage
from cocokit.errors import CocokitError, DataError

from .conftest import come
from .site import Site
from .test_serving import run


def test_a_text_is_set_by_a_command_and_shown_as_it_is(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    Path(site.workspace, "label.txt").write_text("Only <b>real</b> things.\nNo toys.\n")
    Path(site.workspace, "hello.txt").write_text('Hi "you" & <script>alert(1)</script>')
    assert run(site.workspace, "campaign", "instruct", "label", "label.txt").exit_code == 0
    told = json.loads(run(site.workspace, "campaign", "instruct", "welcome", "hello.txt", "--json").output)
    assert told == {"campaign": "photos", "stage": "welcome", "characters": 36}
    page = site.app.test_client().get(site.path).get_data(as_text=True)
    assert 'name="welcome" content="Hi &#34;you&#34; &amp; &lt;script&gt;alert(1)&lt;/script&gt;"' in page
    ann = come(site)
    given = ann.next()["assignment"]
    assert given["instructions"] == "Only <b>real</b> things.\nNo toys."
    Path(site.workspace, "empty.txt").write_text(" \n")
    assert "nothing of its own" in run(site.workspace, "campaign", "instruct", "label", "empty.txt").output
    with site.database.read() as tx:
        from cocokit.store.guidance import texts_of

        assert texts_of(tx, site.engine.campaign.id).keys() == {"welcome"}


def test_without_a_text_there_is_none(site: Site) -> None:
    assert 'name="welcome"' not in site.app.test_client().get(site.path).get_data(as_text=True)
    assert come(site).next()["assignment"]["instructions"] is None


@pytest.mark.parametrize(("stage", "text", "why"), [
    ("sing", "x", "no stage 'sing'"), ("label", "x" * (LONGEST + 1), "at most 4,000"),
    ("label", "a\x00b", "plain text"), ("label", "a\x1b[31m", "plain text"),
])  # fmt: skip
def test_a_text_that_cannot_be_shown_is_refused(site: Site, stage: str, text: str, why: str) -> None:
    with pytest.raises(CocokitError, match=why):
        instruct(site.database, site.engine.campaign, stage, text)


def write(folder: Path, name: str, size: tuple[int, int], **options: Any) -> str:
    path = folder / name
    Image.new("RGB", size, "red").save(path, **options)
    return str(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif"])
def test_a_picture_becomes_a_small_square_one(tmp_path: Path, name: str) -> None:
    made = Image.open(io.BytesIO(small_icon(write(tmp_path, name, (300, 150)))))
    assert (made.size, made.mode, made.format) == ((SIDE, SIDE), "RGBA", "PNG")
    alpha = np.asarray(made)[..., 3]
    assert alpha[48, 48] == 255
    assert alpha[4, 48] == 0


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(DataError):
        small_icon(str(tmp_path / "x.png"))


def test_a_picture_of_ones_own_goes_before_the_houses(make_site: Callable[..., Site], tmp_path: Path) -> None:
    site = make_site(Stage.LABEL)
    kind = next(iter(site.engine.campaign.categories.values()))
    path = write(tmp_path, "own.png", (40, 40))
    assert run(site.workspace, "campaign", "icon", kind.name, path).exit_code == 0
    ann = come(site)
    groups = ann.next()["assignment"]["work"]["groups"]
    icons = {one["id"]: one["icon"] for group in groups for one in group["categories"]}
    assert icons[kind.id].startswith(f"/media/icon/{site.engine.campaign.id}/{kind.id}/")
    answer = site.app.test_client().get(icons[kind.id])
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.data)).size == (SIDE, SIDE)
    forged = icons[kind.id].replace("/media/icon/", "/media/icon/9")
    assert site.app.test_client().get(forged).status_code == 404
    assert all(icon is None or "/static/" in icon for key, icon in icons.items() if key != kind.id)


def test_pictures_have_a_largest_size_and_a_known_category(site: Site) -> None:
    campaign = site.engine.campaign
    kind = next(iter(campaign.categories.values()))
    with pytest.raises(CocokitError, match="at most 40,000"):
        picture_category(site.database, campaign, kind, b"x" * 50_000)
    with pytest.raises(CocokitError, match="no category 'axolotl'"):
        category_named(campaign, "axolotl")
    assert category_named(campaign, str(kind.id)) == kind


def test_examples_are_of_the_category_and_of_other_images(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.SEGMENT, training=False)
    shown = 0
    for i in range(6):
        ann = come(site, f"w{i}")
        work = ann.next()["assignment"]["work"]
        if work["examples"] is None:
            continue
        good, bad = read_examples(site.engine, work["category"]["id"])
        elsewhere = [one for one in good if one.image.id != work["image"]["id"]]
        assert len(work["examples"]["good"]) == min(len(elsewhere), 3)
        for one in (*work["examples"]["good"], *work["examples"]["bad"]):
            shown += 1
            key = int(one["url"].split("/")[3])
            (example,) = [e for e in (*good, *bad) if e.id == key]
            assert example.image.id != work["image"]["id"]
            answer = site.app.test_client().get(one["url"])
            assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
            x, y, w, _ = one["crop"]
            box = rle.bbox(one["mask"])
            assert x <= box[0]
            assert box[0] + box[2] <= x + w
            assert y <= box[1]
        assert all(one["text"] for one in work["examples"]["bad"])
    assert shown
