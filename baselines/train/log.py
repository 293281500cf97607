"""What happened in a training: one line of JSON a moment."""

from __future__ import annotations

import json
import os
from typing import Any

from cocokit.atomic import write_text
from cocokit.errors import DataError

#: The file in a run's folder.
NAME = "log.jsonl"


class Log:
    """Appends lines, each of which is whole; a line cut off by a crash is no line."""

    def __init__(self, path: str) -> None:
        self.path = path

    def add(self, **members: Any) -> None:
        """Add a line. Raises DataError where the file cannot be written."""
        try:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(members, allow_nan=False) + "\n")
        except OSError as error:
            reason = f"cannot be written: {error.strerror or error}"
            raise DataError(self.path, "", reason, "choose a folder on a disk with room") from error

    def lines(self) -> list[dict[str, Any]]:
        """The whole lines."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [made for line in file if (made := _parsed(line)) is not None]

    def forget_after(self, step: int) -> None:
        """Drop the lines about steps that a resumed training does again."""
        kept = [line for line in self.lines() if line.get("step", 0) <= step]
        write_text(self.path, "".join(json.dumps(line) + "\n" for line in kept))


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None
