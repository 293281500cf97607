"""Every refusal as JSON or as a plain page: what, where, what to do about it, in one sentence and never a traceback."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request
from werkzeug.exceptions import HTTPException

from cocokit.campaign.drafts import StaleError
from cocokit.errors import CocokitError, DataError, GoneError, NotFoundError, RefusedError

from .tokens import TokenError

API = "/api/"
_CODES = {400: "refused", 401: "token", 403: "forbidden", 404: "gone", 405: "refused", 409: "gone", 413: "limit",
          414: "limit", 415: "refused", 422: "refused", 429: "limit", 503: "busy"}  # fmt: skip
_SENTENCES = {
    404: "There is nothing here; open the link again as you got it.",
    405: "This address does not take such a request.",
    413: "What was sent is too large; send less.",
    415: "Send JSON, with the content type application/json.",
    429: "That was too often; wait a moment and try again.",
    500: "Something went wrong on our side; what you sent was not taken, try again.",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>cocokit</title>
<meta name="viewport" content="width=device-width"><p>{{ sentence }}</p></html>"""
_log = logging.getLogger(__name__)


def refusal(status: int, sentence: str, *, code: str | None = None, **more: Any) -> Response:
    """An answer that says no.

    Args:
        status: of HTTP.
        sentence: for whoever reads it.
        code: one word for the page; None takes that of the status.
        more: further members, such as field, reason, remedy.
    """
    body = {"code": code or _CODES.get(status, "refused"), "field": None, "reason": None, "remedy": None,
            "sentence": sentence, **more}  # fmt: skip
    answer = jsonify({"error": body})
    answer.status_code = status
    if status in (429, 503):
        answer.headers["Retry-After"] = str(more.get("retry_s", 5))
    return answer


def register_refusals(app: Flask) -> None:
    """Answer every error of the application, whatever it is."""
    app.register_error_handler(TokenError, lambda error: _say(401, str(error)))
    app.register_error_handler(CocokitError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def status_of(error: CocokitError) -> int:
    """The status that an error of cocokit's is answered with."""
    if isinstance(error, StaleError):
        return 409
    if isinstance(error, GoneError):
        ended = error.field == "campaign" or "not one of yours" not in error.reason
        return 403 if error.field == "worker" else 409 if ended else 404
    if isinstance(error, RefusedError):
        return 422
    if isinstance(error, (NotFoundError, DataError)):
        return 404
    return 503


def _known(error: CocokitError) -> Response:
    status = status_of(error)
    more: dict[str, Any] = {}
    code = {403: "rejected", 404: "gone"}.get(status)
    if isinstance(error, RefusedError):
        more = {"field": error.field, "reason": error.reason, "remedy": error.remedy or None}
    if isinstance(error, StaleError):
        code = "stale"
        more |= {"version": error.draft.version, "data": error.draft.data}
    if not isinstance(error, RefusedError):
        _log.warning("%s %r: %s", request.method, request.path, " ".join(str(error).split()))
    if status == 503:
        return _say(503, "The server is busy; what you did is kept in your browser and sent again.", code="busy")
    if isinstance(error, DataError):
        return _say(404, "This picture is not there just now.", code="gone")
    return _say(status, sentence_of(str(error)), code=code, **more)


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    status = error.code or 500
    found = _say(status, _SENTENCES.get(status) or sentence_of(str(error.description or error.name)))
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            found.headers[name] = value
    return found


def _unknown(error: Exception) -> Response:
    _log.exception("%s %r", request.method, request.path, exc_info=error)
    return _say(500, _SENTENCES[500], code="internal")


def _say(status: int, sentence: str, **more: Any) -> Response:
    if request.path.startswith(API):
        return refusal(status, sentence, **more)
    return Response(render_template_string(_PAGE, sentence=sentence), status, mimetype="text/html")


def sentence_of(text: str) -> str:
    """A message with a capital and a full stop.

    >>> sentence_of("polygons[0]: crosses itself near (12.5, 3); draw it again")
    'Polygons[0]: crosses itself near (12.5, 3); draw it again.'
    """
    line = " ".join(text.split())
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "!", "?")) else ".")
