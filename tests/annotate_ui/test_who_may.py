"""Route by route and role by role: who gets what. A route that is not in the table fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from cocokit.annotate_ui.tokens import Bearer, Entry
from cocokit.campaign.channels import add_channel
from cocokit.campaign.examples import add_example
from cocokit.campaign.guidance import picture_category
from cocokit.domain.stages import Stage
from cocokit.store.sentinels import Source, find_sentinels

from .conftest import Caller, come, tokens_of
from .large import put
from .site import Site

ROLES = ("nobody", "forged", "entry", "invite", "preview", "stranger", "worker")
_TOKEN = dict.fromkeys(("nobody", "forged", "entry", "invite"), 401)
#: Only the worker who holds the assignment.
_HELD = {**_TOKEN, "preview": 403, "stranger": 404, "worker": 200}
_ANYBODY = dict.fromkeys(ROLES, 200)
#: (method, endpoint) -> role -> status. Pictures and pages go by their signed address alone.
TABLE: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "health.health"): _ANYBODY,
    ("GET", "worker.by_link"): _ANYBODY,
    ("GET", "worker.root"): dict.fromkeys(ROLES, 302),
    ("GET", "worker.by_panel"): _ANYBODY,
    ("GET", "pictures.image"): _ANYBODY,
    ("GET", "pictures.deep"): _ANYBODY,
    ("GET", "pictures.sheet"): _ANYBODY,
    ("GET", "pictures.tile"): _ANYBODY,
    ("GET", "pictures.example"): _ANYBODY,
    ("GET", "pictures.icon"): _ANYBODY,
    ("GET", "api.openapi"): _ANYBODY,
    ("POST", "api.join"): _ANYBODY,
    ("POST", "api.next_task"): {**_TOKEN, "preview": 200, "stranger": 200, "worker": 200},
    ("GET", "api.assignments"): {**_TOKEN, "preview": 403, "stranger": 200, "worker": 200},
    ("GET", "api.read_draft"): _HELD,
    ("PUT", "api.write_draft"): _HELD,
    ("POST", "api.extend"): _HELD,
    ("POST", "api.submit"): _HELD,
    ("POST", "api.release"): _HELD,
}
#: Blueprints of the dashboard: their table is in test_dash_roles.
ELSEWHERE = frozenset({
    "audit", "board", "channels", "downloads", "guidance", "images", "login", "machine", "quality",
    "review", "setup", "theme", "workers",
})  # fmt: skip


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    found = make_site(Stage.VERIFY)
    assert found.path  # the link is made before anything else
    campaign = found.engine.campaign
    add_channel(found.database, campaign.id, "study", "panel", {"worker": "pid"})
    with found.database.read() as tx:
        one = find_sentinels(tx, [tx.exec_driver_sql("SELECT id FROM sentinel").scalars().first()])[0]
    source = Source(one.image_id, one.category_id, one.mask)
    found.database.run(lambda tx: add_example(tx, campaign, source, [], "gold"))
    put(found, 2100, 90)
    picture_category(found.database, campaign, next(iter(campaign.categories.values())), b"a picture")
    return found


def address(site: Site, given: dict[str, Any], endpoint: str) -> tuple[str, Any]:
    """The path of a route, about the worker's assignment, and a body that is right."""
    tokens, word, now = tokens_of(site), given["id"], site.engine.clock.now()
    image = f"image/1/{tokens.media('image/1', now)}.jpg"
    with site.database.read() as tx:
        shown = "example/" + str(tx.exec_driver_sql("SELECT id FROM sentinel WHERE kind = 'example'").scalars().first())
    example = f"{shown}/{tokens.media(shown, now)}.jpg"
    with site.database.read() as tx:
        large = "deep/" + str(tx.exec_driver_sql("SELECT max(id) FROM image").scalars().first())
    own = f"icon/{site.engine.campaign.id}/{next(iter(site.engine.campaign.categories))}/x"
    bodies = {"write_draft": {"version": 0, "data": 1}, "release": {"reason": "skip"}, "next_task": {"hold": []}}
    paths = {
        "health.health": "/health", "worker.root": "/",
        "worker.by_link": site.path, "api.openapi": "/api/v1/openapi.json",
        "worker.by_panel": f"/p/{site.engine.campaign.id}/study?pid=7", "pictures.image": f"/media/{image}",
        "pictures.deep": f"/media/{large}/{tokens.media(large, now)}/1/0/0.jpg",
        "pictures.sheet": given["work"]["sheets"][0]["url"], "pictures.tile": given["work"]["tiles"][0]["url"],
        "pictures.example": f"/media/{example}", "pictures.icon": f"/media/{own}/{tokens.media(own, now)}.png",
        "api.join": "/api/v1/join", "api.next_task": "/api/v1/next", "api.assignments": "/api/v1/assignments",
        "api.read_draft": f"/api/v1/assignments/{word}/draft", "api.write_draft": f"/api/v1/assignments/{word}/draft",
    }  # fmt: skip
    name = endpoint.rpartition(".")[2]
    if name == "join":
        return paths[endpoint], {"entry": tokens.entry(Entry(site.engine.campaign.id, "invite", "x")), "consent": True}
    if name == "submit":
        return f"/api/v1/assignments/{word}/submit", {"client_id": "c", "payload": {"bad": []}}
    return paths.get(endpoint, f"/api/v1/assignments/{word}/{name}"), bodies.get(name, {})


