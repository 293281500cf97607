"""The board: every figure and edge, empty and full; who may do what on which page."""

from __future__ import annotations

import re
from itertools import product

from cocokit.campaign.creating import create_campaign
from cocokit.campaign.status import read_status
from cocokit.domain.stages import Outcome, Stage
from cocokit.pipeline.campaign_file import CampaignFile

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
            assert role != "viewer" or "sign-out" in path or path == "/dash/theme", f"{path} changes something"


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


def test_every_number_of_the_graph_leads_to_its_images(site: Site) -> None:
    site.work(110)
    who = requester(site, "viewer")
    status = read_status(site.database, site.engine.campaign, site.engine.clock.now())
    links = re.findall(r'<a href="/dash/(\d+/images\?[^"]+)"', who.text(f"{who.campaign}/"))
    assert len(set(links)) > len(status.stages) + 5
    for link in set(links):
        assert "<h1>Images</h1>" in who.text(link.replace("&amp;", "&"))
    counts = {edge.outcome: count for edge, count in status.edges}
    assert shown(who, "filter.kept") == counts[Outcome.KEPT]
    with site.database.read() as tx:
        for stage in ("label", "spot", "segment", "verify", "caption"):
            for work, where in (("open", "state = 'open'"), ("done", "state = 'done'"),
                                ("out", "state = 'open' AND taken > answered")):  # fmt: skip
                query = f"SELECT count(DISTINCT image_id) FROM task WHERE stage = '{stage}' AND {where}"
                assert shown(who, f"{stage}.{work}") == tx.exec_driver_sql(query).scalar_one(), (stage, work)
        for place, query in (("verify.passed", "segmentation WHERE state = 'passed'"),
                             ("verify.failed", "segmentation WHERE state = 'failed'"),
                             ("spot.spotted", "spot WHERE state != 'void'")):  # fmt: skip
            assert shown(who, place) == tx.exec_driver_sql(f"SELECT count(DISTINCT image_id) FROM {query}").scalar_one()


def shown(who: Requester, place: str) -> int:
    """How many images are at a place of the stage graph."""
    found = re.search(r'class="sub num">([\d,]+)', who.text(f"{who.campaign}/images?at={place}"))
    assert found
    return int(found[1].replace(",", ""))


def test_a_place_that_the_graph_does_not_have_is_no_page(site: Site) -> None:
    who = requester(site)
    for place in ("segment.flying", "verify.kept", "x", "filter", "'.open", "segment.open.x"):
        assert who.get(f"{who.campaign}/images?at={place}").status_code == 404, place


def test_the_board_says_how_much_came_in_the_last_hour(site: Site) -> None:
    site.work(7)
    assert "7 answers in the last hour" in requester(site).text(f"{site.engine.campaign.id}/")


def test_pages_about_no_campaign_keep_the_menu_of_the_last(site: Site) -> None:
    first = site.engine.campaign
    file = CampaignFile("second", "coco", first.settings, first.graph)
    second = create_campaign(site.database, file, list(first.categories.values()), [])
    who = requester(site)
    assert who.get("").location == f"/dash/{second}/"  # nothing was looked at: the newest
    who.text(f"{first.id}/")
    for page in ("setup", "audit", "health", "accounts"):
        text = who.text(page)
        assert f'href="/dash/{first.id}/workers"' in text, page
        assert f'href="/dash/{second}/workers"' not in text, page
    assert who.get("").location == f"/dash/{first.id}/"
    who.text(f"{second}/workers")
    assert f'href="/dash/{second}/workers"' in who.text("setup")
