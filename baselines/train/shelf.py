"""Where the bytes of images are kept while they are needed."""

from __future__ import annotations

import math
import mmap
import tempfile
from types import TracebackType
from typing import IO, Self

import torch
from torch import Tensor

from cocokit.errors import DataError

from .room import Room


class Shelf:
    """Images, put down one after the other and then taken up together.

    Those in a file are mapped into memory: the system reads what is looked at, and drops what it needs the room of. The
    file has no name, so that nothing is left of it when the process ends, whatever ends it. To be used in a ``with``.

    Args:
        room: where they are kept.
        device: which device that is, for Room.DEVICE.

    Attributes:
        where: the device of the tensors.
    """

    def __init__(self, room: Room, device: torch.device) -> None:
        self.where = device if room is Room.DEVICE else torch.device("cpu")
        self._kept: list[Tensor] = []
        self._shapes: list[torch.Size] = []
        self._file: IO[bytes] | None = tempfile.TemporaryFile(buffering=0) if room is Room.FILE else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def put(self, pixels: Tensor) -> None:
        """Keep one more: (3, h, w) uint8. Raises DataError where the disk is full."""
        if self._file is None:
            self._kept.append(pixels.to(self.where))
            return
        self._shapes.append(pixels.shape)
        rest = memoryview(pixels.contiguous().cpu().numpy().tobytes())
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            reason = f"cannot hold the images ({error.strerror})"
            raise DataError(tempfile.gettempdir(), "", reason, "name a larger folder in TMPDIR") from error

    def take(self) -> list[Tensor]:
        """All of them, in the order in which they came."""
        if self._file is None:
            return self._kept
        # Shared and writable, though nobody writes: a private mapping of more than the memory may be refused.
        mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_WRITE)
        flat = torch.frombuffer(mapped, dtype=torch.uint8)
        sizes = [math.prod(shape) for shape in self._shapes]
        return [part.view(shape) for part, shape in zip(torch.split(flat, sizes), self._shapes, strict=True)]
