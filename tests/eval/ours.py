"""cocokit's evaluator with the settings of these tests. Only tests use this."""

from __future__ import annotations

from typing import Any

import cocokit
from tests.eval.naive import Settings


def evaluate(gt: Any, dt: Any, settings: Settings, *, lenient: bool = False) -> Any:
    """The report of ``cocokit.evaluate``; only settings that differ from the defaults are passed on."""
    chosen: dict[str, Any] = {
        name: getattr(settings, name)
        for name in ("iou_thrs", "rec_thrs", "max_dets", "img_ids", "cat_ids", "sigmas")
        if getattr(settings, name) is not None
    }
    if settings.area_rng is not None:
        chosen["area_rng"] = settings.named_areas()
    if not settings.use_cats:
        chosen["use_cats"] = False
    return cocokit.evaluate(gt, dt, settings.iou_type, fixed=settings.fixed, lenient=lenient, **chosen)


def quirks(report: Any) -> dict[str, int]:
    """Quirk id -> count, as the report says it."""
    return {hit.id: hit.count for hit in sorted(report.quirks, key=lambda hit: str(hit.id))}
