"""The document of the worker API and its routes say the same; what is answered is what the document says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cocokit.annotate_ui.openapi import document
from cocokit.domain.stages import Stage

from .conftest import Caller, come
from .site import Site

DOCUMENT = document()


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what a schema describes; of JSON Schema only what the document uses."""
    if "$ref" in schema:
        return fits(value, DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return value in schema["enum"]
    for word, count in (("oneOf", 1), ("anyOf", None)):
        if word in schema:
            found = sum(fits(value, one) for one in schema[word])
            return found == count if count else found > 0
    kind = schema.get("type")
    if kind == "object":
        known = schema.get("properties", {})
        if not isinstance(value, dict) or not set(schema.get("required", [])) <= value.keys():
            return False
        rest = schema.get("additionalProperties", True)
        return all(
            fits(member, known[name]) if name in known else (rest if isinstance(rest, bool) else fits(member, rest))
            for name, member in value.items()
        )
    if kind == "array":
        return isinstance(value, list) and all(fits(one, schema.get("items", {})) for one in value)
    kinds: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
    if kind is None:
        return True
    if kind in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, kinds[kind])


def said(operation: str, answer: Any) -> None:
    """Hold an answer to the document."""
    for methods in DOCUMENT["paths"].values():
        for one in (m for m in methods.values() if isinstance(m, dict)):
            if one["operationId"] == operation:
                response = one["responses"][str(answer.status_code)]
                assert fits(answer.json, response["content"]["application/json"]["schema"]), answer.json
                return
    pytest.fail(f"there is no {operation}")


def test_every_route_is_in_the_document_and_the_other_way_round(site: Site) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method, rule.endpoint)
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method.upper(), f"api.{one['operationId']}")
        for path, methods in DOCUMENT["paths"].items()
        for method, one in methods.items()
        if method != "parameters"
    }
    assert described == routes


def test_the_document_says_who_needs_a_token(site: Site) -> None:
    for methods in DOCUMENT["paths"].values():
        for method, one in methods.items():
            if method != "parameters":
                view = site.app.view_functions[f"api.{one['operationId']}"]
                assert bool(one["security"]) == hasattr(view, "asks_for"), one["operationId"]


def test_the_document_is_served(ann: Caller) -> None:
    assert ann.client.get("/api/v1/openapi.json").json == DOCUMENT


@pytest.mark.parametrize("stage", [Stage.SEGMENT, Stage.VERIFY, Stage.CAPTION])
def test_answers_are_what_the_document_says(make_site: Callable[..., Site], stage: Stage) -> None:
    ann = come(make_site(stage))
    given = ann.call("POST", "next")
    said("next_task", given)
    word = given.json["assignment"]["id"]
    said("read_draft", ann.call("GET", f"assignments/{word}/draft"))
    said("write_draft", ann.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": {"points": [1, 2]}}))
    said("write_draft", ann.call("PUT", f"assignments/{word}/draft", {"version": 0, "data": None}))
    said("assignments", ann.call("GET", "assignments"))
    said("extend", ann.call("POST", f"assignments/{word}/extend"))
    said("submit", ann.submit(word, payload={"no": "answer"}))
    said("submit", ann.submit(word))
    said("release", ann.call("POST", f"assignments/{word}/release", {"reason": "skip"}))
    said("next_task", ann.call("POST", "next", {"hold": 3}))


def test_the_check_would_notice() -> None:
    me = {"answers_today": 1, "answers": 1, "cents": 1.0, "page": 1, "of": None, "typical_s": {}}
    nothing = {"state": "none", "retry_s": 3, "sentence": "x", "me": me}
    schema = {"$ref": "#/components/schemas/Next"}
    assert fits(nothing, schema)
    assert not fits({**nothing, "more": 1}, schema)
    assert not fits({**nothing, "state": "task"}, schema)
    assert not fits({**nothing, "me": {**me, "answers": "1"}}, schema)
