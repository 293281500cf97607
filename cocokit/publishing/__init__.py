"""A dataset as it is published: splits, manifest, card, and the proof that all of it reads back."""

from __future__ import annotations

from .about import About, read_about
from .campaigns import publish_export
from .given import read_splits
from .parts import Part, divide, images_of
from .releasing import Published, publish
from .verifying import Deviation, verify

__all__ = [
    "About", "Deviation", "Part", "Published", "divide", "images_of", "publish", "publish_export", "read_about",
    "read_splits", "verify",
]  # fmt: skip
