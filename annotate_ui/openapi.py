"""The worker API in OpenAPI 3.1, written by hand and held to the routes by tests: ``GET /api/v1/openapi.json``."""

from __future__ import annotations

from typing import Any

from cocokit import __version__
from cocokit.domain.stages import Stage

Json = dict[str, Any]

_TEXT, _WHOLE, _NUMBER, _FLAG = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
_WORD: Json = {"type": "string", "minLength": 1, "maxLength": 200}
_HOLD: Json = {"type": "array", "items": {"type": "string", "maxLength": 99}, "maxItems": 10}
_STATES = ["none", "paused", "closed", "finished", "rejected"]
#: Why a task may be given back.
REASONS = ("skip", "not_loading", "offensive", "cannot_tell", "too_small")


def _object(needed: Json, optional: Json | None = None, *, closed: bool = True) -> Json:
    return {"type": "object", "properties": {**needed, **(optional or {})}, "required": list(needed),
            "additionalProperties": not closed}  # fmt: skip


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Json) -> Json:
    return {"type": "array", "items": schema}


_TIMES = _object({}, {name: {"type": "integer", "minimum": 0, "maximum": 2_592_000_000}
                      for name in ("wall_ms", "visible_ms", "active_ms")})  # fmt: skip
_SCHEMAS: Json = {
    "Error": _object({"error": _object(
        {"code": _TEXT, "field": _or_null(_TEXT), "reason": _or_null(_TEXT), "remedy": _or_null(_TEXT),
         "sentence": _TEXT}, closed=False)}),
    "Rle": _object({"size": {"type": "array", "items": _WHOLE, "minItems": 2, "maxItems": 2}, "counts": _TEXT}),
    "Me": _object({"answers_today": _WHOLE, "answers": _WHOLE, "cents": _NUMBER, "page": _WHOLE, "of": _or_null(_WHOLE),
                   "typical_s": {"type": "object", "additionalProperties": _NUMBER}}),
    "Draft": _object({"version": _WHOLE, "data": {}}),
    "Assignment": _object({
        "id": _TEXT, "stage": {"enum": [str(stage) for stage in Stage]}, "training": _FLAG, "expires_at": _WHOLE,
        "lease_ms": _WHOLE, "cents": _NUMBER, "draft": _or_null(_ref("Draft")),
        "instructions": _or_null(_TEXT), "work": {"type": "object"},
    }),
    "Task": _object({"state": {"const": "task"}, "now": _WHOLE, "me": _ref("Me"), "assignment": _ref("Assignment")}),
    "Nothing": _object(
        {"state": {"enum": _STATES}, "retry_s": _WHOLE, "sentence": _TEXT, "me": _ref("Me")},
        {"code": _TEXT, "return_url": _TEXT, "form": {"type": "object", "additionalProperties": _TEXT}},
    ),
    "Next": {"oneOf": [_ref("Task"), _ref("Nothing")]},
    "Receipt": _object({"state": {"enum": ["counted", "late", "untrusted"]}, "repeated": _FLAG,
                        "passed": _or_null(_FLAG), "iou": _or_null(_NUMBER), "boundary": _or_null(_NUMBER),
                        "cents": _NUMBER}),
    "Training": _object({
        "agreed": _or_null(_ref("Rle")), "missed": _or_null(_ref("Rle")), "extra": _or_null(_ref("Rle")),
        "iou": _NUMBER, "boundary": _NUMBER, "iou_bar": _NUMBER, "boundary_bar": _NUMBER, "passed": _FLAG,
        "hint": _TEXT, "state": {"enum": ["trying", "passed", "failed"]}, "tries_left": _WHOLE,
    }),
    "Submitted": _object({
        "receipt": _ref("Receipt"), "training": _or_null(_ref("Training")),
        "checks": _or_null(_object({"found": _WHOLE, "of": _WHOLE})), "next": _ref("Next"),
    }),
    "Joined": _object({
        "token": _TEXT, "expires_at": _WHOLE, "worker": _object({"name": _TEXT}), "consent_version": _TEXT,
        "preview": _FLAG,
        "campaign": _object({"name": _TEXT, "currency": _TEXT, "instructions": _or_null(_TEXT)}),
    }),
}  # fmt: skip
_ERRORS = {
    "401": "no token, or one that is over or not ours", "403": "not for this worker (any more)",
    "404": "not there, or somebody else's", "409": "over, or another tab was ahead", "413": "too large",
    "415": "not JSON", "422": "refused: field, reason and remedy say why", "429": "too often: Retry-After",
    "503": "busy: Retry-After",
}  # fmt: skip


def _answer(schema: Json, summary: str) -> Json:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _operation(name: str, summary: str, answer: Json, body: Json | None = None, *, token: bool = True) -> Json:
    errors = {status: _answer(_ref("Error"), what) for status, what in _ERRORS.items()}
    found: Json = {"operationId": name, "summary": summary, "responses": {"200": _answer(answer, summary), **errors}}
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    found["security"] = [{"worker": []}] if token else []
    return found


_ID = [{"name": "word", "in": "path", "required": True, "schema": _TEXT, "description": "id of the assignment"}]
_PATHS: Json = {
    "/join": {"post": _operation(
        "join", "Become a worker, or come back", _ref("Joined"),
        _object({"entry": {"type": "string", "maxLength": 4096}, "consent": {"const": True}},
                {"nickname": {"type": ["string", "null"], "maxLength": 200}}), token=False)},
    "/next": {"post": _operation("next_task", "The next task, or why there is none", _ref("Next"),
                                 _object({}, {"hold": _HOLD}))},
    "/assignments": {"get": _operation("assignments", "What the worker holds",
                                       _object({"assignments": _list(_ref("Assignment"))}))},
    "/assignments/{word}/draft": {
        "parameters": _ID,
        "get": _operation("read_draft", "What was saved of an answer", _ref("Draft")),
        "put": _operation("write_draft", "Save an unfinished answer",
                          _object({"version": _WHOLE, "expires_at": _WHOLE}),
                          _object({"version": {"type": "integer", "minimum": 0, "maximum": 10**9}, "data": {}})),
    },
    "/assignments/{word}/extend": {
        "parameters": _ID,
        "post": _operation("extend", "The page is still open", _object({"expires_at": _WHOLE}), _object({})),
    },
    "/assignments/{word}/release": {
        "parameters": _ID,
        "post": _operation("release", "Give a task back", _object({}), _object({"reason": {"enum": list(REASONS)}})),
    },
    "/assignments/{word}/submit": {
        "parameters": _ID,
        "post": _operation(
            "submit", "Hand in an answer; submitting twice with one client_id is one answer", _ref("Submitted"),
            _object({"client_id": _WORD, "payload": {"type": "object"}},
                    {"times": _TIMES, "trace": {"type": ["array", "null"]}, "hold": _HOLD})),
    },
    "/openapi.json": {"get": _operation("openapi", "This document", {"type": "object"}, token=False)},
}  # fmt: skip


def document() -> Json:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "cocokit worker API", "version": __version__,
                 "description": "What a worker's page asks. Masks are COCO's RLE; coordinates are px of the upright "
                                "image, origin at the outer corner of the top-left pixel; times are ms since 1970."},
        "servers": [{"url": "/api/v1"}],
        "paths": _PATHS,
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"worker": {"type": "http", "scheme": "bearer"}}},
    }  # fmt: skip
