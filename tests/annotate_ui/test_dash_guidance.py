"""What workers are told, from the dashboard: texts and pictures, after the launch."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from cocokit.annotate_ui.small_icons import SIDE
from cocokit.annotate_ui.uploads import take_icon
from cocokit.domain.stages import Stage
from cocokit.errors import RefusedError

from .conftest import come
from .dash import Requester, requester
from .site import Site


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(Stage.LABEL)


@pytest.fixture
def who(site: Site) -> Requester:
    return requester(site)


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 150)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


def give(who: Requester, path: str, category: str, data: bytes, name: str = "own.png") -> str:
    form = {"csrf_token": who.token(), "category": category, "picture": (io.BytesIO(data), name)}
    answer = who.client.post(f"/dash/{path}", data=form, content_type="multipart/form-data", follow_redirects=True)
    return answer.text


def test_texts_reach_the_next_task_and_go_again(site: Site, who: Requester) -> None:
    ann, place = come(site), f"{who.campaign}/instructions"
    assert ann.next()["assignment"]["instructions"] is None
    said = who.post(place, text_label="Only <b>real</b> things.\r\nNo toys.", text_welcome="Hi", follow=True).text
    assert "new text of welcome, label" in said
    assert "Only &lt;b&gt;real&lt;/b&gt; things.\nNo toys." in said
    assert come(site, "bo").next()["assignment"]["instructions"] == "Only <b>real</b> things.\nNo toys."
    assert "All as it was" in who.post(place, text_label="Only <b>real</b> things.\nNo toys.", text_welcome="Hi",
                                       follow=True).text  # fmt: skip
    who.post(place)
    assert come(site, "cy").next()["assignment"]["instructions"] is None
    assert who.post(place, text_label="x" * 4001).status_code == 400
    assert "campaign.instruct" in who.text("audit")


def test_a_picture_is_written_anew_and_taken_away(site: Site, who: Requester) -> None:
    kind = next(iter(site.engine.campaign.categories.values()))
    text = give(who, f"{who.campaign}/icons", kind.name, picture("JPEG"), "own.jpg")
    assert f"{kind.name} has its own picture" in text
    (address,) = re.findall(r'src="(/media/icon/[^"]+)"', text)
    kept = site.app.test_client().get(address)
    assert (kept.mimetype, Image.open(io.BytesIO(kept.data)).size) == ("image/png", (SIDE, SIDE))
    assert "/media/icon/" not in who.post(f"{who.campaign}/icons", category=kind.name, remove="yes", follow=True).text
    assert "campaign.icon" in who.text("audit")


@pytest.mark.parametrize(("data", "name"), [
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg"), (b"", "empty.png"), (b"GIF89a", "a.png"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "cut.png"), (picture(), ""),
])  # fmt: skip
def test_what_is_no_picture_is_refused_and_named(who: Requester, site: Site, data: bytes, name: str) -> None:
    kind = next(iter(site.engine.campaign.categories.values()))
    text = give(who, f"{who.campaign}/icons", kind.name, data, name)
    assert "That did not work" in text
    assert "/tmp" not in text
    assert name.casefold() in text.casefold()
    assert "/media/icon/" not in who.text(f"{who.campaign}/instructions")


def test_a_file_that_is_too_large_is_not_read_whole(site: Site) -> None:
    source = io.BytesIO(b"x" * 9_000_000)
    with pytest.raises(RefusedError, match="large.png: is no picture for this: has 5,000,001 bytes"):
        take_icon(FileStorage(source, "large.png"))
    assert source.tell() == 5_000_001


def test_a_category_that_is_not_there(who: Requester) -> None:
    assert who.post(f"{who.campaign}/icons", category="axolotl", remove="yes").status_code in (400, 404)


def test_the_wizard_keeps_texts_and_pictures_for_the_campaign(site: Site, who: Requester) -> None:
    plan = who.post("setup", name="Streets").location.removeprefix("/dash/").rsplit("/", 1)[0]
    data = {"csrf_token": who.token(), "photos": [(io.BytesIO(picture("JPEG")), "a.jpg")]}
    who.client.post(f"/dash/{plan}/photos", data=data, content_type="multipart/form-data")
    who.post(f"{plan}/categories", kind="own", names="dog\naxolotl:animal")
    who.post(f"{plan}/told", text_welcome="Hello", text_label="No toys")
    text = give(who, f"{plan}/icons", "axolotl", picture())
    (address,) = re.findall(rf'src="(/dash/{plan}/icon/[^"]+)"', text)
    assert Image.open(io.BytesIO(who.client.get(address).data)).size == (SIDE, SIDE)
    assert who.client.get(address.replace("icon-", "icon-0")).status_code == 404
    assert who.get(f"{plan}/icon/plan.json").status_code == 404
    assert who.post(f"{plan}/icons", category="cat", remove="yes").status_code == 400
    made = who.post(f"{plan}/launch", what="all", follow=True)
    assert "Streets is running" in made.text
    campaign = re.findall(r'href="/dash/(\d+)/instructions"', made.text)[0]
    told = who.text(f"{campaign}/instructions")
    assert "No toys" in told
    assert "Hello" in told
    assert "/media/icon/" in told
