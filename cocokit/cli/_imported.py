"""Photos of a dataset, or of a folder, as the images of a campaign to come."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._progress import Count

if TYPE_CHECKING:
    from ..campaign.ingest import Ingested
    from ..dataset import Dataset
    from ..formats.importing import Imported


def import_images(
    src: str, folder: str, home: str, source: str | None, images: str | None, strict: bool, progress: Count
) -> Imported:
    """Bring photos into the workspace's images/ and list them in a dataset without annotations.

    Args:
        src: a file, folder or zip of a dataset, or a folder of photos.
        folder: where the list goes: dataset.json and provenance.json.
        home: the workspace.
        source: the format of ``src``, or None to find it.
        images: the folder of the photos, or None to go by what the reader says.
        strict: the first photo that is missing or broken is an error.
        progress: told after each photo.

    Raises:
        DataError: neither a dataset nor photos, no folder of photos, a hostile archive, ...
    """
    from ..dataset import Dataset
    from ..folders import atomic_folder
    from ..formats.archives import unpacked
    from ..formats.importing import DATASET, PROVENANCE, Imported, provenance, write_provenance

    with unpacked(src) as path:
        name, dataset, notes, found = _ingested(
            src, path, os.path.join(home, "images"), source, images, strict, progress
        )
        value = _listed(dataset, found)
        made = Imported(
            name, len(found.images), 0, len(value["categories"]), len(found.images), notes, tuple(found.broken)
        )
        with atomic_folder(folder, PROVENANCE) as part:
            Dataset.from_dict(value).write(os.path.join(part, DATASET))
            write_provenance(part, provenance(src, path, made))
    return made


def _ingested(
    src: str, path: str, into: str, source: str | None, images: str | None, strict: bool, progress: Count
) -> tuple[str, Dataset | None, tuple[str, ...], Ingested]:
    """Format, dataset, notes and photos; a folder that is no dataset is one of photos."""
    from ..campaign.ingest import ingest_coco, ingest_folder
    from ..errors import DataError
    from ..formats import FORMATS
    from ..formats.embedded import laid_out
    from ..formats.importing import read_source

    plain = os.path.isdir(path) and source is None and not any(each.recognises(path) for each in FORMATS.values())
    if plain:
        found = ingest_folder(path, into, strict=strict, progress=progress)
        notes = (_again(found.duplicates),) if found.duplicates else ()
        return "photos", None, (*notes, *_no_photos(path)), found
    name, read = read_source(path, source, images)
    beside = images or read.images
    if beside is None and not read.embedded:
        raise DataError(src, "", "does not say where its photos are", "give their folder: --images DIR")
    _refuse_names(read.dataset, src)
    with laid_out(beside, read.embedded, [n or "" for n in read.dataset.images.file_name or []]) as photos:
        found = ingest_coco(read.dataset, src, photos, into, strict=strict, progress=progress)
        if photos != beside:  # a folder that is gone when this is told
            found.broken[:] = [sentence.replace(f"{photos}{os.sep}", f"{src}: ") for sentence in found.broken]
    return name, read.dataset, (*read.lost, *read.notes, *_unwanted(read.dataset)), found


def _again(count: int) -> str:
    if count == 1:
        return "1 photo is the same as another and was not taken again"
    return f"{count:,} photos are the same as others and were not taken again"


def _no_photos(folder: str) -> tuple[str, ...]:
    """A sentence about the files of a folder of photos that are none."""
    from ..formats.base import files_of
    from ..formats.coco_folder import some
    from ..formats.photo_files import ENDINGS
    from ..places import counted

    names = [name for name in files_of(folder, ("",)) if not name.lower().endswith(ENDINGS)]
    return (f"{counted(len(names), 'file')} left out, no photo by the name: {some(names)}",) if names else ()


def _unwanted(dataset: Dataset) -> tuple[str, ...]:
    """A sentence about the annotations, which photos to annotate do not have."""
    from ..places import counted

    count = len(dataset.annotations)
    return (f"{counted(count, 'annotation')} left out: --as images brings photos and categories",) if count else ()


def _refuse_names(dataset: Dataset, src: str) -> None:
    """Raises DataError for a file name that leads out of the folder of photos."""
    from ..formats.base import inside

    for row, name in enumerate(dataset.images.file_name or []):
        inside(name or "", src, f"images[{row}].file_name")


def _listed(dataset: Dataset | None, found: Ingested) -> dict[str, Any]:
    """A dataset without annotations: images under the names that they have now, the old ones beside."""
    from ..json_text import category_members

    rows = []
    for image in found.images:
        known = {} if dataset is None else dataset.image(dataset.image_row(image.coco_id)).extras
        row = {"id": image.coco_id, "width": image.width, "height": image.height, "file_name": image.file_name}
        rows.append({**known, **row, "original_name": image.origin.get("name")})
    categories = [] if dataset is None else [category_members(row) for row in dataset.categories]
    top = {} if dataset is None or "licenses" not in dataset.top else {"licenses": dataset.top["licenses"]}
    return {**top, "images": rows, "annotations": [], "categories": categories}
