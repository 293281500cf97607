"""A campaign as files: COCO instances with crowds, captions, where everything comes from, and what is not finished.

The same rows give the same bytes, whenever and wherever they are written. The folder appears whole or not at all.

==================  =================================================================================================
``instances.json``  every finished image, those without annotations too; masks that passed; painted regions
``captions.json``   the same images; their sentences
``provenance.json`` for each annotation its spot, workers, answers, votes, tool, attempts and seconds
``images.json``     which images are finished, and why each other one is not
``manifest.json``   the sha256 of each of these, counts, settings, and the version that wrote them
==================  =================================================================================================
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from .. import __version__
from ..coco_json import write_dataset
from ..columns import Annotations, join_annotations
from ..dataset import Dataset
from ..folders import atomic_folder
from ..json_text import string_text
from ..rows import rows_to_annotations, rows_to_categories, rows_to_images
from ..store.database import Database, Transaction
from ..store.exports import (
    ImageEntry,
    attempts_at_spots,
    captions_of,
    export_images,
    open_tasks_by_image,
    painted_regions,
    passed_masks,
    spots_in_masks,
    votes_on_masks,
)
from .context import Campaign, load_campaign
from .engine import Engine
from .export_rows import (
    Hide,
    caption_story,
    crowd_story,
    hider,
    image_row,
    instance_row,
    join_regions,
    licenses_of,
    mask_story,
    unfinished_row,
)

#: Images whose rows are read at once.
BLOCK = 500
MANIFEST = "manifest.json"

#: Called with (images written, images in all).
Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export holds.

    Attributes:
        folder: where it lies.
        images, unfinished, dropped: finished images, which are in the files; images that are not, and why.
        annotations, crowds, captions: instances with a mask of their own; painted regions; sentences.
        files: name -> sha256 of each file but the manifest.
    """

    folder: str
    images: int
    unfinished: int
    dropped: int
    annotations: int
    crowds: int
    captions: int
    files: dict[str, str]


@dataclass(slots=True)
class _Rows:
    """What is gathered of one block of images, or of all."""

    annotations: list[dict[str, Any]] = field(default_factory=list)
    captions: list[dict[str, Any]] = field(default_factory=list)
    stories: list[dict[str, Any]] = field(default_factory=list)
    caption_stories: list[dict[str, Any]] = field(default_factory=list)


def export_campaign(
    source: Engine | Database,
    campaign: str | None,
    folder: str | os.PathLike[str],
    progress: Progress | None = None,
    *,
    unfinished: bool = False,
) -> ExportSummary:
    """Write what is finished of a campaign.

    Args:
        source: an engine or a database.
        campaign: its name; None takes the engine's campaign, or the database's newest.
        folder: new, empty, or an earlier export, which is replaced.
        progress: called after each block of images.
        unfinished: what is good already on images that are not finished, too; such an image lacks annotations.

    Raises:
        NotFoundError: there is no such campaign.
        DataError: the folder holds something else, or cannot be written.
    """
    database = source.database if isinstance(source, Engine) else source
    name = source.campaign.record.name if isinstance(source, Engine) and campaign is None else campaign
    with database.snapshot() as tx, atomic_folder(folder, MANIFEST) as part:
        known = load_campaign(tx, name)
        images = export_images(tx, known.id)
        states = ("finished", "open") if unfinished else ("finished",)
        written = [image for image in images if image.state in states]
        counts = _write_finished(tx, known, written, part, progress)
        counts |= _write_images(tx, known, images, part)
        files = {entry: _digest(os.path.join(part, entry)) for entry in sorted(os.listdir(part))}
        _write_json(os.path.join(part, MANIFEST), _manifest(known, counts, files))
    return ExportSummary(os.fspath(folder), **counts, files=files)


def _write_finished(
    tx: Transaction, campaign: Campaign, images: Sequence[ImageEntry], part: str, progress: Progress | None
) -> dict[str, int]:
    hide = hider(campaign.record.salt)
    instances, captions = [_columns([])], [_columns([])]
    counts = {"images": len(images), "annotations": 0, "crowds": 0, "captions": 0}
    with _Provenance(os.path.join(part, "provenance.json"), campaign) as provenance:
        for start in range(0, len(images), BLOCK):
            rows = _gather(tx, images[start : start + BLOCK], hide)
            instances.append(_columns(rows.annotations))
            captions.append(_columns(rows.captions))
            provenance.add(rows)
            counts["annotations"] += sum(not row["iscrowd"] for row in rows.annotations)
            counts["crowds"] += sum(row["iscrowd"] for row in rows.annotations)
            counts["captions"] += len(rows.captions)
            if progress is not None:
                progress(min(start + BLOCK, len(images)), len(images))
    categories = [asdict(c) for c in campaign.categories.values()]
    _write_dataset(campaign, images, instances, os.path.join(part, "instances.json"), categories)
    _write_dataset(campaign, images, captions, os.path.join(part, "captions.json"))
    return counts


