"""How often one worker, or one address, may ask. Counted in this process's memory: with four of them, four times."""

from __future__ import annotations

import hashlib

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

#: Of a worker's token; a page saves every 5 s and asks a few times per answer.
OF_A_WORKER = "30 per second; 600 per minute"
#: Of an address: a whole class may come from one.
OF_AN_ADDRESS = "600 per minute"
OF_PICTURES = "200 per second; 6000 per minute"


def _asker() -> str:
    """Who asks: the token if there is one, otherwise the address."""
    token = request.headers.get("Authorization", "")
    return f"token {hashlib.sha256(token.encode()).hexdigest()[:24]}" if token else f"from {get_remote_address()}"


limiter = Limiter(_asker, storage_uri="memory://", strategy="fixed-window", headers_enabled=False)


def register_limits(app: Flask) -> None:
    """Count requests from now on."""
    limiter.init_app(app)
