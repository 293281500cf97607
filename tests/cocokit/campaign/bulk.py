"""Campaigns as large as COCO in seconds: rows are made inside the database, by one statement per table.

Images are open and wait for labels, or they are done: labeled by one worker, with two spots, a mask and its votes. So
every table of the hot path is as long as it would be. The n-th image has id n, and so have its task and its answer.
"""

from __future__ import annotations

import random

from sqlalchemy import text

from cocokit.campaign.creating import create_campaign
from cocokit.domain.stages import CampaignState
from cocokit.domain.tasks import Assignment, CategoryRef, LabelTask, SegmentTask, SpotTask
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.presets import find_preset
from cocokit.store.campaigns import set_campaign
from cocokit.store.database import Database, Transaction
from cocokit.store.workers import add_worker

WIDTH, HEIGHT, CATEGORIES = 640, 480, 80
_VOTERS = 4
_CATEGORY = f"i % {CATEGORIES} + 1"

#: Table -> column -> SQL, for images 1 to n.
_OPEN = {
    "image": {"campaign_id": "1", "coco_id": "i", "file_name": "'a.jpg'", "width": f"{WIDTH}", "height": f"{HEIGHT}",
              "state": "'open'"},
    "task": {"campaign_id": "1", "stage": "'label'", "subject": "i", "category_id": "0", "image_id": "i",
             "places": ":places", "taken": "0", "answered": "0", "free": ":places", "lane": "0", "rank": "1",
             "state": "'open'", "opened_at": "0"},
}  # fmt: skip
_FACT = {"campaign_id": "1", "image_id": "i", "category_id": _CATEGORY, "answer_id": "i", "worker_id": "1"}
_DONE = {
    "assignment": {"word": "'w' || i", "campaign_id": "1", "worker_id": "1", "stage": "'label'",
                   "state": "'answered'", "leased_at": "0", "lease_ms": "1", "expires_at": "1"},
    "place": {"assignment_id": "i", "task_id": "i", "worker_id": "1", "stage": "'label'", "lane": "0",
              "position": "0", "state": "'answered'"},
    "answer": {"campaign_id": "1", "assignment_id": "i", "worker_id": "1", "stage": "'label'", "training": "false",
               "image_id": "i", "category_id": "0", "subject": "i", "client_id": "'c' || i",
               "payload": "'{\"drops\":[]}'", "outcome": "''", "state": "'counted'", "receipt": "'{}'",
               "received_at": "0", "wall_ms": "0", "visible_ms": "0", "active_ms": "0"},
    "spot": {**_FACT, "ordinal": "0", "x": "20.5", "y": "20.5", "primer": "true", "state": "'covered'"},
    "segmentation": {**_FACT, "drawn_for": "i", "height": f"{HEIGHT}", "width": f"{WIDTH}", "counts": ":counts",
                     "area": "1.0", "bbox": "'[0.0, 0.0, 1.0, 1.0]'", "tool": "'polygon'", "state": "'passed'",
                     "good": f"{_VOTERS}", "bad": "0"},
    "ledger": {"campaign_id": "1", "worker_id": "1", "answer_id": "i", "kind": "'earned'", "cents": "1.0", "at": "0"},
}  # fmt: skip
_VOTE = {"answer_id": "i", "segmentation_id": "i", "worker_id": ":voter", "good": "true", "state": "'counted'"}


def create(database: Database, images: int, done: int = 0, **settings: int | float | bool) -> None:
    """Fill an empty database with a running campaign, whose first ``done`` images are finished."""
    preset = find_preset("lvis")
    file = CampaignFile("bulk", "lvis", preset.settings.changed(**{"training": False, **settings}), preset.graph)
    kinds = [CategoryRef(i, f"category {i}", f"group {i % 12}") for i in range(1, CATEGORIES + 1)]
    assert create_campaign(database, file, kinds, []) == 1
    database.run(lambda tx: _fill(tx, images, done, file.settings.k_label))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("image", "task", *(["vote", *_DONE] if done else [])):
            connection.execute(text(f"ANALYZE {table}"))  # as a server does by itself a while after rows have come


def answer(held: Assignment, chance: random.Random) -> object:
    """Something that the stage takes: up to three categories, a spot or two, a small triangle, all masks good."""
    x, y = chance.random() * (WIDTH - 40) + 20, chance.random() * (HEIGHT - 40) + 20
    work = held.work
    if isinstance(work, LabelTask):
        seen = chance.sample(work.categories, chance.choice([0, 0, 1, 3]))
        return {"drops": [{"category_id": c.id, "x": x, "y": y + i} for i, c in enumerate(seen)]}
    if isinstance(work, SpotTask):
        return {"points": [[x, y], [x - 10, y]][: chance.choice([1, 2])]}
    if isinstance(work, SegmentTask):
        x, y = work.spot
        ring = [max(x - 9, 0), max(y - 9, 0), min(x + 9, WIDTH), max(y - 9, 0), x, min(y + 9, HEIGHT)]
        return {"outcome": "mask", "polygons": [ring], "tool": "polygon"}
    return {"bad": []}


def _fill(tx: Transaction, images: int, done: int, places: int) -> None:
    workers = [add_worker(tx, 1, "bulk", f"{i}", 0) for i in range(_VOTERS + 1)]
    for table, columns in _OPEN.items():
        _rows(tx, table, columns, images, places=places)
    if done:
        for table, columns in _DONE.items():
            _rows(tx, table, columns, done, counts=b"0")
        for voter in workers[1:]:
            _rows(tx, "vote", _VOTE, done, voter=voter)
        values = "places = 1, taken = 1, answered = 1, free = 0, state = 'done', closed_at = 1"
        tx.execute(text(f"UPDATE task SET {values} WHERE id <= :done"), {"done": done})
        tx.execute(text("UPDATE image SET state = 'finished', finished_at = 1 WHERE id <= :done"), {"done": done})
    set_campaign(tx, 1, CampaignState.RUNNING, launched_at=0)


def _rows(tx: Transaction, table: str, columns: dict[str, str], count: int, **values: object) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
    statement = f"INSERT INTO {table} ({', '.join(columns)}) {numbers} SELECT {', '.join(columns.values())} FROM n"
    used = {name: value for name, value in values.items() if f":{name}" in columns.values()}
    tx.execute(text(statement), {"count": count, **used})
