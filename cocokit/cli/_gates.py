"""Gates for continuous integration: sentences for the numbers that are too low, or fell too far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from ..errors import DataError

#: Largest size of a baseline report that is read, bytes; a real one has a few thousand.
_LARGEST = 64 << 20


def check_names(wanted: Mapping[str, float], names: Sequence[str], option: str) -> None:
    """Raise a usage error when a gate names a number that the report does not have."""
    for name in wanted:
        if name not in names:
            raise click.UsageError(f"{option} names {name!r}; this report has {', '.join(names)}")


def too_low(stats: Mapping[str, float], limits: Mapping[str, float]) -> list[str]:
    """Sentences for the numbers below their limit; -1 (nothing to measure) is below any.

    >>> too_low({"AP": 0.25}, {"AP": 0.3})
    ['AP is 0.2500, below 0.3']
    """
    check_names(limits, list(stats), "--fail-under")
    low = {name: limit for name, limit in limits.items() if not stats[name] >= limit}
    return [f"{name} is {_amount(stats[name])}, below {limit:g}" for name, limit in low.items()]


def fell(stats: Mapping[str, float], baseline: Mapping[str, float], limits: Mapping[str, float]) -> list[str]:
    """Sentences for the numbers that lie more than their limit below the baseline's.

    >>> fell({"AP": 0.25}, {"AP": 0.3}, {"AP": 0.005})
    ['AP fell by 0.0500 from 0.3000 to 0.2500, more than 0.005']
    """
    check_names(limits, list(stats), "--fail-drop")
    found = []
    for name, limit in limits.items():
        if name not in baseline:
            raise click.UsageError(f"--fail-drop names {name!r}, which the baseline does not have")
        before, now = baseline[name], stats[name]
        # Half a unit in the tenth decimal: 0.305 - 0.3 is a little more than 0.005 in binary floats.
        if not now >= before - limit - 5e-11:
            change = f"fell by {before - now:.4f}" if now > -1 else "went"
            found.append(f"{name} {change} from {before:.4f} to {_amount(now)}, more than {limit:g}")
    return found


def read_baseline(path: str) -> dict[str, float]:
    """The named numbers of a report that ``-o`` or ``--json`` wrote earlier.

    Raises:
        DataError: the file is not such a report.
        OSError: it cannot be read.
    """
    import json

    with open(path, "rb") as file:
        data = file.read(_LARGEST)
    try:
        report = json.loads(data)
        names, stats = report["stat_names"], report["stats"]
        return {str(name): _finite(value) for name, value in zip(names, stats, strict=True)}
    except (ValueError, KeyError, TypeError) as error:
        remedy = "give --fail-drop a file that cocokit eval -o wrote"
        raise DataError(path, "", f"is not a report with stats and stat_names ({error})", remedy) from None


def _finite(value: Any) -> float:
    number = float(value)
    if number - number != 0:
        raise ValueError(f"{value} among its stats")
    return number


def _amount(value: float) -> str:
    return f"{value:.4f}" if value > -1 else "-1 (nothing to measure)"
