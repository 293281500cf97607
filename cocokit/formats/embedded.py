"""Photos inside of the files of annotations: LabelMe's ``imageData``; laid into a folder with those that lie beside."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..errors import DataError
from ..imageio import opened, orientation_of
from ..json_files import parse_json
from ..places import described
from .base import inside

#: What gives the bytes of photos, by their file names.
Embedded = Mapping[str, Callable[[], bytes]]
_MEMBER = "imageData"


def decoded(text: object, file: str) -> bytes:
    """The bytes of a photo that is text in base64. Raises DataError."""
    if not isinstance(text, str):
        raise DataError(file, _MEMBER, f"is {described(text)}", "it is a photo in base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DataError(file, _MEMBER, "is no base64", "the file is damaged: write it again") from None


def photo_of(file: str) -> bytes:
    """The photo in a LabelMe file. Raises DataError."""
    value = parse_json(file)
    return decoded(value.get(_MEMBER) if isinstance(value, dict) else None, file)


def photo_size(data: bytes, file: str) -> tuple[int, int]:
    """(width, height) px of the photo in a file, upright, from its header alone. Raises DataError: none, or a bomb."""
    with opened(f"{file}: {_MEMBER}", data=data) as image:
        turned = orientation_of(image) >= 5
        return (image.height, image.width) if turned else image.size


def alone(folder: str | None, embedded: Embedded) -> Embedded:
    """The photos that lie in files of annotations and nowhere else; one beside its file is taken from there."""
    if folder is None:
        return embedded
    return {name: photo for name, photo in embedded.items() if not os.path.lexists(os.path.join(folder, name))}


@contextlib.contextmanager
def laid_out(folder: str | None, embedded: Embedded, names: Iterable[str]) -> Iterator[str | None]:
    """A folder that has the photos of a folder and those inside of files; the folder itself, if it has all.

    A photo that cannot be decoded is not in it.

    Args:
        folder: where photos lie as files.
        embedded: what gives the bytes of the others, by file name.
        names: of all photos.
    """
    inner = alone(folder, embedded)
    if not inner:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="cocokit-") as made:
        for name in dict.fromkeys(inside(name, "dataset") for name in names):
            target = os.path.join(made, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if name in inner:
                with contextlib.suppress(DataError), open(target, "xb") as file:
                    file.write(inner[name]())
            elif folder is not None:
                os.symlink(os.path.realpath(os.path.join(folder, name)), target)
        yield made
