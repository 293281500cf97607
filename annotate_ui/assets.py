"""Scripts, styles and icons: compressed once, served under an address that changes with them, and kept by browsers.

The version stands in the address as a folder, so that one module imports the next by a relative name and both are of
the same version. There is no build step.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from .config import Config
from .headers import add_static_headers
from .slim import slim_script, slim_style

STATIC = Path(__file__).parent / "static"
_TEXT = {".js", ".css", ".svg", ".json", ".html", ".txt"}


def version_of(folder: Path) -> str:
    """A word that is another one as soon as any file of a folder is."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def register_assets(app: Flask, config: Config) -> None:
    """Serve the static files, and let templates name the folder that they lie in: ``root``."""
    version = "fresh" if config.fresh else version_of(STATIC)
    root = STATIC if config.fresh else _compressed(Path(config.cache) / "static" / version)

    app.jinja_env.globals["root"] = app.config["COCOKIT_ROOT"] = f"/static/{version}"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(root), prefix=f"static/{version}/", autorefresh=config.fresh,
        max_age=0 if config.fresh else 365 * 24 * 3600, add_headers_function=add_static_headers,
        immutable_file_test=lambda path, url: not config.fresh, allow_all_origins=False,
    )  # fmt: skip


def lighter(path: Path) -> bytes:
    """What is served of a file: scripts and styles without what only people read."""
    if path.suffix == ".js":
        return slim_script(path.read_text(encoding="utf-8")).encode()
    if path.suffix == ".css":
        return slim_style(path.read_text(encoding="utf-8")).encode()
    return path.read_bytes()


def _compressed(place: Path) -> Path:
    """A copy of the static files with a compressed twin beside each text; several processes may make it at once."""
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=place.parent))
    for path in (p for p in STATIC.rglob("*") if p.is_file()):
        target = made / path.relative_to(STATIC)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = lighter(path)
        target.write_bytes(data)
        if path.suffix in _TEXT and len(data) > 400:
            target.with_name(target.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
    made.chmod(0o755)
    try:
        os.rename(made, place)
    except OSError:  # somebody else was quicker
        shutil.rmtree(made)
    return place
