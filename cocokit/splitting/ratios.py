"""How much of a dataset each split has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from ..errors import ParamsError

#: COCO's: half to train, a quarter each to validate and to test.
PRESETS = {"coco": {"train": Fraction(1, 2), "val": Fraction(1, 4), "test": Fraction(1, 4)}}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
#: How far the sum of numbers that were rounded may be from 1.
_SLACK = Fraction(1, 1_000_000)


def parse_ratios(text: str) -> dict[str, Fraction]:
    """Ratios as they are typed; fractions are exact.

    Raises:
        ParamsError: as :func:`checked_ratios`, or a word that is no NAME=RATIO.

    >>> parse_ratios("train=.5,val=1/4,test=0.25") == PRESETS["coco"]
    True
    """
    found = list[tuple[str, Fraction]]()
    for word in text.split(","):
        name, equals, value = (part.strip() for part in word.partition("="))
        try:
            if not equals:
                raise ValueError
            found.append((name, Fraction(value)))
        except (ValueError, ZeroDivisionError):
            raise ParamsError(
                "ratios", text, f"{word.strip()!r} is not NAME=RATIO such as val=0.25 or val=1/4"
            ) from None
    if len({name.lower() for name, _ in found}) < len(found):
        raise ParamsError("ratios", text, "a split is named twice")
    return checked_ratios(dict(found))


def checked_ratios(ratios: Mapping[str, float | Fraction]) -> dict[str, Fraction]:
    """The ratios as exact numbers whose sum is 1.

    Raises:
        ParamsError: no ratio, a name that is no file name, a ratio that is not above 0, or a sum that is not 1.
    """
    shown = ",".join(f"{name}={float(value):g}" for name, value in ratios.items())
    for name, value in ratios.items():
        if not _NAME.fullmatch(name):
            raise ParamsError("ratios", shown, f"{name!r} is no name for a split: use letters, digits and _")
        if not 0 < value <= 1:
            raise ParamsError("ratios", shown, f"{name} is {float(value):g}: use a number above 0 and up to 1")
    exact = {name: Fraction(value).limit_denominator(10**9) for name, value in ratios.items()}
    total = sum(exact.values(), Fraction(0))
    if abs(total - 1) > _SLACK:
        raise ParamsError("ratios", shown, f"their sum is {float(total):g}, not 1")
    return {name: value / total for name, value in exact.items()}
