"""Blueprints, one per subject."""

from __future__ import annotations

from flask import Flask

from ..guard import csrf


def register_views(app: Flask) -> None:
    """Every page and every address of the application."""
    from . import (
        api,
        audit,
        board,
        channels,
        downloads,
        guidance,
        health,
        images,
        login,
        machine,
        pictures,
        quality,
        review,
        setup,
        theme,
        worker,
        workers,
    )

    csrf.exempt(api.blueprint)  # its requests carry a token of their own, and no cookie
    dashboard = (login, board, workers, quality, images, review, downloads, audit, machine, setup, channels, guidance,
                 theme)  # fmt: skip
    for module in (health, worker, api, pictures, *dashboard):
        app.register_blueprint(module.blueprint)
    theme.register_themes(app)
