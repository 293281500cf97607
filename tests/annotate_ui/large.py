"""A photograph of 108 megapixels and of few bytes: stripes of 2 px, which no display copy can show, on squares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from cocokit.domain.tasks import ImageRef

from .site import Site

#: Of the photo, px; of one stripe, and of one square.
WIDTH, HEIGHT, STRIPE, SQUARE = 12_000, 9_000, 2, 750
DARK, LIGHT = 60, 190


def large_photo(path: Path, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """Write it as a JPEG of colours."""
    across, down = np.arange(width), np.arange(height)
    stripes = np.where(across // STRIPE % 2, LIGHT, DARK)
    squares = ((across // SQUARE)[None, :] + 3 * (down // SQUARE)[:, None]) % 7 * 8
    grey = Image.fromarray((stripes[None, :] + squares).astype(np.uint8))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.merge("RGB", [grey] * 3).save(path, "JPEG", quality=88)
    return path


def put(site: Site, width: int, height: int) -> ImageRef:
    """A blue photo of some size becomes the newest image of a campaign, that no task is about."""
    Image.new("RGB", (width, height), "blue").save(site.workspace / "images" / "blue.png")
    same = "query_id, page, state, reason, origin, finished_at"
    site.database.run(lambda tx: tx.exec_driver_sql(
        f"INSERT INTO image (campaign_id, coco_id, file_name, sha256, width, height, {same}) "
        f"SELECT campaign_id, 999, 'blue.png', NULL, {width}, {height}, {same} FROM image WHERE id = 1"))  # fmt: skip
    with site.database.read() as tx:
        key = tx.exec_driver_sql("SELECT id FROM image WHERE coco_id = 999").scalars().one()
    return ImageRef(key, "blue.png", width, height)
