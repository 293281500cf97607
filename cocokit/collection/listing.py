"""A collection as a COCO file without annotations: its candidates by query, the least iconic ones first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ..atomic import write_text
from ..coco_json import write_dataset
from ..dataset import Dataset
from .ledger import Ledger, Row

#: Files of a collection that are made from its ledger.
CANDIDATES, LEFT_OUT = "candidates.json", "left_out.csv"


def write_lists(folder: str) -> int:
    """Write the candidates and what was left out; how many candidates there are.

    An image keeps its id for ever. Queries come in the order in which they found something; within a query the least
    iconic photo comes first, so that a campaign's first pages hold what people will most likely keep.

    Raises:
        DataError: the ledger is broken, or a file cannot be written.
        CocokitError: a run works on the collection.
    """
    with Ledger(folder) as ledger:
        write_dataset(Dataset.from_dict(coco_of(ledger.images.values())), os.path.join(folder, CANDIDATES))
        lines = [_csv_line(("key", "why", "reason"))]
        lines += [_csv_line((row["key"], row["why"], row["reason"])) for row in ledger.left_out.values()]
        lines += [_csv_line((row["key"], "taken down", row["reason"])) for row in ledger.tombstones.values()]
        write_text(os.path.join(folder, LEFT_OUT), "".join(lines))
        return len(ledger.images)


def coco_of(rows: Iterable[Row]) -> dict[str, Any]:
    """Images and licences of a collection's lines as COCO has them; licences are numbered as they come."""
    rows = list(rows)
    licences: dict[tuple[str, ...], int] = {}
    for row in rows:
        if row["license"]:
            licences.setdefault((row["source"], *row["license"].values()), len(licences) + 1)
    order: dict[str, int] = {}
    for row in rows:
        order.setdefault(row["query"], len(order))
    ranked = sorted(rows, key=lambda row: (order[row["query"]], -row["non_iconic"], row["id"]))
    return {
        "info": {"description": "candidates, not yet filtered"},
        "licenses": [
            {"id": number, "name": name, "url": url, "source": source, "source_license_id": key}
            for (source, key, name, url), number in licences.items()
        ],
        "images": [_image(row, licences) for row in ranked],
        "annotations": [],
        "categories": [],
    }  # fmt: skip


def _image(row: Row, licences: dict[tuple[str, ...], int]) -> dict[str, Any]:
    made = {name: row[name] for name in ("id", "width", "height", "file_name")}
    if row["license"]:
        made["license"] = licences[row["source"], *row["license"].values()]
    if row["source"] == "flickr":
        made["flickr_url"] = row["url"]
    if row["taken"]:
        made["date_captured"] = row["taken"][:19].replace("T", " ")
    names = ("source", "source_id", "author", "photographer", "landing_page", "retrieved", "query", "query_kind",
             "sha256", "non_iconic", "cues")  # fmt: skip
    return made | {name: row[name] for name in names}


def _csv_line(cells: Iterable[str]) -> str:
    """A line of CSV; a cell that a spreadsheet would run begins with an apostrophe."""
    plain = (cell.encode("utf-8", "backslashreplace").decode() for cell in cells)  # names of files are any bytes
    quoted = ("'" + cell if cell[:1] in "=+-@" and cell else cell for cell in plain)
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in quoted) + "\r\n"
