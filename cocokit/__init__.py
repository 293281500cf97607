"""cocokit: from a folder of photographs to a leaderboard.

The sub-packages ``cocokit.eval``, ``cocokit.baselines``, ``cocokit.annotate_ui`` and ``cocokit.migrations`` lie in
top-level folders of the source tree (``eval/`` and so on); setup.cfg maps them when the project is installed, and the
lines below do the same for a bare clone. Nothing heavy is imported here.
"""

from __future__ import annotations

import os

__version__ = "0.1.0"

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if os.path.isfile(os.path.join(_ROOT, "setup.cfg")) and os.path.isdir(os.path.join(_ROOT, "eval")):
    __path__.append(_ROOT)

_LAZY = {
    "evaluate": "cocokit.eval",
    "Evaluator": "cocokit.eval",
    "Report": "cocokit.eval",
    "EvalParams": "cocokit.eval",
    "Dataset": "cocokit.dataset",
    "init_as_pycocotools": "cocokit.eval.dropin",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'cocokit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAZY])
