"""Where the images of a set have room: on the device, in main memory, or in a file; asked before any is read."""

from __future__ import annotations

import shutil
import tempfile
from enum import Enum

import torch

from cocokit.errors import DataError

#: Of what is left, the share that images may take; the rest is for the network.
SHARE = 0.7


class Room(Enum):
    """Where images are kept."""

    DEVICE = "device"
    MEMORY = "memory"
    FILE = "file"


def memory_left(device: torch.device) -> int | None:
    """Bytes that are free, or None where nobody says."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":") for line in file)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None


def disk_left() -> int:
    """Bytes that are free where temporary files go, which ``TMPDIR`` says."""
    return shutil.disk_usage(tempfile.gettempdir()).free


def find_room(needed: int, count: int, device: torch.device, file: str) -> Room:
    """The nearest place that has room for a set of images.

    Args:
        needed: bytes of all images at the size at which they are kept.
        count: how many images.
        device: where they are seen.
        file: their dataset, for the message.

    Raises:
        DataError: there is none.
    """
    if _fits(needed, memory_left(device)):
        return Room.DEVICE
    if device.type == "cuda" and _fits(needed, memory_left(torch.device("cpu"))):
        return Room.MEMORY
    if _fits(needed, disk_left()):
        return Room.FILE
    left = f"{(memory_left(device) or 0) / 1e9:.1f} GB left, {tempfile.gettempdir()} {disk_left() / 1e9:.1f} GB"
    reason = f"its images ({count:,}) take {needed / 1e9:.1f} GB, and {device} has {left}"
    remedy = "see them smaller, such as --set size=256, or name a larger folder in TMPDIR"
    raise DataError(file, "", reason, remedy)


def _fits(needed: int, left: int | None) -> bool:
    return left is None or needed <= SHARE * left
