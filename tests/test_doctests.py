"""The examples in the docstrings of the package give what they say.

They are run from here, and not by pytest's own collector, because that one would import ``eval/`` by its folder's name.
"""

from __future__ import annotations

import doctest
import sys
from importlib import import_module

import pytest

from tests.sources import sources

# Importing this one needs Numba, and it has no examples.
MODULES = [s.module for s in sources() if s.module not in ("cocokit.compiling", "cocokit.__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for loaded in [module for module in sys.modules if module.split(".")[0] == "pycocotools"]:
        monkeypatch.delitem(sys.modules, loaded)  # by an earlier test: an example of a fresh process must still hold
    result = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0
