"""Who may open which page of the dashboard: nothing is open that does not say for whom.

A view names the least role with :func:`allowed`; a blueprint of :func:`dash_blueprint` asks before each request. What
changes something comes from a page of ours: Flask-WTF's token in every form, and the browser's own word on where the
request is from.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app, flash, g, redirect, render_template, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from cocokit.campaign.accounts import ROLES, Account, find_login
from cocokit.campaign.audit import record
from cocokit.errors import CocokitError

from .limits import OF_AN_ADDRESS, limiter
from .refusals import sentence_of
from .site import site
from .tokens import TokenError

COOKIE = "cocokit_login"
#: Pages that anybody may see: signing in, choosing a password.
ANYONE = "anyone"
csrf = CSRFProtect()
P = ParamSpec("P")
T = TypeVar("T")


def allowed(role: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A view for accounts of a role and of those above it; for :data:`ANYONE` without an account too."""
    assert role in (ANYONE, *ROLES)

    def mark(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def marked(*args: P.args, **kwargs: P.kwargs) -> T:
            return view(*args, **kwargs)

        marked.asks_for = role  # type: ignore[attr-defined]
        return marked

    return mark


def dash_blueprint(name: str, module: str) -> Blueprint:
    """A blueprint whose views are asked for by accounts."""
    made = Blueprint(name, module, url_prefix="/dash")
    made.before_request(_guard)
    made.after_request(_seal)
    made.register_error_handler(CocokitError, _problem)
    made.register_error_handler(HTTPException, _refused)
    made.register_error_handler(TokenError, lambda error: _page(str(error), 401))
    limiter.limit(OF_AN_ADDRESS)(made)
    return made


def register_guard(app: Flask) -> None:
    """Forms carry a token from now on; workers' requests carry their own and no cookie."""
    app.config.update(
        WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=12 * 3600, SESSION_COOKIE_NAME="cocokit_form",
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_PATH="/dash",
    )  # fmt: skip
    csrf.init_app(app)
    app.jinja_env.globals["me"] = current


def current() -> Account | None:
    """The account that asks, or None."""
    found: Account | None = g.get("account")
    return found


def asker() -> Account:
    """The account that asks; there is one wherever a role is needed."""
    found = current()
    assert found is not None
    return found


def may(role: str) -> bool:
    """Whether whoever asks may do what a role may."""
    found = current()
    return found is not None and ROLES.index(found.role) >= ROLES.index(role)


def write_down(action: str, **data: Any) -> None:
    """A line of the audit log about whoever asks."""
    record(site().database, asker().id, action, site().clock.now(), **data)


def keep_cookie(response: Response, token: str | None) -> Response:
    """Put a login's token into the browser, or take it out."""
    if token is None:
        response.delete_cookie(COOKIE, path="/dash", httponly=True, samesite="Lax", secure=request.is_secure)
    else:
        response.set_cookie(COOKIE, token, path="/dash", httponly=True, samesite="Lax", secure=request.is_secure,
                            max_age=14 * 24 * 3600)  # fmt: skip
    session.clear()  # with a new login comes a new token for forms
    return response


def own_page(target: str | None) -> str:
    """Where to go next: a page of the dashboard, whatever the address or form asks for.

    >>> own_page("/dash/audit?page=2"), own_page("https://example.org/dash/"), own_page(None)
    ('/dash/audit?page=2', '/dash/', '/dash/')
    """
    known = target is not None and target.startswith("/dash/") and target.isprintable() and "\\" not in target
    return target if target and known else "/dash/"


def _guard() -> Any:
    view = current_app.view_functions[request.endpoint or ""]
    role = getattr(view, "asks_for", None)
    if role is None:
        abort(403)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _is_ours():
        abort(403, "This was sent by another site.")
    token = request.cookies.get(COOKIE, "")
    login = find_login(site().database, token, site().clock.now()) if 0 < len(token) < 200 else None
    g.account, g.login_token = (login.account, token) if login else (None, "")
    if role == ANYONE:
        return None
    if g.account is None:
        if request.method != "GET":
            abort(401, "You are signed out. Sign in and send it again.")
        return redirect(f"/dash/sign-in?next={quote(request.full_path.rstrip('?'))}")
    if not may(role):
        abort(403, f"This is for {'an owner' if role == 'owner' else f'a {role}'}; you are a {g.account.role}.")
    return None


def _is_ours() -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin.partition("://")[2] == request.host
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _seal(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "same-origin"  # without it forms would come from nowhere
    return response


def _problem(error: CocokitError) -> Any:
    """What cannot be done, said on the page that it was asked from."""
    sentence = _without_folders(sentence_of(str(error)))
    if request.method == "POST" and request.referrer and request.referrer.startswith(request.host_url):
        flash(sentence, "bad")
        return redirect(request.referrer, 303)
    return _page(sentence, 404 if isinstance(error, LookupError) else 400)


def _without_folders(sentence: str) -> str:
    """A sentence that does not say where on the server's disk something lies."""
    config = site().config
    given = (config.images, config.workspace)
    for folder in sorted({*given, *map(os.path.realpath, given)}, key=len, reverse=True):
        sentence = sentence.replace(folder.rstrip(os.sep) + os.sep, "")
    return sentence


def _refused(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    texts = {404: "There is nothing here.", 413: "What was sent is too large; send less.",
             429: "That was too often; wait a minute and try again."}  # fmt: skip
    return _page(texts.get(error.code or 500) or sentence_of(str(error.description or error.name)), error.code or 500)


def _page(sentence: str, status: int) -> Any:
    return render_template("dash/problem.html", sentence=sentence, status=status), status
