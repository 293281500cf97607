"""A detector over a set of images: the rows of a results file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import torch

from .collate import collate
from .data import ImageSet
from .results import result_rows

#: Called with (images seen, images in all).
Progress = Callable[[int, int], None]


def predict(
    detector: Any, images: ImageSet, batch: int = 8, autocast: torch.autocast | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The detections of every image, in the set's order, best first.

    Images are put together only with others of the same padded size, so that no image's detections depend on which
    others came with it.

    Args:
        detector: on the device of the images.
        images: what to look at.
        batch: how many at once.
        autocast: a context to compute in, or None for float32.
        progress: called as images are seen.
    """
    was_training = detector.training
    detector.eval()
    rows: dict[int, list[dict[str, Any]]] = {}
    order = sorted(range(len(images)), key=lambda place: images.padded(images.items[place]))
    with torch.no_grad(), autocast or torch.autocast(images.device.type, enabled=False):
        for _, same in groupby(order, key=lambda place: images.padded(images.items[place])):
            places = list(same)
            for first in range(0, len(places), batch):
                some = places[first : first + batch]
                together = collate([images[place] for place in some])
                for place, seen, result in zip(some, together.sizes, detector.detect(together), strict=True):
                    item = images.items[place]
                    rows[place] = result_rows(result, item.id, seen, (item.height, item.width), images.categories)
                if progress is not None:
                    progress(len(rows), len(images))
    detector.train(was_training)
    return [row for place in range(len(images)) for row in rows[place]]
