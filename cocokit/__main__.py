"""``python -m cocokit`` is the command ``cocokit``."""

from cocokit.cli import entry

entry()
