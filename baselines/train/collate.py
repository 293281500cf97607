"""Several batches as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import pad

from ..batch import Batch


def collate(batches: Sequence[Batch], least: tuple[int, int] = (0, 0)) -> Batch:
    """Batches put together: padded with zeros on the right and below to the largest of them.

    Args:
        batches: at least one, all with targets or none, all with proposals or none.
        least: height and width px to which they are padded in any case.
    """
    height, width = (max(least[side], *(batch.pixels.shape[side + 2] for batch in batches)) for side in (0, 1))
    targets = proposals = None
    if all(batch.targets is not None for batch in batches):
        all_targets = [target for batch in batches for target in batch.targets or ()]
        targets = tuple(
            target if target.masks is None else replace(target, masks=_padded(target.masks, height, width))
            for target in all_targets
        )
    if all(batch.proposals is not None for batch in batches):
        proposals = tuple(regions for batch in batches for regions in batch.proposals or ())
    pixels = torch.cat([_padded(batch.pixels, height, width) for batch in batches])
    return Batch(pixels, tuple(size for batch in batches for size in batch.sizes), targets, proposals)


def _padded(planes: Tensor, height: int, width: int) -> Tensor:
    """(..., H, W) with zeros on the right and below."""
    missing = width - planes.shape[-1], height - planes.shape[-2]
    return pad(planes, (0, missing[0], 0, missing[1])) if any(missing) else planes
