"""Blueprints, one per subject."""

from __future__ import annotations

from flask import Flask


def register_views(app: Flask) -> None:
    """Every page and every address of the application."""
    from . import api, health, pictures, worker

    for module in (health, worker, api, pictures):
        app.register_blueprint(module.blueprint)
