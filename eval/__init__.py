"""cocokit.eval: from ground truth and results to numbers (``eval/`` in the source tree)."""

from __future__ import annotations

from .evaluate import evaluate
from .params import EvalParams
from .quirks import QuirkHit
from .report import Report

__all__ = ["EvalParams", "QuirkHit", "Report", "evaluate"]
