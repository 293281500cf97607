"""HITs: posted, looked at, expired and paid for, by commands and by buttons, against a marketplace of the tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from cocokit.annotate_ui.channels.mturk_hits import PRODUCTION, SANDBOX, Offer, connect, question
from cocokit.annotate_ui.hits import ids_of, post_hits
from cocokit.campaign.channels import add_channel, find_channel
from cocokit.domain.stages import Stage
from cocokit.errors import CocokitError, ParamsError

from .dash import requester
from .marketplace import Marketplace, marketplace
from .site import Site
from .test_serving import run

__all__ = ["marketplace"]  # the fixture
SERVER = "https://lab.example.org"


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site(Stage.LABEL)


def said(site: Site, *words: str) -> Any:
    done = run(site.workspace, "channel", *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_hits_by_commands(site: Site, marketplace: Marketplace) -> None:
    said(site, "add", "turk", "--kind", "mturk", "--set", "answers=5")
    made = said(site, "hits", "post", "--server", SERVER, "--assignments", "20", "--reward", "75")["posted"]
    assert made == ["H0", "H1", "H2"]
    assert [one["MaxAssignments"] for one in marketplace.hits.values()] == [9, 9, 2]
    assert marketplace.endpoint == SANDBOX
    framed = ElementTree.fromstring(marketplace.hits["H0"]["Question"])
    assert framed[0].text == f"{SERVER}/p/{site.engine.campaign.id}/turk"
    for name in ("A1", "A2"):
        marketplace.hand_in("H1", name)
    rows = {row["id"]: row for row in said(site, "hits", "list")["hits"]}
    assert (rows["H1"]["available"], rows["H1"]["handed_in"], rows["H1"]["completed"]) == (7, 2, 0)
    assert said(site, "hits", "approve") == {"approved": 2}
    assert marketplace.approved == ["A1", "A2"]
    assert said(site, "hits", "approve") == {"approved": 0}
    assert said(site, "hits", "expire") == {"expired": 3}
    assert {row["status"] for row in said(site, "hits", "list")["hits"]} == {"unassignable"}


def test_an_address_is_written_as_xml() -> None:
    framed = ElementTree.fromstring(question(f"{SERVER}/p/1/turk?a=1&b=<2>"))
    assert framed[0].text == f"{SERVER}/p/1/turk?a=1&b=<2>"


def test_posting_that_failed_half_way_posts_the_rest_only(site: Site, marketplace: Marketplace) -> None:
    channel = add_channel(site.database, site.engine.campaign.id, "turk", "mturk", {"sandbox": False})
    marketplace.fails_at = 2
    offer = Offer("Label photos", "Say what is in them", 75)
    with pytest.raises(CocokitError, match="the marketplace says: Your balance is too low; look at"):
        post_hits(site.database, channel, SERVER, offer, 20)
    assert marketplace.endpoint == PRODUCTION
    assert post_hits(site.database, channel, SERVER, offer, 20) == ["H0", "H1", "H2"]
    assert len(marketplace.hits) == 3
    kept = find_channel(site.database, site.engine.campaign.id, "turk")
    assert ids_of(kept) == ["H0", "H1", "H2"]
    assert post_hits(site.database, kept, SERVER, offer, 3) == ["H3"]  # another batch is other HITs


def test_what_cannot_be_posted_is_refused_before_anything_is_made(site: Site, marketplace: Marketplace) -> None:
    key, offer = site.engine.campaign.id, Offer("t", "d", 75)
    link = add_channel(site.database, key, "friends", "link", {"word": "w"})
    closed = add_channel(site.database, key, "old", "mturk", {"revoked": True})
    turk = add_channel(site.database, key, "turk", "mturk", {})
    for channel, server, many, why in (
        (link, SERVER, 9, "only an mturk channel has HITs"), (closed, SERVER, 9, "is closed"),
        (turk, "http://lab.example.org", 9, "https pages alone"), (turk, SERVER, 0, "at a time"),
        (turk, SERVER, 10_001, "at a time"),
    ):  # fmt: skip
        with pytest.raises(CocokitError, match=why):
            post_hits(site.database, channel, server, offer, many)
    assert marketplace.hits == {}


@pytest.mark.parametrize("changed", [
    {"reward_cents": 0}, {"reward_cents": 10_001}, {"minutes": 0}, {"days": 366}, {"title": ""}, {"title": "x" * 129},
])  # fmt: skip
def test_an_offer_that_the_marketplace_would_refuse(changed: dict[str, Any]) -> None:
    values: dict[str, Any] = {"title": "t", "description": "d", "reward_cents": 75, **changed}
    with pytest.raises(ParamsError):
        Offer(**values)


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(CocokitError, match=r"cocokit\[mturk\]"):
        connect()


def test_hits_by_buttons(site: Site, marketplace: Marketplace) -> None:
    who = requester(site)
    place = f"{who.campaign}/channels"
    added = who.post(place, kind="mturk", name="turk", answers="5", follow=True).text
    assert "the sandbox" in added
    form = {"assignments": "10", "reward": "75", "minutes": "60", "days": "7"}
    there = who.post(f"{place}/turk/hits", what="post", server=SERVER, follow=True, **form).text
    assert "2 HITs are posted" in there
    marketplace.hand_in("H0", "A1")
    assert "8 of 9" in who.text(f"{place}/turk/hits")
    assert "1 assignments are approved" in who.post(f"{place}/turk/hits", what="approve", follow=True).text
    assert "no longer be accepted" in who.post(f"{place}/turk/hits", what="expire", follow=True).text
    assert marketplace.ended == ["H0", "H1"]
    for bad in ({"what": "sing"}, {"what": "post", **form, "server": "http://x.example"},
                {"what": "post", **form, "server": SERVER, "reward": "many"}):  # fmt: skip
        assert who.post(f"{place}/turk/hits", **bad).status_code == 400
    actions = who.text("audit")
    assert all(f"channel.hits_{what}" in actions for what in ("post", "approve", "expire"))


def test_posting_from_a_page_without_https_says_so(site: Site, marketplace: Marketplace) -> None:
    who = requester(site)
    add_channel(site.database, site.engine.campaign.id, "turk", "mturk", {})
    answer = who.post(f"{who.campaign}/channels/turk/hits", what="post", server="http://localhost/", assignments="9",
                      reward="75", minutes="60", days="7")  # fmt: skip
    assert "https pages alone" in answer.text
