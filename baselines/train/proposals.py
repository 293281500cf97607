"""Regions that another detector proposed, from results files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from cocokit.coco_json import read_results
from cocokit.columns import Field
from cocokit.errors import DataError, ParamsError

from ..detectors import DETECTORS, find_detector
from .config import TrainConfig


def read_proposals(paths: Sequence[str], config: TrainConfig) -> dict[int, Tensor] | None:
    """The best regions of each image, (R, 4) float32 corners px, best first, by its id; None where none are given.

    Args:
        paths: results files with boxes; categories are not looked at.
        config: how many regions of an image, and who is given them.

    Raises:
        DataError: no results, or none with boxes; images that two files have.
        ParamsError: there are no files, and the detector needs some; or there are, and it has no use for them.
    """
    entry = find_detector(config.baseline)
    if paths and "proposals" not in (*entry.needs, *entry.takes):
        raise ParamsError("proposals", paths[0], f"{config.baseline} looks at the whole image: leave them out")
    if not paths and "proposals" not in entry.needs:
        return None
    if not paths:
        names = [name for name, entry in DETECTORS.items() if "proposals" in entry.predicts]
        hint = f"give --proposals the results of cocokit predict, of {' or '.join(names)}"
        raise ParamsError("proposals", None, f"{config.baseline} is given regions: {hint}")
    found: dict[int, Tensor] = {}
    for path in paths:
        results = read_results(path)
        if not len(results):
            continue
        if results.bbox is None or not results.has(Field.BBOX).all():
            raise DataError(path, "", "has results without a bbox", "proposals are boxes")
        assert results.image_id is not None
        assert results.score is not None
        order = np.lexsort((-results.score, results.image_id))  # by image, best first
        ids, starts = np.unique(results.image_id[order], return_index=True)
        for number, rows in zip(ids.tolist(), np.split(order, starts[1:]), strict=True):
            if number in found:
                raise DataError(path, f"image {number}", "has proposals in an earlier file too", "give them once")
            box = results.bbox[rows[: config.proposals]]
            corners = np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
            found[number] = torch.from_numpy(corners.astype(np.float32))
    return found
