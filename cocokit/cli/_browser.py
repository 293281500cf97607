"""A link in this machine's browser, where there is one: a server without a screen must not print its errors instead."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import click


def has_screen(variables: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Whether a browser can be opened; on Linux only in a graphical session, or where BROWSER names one.

    >>> has_screen({}, "linux"), has_screen({"DISPLAY": ":0"}, "linux"), has_screen({}, "darwin")
    (False, True, True)
    """
    found = os.environ if variables is None else variables
    return not platform.startswith("linux") or any(found.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def open_link(link: str) -> None:
    """Open it, or do nothing where nobody could look at it; it is printed in any case."""
    if has_screen():
        click.launch(link)
