"""axe-core on a page of a browser: what it finds is a list of sentences, empty for a page without faults.

The program is not a part of the project: npm fetches it once into a cache folder, and it is checked by its hash.
Without npm or without a network the tests that need it are skipped, and say so loudly.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
MEMBER = "package/axe.min.js"
#: WCAG 2.0 to 2.2, A and AA, and what axe calls good practice.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_RUN = """async ({ tags, off, within }) => {
  const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
  const options = { runOnly: { type: "tag", values: tags }, rules, resultTypes: ["violations"] };
  const found = await axe.run(within ?? document, options);
  return found.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((one) => ({
    html: one.html.slice(0, 160), why: one.failureSummary.replace(/\\s+/g, " ") })) }));
}"""


def cache_folder() -> Path:
    """Where fetched programs are kept: ``COCOKIT_TEST_CACHE``, or ``~/.cache/cocokit-tests``."""
    return Path(os.environ.get("COCOKIT_TEST_CACHE") or Path.home() / ".cache" / "cocokit-tests")


@cache
def source() -> str:
    """The text of axe-core; skips the calling test, with the reason, where it cannot be had."""
    kept = cache_folder() / f"axe-core-{VERSION}.min.js"
    if not kept.is_file():
        _fetch(kept)
    data = kept.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256, f"{kept} is not axe-core {VERSION}: delete it"
    return data.decode()


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NO NPM: the pages are not checked by axe-core (install npm)")
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run([npm, "pack", f"axe-core@{VERSION}", "--silent"], cwd=kept.parent, check=True, timeout=120,
                       capture_output=True)  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"NO AXE-CORE: npm cannot fetch it, the pages are not checked by it ({error})")
    packed = kept.parent / f"axe-core-{VERSION}.tgz"
    with tarfile.open(packed) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(member.read())
    part.replace(kept)
    packed.unlink(missing_ok=True)


def faults(page: Page, *, off: tuple[str, ...] = (), within: str | None = None) -> list[str]:
    """What axe-core finds on a page as it stands.

    Args:
        page: an open page.
        off: rules that are not run; say at the call why.
        within: a selector, to check a part alone.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source())
    found: list[dict[str, Any]] = page.evaluate(_RUN, {"tags": list(TAGS), "off": list(off), "within": within})
    return [f"{one['id']}: {one['help']}: {node['html']} ({node['why']})" for one in found for node in one["nodes"]]
