"""The worker API, prefix /api/v1: join, next, drafts, submit. Bearer tokens, no cookies; GET never writes.

A view parses, calls the engine and answers. Every refusal is JSON with one sentence (:mod:`..refusals`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from cocokit.campaign import desk, drafts, feedback
from cocokit.campaign.channels import find_channel
from cocokit.campaign.guidance import WELCOME
from cocokit.campaign.preview import preview
from cocokit.campaign.sentinels import restock
from cocokit.campaign.turns import next_by_turns
from cocokit.domain.answers import Times
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment, Receipt
from cocokit.errors import GoneError, RefusedError

from ..asking import Asking, asked, asked_or_preview
from ..bodies import read_body, text_of, whole_of, words_of
from ..limits import OF_A_WORKER, OF_AN_ADDRESS, by_worker, limiter
from ..openapi import REASONS, document
from ..shown import shown_mask
from ..site import site
from ..tokens import TOKEN_S, Bearer, TokenError

Json = dict[str, Any]

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
limiter.limit(OF_A_WORKER, key_func=by_worker)(blueprint)

#: The version of the text that a worker agrees to, as core/consent.js has it.
CONSENT = "3"
_MOST_HELD = 10
#: Masks that become sentinels after one page, at most: the worker waits for it.
_RENEWED = 4
_MOST_MS = 30 * 24 * 3600 * 1000


@blueprint.post("/join")
@limiter.limit(OF_AN_ADDRESS)
def join() -> Response:
    """Whoever has an entry becomes a worker, or comes back; their token."""
    body = read_body(["entry", "consent"], ["nickname"])
    entry = site().tokens.read_entry(text_of(body, "entry", 4096))
    if body["consent"] is not True:
        raise RefusedError("consent", "is not given", "agree to the conditions first")
    nickname = text_of(body, "nickname", 200) if body.get("nickname") else None
    engine = site().engine(entry.campaign)
    if find_channel(site().database, entry.campaign, entry.channel).settings.get("revoked"):
        raise TokenError("This link is not good any more; ask for a new one.")
    if entry.preview:
        guest = desk.Guest(0, "Preview", 0)
    else:
        visit = entry.session.get("visit", "")
        guest = desk.enter(engine, entry.channel, entry.external_id, nickname, CONSENT, visit)
    bearer = Bearer(guest.worker_id, entry.campaign, entry.channel, guest.before, entry.preview, entry.session)
    record, told = engine.campaign.record, site().told.guidance(engine)
    return jsonify({
        "token": site().tokens.bearer(bearer), "expires_at": site().clock.now() + TOKEN_S * 1000,
        "worker": {"name": guest.name}, "consent_version": CONSENT, "preview": entry.preview,
        "campaign": {"name": record.name, "currency": engine.campaign.settings.currency,
                     "instructions": told.texts.get(WELCOME)},
    })  # fmt: skip


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """What this API takes and gives."""
    return jsonify(document())


@blueprint.post("/next")
@asked_or_preview
def next_task(asking: Asking) -> Response:
    """The next task, or why there is none; an example in a preview."""
    if asking.bearer.preview:
        return jsonify(_preview(asking))
    return jsonify(_next(asking, words_of(read_body([], ["hold"]), "hold", _MOST_HELD)))


@blueprint.get("/assignments")
@asked
def assignments(asking: Asking) -> Response:
    """What the worker holds, with their drafts."""
    held = asking.engine.current(asking.worker)
    saved = drafts.read_drafts(asking.engine, asking.worker, [one.id for one in held])
    showing = site().showing(asking.engine)
    return jsonify({"assignments": [showing.assignment(one, saved.get(one.id)) for one in held]})


@blueprint.get("/assignments/<word>/draft")
@asked
def read_draft(asking: Asking, word: str) -> Response:
    """What was saved of an answer."""
    draft = drafts.read_draft(asking.engine, asking.worker, word)
    return jsonify({"version": draft.version, "data": draft.data})


@blueprint.put("/assignments/<word>/draft")
@asked
def write_draft(asking: Asking, word: str) -> Response:
    """Save an unfinished answer."""
    body = read_body(["version", "data"])
    version = whole_of(body, "version", 10**9)
    new, expires_at = drafts.write_draft(asking.engine, asking.worker, word, version, body["data"])
    return jsonify({"version": new, "expires_at": expires_at})


@blueprint.post("/assignments/<word>/extend")
@asked
def extend(asking: Asking, word: str) -> Response:
    """The page is still open."""
    read_body([])
    return jsonify({"expires_at": asking.engine.extend(asking.worker, word)})


@blueprint.post("/assignments/<word>/release")
@asked
def release(asking: Asking, word: str) -> Response:
    """Give a task back unanswered."""
    reason = text_of(read_body(["reason"]), "reason", 100)
    if reason not in REASONS:
        raise RefusedError("reason", "is no reason known here", f"send {' or '.join(REASONS)}")
    asking.engine.release(asking.worker, word, reason)
    return jsonify({})


@blueprint.post("/assignments/<word>/submit")
@asked
def submit(asking: Asking, word: str) -> Response:
    """Take an answer; what became of it, and the next task."""
    body = read_body(["client_id", "payload"], ["times", "trace", "hold"])
    client_id = text_of(body, "client_id", 200)
    times, hold = _times(body.get("times", {})), words_of(body, "hold", _MOST_HELD)
    trace = body.get("trace")
    if trace is not None and not isinstance(trace, list):
        raise RefusedError("trace", "is no list", "send a list of strokes, or leave it out")
    checks = feedback.PageChecks()
    receipt, stage = drafts.hand_in(
        asking.engine, asking.worker, word, body["payload"], client_id, times, trace, checks
    )
    if stage is Stage.VERIFY:
        site().told.collect(asking.engine)
        restock(asking.engine, _RENEWED, asking.worker)  # Whoever has seen every sentinel would get no further page.
    return jsonify({
        "receipt": _receipt(receipt), "training": _training(asking, word, receipt),
        "checks": _checks(checks.found), "next": _next(asking, hold),
    })  # fmt: skip


def _next(asking: Asking, hold: list[str]) -> Json:
    """A task, or a state with its sentence; none for those whose link was revoked, whose last answers still count."""
    engine, bearer = asking.engine, asking.bearer
    channel, revoked = asking.channel(), asking.is_revoked()
    most = channel.answers
    beside = desk.Beside(engine, bearer.worker)
    over = most is not None and beside.did.answers - bearer.before >= most
    given: Assignment | None = None
    if not over and not revoked:
        try:
            given = next_by_turns(engine, bearer.worker, hold, beside) if channel.turns else engine.next_task(
                bearer.worker, hold=hold, beside=beside)
        except GoneError as error:
            if error.field != "worker":
                raise
    me, draft = site().me(engine, beside.did, bearer.before, most), beside.draft
    if given is not None:
        shown = site().showing(engine).assignment(given, draft if draft.version else None)
        return {"state": "task", "now": site().clock.now(), "me": me, "assignment": shown}
    why = site().standing(engine, bearer.worker)
    found: Json = {"state": why.state, "retry_s": why.retry_s, "sentence": why.sentence, "me": me}
    if revoked:
        found |= {"state": "closed", "sentence": "This link is not good any more. What you sent is safe; thank you.",
                  "retry_s": 3600}  # fmt: skip
    elif over:
        found |= {"state": "finished", "sentence": "You are done: that was the last task of this visit. Thank you.",
                  "retry_s": 3600}  # fmt: skip
    if me["page"] > 1:
        found |= channel.end(bearer.session).as_json()
    return found


def _preview(asking: Asking) -> Json:
    """A task as it might look; nobody holds it, and nothing can be sent."""
    me = {"answers_today": 0, "answers": 0, "cents": 0.0, "typical_s": site().typical(asking.engine), "page": 1,
          "of": asking.channel().answers}  # fmt: skip
    example = preview(asking.engine)
    if example is None:
        return {"state": "none", "retry_s": 60, "sentence": "Accept the task to begin.", "me": me}
    shown = site().showing(asking.engine).assignment(example)
    return {"state": "task", "now": site().clock.now(), "me": me, "assignment": shown}


def _receipt(receipt: Receipt) -> Json:
    return {"state": receipt.state, "repeated": receipt.repeated, "passed": receipt.passed, "iou": receipt.iou,
            "boundary": receipt.boundary, "cents": receipt.cents}  # fmt: skip


def _training(asking: Asking, word: str, receipt: Receipt) -> Json | None:
    if receipt.passed is None:
        return None
    settings = asking.engine.campaign.settings
    found = feedback.training_result(asking.engine, asking.worker, word, receipt.answer_id)
    score = found.score
    return {
        "agreed": shown_mask(score.agreed) if score else None, "missed": shown_mask(score.missed) if score else None,
        "extra": shown_mask(score.extra) if score else None, "iou": receipt.iou, "boundary": receipt.boundary,
        "iou_bar": settings.training_iou, "boundary_bar": settings.training_boundary, "passed": receipt.passed,
        "hint": found.hint, "state": found.state, "tries_left": found.tries_left,
    }  # fmt: skip


def _checks(found: tuple[int, int] | None) -> Json | None:
    return None if found is None else {"found": found[0], "of": found[1]}


def _times(value: object) -> Times:
    if not isinstance(value, dict) or not set(value) <= {"wall_ms", "visible_ms", "active_ms"}:
        raise RefusedError("times", "are not wall_ms, visible_ms and active_ms", "send whole milliseconds")
    return Times(**{name: whole_of(value, name, _MOST_MS) for name in value})


