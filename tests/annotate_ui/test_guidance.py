"""What a requester tells workers: texts by stage, pictures of categories, examples beside a drawing."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cocokit import rle
from cocokit.annotate_ui.small_icons import SIDE, small_icon
from cocokit.campaign.examples import add_example, collect, read_example, read_examples
from cocokit.campaign.guidance import LONGEST, category_named, instruct, picture_category
from cocokit.campaign.handout import work_of
from cocokit.campaign.reviewing import promote
from cocokit.campaign.sentinels import restock
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment
from cocokit.errors import CocokitError, DataError
from cocokit.store.claims import tasks_from
from cocokit.store.sentinels import Source, find_sentinels

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


def shown_tasks(site: Site) -> list[Any]:
    """Every task of segmentation whose category has examples, as its page would show it."""
    found = []
    with site.database.read() as tx, site.app.test_request_context():
        showing = site.app.extensions["cocokit"].showing(site.engine)
        for task in tasks_from(tx, site.engine.campaign.id, Stage.SEGMENT, 1, 1000):
            work = work_of(tx, site.engine.campaign, Stage.SEGMENT, [(task, 0)])
            found.append(showing.assignment(Assignment("x", 1, Stage.SEGMENT, work, 0))["work"])
    return [work for work in found if work["examples"]]


def test_examples_are_of_the_category_and_of_other_images(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.SEGMENT, training=False, each=4)
    with site.database.read() as tx:  # of a person on one photograph; there are persons on another one
        query = "SELECT id FROM sentinel WHERE kind = 'training' AND category_id = 1 AND image_id = 5"
        (one,) = find_sentinels(tx, [tx.exec_driver_sql(query).scalar_one()])
    source = Source(one.image_id, one.category_id, one.mask)
    site.database.run(lambda tx: add_example(tx, site.engine.campaign, source, [], "gold"))
    shown, client = 0, site.app.test_client()
    for work in shown_tasks(site):
        good, bad = read_examples(site.engine, work["category"]["id"])
        elsewhere = [one for one in good if one.image.id != work["image"]["id"]]
        assert len(work["examples"]["good"]) == min(len(elsewhere), 3)
        for one in (*work["examples"]["good"], *work["examples"]["bad"]):
            shown += 1
            key = int(one["url"].split("/")[3])
            (example,) = [e for e in (*good, *bad) if e.id == key]
            assert example.image.id != work["image"]["id"]
            x, y, w, _ = one["crop"]
            box = rle.bbox(one["mask"])
            assert x <= box[0]
            assert box[0] + box[2] <= x + w
            assert y <= box[1]
            if shown < 4:
                answer = client.get(one["url"])
                assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert all(one["text"] for one in work["examples"]["bad"])
    assert shown


def kinds(site: Site) -> dict[str, list[tuple[int, int, int, bytes]]]:
    """What masks with a known answer are for -> (id, image, category, counts) of each."""
    with site.database.read() as tx:
        rows = tx.exec_driver_sql("SELECT kind, id, image_id, category_id, counts FROM sentinel").all()
    return {kind: [tuple(row[1:]) for row in rows if row[0] == kind] for kind in {row[0] for row in rows}}


def test_no_mask_that_is_shown_is_asked_for_and_none_that_is_asked_for_is_shown(make_site: Callable[..., Site]) -> None:
    site = make_site()
    hidden = [key for kind in ("good", "bad", "training") for key, *_ in kinds(site)[kind]]
    for category in site.engine.campaign.categories:
        good, bad = read_examples(site.engine, category)
        assert not {one.id for one in (*good, *bad)} & set(hidden)
    assert all(read_example(site.database, key) is None for key in hidden)
    for _ in range(12):
        site.work(40)
        collect(site.engine, 5)
        restock(site.engine)
    found = kinds(site)
    shown = found["example"]
    assert shown
    asked = [one for kind in ("good", "bad", "training") for one in found[kind]]
    assert not {one[0] for one in shown} & {one[0] for one in asked}
    with site.database.read() as tx:
        pages = set(tx.exec_driver_sql("SELECT sentinel_id FROM sentinel_showing").scalars())
        trained = set(tx.exec_driver_sql("SELECT sentinel_id FROM assignment WHERE sentinel_id > 0").scalars())
    assert pages
    assert not {one[0] for one in shown} & (pages | trained)
    masks = {image: [one[3] for one in asked if one[1] == image] for image in {one[1] for one in shown}}
    for _, image, _, counts in shown:
        assert counts not in masks[image]


def test_what_is_shown_cannot_become_gold(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.work(400)
    assert collect(site.engine, 1) == 1
    with site.database.read() as tx:
        (mask,) = set(tx.exec_driver_sql("SELECT source_id FROM sentinel WHERE kind = 'example'").scalars())
    with pytest.raises(CocokitError, match="as an example; choose another"):
        promote(site.engine, mask)


def test_of_many_expert_masks_some_are_shown_and_are_no_tasks(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.SEGMENT, training=False, each=4)
    found = kinds(site)
    per = Counter(category for _, _, category, _ in found["training"])
    assert max(per.values()) == 3  # of four; the fourth is shown
    good = {(image, counts) for kind in ("good", "training") for _, image, _, counts in found[kind]}
    assert found["example"]
    assert not {(image, counts) for _, image, _, counts in found["example"]} & good
