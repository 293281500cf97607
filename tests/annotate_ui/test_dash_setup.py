"""Setting a campaign up: step by step to a pilot and a launch; uploads from enemies."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from cocokit.annotate_ui import uploads
from cocokit.annotate_ui.uploads import take_photos
from cocokit.campaign.overview import list_campaigns
from cocokit.errors import CocokitError, RefusedError

from .dash import Requester, requester
from .site import Site


def photo(kind: str = "JPEG", seed: int = 0, **options: object) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), np.uint8)
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, kind, **options)
    return made.getvalue()


def zipped(entries: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            archive.writestr(info, data)
    return made.getvalue()


def sent(data: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


@pytest.fixture
def who(site: Site) -> Requester:
    return requester(site)


def begin(who: Requester, name: str = "Streets") -> str:
    return who.post("setup", name=name).location.removeprefix("/dash/").rsplit("/", 1)[0]


def send(who: Requester, plan: str, *files: tuple[bytes, str], **form: str) -> str:
    data = {"csrf_token": who.token(), "photos": [(io.BytesIO(d), n) for d, n in files], **form}
    return who.client.post(f"/dash/{plan}/photos", data=data, headers={"Referer": f"http://localhost/dash/{plan}/photos"},
                           content_type="multipart/form-data", follow_redirects=True).text  # fmt: skip


def test_from_photos_to_a_pilot_and_a_launch(site: Site, who: Requester) -> None:
    plan = begin(who)
    assert "Streets" in who.text("setup")
    files = [(photo(seed=i), f"p{i}.jpg") for i in range(22)] + [(photo(seed=0), "again.jpg")]
    assert "22 photos are in" in send(who, plan, *files[:3], (zipped({n: d for d, n in files[3:]}), "more.zip"))
    assert who.post(f"{plan}/categories", kind="own", names="dog\nparrot:animal").status_code == 303
    assert who.post(f"{plan}/categories", kind="own", names="dog,dog").status_code == 400
    assert who.post(f"{plan}/categories", kind="dataset").status_code == 400
    assert who.post(f"{plan}/numbers", preset="coco", k_label="3", with_caption="yes").status_code == 303
    assert who.post(f"{plan}/numbers", k_label="many").status_code == 400
    assert who.post(f"{plan}/pay", currency="EUR", pay_label="1", floor="10").status_code == 303
    assert "under €10.00" in who.text(f"{plan}/pay")
    for step in ("photos", "categories", "numbers", "simulate", "launch"):
        assert who.get(f"{plan}/{step}").status_code == 200
    assert who.get(f"{plan}/nothing").status_code == 404
    assert "different people at least: k_spot = 8" in who.get(f"{plan}/launch").text
    assert "Send workers their link: http://localhost/w/" in who.post(f"{plan}/launch", what="pilot", follow=True).text
    assert "Streets is running with 22 photos" in who.post(f"{plan}/launch", what="all", follow=True).text
    newest = [(one.name, one.images) for one in list_campaigns(site.database)][:2]
    assert newest == [("Streets", 22), ("Streets pilot", 20)]
    assert who.get(f"{plan}/photos").status_code == 404  # the plan is done
    engine = site.app.extensions["cocokit"].engine(list_campaigns(site.database)[0].id)
    assert engine.campaign.settings.k_label == 3
    assert [category.name for category in engine.campaign.categories.values()] == ["dog", "parrot"]


def test_photos_are_kept_without_their_notes(site: Site, who: Requester) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "at home"
    assert "1 photos are in" in send(who, begin(who), (photo(exif=exif), "turned.jpg"))
    kept = [p for p in (site.workspace / "images").rglob("*.jpg") if b"at home" in p.read_bytes()]
    assert kept == []


def test_broken_photos_are_named_and_left_out(who: Requester) -> None:
    text = send(who, begin(who), (photo(), "good.jpg"), (b"GIF89a no", "bad.jpg"), (photo(seed=2)[:200], "cut.png"))
    assert "2 could not be used" in text
    assert "bad.jpg" in text


def test_a_photo_above_the_limit_is_named_with_the_way_to_raise_it(make_site: Callable[..., Site]) -> None:
    who = requester(make_site(config={"most_pixels": 500}))
    text = send(who, begin(who), (photo(), "large.jpg"))
    assert "large.jpg: is 32 x 24 px, 0.0 megapixels, and the limit is 0.0005" in text
    assert "raise max_megapixels in cocokit.toml" in text


@pytest.mark.parametrize(("name", "data"), [
    ("a.svg", b"<svg onload=alert(1)>"), ("a.html", b"x"), ("a.jpg.exe", b"x"), ("a", b"x"), ("a.zip", b"PK no zip"),
])  # fmt: skip
def test_what_is_no_photo_is_refused(who: Requester, name: str, data: bytes) -> None:
    text = send(who, begin(who), (data, name))
    assert "save it as one of these" in text or "cannot be unpacked" in text


def test_a_path_is_taken_from_this_machine_only(site: Site, who: Requester, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(photo())
    plan = begin(who)
    assert "1 photos are in" in send(who, plan, path=str(folder))
    data = {"csrf_token": who.token(), "path": str(folder)}
    answer = who.client.post(f"/dash/{plan}/photos", data=data, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.status_code == 400
    assert who.client.post(f"/dash/{plan}/photos", data={"path": str(folder)}).status_code == 400  # no token


@pytest.mark.parametrize("entry", ["../evil.jpg", "/etc/evil.jpg", "a/../../evil.jpg", "..\\evil.jpg", "C:/evil.jpg"])
def test_zips_lead_nowhere_else(tmp_path: Path, entry: str) -> None:
    with pytest.raises(RefusedError, match="leads out of it"):
        take_photos([sent(zipped({"good.jpg": photo(), entry: photo()}), "x.zip")], str(tmp_path / "in"))
    assert sorted(p.name for p in tmp_path.rglob("*.jpg")) == []  # nothing at all is unpacked


def test_a_full_disk_is_not_the_zips_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads._Room, "take", full)
    with pytest.raises(CocokitError, match="No space left on device; make room"):
        take_photos([sent(zipped({"a.jpg": photo()}), "x.zip")], str(tmp_path / "in"))


def test_links_bombs_and_lies_in_zips_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(info: zipfile.ZipInfo) -> None:
        info.external_attr = (stat.S_IFLNK | 0o777) << 16

    with pytest.raises(RefusedError, match="link"):
        take_photos([sent(zipped({"a.jpg": b"/etc/passwd"}, link), "x.zip")], str(tmp_path / "a"))
    with pytest.raises(RefusedError, match="grows too much"):
        take_photos([sent(zipped({"a.jpg": bytes(5_000_000)}), "x.zip")], str(tmp_path / "b"))
    monkeypatch.setattr(uploads, "MOST_PHOTO", 1000)
    with pytest.raises(RefusedError, match="bytes"):
        take_photos([sent(os.urandom(3000), "x.jpg")], str(tmp_path / "c"))
    assert list((tmp_path / "c").iterdir()) == []
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    with pytest.raises(RefusedError, match="several campaigns"):
        take_photos([sent(b"1", "1.jpg"), sent(b"2", "2.jpg")], str(tmp_path / "d"))


@pytest.mark.parametrize("name", ["../../up.jpg", "..\\up.jpg", "a\0b.jpg", "ü" * 300 + ".JPG", ".jpg", "con:x.jpg"])
def test_names_of_files_stay_inside(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    try:
        take_photos([sent(b"x", name)], str(folder))
    except RefusedError:
        return
    assert [p.parent for p in tmp_path.rglob("*.jpg")] == [folder]


def test_a_simulation_runs_beside_the_pages(who: Requester) -> None:
    plan = begin(who)
    who.post(f"{plan}/numbers", preset="coco", k_label="2", k_spot="2", page_size="12")
    assert who.get(f"{plan}/simulation.json").status_code == 404
    who.post(f"{plan}/simulate")
    for _ in range(600):
        found = who.get(f"{plan}/simulation.json").json
        assert found
        if found["state"] != "running":
            break
        time.sleep(0.1)
    assert found["state"] == "done", found
    assert "Masks found" in who.text(f"{plan}/simulate")


@pytest.mark.parametrize("name", ["", " ", "a\nb" * 60, "x" * 200])
def test_names_of_campaigns(site: Site, who: Requester, name: str) -> None:
    answer = who.post("setup", name=name)
    assert answer.status_code in (303, 400)
    plans = site.workspace / "setup"
    assert answer.status_code == 303 or not plans.exists() or not list(plans.iterdir())
