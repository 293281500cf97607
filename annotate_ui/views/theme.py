"""Light, dark, or as the system has it: kept in a cookie, so that a page comes in its colours and nothing flashes."""

from __future__ import annotations

from typing import Any

from flask import Flask, make_response, redirect, request

from cocokit.errors import ParamsError

from ..guard import allowed, dash_blueprint, own_page

blueprint = dash_blueprint("theme", __name__)
COOKIE = "cocokit_theme"
#: "" is the system's.
THEMES = {"": "System", "light": "Light", "dark": "Dark"}
_YEAR_S = 365 * 24 * 3600


@blueprint.post("/theme")
@allowed("viewer")
def choose() -> Any:
    """Keep what this browser wants, and go back to the page."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        raise ParamsError("theme", theme, "light, dark or nothing is needed")
    answer = make_response(redirect(own_page(request.form.get("next")), 303))
    if theme:
        answer.set_cookie(COOKIE, theme, path="/dash", max_age=_YEAR_S, httponly=True, samesite="Lax",
                          secure=request.is_secure)  # fmt: skip
    else:
        answer.delete_cookie(COOKIE, path="/dash", httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def register_themes(app: Flask) -> None:
    """Templates know the theme from now on; workers' pages follow the system, for the cookie does not go there."""

    @app.context_processor
    def _theme() -> dict[str, Any]:
        found = request.cookies.get(COOKIE, "")
        return {"theme": found if found in THEMES else "", "themes": THEMES}
