"""Exports of a workspace: each in a folder of its own, which appears whole or not at all; downloaded as a zip."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
import zipfile
from dataclasses import dataclass
from typing import IO

from cocokit.campaign.engine import Engine
from cocokit.campaign.export import MANIFEST, ExportSummary, export_campaign
from cocokit.errors import NotFoundError

_NAME = re.compile(r"\d{8}-\d{6}(-\d+)?")


@dataclass(frozen=True, slots=True)
class Export:
    """An export that lies in the workspace.

    Attributes:
        name: of its folder: when it was made.
        counts: images, annotations, crowds, captions, unfinished, dropped.
        bytes: of its files together.
    """

    name: str
    counts: dict[str, int]
    bytes: int


class Exports:
    """The exports of one campaign.

    Args:
        workspace: folder of the workspace.
        campaign: name of the campaign.
    """

    def __init__(self, workspace: str, campaign: str) -> None:
        word = re.sub(r"[^\w.-]+", "_", campaign).lstrip(".") or "_"
        self.folder = os.path.join(workspace, "exports", f"{word}.dashboard")

    def make(self, engine: Engine, now: int, unfinished: bool = False) -> tuple[str, ExportSummary]:
        """Write what is finished into a new folder, or what is good on other images too; its name and what it holds."""
        word = name = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now / 1000))
        number = 1
        while os.path.exists(os.path.join(self.folder, name)):
            number += 1
            name = f"{word}-{number}"
        os.makedirs(self.folder, exist_ok=True)
        return name, export_campaign(engine, None, os.path.join(self.folder, name), unfinished=unfinished)

    def list(self) -> list[Export]:
        """Every export, the newest first."""
        if not os.path.isdir(self.folder):
            return []
        names = [name for name in os.listdir(self.folder) if _NAME.fullmatch(name)]
        return [self._read(name) for name in sorted(names, reverse=True) if os.path.isfile(self._path(name, MANIFEST))]

    def zipped(self, name: str) -> IO[bytes]:
        """A zip of an export, in a file that goes when it is closed; raises NotFoundError."""
        if not _NAME.fullmatch(name) or not os.path.isfile(self._path(name, MANIFEST)):
            raise NotFoundError(f"there is no export {name!r}; export again")
        made = tempfile.TemporaryFile()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for entry in sorted(os.listdir(os.path.join(self.folder, name))):
                archive.write(self._path(name, entry), f"{name}/{entry}")
        made.seek(0)
        return made

    def _read(self, name: str) -> Export:
        with open(self._path(name, MANIFEST), encoding="utf-8") as file:
            manifest = json.load(file)
        sizes = [os.path.getsize(self._path(name, entry)) for entry in os.listdir(os.path.join(self.folder, name))]
        return Export(name, manifest["counts"], sum(sizes))

    def _path(self, name: str, entry: str) -> str:
        return os.path.join(self.folder, name, entry)
