"""The board: every figure and edge, empty and full; who may do what on which page."""

from __future__ import annotations

import re
from itertools import product

from cocokit.campaign.status import read_status
from cocokit.domain.stages import Outcome, Stage

from .dash import Requester, requester, visitor
from .site import Site

RANKS = {"anyone": 0, "viewer": 1, "reviewer": 2, "owner": 3}


def dash_rules(site: Site) -> list[tuple[str, str, str]]:
    """(method, path, endpoint) of every route of the dashboard."""
    values = {"campaign": site.engine.campaign.id}
    found = []
    for rule in site.app.url_map.iter_rules():
        if rule.rule.startswith("/dash"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values.get(m[1], 1)), rule.rule)
            found += [(method, path, rule.endpoint) for method in ("GET", "POST") if method in (rule.methods or ())]
    return found


def needs(site: Site, endpoint: str) -> str:
    """The role that a page asks for."""
    return str(getattr(site.app.view_functions[endpoint], "asks_for", "nothing"))


def test_every_page_says_for_whom_it_is(site: Site) -> None:
    rules = dash_rules(site)
    assert len(rules) > 12
    for method, path, endpoint in rules:
        role = needs(site, endpoint)
        assert role in RANKS, (method, path)
        if method == "POST":
            assert role != "viewer" or "sign-out" in path, f"{path} changes something"


def test_no_page_is_open_to_a_role_below_its_own(site: Site) -> None:
    people: dict[str, Requester] = {role: requester(site, role) for role in ("viewer", "reviewer", "owner")}
    people["anyone"] = visitor(site)
    for (method, path, endpoint), (role, who) in product(dash_rules(site), people.items()):
        needed = RANKS[needs(site, endpoint)]
        if RANKS[role] >= needed:
            continue
        if method == "GET":
            answer = who.client.get(path)
            assert answer.status_code == (302 if role == "anyone" else 403), (role, path)
        else:
            answer = who.post(path.removeprefix("/dash/"))
            assert answer.status_code == (401 if role == "anyone" else 403), (role, path)


def test_pages_of_readers_open_for_readers(site: Site) -> None:
    who = requester(site, "viewer")
    for method, path, endpoint in dash_rules(site):
        if method == "GET" and needs(site, endpoint) == "viewer":
            assert who.client.get(path).status_code in (200, 302, 304, 404), path


def test_the_board_of_a_new_campaign_says_what_to_do(site: Site) -> None:
    text = requester(site).text(f"{site.engine.campaign.id}/")
    assert "Running, day 1" in text
    assert text.count("<dt>") == 6
    assert "none decided yet" in text


def test_the_graph_has_a_count_on_every_edge(site: Site) -> None:
    site.work(60)
    status = read_status(site.database, site.engine.campaign, site.engine.clock.now())
    text = requester(site).text(f"{site.engine.campaign.id}/")
    for stage in status.stages:
        assert f">{str(stage.stage).capitalize()}</text>" in text
    drawn = re.findall(r'class="c">([\d,]+)<', text)
    counts = {edge.outcome: count for edge, count in status.edges}
    assert f"{counts[Outcome.KEPT]:,}" in drawn
    assert f"{counts[Outcome.FAILED]:,} returned" in text
    assert "style=" not in text  # the policy forbids it


def test_pausing_and_going_on(site: Site) -> None:
    who = requester(site)
    board = f"{who.campaign}/"
    assert "Paused" in who.post(f"{board}pause", follow=True).text
    assert site.engine.next_task(site.workers[0][0]) is None
    assert "Go on" in who.text(board)
    assert "is running" in who.post(f"{board}launch", follow=True).text
    assert site.engine.next_task(site.workers[0][0]) is not None
    assert "closed for good" in who.post(f"{board}close", follow=True).text
    assert who.post(f"{board}pause").status_code == 400  # closed is closed, in a sentence



def test_a_campaign_that_is_not_there_is_a_page_that_says_so(site: Site) -> None:
    answer = requester(site).get("999/")
    assert answer.status_code == 404
    assert "<h1>" in answer.text


def test_headers_of_the_dashboard(site: Site) -> None:
    answer = requester(site).get(f"{site.engine.campaign.id}/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert Stage.FILTER in site.engine.campaign.graph.stages
