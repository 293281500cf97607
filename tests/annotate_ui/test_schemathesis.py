"""Schemathesis makes requests from the document, right ones and wrong ones, and holds every answer to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cocokit.annotate_ui.openapi import document
from cocokit.domain.stages import Stage
from cocokit.pipeline.leases import ManualClock

from .conftest import START, Caller, come
from .site import build, close

OPERATIONS = [
    (method, path)
    for path, methods in document()["paths"].items()
    for method in methods
    if method != "parameters" and path != "/openapi.json"
]
CHECKS = [schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
          response_schema_conformance]  # fmt: skip


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    site = build(tmp_path_factory.mktemp("schema"), stage=Stage.CAPTION, clock=ManualClock(START),
                 config={"limits": False})  # fmt: skip
    yield come(site)
    close(site)


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_every_answer_is_as_the_document_says(caller: Caller, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", caller.site.app)
    headers = {"Authorization": f"Bearer {caller.token}"}

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy(), own=st.booleans())
    def check(case: schemathesis.Case, own: bool) -> None:
        if own and "word" in case.path_parameters:
            held = caller.call("GET", "assignments").json["assignments"] or [caller.next().get("assignment")]
            case.path_parameters["word"] = held[0]["id"] if held[0] else "none"
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()
