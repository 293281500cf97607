"""One line that makes ``import pycocotools`` give cocokit."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType

from . import coco, cocoeval, mask

_PARTS = {"coco": coco, "cocoeval": cocoeval, "mask": mask, "_mask": mask}


def init_as_pycocotools() -> Callable[[], None]:
    """Put cocokit's drop-in modules where ``import pycocotools`` looks.

    Call it before anything imports pycocotools: names that a module has already taken (``from pycocotools.coco import
    COCO``) stay the old ones, which a RuntimeWarning says. An installed pycocotools is neither needed nor changed.

    Returns:
        A function that undoes it: afterwards imports give what they gave before.

    Example::

        import cocokit
        cocokit.init_as_pycocotools()
        from pycocotools.coco import COCO  # cocokit's
    """
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "pycocotools"}
    if "pycocotools" in before and not getattr(before["pycocotools"], "_is_cocokit", False):
        warnings.warn(
            "pycocotools was imported before init_as_pycocotools(); modules that took names from it keep the old ones",
            RuntimeWarning, stacklevel=2,
        )  # fmt: skip
    ours = _package()
    for name in before:
        del sys.modules[name]
    sys.modules.update(ours)

    def undo() -> None:
        for name in ours:
            sys.modules.pop(name, None)
        sys.modules.update(before)

    return undo


def _package() -> dict[str, ModuleType]:
    """A package ``pycocotools`` with the drop-in modules in it, by full name."""
    package = ModuleType("pycocotools", "cocokit in pycocotools' place (cocokit.init_as_pycocotools).")
    package.__spec__ = ModuleSpec("pycocotools", None, is_package=True)
    package.__path__ = []
    vars(package).update(_PARTS, _is_cocokit=True)
    return {"pycocotools": package, **{f"pycocotools.{name}": module for name, module in _PARTS.items()}}
