"""The application: one workspace, its campaigns, and whoever comes to work at them."""

from __future__ import annotations

from flask import Flask


def create_app() -> Flask:
    """The application of the workspace that the working folder lies in."""
    return Flask(__name__)
