"""The picture of statistics in docs/pictures: ``python -m tests.e2e.file_shots FILE [OTHER ...] OUT.webp``."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from cocokit.dataset import Dataset
from cocokit.statistics import describe, drift_between
from cocokit.statistics.page import page
from tests.e2e.conftest import FLAGS, chromium

_SCREEN = {"width": 1320, "height": 1010}
_WIDE = 1200


def take(files: list[str], out: str) -> None:
    """Write the upper part of the page, as wide as the documents want it."""
    found, *others = (describe(Dataset.read(file), Path(file).name) for file in files)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "stats.html"
        path.write_text(page(found, others, [drift_between(found, other) for other in others]), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        shown = browser.new_page(viewport=_SCREEN, device_scale_factor=2)
        shown.goto(path.as_uri())
        picture = Image.open(io.BytesIO(shown.screenshot()))
        browser.close()
    high = round(picture.height * _WIDE / picture.width)
    picture.resize((_WIDE, high), Image.Resampling.LANCZOS).save(out, quality=82, method=6)


if __name__ == "__main__":
    take(sys.argv[1:-1], sys.argv[-1])
