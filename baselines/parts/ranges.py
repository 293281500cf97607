"""What settings that several detectors have must be, by their names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from cocokit.errors import ParamsError

_SOME = "width hidden bins count each mask_bins mask_width keypoint_width rpn_each rpn_each_train proposals"
#: At least 1: channels, bins, how many are looked at or given.
ONE_OR_MORE = frozenset((_SOME + " proposals_train ohem_count scales").split())
#: At least 0: how many convolutions, where a loss changes from square to straight, weights of losses.
ZERO_OR_MORE = frozenset("convs mask_convs keypoint_convs beta rpn_beta tau rpn_small coord noobj".split())
#: From 0 to 1: scores and overlaps.
SHARES = frozenset("floor iou_thr rpn_iou_thr ohem_iou iou".split())
#: Above 0: sides and what codes of boxes are multiplied with.
ABOVE_ZERO = frozenset("base weights".split())


def require_ranges(config: Any) -> None:
    """Check what can be checked by a setting's name alone.

    Args:
        config: a dataclass.

    Raises:
        ParamsError: a value that no network can be made or used with.
    """
    for field in fields(config):
        value = getattr(config, field.name)
        values = value if isinstance(value, tuple) else (value,)
        if field.name in ONE_OR_MORE and min(values) < 1:
            raise ParamsError(field.name, value, "give 1 or more")
        if field.name in ZERO_OR_MORE and min(values) < 0:
            raise ParamsError(field.name, value, "give 0 or more")
        if field.name in SHARES and not (0 <= min(values) and max(values) <= 1):
            raise ParamsError(field.name, value, "give 0 to 1")
        if field.name in ABOVE_ZERO and min(values) <= 0:
            raise ParamsError(field.name, value, "it must be above 0")
