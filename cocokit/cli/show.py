"""``cocokit show``: one image with its boxes, masks and poses as a picture."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ..errors import DataError, NotFoundError
from ._progress import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..columns import Annotations
    from ..dataset import Dataset
    from ..types import Image

_HELP = """Draw the boxes and masks of one image.

FILE is a COCO dataset. Ground truth has solid lines, detections have dashed ones, crowd regions are hatched. Without
the photo the picture has a grey ground of the image's size.
"""
_MOST_PIXELS = 1 << 28
_EXAMPLE = "Example: cocokit show instances.json --image 139 -o 139.png"


@click.command(name="show", help=_HELP, epilog=_EXAMPLE, short_help="Draw the boxes and masks of one image.")
@click.argument("file", type=click.Path())
@click.option("--image", "image_id", type=int, required=True, metavar="ID", help="Id of the image.")
@click.option("-o", "--output", required=True, metavar="FILE", help="The picture: .png, .jpg, .webp, ...")
@click.option("--dt", metavar="PREDS", help="A results file whose detections to draw too.")
@click.option("--min-score", type=float, default=0.3, show_default=True, help="Leave out detections below this score.")
@click.option("--images", metavar="DIR", help="Folder of the photos; default: images in the workspace's cocokit.toml.")
@click.option("--boxes", is_flag=True, help="Draw the boxes of things with a mask or a pose too.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON about what was drawn.")
def command(
    file: str,
    image_id: int,
    output: str,
    dt: str | None,
    min_score: float,
    images: str | None,
    boxes: bool,
    as_json: bool,
) -> None:
    """Run ``cocokit show``."""
    from ..coco_json import read_dataset, read_results
    from ..config import load_settings

    with Progress(f"reading {file}"):
        dataset = read_dataset(file)
    image = _image(dataset, image_id, file)
    with Progress(f"reading {dt}"):
        results = read_results(dt) if dt else None
    settings = load_settings({"images": images})
    photo = _photo(image, settings.images, settings.max_pixels)
    size = _draw(dataset, image, results, photo, output, min_score, boxes=boxes)
    if as_json:
        from ._output import print_json

        print_json({"image_id": image_id, "output": output, "size": size, "photo": photo is not None})
    else:
        click.echo(f"{output}: {size[0]} x {size[1]} px{'' if photo is not None else ', without the photo'}")


def _image(dataset: Dataset, image_id: int, file: str) -> Image:
    try:
        return dataset.image(dataset.image_row(image_id))
    except NotFoundError:
        ids = dataset.images.id
        some = ", ".join(map(str, ids[:5].tolist())) + (", ..." if len(ids) > 5 else "")
        raise NotFoundError(f"{file}: no image has the id {image_id}; its {len(ids):,} images are {some}") from None


def _photo(image: Image, folder: str | None, most_pixels: int) -> NDArray[np.uint8] | None:
    """The image's photo from a folder, or None when no folder was named.

    Raises:
        DataError: the photo is not there, is broken, or has another size than the dataset says.
    """
    if folder is None:
        return None
    from ..imageio import read_image

    name = image.file_name or ""
    paths = [os.path.join(folder, name), os.path.join(folder, os.path.basename(name))]
    path = next((p for p in paths if os.path.isfile(p)), None)
    if path is None:
        reason = f"has no photo {name!r} for image {image.id}" if name else f"image {image.id} has no file_name"
        raise DataError(folder, "", reason, "give --images the folder that the file names are relative to")
    photo = read_image(path, most_pixels)
    height, width = photo.shape[:2]
    if image.width and image.height and (width, height) != (image.width, image.height):
        reason = f"is {width} x {height} px, but image {image.id} says {image.width} x {image.height}"
        raise DataError(path, "", reason, "annotations belong to the photo in its original size")
    return photo


def _draw(
    dataset: Dataset,
    image: Image,
    results: Annotations | None,
    photo: NDArray[np.uint8] | None,
    output: str,
    min_score: float,
    *,
    boxes: bool,
) -> tuple[int, int]:
    """Draw and write the picture; its (width, height) px."""
    import numpy as np

    from ..drawing import draw
    from ..imageio import save_image
    from ..marks import marks_of_image, room_for
    from ..places import counted

    marks = marks_of_image(dataset, image.id, results, min_score, boxes)
    size = (image.width, image.height) if photo is None else (photo.shape[1], photo.shape[0])
    if min(size) <= 0:
        size = room_for(marks)
    if size[0] * size[1] > _MOST_PIXELS:
        reason = f"is {size[0]:,} x {size[1]:,} px, too large to be drawn"
        raise DataError(f"image {image.id}", "", reason, "correct its width and height")
    truths = sum(not mark.dashed for mark in marks)
    caption = f"{image.file_name or f'image {image.id}'}, {size[0]} x {size[1]}: {counted(truths, 'annotation')}"
    if results is not None:
        found = counted(len(marks) - truths, "detection")
        caption += f" (solid), {found} with a score of {min_score:g} or more (dashed)"
    picture = draw(photo, size, marks, caption=caption)
    save_image(np.asarray(picture), output)
    return picture.size
