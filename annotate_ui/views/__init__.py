"""Blueprints, one per subject."""

from __future__ import annotations

from flask import Flask

from ..guard import csrf


def register_views(app: Flask) -> None:
    """Every page and every address of the application."""
    from . import api, board, health, login, pictures, worker

    csrf.exempt(api.blueprint)  # its requests carry a token of their own, and no cookie
    for module in (health, worker, api, pictures, login, board):
        app.register_blueprint(module.blueprint)