def _gather(tx: Transaction, images: Sequence[ImageEntry], hide: Hide) -> _Rows:
    """What a dataset has of a block of images, in the order of images and ids."""
    ids = [image.id for image in images]
    masks = _by(passed_masks(tx, ids), lambda m: m.image_id)
    regions = _by(join_regions(painted_regions(tx, ids)), lambda pair: pair[0].image_id)
    spots = _by(spots_in_masks(tx, ids), lambda s: s.mask_id)
    votes = _by(votes_on_masks(tx, ids), lambda v: v.mask_id)
    captions = _by(captions_of(tx, ids), lambda c: c.image_id)
    attempts, rows = attempts_at_spots(tx, ids), _Rows()
    for image in images:
        for mask in masks[image.id]:
            rows.annotations.append(instance_row(mask, image.coco_id))
            rows.stories.append(mask_story(mask, spots[mask.id], votes[mask.id], attempts[mask.drawn_for], hide))
        for region, painted in regions[image.id]:
            rows.annotations.append(instance_row(region, image.coco_id, crowd=True))
            rows.stories.append(crowd_story(region, painted, hide))
        for caption in captions[image.id]:
            rows.captions.append({"id": caption.id, "image_id": image.coco_id, "caption": caption.text})
            rows.caption_stories.append(caption_story(caption, hide))
    return rows


def _write_dataset(
    campaign: Campaign,
    images: Sequence[ImageEntry],
    blocks: list[Annotations],
    path: str,
    categories: list[dict[str, Any]] | None = None,
) -> None:
    top = {"info": {"description": f"campaign {campaign.record.name}", "contributor": f"cocokit {__version__}"},
           "licenses": licenses_of(images)}  # fmt: skip
    table = rows_to_images([image_row(image) for image in images], extras=True)
    members = (*top, "images", "annotations", *(["categories"] if categories is not None else []))
    made = Dataset(table, join_annotations(blocks), rows_to_categories(categories or []), top, members)
    write_dataset(made, path)


def _write_images(tx: Transaction, campaign: Campaign, images: Sequence[ImageEntry], part: str) -> dict[str, int]:
    """The list of all images: finished, and why not."""
    tasks = open_tasks_by_image(tx, campaign.id)

    def waiting(*states: str) -> list[dict[str, Any]]:
        chosen = [image for image in images if image.state in states]
        return [unfinished_row(image, tasks.get(image.id, []), campaign.categories) for image in chosen]

    finished = [image.coco_id for image in images if image.state == "finished"]
    unfinished, dropped = waiting("candidate", "open"), waiting("dropped")
    value = {"finished": finished, "unfinished": unfinished, "dropped": dropped}
    _write_json(os.path.join(part, "images.json"), value)
    return {"unfinished": len(unfinished), "dropped": len(dropped)}


def _manifest(campaign: Campaign, counts: dict[str, int], files: dict[str, str]) -> dict[str, Any]:
    edges = [{k: None if v is None else str(v) for k, v in asdict(edge).items()} for edge in campaign.graph.edges]
    return {
        "cocokit": __version__, "campaign": campaign.record.name, "counts": counts, "files": files,
        "stages": [str(stage) for stage in campaign.graph.stages], "edges": edges,
        "settings": asdict(campaign.settings),
    }  # fmt: skip


class _Provenance:
    """Writes the provenance file as its rows come."""

    def __init__(self, path: str, campaign: Campaign) -> None:
        self._file = open(path, "w", encoding="utf-8", newline="\n")
        self._captions: list[str] = []
        self._lead = f'{{"campaign":{string_text(campaign.record.name)},\n"annotations":[\n'
        self._started = False

    def __enter__(self) -> _Provenance:
        return self

    def add(self, rows: _Rows) -> None:
        """Write the rows of a block."""
        for story in rows.stories:
            self._file.write((",\n" if self._started else self._lead) + _text(story))
            self._started = True
        self._captions += [_text(story) for story in rows.caption_stories]

    def __exit__(self, *error: object) -> None:
        with self._file as file:
            listed = ",\n".join(self._captions)
            file.write(f'{"" if self._started else self._lead}\n],\n"captions":[\n{listed}\n]}}\n')


def _columns(rows: list[dict[str, Any]]) -> Annotations:
    return rows_to_annotations(rows)


def _by(rows: Iterable[T], key: Callable[[T], int]) -> defaultdict[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_json(path: str, value: dict[str, Any]) -> None:
    """One line for each member, and for each row of a list of rows."""
    lines = []
    for name, member in value.items():
        rows = member if isinstance(member, list) and member and isinstance(member[0], dict) else None
        text = "[\n" + ",\n".join(map(_text, rows)) + "\n]" if rows else _text(member)
        lines.append(f"{string_text(name)}:{text}")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
