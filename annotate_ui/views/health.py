"""``GET /health``: whether this process answers and reaches its database."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from cocokit.campaign.channels import list_channels

from ..site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """One word."""
    list_channels(site().database, 0)
    return jsonify({"state": "ok"})
