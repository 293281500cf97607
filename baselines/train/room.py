"""How much memory a device has left, so that a set of images that does not fit is refused before it is read."""

from __future__ import annotations

import torch

from cocokit.errors import DataError

#: Of what is left, the share that images may take; the rest is for the network.
SHARE = 0.7


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


def require_room(needed: int, count: int, device: torch.device, file: str) -> None:
    """Refuse images that would not fit.

    Args:
        needed: bytes of all images at the size at which they are kept.
        count: how many images.
        device: where they are to live.
        file: their dataset, for the message.

    Raises:
        DataError: they do not fit.
    """
    left = memory_left(device)
    if left is not None and needed > SHARE * left:
        reason = f"its {count:,} images take {needed / 1e9:.1f} GB, and {device} has {left / 1e9:.1f} GB left"
        raise DataError(file, "", reason, "see them smaller, such as --set size=256, or choose some by cocokit sample")
