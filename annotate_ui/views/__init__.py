"""Blueprints, one per subject."""

from __future__ import annotations

from flask import Flask

from ..guard import csrf


def register_views(app: Flask) -> None:
    """Every page and every address of the application."""
    from . import api, board, health, images, login, pictures, quality, worker, workers

    csrf.exempt(api.blueprint)  # its requests carry a token of their own, and no cookie
    for module in (health, worker, api, pictures, login, board, workers, quality, images):
        app.register_blueprint(module.blueprint)
