"""Every source, against one server that misbehaves as the real ones do."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from cocokit.collection.found import Candidate, Query
from cocokit.collection.licences import choose_licences
from cocokit.collection.limits import PauseError
from cocokit.collection.sources import WEB, Source, web_source
from cocokit.collection.web import UnreachableError
from cocokit.errors import CocokitError, DataError, NotFoundError, ParamsError
from tests.fake_sources import catalogue as things
from tests.fake_sources.catalogue import catalogue
from tests.fake_sources.server import State

PAIR = Query(("dog", "car"), "pair")


def source(server: State, name: str, licences: str = "changes", seconds: float = 5.0) -> Source:
    return web_source(name, base=f"{server.base}/{name}", key="secret", accepts=choose_licences(licences),
                      clock=server.time.clock, seconds=seconds)  # fmt: skip


def everything(place: Source, query: Query = PAIR) -> list[Candidate]:
    found: list[Candidate] = []
    cursor = None
    for _ in range(100):
        page = place.search(query, cursor)
        found += page.candidates
        cursor = page.next
        if cursor is None:
            return found
    raise AssertionError("it never ends")


def numbers(found: list[Candidate]) -> set[int]:
    return {int(candidate.id.rpartition("-")[2]) for candidate in found}


@pytest.mark.parametrize("name", WEB)
def test_all_pages_are_read_and_every_photo_found(server: State, name: str) -> None:
    found = everything(source(server, name))
    assert numbers(found) == {photo.id for photo in server.photos}
    assert (
        server.asked[-1].get("text", server.asked[-1].get("q", server.asked[-1].get("gsrsearch", "")))[:7] == "dog car"
    )


@pytest.mark.parametrize("name", WEB)
def test_what_a_photo_is_and_whose(server: State, name: str, tmp_path: Path) -> None:
    server.photos[:] = catalogue(1, licences=("4711",))
    (photo,) = server.photos
    place = source(server, name)
    (found,) = everything(place)
    assert found.licence is not None
    assert (found.licence.url, "SA" in found.licence.name) == ("https://creativecommons.org/licenses/by-sa/4.0/", True)
    assert photo.owner in found.author
    assert "<" not in found.author
    assert "alert" not in found.author
    assert str(photo.id) in found.landing_page
    assert found.taken == (None if name == "openverse" else photo.taken.replace(tzinfo=UTC))
    assert Path(place.fetch(found, str(tmp_path))).read_bytes() == photo.data


@pytest.mark.parametrize("name", WEB)
@pytest.mark.parametrize("what, least", [("429", 120), ("429 date", 299), ("500", 1), ("cut", 1), ("no json", 1)])
def test_a_failure_is_waited_for_and_asked_again(server: State, name: str, what: str, least: float) -> None:
    place = source(server, name)
    server.script.extend(["", what, what, ""])
    assert len(numbers(everything(place))) == 12
    assert server.time.slept >= 2 * least


def test_a_server_that_lags_is_waited_for(server: State) -> None:
    server.script.extend(["maxlag", ""])
    assert len(everything(source(server, "commons"))) == 12
    assert server.time.slept >= 5


def test_a_reply_that_drips_is_given_up_and_asked_again(server: State) -> None:
    server.script.append("slow")
    assert len(everything(source(server, "commons", seconds=0.1))) == 12


@pytest.mark.parametrize("name", WEB)
def test_a_source_that_only_fails_is_given_up_in_one_sentence(server: State, name: str) -> None:
    server.script.extend(["500"] * 20)
    with pytest.raises(UnreachableError, match="status 500, 6 times"):
        source(server, name).search(PAIR, None)
    assert 20 < server.time.slept < 200


def test_a_pause_of_a_day_is_not_waited_for(server: State) -> None:
    server.script.append("429 day")
    with pytest.raises(PauseError, match=r"no request for 22\.2 h"):
        source(server, "commons").search(PAIR, None)
    assert server.time.slept == 0


def test_an_hour_of_requests_is_never_exceeded(server: State) -> None:
    server.photos[:] = catalogue(60)
    server.per_page, server.hourly = 2, 10
    assert len(numbers(everything(source(server, "commons")))) == 60
    assert max(sum(start <= hit < start + 3600 for hit in server.hits) for start in server.hits) <= 10
    assert server.time.slept > 3600


def test_requests_are_slowed_down_before_the_server_complains(server: State) -> None:
    server.photos[:] = catalogue(80)
    server.per_page = 20
    place = source(server, "openverse")
    for _ in range(8):
        assert len(everything(place)) == 80
    assert max(sum(start <= hit < start + 60 for hit in server.hits) for start in server.hits) <= 20


@pytest.mark.parametrize("name", WEB)
def test_a_photo_that_comes_on_two_pages_has_one_key(server: State, name: str) -> None:
    server.repeat = True
    found = everything(source(server, name))
    assert len(found) > len({candidate.key for candidate in found}) == 12


def test_photos_that_vanish_while_pages_are_read_hide_no_other(server: State) -> None:
    server.photos[:] = catalogue(40)
    before = {photo.id for photo in server.photos}
    server.shrink = True
    assert numbers(everything(source(server, "flickr"))) == before


@pytest.mark.parametrize("total", [0, 3, 10_000])
def test_what_a_source_says_of_its_total_is_not_believed(server: State, total: int) -> None:
    server.total = total
    server.per_page = 20
    server.photos[:] = catalogue(50)
    assert len(numbers(everything(source(server, "openverse")))) == 50


def test_openverse_is_asked_for_twenty_pages_at_most(server: State) -> None:
    server.photos[:] = catalogue(25)
    server.per_page = 1
    server.total = 10_000
    assert len(everything(source(server, "openverse"))) == 20


def test_flickr_is_asked_for_its_own_licences_that_fit(server: State) -> None:
    server.photos[:] = catalogue(30, licences=tuple(things.LICENCES))
    found = everything(source(server, "flickr"))
    assert set(server.asked[-1]["license"].split(",")) == set(things.FREE)
    assert {photo.id for photo in server.photos if photo.licence in things.FREE} == numbers(found)


def test_dates_that_were_made_up_are_none(server: State) -> None:
    for photo in server.photos:
        photo.faults.add(things.UNDATED)
    for name in ("flickr", "commons"):
        assert {candidate.taken for candidate in everything(source(server, name))} == {None}


@pytest.mark.parametrize("name", WEB)
def test_an_entry_without_an_address_is_told_and_the_rest_found(server: State, name: str) -> None:
    server.photos[3].faults.add(things.NO_ADDRESS)
    page = source(server, name).search(PAIR, None)
    assert len(page.candidates) == 3
    ((key, reason),) = page.unusable
    assert str(server.photos[3].id) in key
    assert reason.startswith("has no address")


@pytest.mark.parametrize("name", WEB)
def test_a_missing_licence_is_none(server: State, name: str) -> None:
    server.photos[0].faults.add(things.NO_LICENCE)
    found = everything(source(server, name))
    assert [candidate.id for candidate in found if candidate.licence is None] == [found[0].id]


def test_a_page_of_html_in_place_of_a_photo(server: State, tmp_path: Path) -> None:
    server.photos[0].faults.add(things.HTML)
    place = source(server, "commons")
    with pytest.raises(DataError, match="is text/html and no photo"):
        place.fetch(everything(place)[0], str(tmp_path))


def test_flickrs_picture_that_says_removed(server: State, tmp_path: Path) -> None:
    server.photos[0].faults.add(things.REMOVED)
    place = source(server, "flickr")
    with pytest.raises(DataError, match="was removed from Flickr"):
        place.fetch(everything(place)[0], str(tmp_path))


def test_an_address_that_is_none_of_the_web_is_never_opened(server: State, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    for url in (secret.as_uri(), str(secret), "ftp://127.0.0.1/x", "http://[", "gopher://x"):
        with pytest.raises(UnreachableError):
            source(server, "commons").fetch(Candidate("commons", "1", url), str(tmp_path))


def test_a_token_goes_to_the_interface_and_nowhere_else(
    server: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCOKIT_CONTACT", "ann@example.org")
    place = source(server, "openverse")
    found = everything(place)
    assert server.headers[0]["Authorization"] == "Bearer secret"
    assert "cocokit" in server.headers[0]["User-Agent"]
    assert "ann@example.org" in server.headers[0]["User-Agent"]
    place.fetch(found[0], str(tmp_path))
    assert "Authorization" not in server.headers[-1]
    monkeypatch.setenv("COCOKIT_CONTACT", "x\r\nEvil: 1")
    everything(place)
    assert "Evil" not in str(server.headers[-1])


def test_a_key_that_flickr_refuses_is_one_sentence(server: State) -> None:
    place = web_source("flickr", base=f"{server.base}/flickr", key="wrong", accepts=choose_licences("any"),
                       clock=server.time.clock)  # fmt: skip
    with pytest.raises(CocokitError, match=r"flickr refuses: Invalid API Key .* \(code 100\)"):
        place.search(PAIR, None)
    with pytest.raises(ParamsError, match="COCOKIT_FLICKR_KEY"):
        web_source("flickr", accepts=choose_licences("any"), clock=server.time.clock)


def test_no_such_source(server: State) -> None:
    with pytest.raises(NotFoundError, match="no source picasa; give a folder, or one of flickr, openverse, commons"):
        web_source("picasa", accepts=choose_licences("any"), clock=server.time.clock)