def header(site: Site, worker: Caller, role: str) -> dict[str, str]:
    tokens, key = tokens_of(site), site.engine.campaign.id
    words = {
        "forged": worker.token[:-4] + "AAAA",
        "entry": tokens.entry(Entry(key, "invite", "ann")),
        "invite": tokens.invite(key, "invite", "word"),
        "preview": tokens.bearer(Bearer(0, key, "invite", preview=True)),
        "worker": worker.token,
    }
    if role == "stranger":
        words[role] = come(site, "stranger").token
    return {"Authorization": f"Bearer {words[role]}"} if role in words else {}


def test_every_route_has_a_row(site: Site) -> None:
    routes = {
        (method, rule.endpoint)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.partition(".")[0] not in ELSEWHERE
    }
    assert routes == TABLE.keys()


def test_who_gets_what(site: Site) -> None:
    """One site for all of it; the worker hands in last, for an answer ends an assignment."""
    worker = come(site, "ann")
    given = worker.next()["assignment"]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for method, endpoint in TABLE:
        path, body = address(site, given, endpoint)
        for role in ROLES:
            client: FlaskClient = site.app.test_client()
            options = {} if method == "GET" else {"json": body}
            answer = client.open(path, method=method, headers=header(site, worker, role), **options)
            found.setdefault((method, endpoint), {})[role] = answer.status_code
            assert answer.status_code < 400 or answer.json, (path, role, answer.status_code)
            assert answer.status_code < 400 or answer.json["error"]["sentence"].endswith((".", "!"))
    assert found == TABLE


def test_a_worker_of_one_campaign_is_a_stranger_to_another(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    ann = come(site)
    word = ann.next()["assignment"]["id"]
    worker = tokens_of(site).read_bearer(ann.token).worker
    elsewhere = Caller(site, ann.client, tokens_of(site).bearer(Bearer(worker, 999, "invite")))
    for answer in (elsewhere.call("POST", "next"), elsewhere.call("GET", f"assignments/{word}/draft")):
        assert answer.status_code == 404
    imagined = Caller(site, ann.client, tokens_of(site).bearer(Bearer(9999, site.engine.campaign.id, "invite")))
    assert imagined.call("POST", "next").status_code == 404


def test_another_workers_client_id_is_of_no_use(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    ann, eve = come(site), come(site, "eve")
    first, second = ann.next()["assignment"]["id"], eve.next()["assignment"]["id"]
    ann.submit(first, "shared", trace=[1])
    done = eve.submit(second, "shared").json
    assert done["receipt"]["repeated"] is False
    assert eve.call("GET", f"assignments/{first}/draft").status_code == 404
    assert eve.submit(first, "again", payload={"drops": []}).status_code == 404
