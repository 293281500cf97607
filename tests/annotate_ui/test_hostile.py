"""Whatever is sent, the answer is a refusal in one sentence: never a traceback, never a changed row by GET."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocokit.annotate_ui.bodies import DEEPEST, parse
from cocokit.domain.stages import Stage
from cocokit.errors import RefusedError
from cocokit.pipeline.leases import ManualClock

from .conftest import START, Caller, come
from .site import Site, build, close

#: What the document promises.
STATUSES = {200, 401, 403, 404, 405, 409, 413, 415, 422, 429}
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
          "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}  # fmt: skip


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    site = build(tmp_path_factory.mktemp("hostile"), stage=Stage.SEGMENT, clock=ManualClock(START), training=False,
                 config={"limits": False})  # fmt: skip
    yield come(site)
    close(site)


def refused(answer: Any) -> dict[str, Any]:
    """The error of an answer, held to what every refusal has."""
    assert answer.status_code in STATUSES - {200}, answer.text
    error: dict[str, Any] = answer.json["error"]
    assert {"code", "field", "reason", "remedy", "sentence"} <= error.keys()
    assert "\n" not in error["sentence"]
    assert "Traceback" not in answer.text
    assert len(error["sentence"]) < 600
    return error


@pytest.mark.parametrize("body, said", [
    (b"", "no JSON"), (b"{", "no JSON"), (b"\xff\xfe", "no JSON"), (b"null", "object"), (b"[1]", "object"),
    (b'{"hold": NaN}', "number NaN"), (b'{"hold": -Infinity}', "number -Infinity"), (b'{"a": 1, "a": 2}', "twice"),
    (b'{"hold": [], "hold": []}', "twice"), (b"[" * 100_000, "too deep"), (b'{"a":' * 60_000, "too deep"),
    (b'{"hold": ' + b"[" * 500 + b"]" * 500 + b"}", "too deep"), (b'{"hold": ' + b"9" * 6000 + b"}", "no JSON"),
    (b'{"hold": [1]}', "list of ids"), (b'{"hold": {"0": 1}}', "list of ids"), (b'{"more": 1}', "not known here"),
    (b'{"hold": ["' + b"x" * 100 + b'"]}', "list of ids"), (b'{"hold": [' + b'"a",' * 20 + b'"a"]}', "list of ids"),
    (b'\xef\xbb\xbf{"hold": []}', "no JSON"), (b"1e999", "number 1e999"), ("[1]".encode("utf-16"), "no JSON"),
    (b'"\\ud800"', "object"),
])  # fmt: skip
def test_what_is_no_answer_is_refused_in_a_sentence(caller: Caller, body: bytes, said: str) -> None:
    answer = caller.call("POST", "next", data=body, json=None, content_type="application/json")
    assert answer.status_code == 422
    assert said in refused(answer)["sentence"]


def test_brackets_in_texts_are_no_depth() -> None:
    text = '[{"' * 1000
    assert parse(json.dumps({"a": text, "b": [text]}).encode()) == {"a": text, "b": [text]}
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST) != []
    with pytest.raises(RefusedError, match="nested too deep"):
        parse(b'["\\"",' + b"[" * DEEPEST + b"]" * DEEPEST + b"]")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(caller: Caller, kind: str) -> None:
    answer = caller.call("POST", "next", data=b'{"hold": []}', json=None, content_type=kind)
    assert answer.status_code == 415
    refused(answer)


def test_what_is_too_large_is_refused(caller: Caller) -> None:
    word = caller.next()["assignment"]["id"]
    large = caller.call("PUT", f"assignments/{word}/draft", data=b" " * 6_000_001, json=None,
                        content_type="application/json")  # fmt: skip
    assert large.status_code == 413
    refused(large)
    long = caller.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": "x" * 2_000_001})
    assert long.status_code == 422
    assert refused(long)["field"] == "data"


@pytest.mark.parametrize("method, path", [
    ("GET", "next"), ("DELETE", "assignments/x/draft"), ("POST", "assignments"), ("GET", "nothing"), ("POST", "..%2f"),
    ("GET", "assignments/%00/draft"), ("GET", "assignments/" + "x" * 5000 + "/draft"), ("PUT", "join"),
    ("GET", "assignments/%ed%a0%80/draft"), ("GET", "assignments/%ff/draft"), ("GET", "assignments//draft"),
])  # fmt: skip
def test_an_address_that_is_none_is_refused_in_json(caller: Caller, method: str, path: str) -> None:
    answer = caller.call(method, path)
    assert answer.status_code in (308, 404, 405)
    if answer.status_code != 308:
        refused(answer)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
RINGS = st.lists(st.lists(st.integers(-10, 700) | st.floats(-5, 700), max_size=12), max_size=3)
PAYLOADS = ANY | st.fixed_dictionaries(
    {"outcome": st.sampled_from(["mask", "no_object", "x"]) | ANY},
    optional={"polygons": RINGS | ANY, "holes": RINGS, "tool": st.sampled_from(["polygon", "brush"]) | ANY,
              "rle": st.fixed_dictionaries({"size": st.just([512, 512]) | ANY, "counts": st.text(max_size=30)}) | ANY},
)  # fmt: skip
BODIES = {
    "next": st.fixed_dictionaries({}, optional={"hold": ANY}) | ANY,
    "join": st.fixed_dictionaries({"entry": ANY, "consent": st.just(True) | ANY}, optional={"nickname": ANY}),
    "draft": st.fixed_dictionaries({"version": st.integers(0, 3) | ANY, "data": ANY}),
    "release": st.fixed_dictionaries({"reason": ANY}),
    "extend": ANY,
    "submit": st.fixed_dictionaries(
        {"client_id": st.text(max_size=5) | ANY, "payload": PAYLOADS},
        optional={"times": st.dictionaries(st.sampled_from(["wall_ms", "active_ms", "x"]), ANY) | ANY, "trace": ANY,
                  "hold": ANY}),
}  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), what=st.sampled_from(sorted(BODIES)))
def test_no_body_whatever_makes_an_internal_error(caller: Caller, data: st.DataObject, what: str) -> None:
    body = data.draw(BODIES[what])
    held = caller.call("GET", "assignments").json["assignments"]
    word = held[0]["id"] if held else caller.next().get("assignment", {"id": "none"})["id"]
    path = what if what in ("next", "join") else f"assignments/{word}/{what}"
    answer = caller.call("PUT" if what == "draft" else "POST", path, data=json.dumps(body), json=None,
                         content_type="application/json")  # fmt: skip
    if answer.status_code != 200:
        refused(answer)


def test_get_never_writes(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.VERIFY)
    ann = come(site)
    given = ann.next()["assignment"]
    tile, sheet = given["work"]["tiles"][0]["url"], given["work"]["sheets"][0]["url"]

    def rows() -> dict[str, list[Any]]:
        with site.database.read() as tx:
            names = [row[0] for row in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: [tuple(r) for r in tx.exec_driver_sql(f"SELECT * FROM {name}")] for name in names}

    before = rows()
    for path in (site.path, site.path + "?x=1", "/health", tile, sheet, "/api/v1/openapi.json", "/nothing"):
        ann.client.get(path)
        ann.client.head(path)
        ann.client.options(path)
    ann.call("GET", "assignments")
    ann.call("GET", f"assignments/{given['id']}/draft")
    assert rows() == before


def test_every_answer_has_the_headers(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    ann = come(site)
    image = ann.next()["assignment"]["work"]["image"]["url"]
    root = site.app.config["COCOKIT_ROOT"]
    for path in (site.path, "/health", image, "/nothing", "/api/v1/next", f"{root}/css/tokens.css", f"{root}/nothing"):
        with ann.client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; "), path
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            wanted = {n: value for n, value in ALWAYS.items() if n != "X-Frame-Options" or "/static" not in path}
            assert {name: answer.headers.get(name) for name in wanted} == wanted, path
            assert "Set-Cookie" not in answer.headers


def test_scripts_are_compressed_and_kept_for_ever_under_their_version(make_site: Callable[..., Site]) -> None:
    site = make_site()
    path = f"{site.app.config['COCOKIT_ROOT']}/css/tokens.css"
    with site.app.test_client().get(path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    for outside in ("/../app.py", "/%2e%2e/app.py", "/css/../../app.py", "/css/%2e%2e%2f%2e%2e%2fapp.py"):
        with site.app.test_client().get(site.app.config["COCOKIT_ROOT"] + outside) as answer:
            assert answer.status_code == 404


def test_who_asks_too_often_waits(make_site: Callable[..., Site]) -> None:
    site = make_site(config={"limits": True})
    ann, eve = come(site), come(site, "eve")
    answers = [ann.call("GET", "assignments") for _ in range(60)]
    late = next(answer for answer in answers if answer.status_code == 429)
    assert refused(late)["code"] == "limit"
    assert int(late.headers["Retry-After"]) >= 1
    assert eve.call("GET", "assignments").status_code == 200


def test_an_internal_error_says_nothing_of_itself(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ann = come(make_site())
    monkeypatch.setattr("cocokit.campaign.engine.Engine.current", lambda *_: 1 / 0)
    answer = ann.call("GET", "assignments")
    assert answer.status_code == 500
    assert answer.json["error"]["code"] == "internal"
    assert "ZeroDivision" not in answer.text
    assert "ZeroDivision" in caplog.text


def test_a_broken_or_missing_photo_is_a_missing_picture(make_site: Callable[..., Site]) -> None:
    site = make_site(Stage.LABEL)
    image = come(site).next()["assignment"]["work"]["image"]["url"]
    for path in (site.workspace / "images").rglob("*.jpg"):
        path.write_bytes(path.read_bytes()[:500])
    assert site.app.test_client().get(image).status_code == 404
    for path in (site.workspace / "images").rglob("*.jpg"):
        Path(path).unlink()
    gone = site.app.test_client().get(image)
    assert gone.status_code == 404
    assert str(site.workspace) not in gone.text
