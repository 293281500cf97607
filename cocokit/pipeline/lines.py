"""The line in the plane of precision and recall under which a worker is rejected (PROTOCOL 8).

The paper draws it and does not print its equation: here a * precision + b * recall >= c, with settings for all three.
"""

from __future__ import annotations

from .settings import CampaignSettings

# A worker on the line stays, although 0.8 + 0.4 and 1.2 differ in the last bit.
_ROUNDING = 1e-9


def line_score(precision: float | None, recall: float | None, settings: CampaignSettings) -> float:
    """How far above the line a worker is; below 0 is under it.

    Args:
        precision: 0 to 1; None if the worker named nothing, which counts as nothing wrong.
        recall: 0 to 1; None if there was nothing to find, which counts as nothing missed.
        settings: ``line_precision``, ``line_recall`` and ``line_at_least``.
    """
    p, r = (1.0 if share is None else share for share in (precision, recall))
    return settings.line_precision * p + settings.line_recall * r - settings.line_at_least


def below_line(precision: float | None, recall: float | None, settings: CampaignSettings) -> bool:
    """Whether a worker is under the rejection line; one on it is not. Arguments as for :func:`line_score`.

    Examples:
        >>> s = CampaignSettings()
        >>> below_line(0.9, 0.5, s), below_line(0.1, 1.0, s), below_line(0.8, 0.4, s)
        (False, True, False)
    """
    return line_score(precision, recall, settings) < -_ROUNDING
