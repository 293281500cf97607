"""Channels on the dashboard: added, pasted, counted, rotated, closed; and what workers then find at the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from cocokit.campaign.channels import find_channel, list_channels
from cocokit.domain.stages import Stage

from .conftest import come
from .dash import Requester, requester
from .site import Site


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    found = make_site(Stage.LABEL)
    assert found.path  # the first link is there
    return found


@pytest.fixture
def who(site: Site) -> Requester:
    return requester(site)


def addresses(text: str) -> dict[str, str]:
    """Channel -> the address that is to be pasted."""
    return {name: unescape(value) for value, name in re.findall(r'readonly value="([^"]+)" id="a-([^"]+)"', text)}


def test_a_link_is_added_counted_rotated_and_closed(site: Site, who: Requester) -> None:
    place = f"{who.campaign}/channels"
    who.post(place, kind="link", name="friends", answers="7", code="yes")
    added = find_channel(site.database, site.engine.campaign.id, "friends")
    assert (added.settings["answers"], added.settings["code"]) == (7, True)
    come(site, "ann")
    text = who.text(place)
    assert "Nobody came yet" in text
    assert "1 worker came" in text
    old = addresses(text)["friends"].removeprefix("http://localhost")
    client = site.app.test_client()
    assert client.get(old).status_code == 200
    assert "new address" in who.post(f"{place}/friends/rotate", follow=True).text
    new = addresses(who.text(place))["friends"].removeprefix("http://localhost")
    assert new != old
    assert [client.get(path).status_code for path in (old, new)] == [401, 200]
    who.post(f"{place}/friends/close")
    assert client.get(new).status_code == 401
    assert "closed" in who.text(place)
    who.post(f"{place}/friends/open")
    assert client.get(new).status_code == 200
    actions = who.text("audit")
    assert all(f"channel.{what}" in actions for what in ("add", "rotate", "revoke", "open"))


def test_a_study_at_prolific_has_its_address_and_a_code(site: Site, who: Requester) -> None:
    place = f"{who.campaign}/channels"
    text = who.post(place, kind="prolific", name="prolific", answers="20", follow=True).text
    address = addresses(text)["prolific"]
    assert address.endswith(
        "/prolific?PROLIFIC_PID={{%PROLIFIC_PID%}}&SESSION_ID={{%SESSION_ID%}}&STUDY_ID={{%STUDY_ID%}}"
    )
    code = find_channel(site.database, site.engine.campaign.id, "prolific").settings["code"]
    assert re.fullmatch(r"[A-Z2-9]{8}", code)
    assert f'value="{code}"' in text
    filled = re.sub(r"\{\{%(\w+)%\}\}", r"5f\1", address.removeprefix("http://localhost"))
    assert site.app.test_client().get(filled).status_code == 200


def test_another_panel_names_its_own_parameters(site: Site, who: Requester) -> None:
    place = f"{who.campaign}/channels"
    text = who.post(place, kind="panel", name="lab", worker="pid", visit="session", code="C1",
                    return_url="https://Panel.example.org/done?c={code}", follow=True).text  # fmt: skip
    assert addresses(text)["lab"].endswith("/lab?pid={pid}&session={session}")
    kept = find_channel(site.database, site.engine.campaign.id, "lab").settings
    assert kept["return_hosts"] == ["panel.example.org"]


@pytest.mark.parametrize("form", [
    {"kind": "pigeon"}, {"kind": "link", "name": "Too Loud"}, {"kind": "link", "name": "invite"},
    {"kind": "link", "name": "x", "answers": "-1"}, {"kind": "link", "name": "x", "answers": "0"},
    {"kind": "panel", "name": "x"}, {"kind": "panel", "name": "x", "worker": "a b"},
    {"kind": "panel", "name": "x", "worker": "pid", "return_url": "http://panel.example.org/"},
    {"kind": "panel", "name": "x", "worker": "pid", "return_url": "javascript:alert(1)"},
    {"kind": "mturk", "name": "x", "answers": "\u0665"},
])  # fmt: skip
def test_what_cannot_work_is_refused_in_a_sentence(site: Site, who: Requester, form: dict[str, str]) -> None:
    before = len(list_channels(site.database))
    answer = who.post(f"{who.campaign}/channels", **form)
    assert answer.status_code == 400
    assert "That did not work" in answer.text
    assert len(list_channels(site.database)) == before


def test_what_is_no_channel_is_not_there(who: Requester) -> None:
    for what in ("rotate", "close", "open", "hits"):
        assert who.post(f"{who.campaign}/channels/nobody/{what}").status_code == 404
    assert who.post("999/channels", kind="link", name="x").status_code in (400, 404)
    assert who.post(f"{who.campaign}/channels/invite/hits", what="sing").status_code == 400


def test_only_a_link_has_another_address(who: Requester) -> None:
    who.post(f"{who.campaign}/channels", kind="mturk", name="turk")
    assert who.post(f"{who.campaign}/channels/turk/rotate").status_code == 400
    assert "turk/rotate" not in who.text(f"{who.campaign}/channels")
