"""``cocokit show``: images with their boxes, masks and poses as pictures, or as pages to look through."""

from __future__ import annotations

import os
from contextlib import nullcontext
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

_HELP = """Draw the boxes and masks of images: one as a picture, or many as a gallery.

FILE is a COCO dataset. With IMAGE_ID, or with --random N, each image becomes a picture: ground truth has solid lines,
detections have dashed ones, crowd regions are hatched. With --html, the images (all, unless some are named) become a
folder of pages that a browser opens without a server: by category and size, photos with masks over them. Without the
photos the ground is grey.
"""
_MOST_PIXELS = 1 << 28
_EXAMPLE = "Example: cocokit show instances.json 139 -o 139.png"


@click.command(name="show", help=_HELP, epilog=_EXAMPLE, short_help="Draw the boxes and masks of images.")
@click.argument("file", type=click.Path())
@click.argument("image", type=int, required=False, metavar="[IMAGE_ID]")
@click.option("--image", "image_id", type=int, metavar="ID", help="The same as IMAGE_ID.")
@click.option("--random", "number", type=click.IntRange(1), metavar="N", help="So many images, by chance.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Which ones --random takes.")
@click.option("-o", "--output", metavar="OUT", help="The picture: .png, .jpg, .webp, ...; with --random a folder.")
@click.option("--html", metavar="DIR", help="Write a gallery: DIR/index.html.")
@click.option("--dt", metavar="PREDS", help="A results file whose detections to draw too; not in a gallery.")
@click.option("--min-score", type=float, default=0.3, show_default=True, help="Leave out detections below this score.")
@click.option("--images", metavar="DIR", help="Folder of the photos; default: images in the workspace's cocokit.toml.")
@click.option("--boxes", is_flag=True, help="Draw the boxes of things with a mask or a pose too.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON about what was drawn.")
def command(
    file: str,
    image: int | None,
    image_id: int | None,
    number: int | None,
    seed: int,
    output: str | None,
    html: str | None,
    dt: str | None,
    min_score: float,
    images: str | None,
    boxes: bool,
    as_json: bool,
) -> None:
    """Run ``cocokit show``."""
    from ..coco_json import read_dataset, read_results
    from ..config import load_settings
    from ..folders import added_files

    wanted = image if image is not None else image_id
    _check_usage(wanted, number, output, html, dt)
    known = load_settings({"images": images})
    folder = known.images
    with Progress(f"reading {file}"):
        dataset = read_dataset(file)
    rows = _rows(dataset, wanted, number, seed, file)
    if html is not None:
        from ._gallery import gallery

        gallery(dataset, rows, html, folder, file, as_json=as_json)
        return
    assert output is not None  # _check_usage
    with Progress(f"reading {dt}"):
        results = read_results(dt) if dt else None
    made = list[tuple[int, str, tuple[int, int], bool]]()
    with added_files(output) if number is not None else nullcontext("") as part:
        for row in rows.tolist():
            shot = dataset.image(row)
            photo = _photo(shot, folder, known.max_pixels)
            name = f"{shot.id}.png"
            path = output if number is None else os.path.join(output, name)
            target = output if number is None else os.path.join(part, name)
            size = _draw(dataset, shot, results, photo, target, min_score, boxes=boxes)
            made.append((shot.id, path, size, photo is not None))
    for each in made:
        _say(*each, as_json=as_json)


def _check_usage(wanted: int | None, number: int | None, output: str | None, html: str | None, dt: str | None) -> None:
    """Options that need, or exclude, each other."""
    if wanted is None and number is None and html is None:
        raise click.UsageError("Which image? Give its id, or --random N, or --html DIR for a gallery of all.")
    if wanted is not None and number is not None:
        raise click.UsageError("An image's id and --random exclude each other.")
    if html is None and output is None:
        raise click.UsageError("Missing option '-o' / '--output'.")
    if html is not None and (output is not None or dt is not None):
        raise click.UsageError("--html writes a gallery of the dataset alone: leave out -o and --dt.")


def _rows(dataset: Dataset, wanted: int | None, number: int | None, seed: int, file: str) -> NDArray[np.int64]:
    """Rows of the images that were asked for, in the file's order."""
    import numpy as np

    count = len(dataset.images)
    if wanted is not None:
        return np.array([_row(dataset, wanted, file)])
    if number is None or number >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, number, replace=False))


def _say(image_id: int, output: str, size: tuple[int, int], photo: bool, *, as_json: bool) -> None:
    if as_json:
        from ._output import print_json

        print_json({"image_id": image_id, "output": output, "size": size, "photo": photo})
    else:
        click.echo(f"{output}: {size[0]} x {size[1]} px{'' if photo else ', without the photo'}")


def _row(dataset: Dataset, image_id: int, file: str) -> int:
    try:
        return dataset.image_row(image_id)
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
    from ..gallery.thumbs import find_photo
    from ..imageio import read_image

    name = image.file_name or ""
    path = find_photo(folder, name)
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
