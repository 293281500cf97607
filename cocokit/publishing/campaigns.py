"""The export of a campaign published: its instances and captions in splits, and where they come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..columns import Int64
from ..dataset import Dataset
from .about import About
from .manifest import read_manifest
from .parts import Part, divide, images_of
from .releasing import IMAGES, PROVENANCE, Progress, Published, publish

#: Instances -> name of a split -> (K,) int64 rows of its images.
Divide = Callable[[Dataset], Mapping[str, Int64]]
#: What an export has besides its datasets.
_BESIDE = (PROVENANCE, IMAGES)
#: What a campaign's manifest says of it.
_TOLD = ("campaign", "stages", "edges")


def publish_export(
    export: str | os.PathLike[str],
    out: str | os.PathLike[str],
    splits: Divide | None = None,
    *,
    about: About | None = None,
    images: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    keys: Mapping[str, str | os.PathLike[str]] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish what :func:`cocokit.campaign.export.export_campaign` wrote.

    Args:
        export: its folder.
        out: the new folder, another one than ``export``.
        splits: chooses the rows of each split; None for one file of each kind.
        about: what people say of it; the title is the campaign's name if they say none.
        images: folder of the photographs, to be copied.
        seed, settings: how the splits were made.
        keys: split -> where its annotations go instead.
        progress: called after each photograph.

    Raises:
        DataError: as :func:`cocokit.publishing.publish`; ``export`` is no export.
    """
    told = read_manifest(export)
    instances, captions = (Dataset.open(os.path.join(export, f"{kind}.json"), cache=False)
                           for kind in ("instances", "captions"))  # fmt: skip
    parts = [Part("instances", "", instances)] if splits is None else divide(instances, splits(instances))
    parts += [replace(part, kind="captions", dataset=images_of(captions, part.dataset.images.id)) for part in parts]
    title = about.title if about is not None and about.title else f"The campaign {told.get('campaign', '')}".strip()
    more = {name: told[name] for name in _TOLD if name in told} | {"campaign_settings": told.get("settings")}
    extra = {name: os.path.join(export, name) for name in _BESIDE}
    return publish(parts, out, about=replace(about or About(), title=title), images=images, extra=extra, seed=seed,
                   settings=settings, more=more, keys=keys, progress=progress)  # fmt: skip
