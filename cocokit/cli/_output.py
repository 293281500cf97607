"""What the commands share: JSON lines, tables and text files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import click


def print_json(value: object) -> None:
    """Print a value as one line of JSON; a number that is not finite becomes ``null``."""
    click.echo(to_json(value))


def to_json(value: object, *, lines: bool = False) -> str:
    """JSON text of a value that may hold NumPy scalars, arrays and enums; non-finite numbers become ``null``.

    Args:
        value: what to write.
        lines: one line for each member and row, for people and for diffs; all on one line otherwise.
    """
    import json

    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    return "\n".join(_json_lines(plain(value), encode)) if lines else encode(plain(value))


def _json_lines(value: Any, encode: Callable[[Any], str]) -> Iterator[str]:
    """The lines of a value: what holds no further list or object stays on one, for 101 lines of recalls say little."""
    items = list(value.values() if isinstance(value, dict) else value) if isinstance(value, dict | list) else []
    if not any(isinstance(item, dict | list) for item in items):
        yield encode(value)
        return
    heads = [f"{encode(name)}: " for name in value] if isinstance(value, dict) else [""] * len(items)
    yield "{" if isinstance(value, dict) else "["
    for i, (head, item) in enumerate(zip(heads, items, strict=True)):
        inner = [" " + line for line in _json_lines(item, encode)]
        inner[0] = f" {head}{inner[0][1:]}"
        inner[-1] += "," if i + 1 < len(items) else ""
        yield from inner
    yield "}" if isinstance(value, dict) else "]"


def plain(value: Any) -> Any:
    """The same value in JSON's own types.

    >>> plain({"a": float("nan"), 2: (1, True)})
    {'a': None, '2': [1, True]}
    """
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if value - value == 0 else None
    return int(value) if isinstance(value, int) else str(value)


def show(value: object) -> str:
    """A table cell: numbers with three decimals, nothing for ``None`` and for -1 (no ground truth to measure).

    >>> show(0.25), show(-1.0), show(7), show(None)
    ('0.250', '-', '7', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if value > -1 else "-"
    return str(value)


def table(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> list[str]:
    """Aligned lines: a head, a rule and one line per row; text to the left, numbers to the right.

    >>> table([{"name": "cat", "AP": 0.5}, {"name": "dog", "AP": -1.0}])
    ['name     AP', '----  -----', 'cat   0.500', 'dog       -']
    """
    names = list(names or (rows[0] if rows else ()))
    left = [any(isinstance(row[name], str) for row in rows) for name in names]
    cells = [[show(plain(row[name])) for name in names] for row in rows]
    widths = [max([len(name), *(len(line[i]) for line in cells)]) for i, name in enumerate(names)]

    def line(texts: Sequence[str]) -> str:
        pairs = zip(texts, left, widths, strict=True)
        return "  ".join(t.ljust(w) if to_left else t.rjust(w) for t, to_left, w in pairs).rstrip()

    return [line(names), line(["-" * w for w in widths]), *map(line, cells)]


def write_csv(path: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that share their keys as CSV with a head line, whole or not at all; -1 (not measured) is empty."""
    from cocokit.eval import tables

    names = list(rows[0]) if rows else []
    tables.write_csv(path, names, ([_cell(row[name]) for name in names] for row in rows))


def _cell(value: Any) -> Any:
    """A value for a CSV file: whoever averages a column must not average the -1 of what was not measured."""
    value = plain(value)
    return None if isinstance(value, float) and value == -1 else value
