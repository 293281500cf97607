"""Light, dark or the system's: remembered by the browser, in the first bytes of a page, and nowhere but there."""

from __future__ import annotations

import pytest

from .dash import requester, visitor
from .site import Site


def test_a_theme_is_remembered_until_the_system_is_wanted_again(site: Site) -> None:
    who = requester(site, "viewer")
    board = f"{who.campaign}/"
    assert "data-theme" not in who.text(board)
    for theme in ("dark", "light"):
        answer = who.post("theme", theme=theme, next=f"/dash/{board}")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/dash/{board}"
        text = who.text(board)
        assert f'data-theme="{theme}">' in text.split("<head>")[0]
        assert f'name="color-scheme" content="{theme}"' in text
        assert f'value="{theme}" aria-pressed="true"' in text
        assert f'data-theme="{theme}"' in who.get("nothing-here/").text or who.get("nothing-here/").status_code == 404
    who.post("theme", theme="", next="/dash/audit")
    text = who.text("audit")
    assert "data-theme" not in text
    assert 'content="light dark"' in text


def test_the_cookie_is_of_the_dashboard_alone(site: Site) -> None:
    who = requester(site)
    kept = who.post("theme", theme="dark").headers["Set-Cookie"]
    assert "Path=/dash;" in kept
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "data-theme" not in who.client.get(site.path).text  # workers' pages follow the system


@pytest.mark.parametrize("word", ["blue", '"><script>', "LIGHT", "dark "])
def test_other_words_are_no_theme(site: Site, word: str) -> None:
    who = requester(site)
    assert who.post("theme", theme=word).status_code == 400
    who.client.set_cookie("cocokit_theme", word.replace('"', ""), path="/dash")
    assert "data-theme" not in who.text("audit")


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/dash/", "/w/x", "\\\\example.org", ""])
def test_nobody_is_led_away(site: Site, target: str) -> None:
    assert requester(site).post("theme", theme="dark", next=target).headers["Location"] == "/dash/"


def test_a_theme_needs_its_token_and_an_account(site: Site) -> None:
    who = requester(site)
    assert who.client.post("/dash/theme", data={"theme": "dark"}).status_code == 400
    assert visitor(site).post("theme", theme="dark").status_code == 401
