"""Images for a campaign: a folder of photos into the workspace, or the images of a COCO file; gold beside them.

A photo lies in ``images/`` under the sha256 of its bytes, so that it is there once, whatever it was called.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import rle
from ..atomic import atomic_write
from ..coco_json import read_dataset
from ..dataset import Dataset
from ..errors import DataError
from ..imageio import MOST_PIXELS
from ..photos import Photo, load_photo
from ..types import Annotation, Rle
from .creating import GoldMask, NewImage
from .mask_sets import stored

#: Files of a folder that are taken for photos.
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")

#: Called with (files done, files in all).
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Ingested:
    """What came in.

    Attributes:
        images: for the campaign.
        broken: a sentence for each file that could not be read; those were left out.
        duplicates: files with the content of another one; those were left out too.
    """

    images: list[NewImage] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    duplicates: int = 0


def ingest_folder(
    folder: str | os.PathLike[str],
    images: str | os.PathLike[str],
    *,
    strict: bool = False,
    progress: Progress | None = None,
    most_pixels: int = MOST_PIXELS,
) -> Ingested:
    """Bring the photos of a folder, and of the folders in it, into a workspace; ids count from 1 in the order of names.

    Args:
        folder: JPEG, PNG and WebP files; others are not looked at.
        images: the workspace's folder of images.
        strict: the first broken file is an error.
        progress: called after each file.
        most_pixels: a photo with more is a broken one.

    Raises:
        DataError: no such folder, no photo in it, or, if strict, a broken one.
    """
    names = sorted(_photos_of(os.fspath(folder)))
    if not names:
        raise DataError(os.fspath(folder), "", "has no photo", f"give a folder with {', '.join(SUFFIXES)} files")
    files = [(name, os.path.join(folder, name)) for name in names]
    return ingest_photos(files, images, strict=strict, progress=progress, most_pixels=most_pixels)


def ingest_photos(
    files: Sequence[tuple[str, str]],
    images: str | os.PathLike[str],
    *,
    first: int = 1,
    strict: bool = False,
    progress: Progress | None = None,
    most_pixels: int = MOST_PIXELS,
) -> Ingested:
    """Bring photos into a workspace, each content once; ids count in their order.

    Args:
        files: (name to remember, file) of each photo.
        images: the workspace's folder of images.
        first: the first id.
        strict: the first broken file is an error.
        progress: called after each file.
        most_pixels: a photo with more is a broken one.

    Raises:
        DataError: a broken photo, if strict.
    """
    found, seen = Ingested(), set[str]()
    for done, (name, path) in enumerate(files, start=1):
        try:
            photo = load_photo(path, most_pixels)
        except DataError as error:
            if strict:
                raise
            found.broken.append(str(error))
        else:
            if photo.sha256 in seen:
                found.duplicates += 1
            else:
                seen.add(photo.sha256)
                key = first + len(found.images)
                found.images.append(_new_image(key, photo, images, {"name": name}))
        if progress is not None:
            progress(done, len(files))
    return found


def ingest_coco(
    dataset: Dataset,
    path: str,
    folder: str | os.PathLike[str] | None,
    images: str | os.PathLike[str],
    *,
    strict: bool = False,
    progress: Progress | None = None,
    most_pixels: int = MOST_PIXELS,
) -> Ingested:
    """The images of a COCO file, with its ids; their photos too if their folder is given.

    Without a folder the images keep the names that the file has: the campaign can run, and pages look for the photos
    under these names.

    Args:
        dataset: what was read from the file.
        path: the file, for messages.
        folder: where its photos are, or None.
        images: the workspace's folder of images.
        strict: the first photo that is missing, broken or of another size is an error.
        progress: called after each image.
        most_pixels: a photo with more is a broken one.

    Raises:
        DataError: no image, an id twice, an image without a size; if strict, a photo that cannot be used.
    """
    licenses = {row["id"]: row for row in dataset.top.get("licenses", []) if isinstance(row, dict) and "id" in row}
    found, seen = Ingested(), set[int]()
    total = len(dataset.images)
    if not total:
        raise DataError(path, "images", "is empty", "give a dataset with images")
    for row in range(total):
        image = dataset.image(row)
        if image.id in seen:
            raise DataError(path, f"images[{row}].id", f"{image.id} is there twice", "ids of images must differ")
        seen.add(image.id)
        origin = {"name": image.file_name, **image.extras}
        if origin.get("license") in licenses:
            origin["license"] = licenses[origin["license"]]
        try:
            size = image.width, image.height
            new = _of_coco(image.id, image.file_name or "", size, folder, images, origin, most_pixels)
        except DataError as error:
            if strict:
                raise
            found.broken.append(str(error))
        else:
            found.images.append(_with_query(new, image.extras))
        if progress is not None:
            progress(row + 1, total)
    return found


def read_gold(path: str | os.PathLike[str], images: Sequence[NewImage], categories: Sequence[int]) -> list[GoldMask]:
    """Expert masks out of a COCO file: those of images and categories of the campaign, crowds left out.

    An image of the file is the campaign's image of the same original name, or of the same id if no name fits.

    Raises:
        DataError: no dataset, or none of its masks belongs to the campaign.
    """
    dataset = read_dataset(path)
    by_name = {image.origin["name"]: image for image in images if image.origin.get("name")}
    by_id = {image.coco_id: image for image in images}
    wanted, found = set(categories), []
    for row in range(len(dataset.annotations)):
        annotation = dataset.annotation(row)
        if annotation.iscrowd or not annotation.segmentation or annotation.category_id not in wanted:
            continue
        theirs = dataset.image(dataset.image_row(annotation.image_id))
        image = by_name.get(theirs.file_name) or (None if by_name else by_id.get(theirs.id))
        if image is not None and (image.width, image.height) == (theirs.width, theirs.height):
            gold = _gold(annotation, image)
            found += [gold] if gold.mask.area else []
    if not found:
        reason = "has no mask on an image and of a category of this campaign"
        raise DataError(os.fspath(path), "", reason, "give a dataset with the same file names and category ids")
    return found


def _photos_of(folder: str) -> Iterator[str]:
    """Names below a folder, relative to it."""
    if not os.path.isdir(folder):
        raise DataError(folder, "", "no such folder", "check the path")
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.relpath(os.path.join(root, name), folder)


def _new_image(key: int, photo: Photo, images: str | os.PathLike[str], origin: dict[str, object]) -> NewImage:
    """Put a photo into its place, unless it is there."""
    name = f"{photo.sha256[:2]}/{photo.sha256}{photo.ending}"
    path = os.path.join(images, name)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with atomic_write(path) as file:
            file.write(photo.data)
    return NewImage(key, name, photo.width, photo.height, photo.sha256, origin={**origin, **photo.origin})


def _of_coco(
    key: int, name: str, size: tuple[int, int], folder: str | os.PathLike[str] | None, images: str | os.PathLike[str],
    origin: dict[str, object], most_pixels: int,
) -> NewImage:  # fmt: skip
    if folder is None:
        if not name or min(size) < 1:
            raise DataError(f"image {key}", "", "has no file_name, width or height", "give the folder of its photos")
        return NewImage(key, name, *size, origin=origin)
    if os.path.isabs(name) or os.path.normpath(name).split(os.sep)[0] == os.pardir:
        raise DataError(name, "", "leads out of the folder of photos", "give names below it")
    path = os.path.join(folder, name)
    photo = load_photo(path, most_pixels)
    if min(size) > 0 and (photo.width, photo.height) != size:
        reason = f"is {photo.width} x {photo.height} px upright, and the dataset says {size[0]} x {size[1]}"
        raise DataError(path, "", reason, "give the photos that the dataset was made of")
    return _new_image(key, photo, images, origin)


def _with_query(image: NewImage, extras: Mapping[str, object]) -> NewImage:
    """The image with the query that collecting found it by, if it was: a page of the filter is of one query."""
    query, kind = extras.get("query"), extras.get("query_kind")
    if not isinstance(query, str) or kind not in ("pair", "scene", "single"):
        return image
    return replace(image, query=query, kind=str(kind))


def _gold(annotation: Annotation, image: NewImage) -> GoldMask:
    outline = annotation.segmentation
    assert outline is not None and annotation.category_id is not None
    if isinstance(outline, Rle):
        mask = stored(outline, "brush")
    else:
        mask = stored(rle.from_polygons(outline, image.height, image.width), "polygon", outline)
    return GoldMask(image.coco_id, annotation.category_id, mask)
