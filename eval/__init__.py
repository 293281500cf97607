"""cocokit.eval: from ground truth and results to numbers (``eval/`` in the source tree)."""

from __future__ import annotations

from .evaluate import evaluate
from .params import EvalParams
from .quirks import QuirkHit
from .report import Report

__all__ = ["EvalParams", "Evaluator", "QuirkHit", "Report", "evaluate"]

#: Imported when they are asked for, so that an evaluation of files does not pay for them.
_LAZY = {"Evaluator": "evaluator"}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
