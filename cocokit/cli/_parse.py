"""Words of the command line into values: lists, ranges, area ranges, gates. A wrong word is a usage error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def option_value(parse: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """A click callback that runs a parser; its ``ValueError`` becomes a usage error that names the option."""

    def callback(ctx: click.Context, param: click.Parameter, text: str | None) -> Any:
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx=ctx, param=param) from None

    return callback


def name_ending(*endings: str) -> Callable[[str], str]:
    """A parser that takes only file names with one of these endings: what is written should be what the name says.

    >>> name_ending(".svg")("curves.svg")
    'curves.svg'
    """

    def parse(text: str) -> str:
        if not text.lower().endswith(endings):
            raise ValueError(f"{text!r} does not end in {' or '.join(endings)}, the only kind of file that is written")
        return text

    return parse


def numbers(text: str) -> list[float]:
    """A comma-separated list of numbers.

    >>> numbers("0.5,1e3")
    [0.5, 1000.0]
    """
    return [_number(word) for word in text.split(",")]


def integers(text: str) -> list[int]:
    """A comma-separated list of whole numbers.

    >>> integers("1, 10")
    [1, 10]
    """
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise ValueError(f"{text!r} is not a comma-separated list of whole numbers such as 1,10,100") from None


def counts(text: str) -> list[int]:
    """A comma-separated list of whole numbers of 1 or more.

    >>> counts("10,100,1000")
    [10, 100, 1000]
    """
    found = integers(text)
    if min(found) < 1:
        raise ValueError(f"{text!r} has a number below 1")
    return found


def sigmas(text: str) -> list[float] | dict[int, list[float]]:
    """Keypoint sigmas: a list for all categories, or a JSON file with a list for each category id.

    >>> sigmas("0.026,0.025")
    [0.026, 0.025]
    """
    if not text.endswith(".json"):
        return numbers(text)
    import json

    try:
        with open(text, "rb") as file:
            found = json.load(file)
        return {int(category): [float(value) for value in values] for category, values in found.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f'{text} does not hold {{"CATEGORY ID": [sigma, ...], ...}} ({error})') from None


def thresholds(text: str) -> list[float]:
    """Thresholds: a list, or ``low:high:step`` with both ends, in exactly the bits that pycocotools' grid has (L1).

    >>> thresholds("0.5:0.65:0.05") == [0.5, 0.55, 0.6, 0.65], thresholds("0.3,0.5")
    (True, [0.3, 0.5])
    """
    if ":" not in text:
        found = numbers(text)
    else:
        import numpy as np

        ends = [_number(word) for word in text.split(":")]
        if len(ends) != 3 or ends[2] <= 0 or ends[1] < ends[0]:
            raise ValueError(f"{text!r} is not low:high:step such as 0.5:0.95:0.05")
        low, high, step = ends
        found = np.linspace(low, high, round((high - low) / step) + 1).tolist()
    if not all(0 <= value <= 1 for value in found):
        raise ValueError(f"{text!r} has a threshold outside 0 to 1")
    return found


def area_ranges(text: str) -> dict[str, tuple[float, float]]:
    """Named area ranges in square pixels, both ends included (D6).

    >>> area_ranges("all=0:1e10,tiny=0:256")
    {'all': (0.0, 10000000000.0), 'tiny': (0.0, 256.0)}
    """
    found = {}
    for word in text.split(","):
        name, equals, ends = word.partition("=")
        low, colon, high = ends.partition(":")
        if not (name.strip() and equals and colon):
            raise ValueError(f"{word!r} is not NAME=LOW:HIGH such as tiny=0:256")
        found[name.strip()] = (_number(low), _number(high))
        if found[name.strip()][0] > found[name.strip()][1]:
            raise ValueError(f"{word!r} ends before it starts")
    return found


def named_numbers(text: str, default: str = "AP") -> dict[str, float]:
    """Numbers with names; one number alone belongs to ``default``.

    >>> named_numbers("AP=0.3,AP50=0.5"), named_numbers("0.3")
    ({'AP': 0.3, 'AP50': 0.5}, {'AP': 0.3})
    """
    found = {}
    for word in text.split(","):
        name, equals, value = word.rpartition("=")
        found[name.strip() if equals else default] = _number(value)
    return found


def drop_gate(text: str) -> tuple[str, dict[str, float]]:
    """A baseline file and how far each number may fall below it.

    >>> drop_gate("base.json:0.005"), drop_gate("base.json:AP=0.005,AP50=0.01")
    (('base.json', {'AP': 0.005}), ('base.json', {'AP': 0.005, 'AP50': 0.01}))
    """
    path, colon, limits = text.rpartition(":")
    if not colon or not path:
        raise ValueError(f"{text!r} is not BASELINE.json:DROP such as baseline.json:0.005")
    return path, named_numbers(limits)


def _number(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise ValueError(f"{word.strip()!r} is not a number") from None
    if value - value != 0:
        raise ValueError(f"{word.strip()!r} is not a finite number")
    return value
