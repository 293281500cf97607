"""The secret key, the tokens that it signs, and the addresses of pictures."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.annotate_ui.config import KEY_FILE, Config, check_key, find_config, read_key
from cocokit.annotate_ui.tokens import Bearer, Entry, TokenError, Tokens
from cocokit.domain.stages import Stage
from cocokit.errors import CocokitError, NotFoundError, ParamsError
from cocokit.pipeline.leases import ManualClock

from .conftest import come, tokens_of
from .site import Site

KEY = "k3y-of-this-test-0123456789-abcdefghij"
HOUR = 3_600_000


def test_the_key_is_made_once_for_its_owner_alone_whoever_starts_first(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_key(str(path)), range(8)))
    assert len(keys) == 1
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [path]
    check_key(keys.pop())


@pytest.mark.parametrize("key", ["", "short", "0" * 32, "changeme" * 4, "ab" * 40, "secret" * 6])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / KEY_FILE).write_text(key)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(ParamsError, match="secret key"):
        Config("sqlite://", str(tmp_path), str(tmp_path)).with_secret()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / KEY_FILE
    path.write_text(KEY)
    path.chmod(0o644)
    with pytest.raises(CocokitError, match="others may read the secret key; run chmod 600"):
        read_key(str(path))
    path.chmod(0o600)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CocokitError, match="cannot be read"):
        read_key(str(path))


def test_the_instance_is_found_from_its_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="run cocokit init DIR"):
        find_config({}, str(tmp_path))
    (tmp_path / "cocokit.toml").write_text('images = "photos"\n')
    found = find_config({}, str(tmp_path))
    assert (found.database, found.images) == (str(tmp_path / "cocokit.db"), str(tmp_path / "photos"))
    found = find_config({"COCOKIT_SECRET_KEY": KEY, "COCOKIT_PROXIES": "1"}, str(tmp_path), "postgresql://x/y")
    assert (found.database, found.secret, found.proxies) == ("postgresql://x/y", KEY, 1)
    assert KEY not in repr(found)
    with pytest.raises(ParamsError, match="COCOKIT_PROXIES"):
        find_config({"COCOKIT_PROXIES": "-1"}, str(tmp_path))


def test_a_word_is_good_for_its_own_purpose_alone() -> None:
    tokens, other = Tokens(KEY), Tokens(KEY[::-1])
    words = {
        "invite": tokens.invite(1, "invite", "n"), "entry": tokens.entry(Entry(1, "invite", "ann")),
        "bearer": tokens.bearer(Bearer(7, 1, "invite")),
    }  # fmt: skip
    readers = {"invite": tokens.read_invite, "entry": tokens.read_entry, "bearer": tokens.read_bearer}
    for kind, word in words.items():
        for purpose, read in readers.items():
            if purpose == kind:
                assert read(word)
            else:
                with pytest.raises(TokenError):
                    read(word)
    with pytest.raises(TokenError):
        other.read_bearer(words["bearer"])
    assert tokens.read_bearer(words["bearer"]) == Bearer(7, 1, "invite")


@given(st.text(max_size=60) | st.text("abcXYZ019._-", max_size=60))
def test_no_text_is_a_token(word: str) -> None:
    tokens = Tokens(KEY)
    for read in (tokens.read_invite, tokens.read_entry, tokens.read_bearer):
        with pytest.raises(TokenError):
            read(word)
    assert not tokens.is_media("image/1", word, 0)


@given(st.integers(0, 10**13), st.integers(0, 10**9))
def test_the_address_of_a_picture_stays_within_an_hour_and_is_good_for_a_day(now: int, later: int) -> None:
    tokens = Tokens(KEY)
    word = tokens.media("image/1", now)
    same_hour = now // HOUR == (now + later) // HOUR
    assert (tokens.media("image/1", now + later) == word) == same_hour
    assert tokens.is_media("image/1", word, now + later) == ((now + later) // HOUR - now // HOUR <= 30)
    assert not tokens.is_media("image/2", word, now)
    assert not tokens.is_media("image/1", word, now - HOUR)


def test_a_picture_is_kept_by_the_browser_and_not_served_without_its_signature(
    make_site: Callable[..., Site], clock: ManualClock
) -> None:
    site = make_site(Stage.LABEL)
    url = come(site).next()["assignment"]["work"]["image"]["url"]
    client = site.app.test_client()
    first = client.get(url)
    assert first.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    for broken in (url.replace("/1/", "/2/"), url[:-5] + "A.jpg", url.replace("image", "sheet"), "/media/image/1/x.jpg",
                   "/media/image/99/" + tokens_of(site).media("image/99", clock.now()) + ".jpg"):  # fmt: skip
        assert client.get(broken).status_code == 404, broken
    clock.advance(40 * HOUR)
    assert client.get(url).status_code == 404
