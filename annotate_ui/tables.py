"""Tables for other programs: rows as a CSV file that no table program takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response

#: What a table program would take for the beginning of a formula.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Rows as a file to download; None is an empty cell.

    Args:
        name: of the file.
        columns: the head line.
        rows: as many cells each.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(columns)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return as_file(made.getvalue(), name, "text/csv")


def as_file(text: str, name: str, mimetype: str) -> Response:
    """Text that a browser keeps as a file."""
    answer = Response(text, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def harmless(text: str) -> str:
    """A cell that no table program runs.

    >>> harmless("=1+1"), harmless("maria")
    ("'=1+1", 'maria')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
