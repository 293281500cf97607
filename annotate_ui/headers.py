"""The headers of every answer: nothing is allowed that is not named here.

Scripts, styles and pictures come from this server alone; no inline script or style, no eval, no frame around a page
unless a channel's panel needs one around a worker's page.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from flask import Flask, Response, g

_SOURCES = {
    "default-src": "'none'", "img-src": "'self' data: blob:", "style-src": "'self'", "connect-src": "'self'",
    "worker-src": "'self'", "font-src": "'self'", "manifest-src": "'self'", "base-uri": "'none'",
}  # fmt: skip
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def nonce() -> str:
    """The word that this answer's import map is allowed by."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    word: str = g.nonce
    return word


def allow_frames(hosts: Iterable[str]) -> None:
    """This answer may be framed by some hosts."""
    g.frame_hosts = tuple(hosts)


def allow_forms(hosts: Iterable[str]) -> None:
    """This answer may send a form to some hosts, beside this one."""
    g.form_hosts = tuple(hosts)


def policy(word: str | None = None, frames: Iterable[str] = (), forms: Iterable[str] = ()) -> str:
    """A content security policy.

    Args:
        word: the nonce of the answer's import map, or None if it has none.
        frames: who may frame the answer.
        forms: who may get a form from it, beside this host.
    """
    scripts = f"'self' 'nonce-{word}'" if word else "'self'"
    parts = {**_SOURCES, "script-src": scripts, "frame-ancestors": " ".join(frames) or "'none'",
             "form-action": " ".join(["'self'", *forms])}  # fmt: skip
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _seal(response: Response) -> Response:
    frames = g.get("frame_hosts", ())
    response.headers["Content-Security-Policy"] = policy(g.get("nonce"), frames, g.get("form_hosts", ()))
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if not frames:
        response.headers["X-Frame-Options"] = "DENY"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def add_static_headers(headers: dict[str, str], _path: str, _url: str) -> None:
    """The headers of scripts, styles and icons, which no view answers."""
    headers["Content-Security-Policy"] = policy()
    for name, value in _ALWAYS.items():
        headers[name] = value


def register_headers(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_seal)
