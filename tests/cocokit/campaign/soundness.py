"""Whether a campaign's rows fit each other, by loops over whole tables: the naive twin of the product's own check."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from cocokit.campaign.context import load_campaign
from cocokit.campaign.routing import route_whole_images
from cocokit.domain.stages import Stage
from cocokit.store.database import Database, Transaction
from cocokit.store.models import Base

Tables = dict[str, list[dict[str, Any]]]

#: What the places of an assignment may be, by the assignment's own state.
_PLACES = {
    "leased": {"leased"}, "answered": {"answered", "late", "void"}, "expired": {"expired"}, "released": {"expired"},
    "withdrawn": {"expired"},
}  # fmt: skip


#: Images that are in the campaign.
_OPENED = ("open", "finished")


class _UndoError(Exception):
    """Ends a transaction that must leave nothing."""


def dump(tx: Transaction) -> Tables:
    """Every row of every table, in a fixed order."""
    tables = {}
    for table in Base.metadata.sorted_tables:
        rows = [dict(row) for row in tx.execute(select(table)).mappings()]
        tables[table.name] = sorted(rows, key=lambda row: [repr(row[c.name]) for c in table.primary_key])
    return tables


def snapshot(database: Database) -> Tables:
    """Every row as others see it now."""
    with database.read() as tx:
        return dump(tx)


def unsound(database: Database) -> list[str]:
    """What is wrong with the newest campaign; nothing if all is well. Nobody else may be at work meanwhile."""
    found: list[str] = []

    def look(tx: Transaction) -> None:
        tables = dump(tx)
        for look_at in (_tasks, _assignments, _answers, _facts, _images):
            found.extend(look_at(tables))
        campaign = load_campaign(tx)
        # What stands must follow from the answers: deciding everything again may change nothing.
        route_whole_images(tx, campaign, [i["id"] for i in tables["image"] if i["state"] in _OPENED], 0)
        again = dump(tx)
        for name, rows in tables.items():
            both = zip(rows, again[name], strict=False)
            found.extend(f"{name}: {a} would be decided differently: {b}" for a, b in both if a != b)
            found.extend(f"{name}: {b} is missing" for b in again[name][len(rows):])
        raise _UndoError

    try:
        database.run(look)
    except _UndoError:
        return found
    raise AssertionError("unreachable")


def _tasks(tables: Tables) -> Iterator[str]:
    places: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for place in tables["place"]:
        places[place["task_id"]][place["state"]] += 1
    for task in tables["task"]:
        states = places[task["id"]]
        if task["answered"] != states["answered"]:
            yield f"task {task['id']} has answered {task['answered']} and places {dict(states)}"
        if task["taken"] != states["leased"] + states["answered"]:
            yield f"task {task['id']} has taken {task['taken']} and places {dict(states)}"
        if task["free"] != max(0, task["places"] - task["taken"]):
            yield f"task {task['id']} has free {task['free']} of {task['places']} less {task['taken']}"
        if (task["state"] == "open") != (task["places"] > task["answered"]):
            yield f"task {task['id']} is {task['state']} with {task['answered']} of {task['places']}"
        if (task["closed_at"] is None) != (task["state"] == "open"):
            yield f"task {task['id']} is {task['state']} and closed at {task['closed_at']}"


def _assignments(tables: Tables) -> Iterator[str]:
    places: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for place in tables["place"]:
        places[place["assignment_id"]].append(place)
    answers = Counter(answer["assignment_id"] for answer in tables["answer"])
    showings = Counter(showing["assignment_id"] for showing in tables["sentinel_showing"])
    for row in tables["assignment"]:
        mine = places.pop(row["id"], [])
        training = row["sentinel_id"] is not None
        if training != (not mine) or (training and showings[row["id"]] != 1):
            yield f"assignment {row['id']} has {len(mine)} places"
        if not {p["state"] for p in mine} <= _PLACES[row["state"]]:
            yield f"assignment {row['id']} is {row['state']}, its places {[p['state'] for p in mine]}"
        if any(p["worker_id"] != row["worker_id"] for p in mine):
            yield f"assignment {row['id']} has a place of somebody else"
        if answers[row["id"]] != (row["state"] == "answered"):
            yield f"assignment {row['id']} is {row['state']} with {answers[row['id']]} answers"
    if places:
        yield f"places without an assignment: {places}"


def _answers(tables: Tables) -> Iterator[str]:
    earned = Counter(row["answer_id"] for row in tables["ledger"] if row["kind"] == "earned")
    states: defaultdict[int, set[str]] = defaultdict(set)
    for place in tables["place"]:
        states[place["assignment_id"]].add(place["state"])
    for answer in tables["answer"]:
        if earned.pop(answer["id"], 0) != 1:
            yield f"answer {answer['id']} has not exactly one line of money"
        if not answer["training"] and (answer["state"] == "counted") != ("answered" in states[answer["assignment_id"]]):
            yield f"answer {answer['id']} is {answer['state']}, its places {states[answer['assignment_id']]}"
    if earned:
        yield f"money without an answer: {earned}"


def _facts(tables: Tables) -> Iterator[str]:
    facts = Counter(
        (row["answer_id"], name)
        for name in ("spot", "segmentation", "vote", "crowd_region", "caption")
        for row in tables[name]
    )
    places = Counter(place["assignment_id"] for place in tables["place"])
    for answer in tables["answer"]:
        payload, stage = json.loads(answer["payload"]), Stage(answer["stage"])
        drawn = stage is Stage.SEGMENT and not answer["training"] and payload["outcome"] == "mask"
        wanted = {
            "spot": len(payload.get("drops", payload.get("points", ()))),
            "segmentation": int(drawn),
            "vote": places[answer["assignment_id"]] if stage is Stage.VERIFY else 0,
            "crowd_region": int("rle" in payload and stage is Stage.CROWD),
            "caption": int(stage is Stage.CAPTION),
        }
        for name, count in wanted.items():
            if (has := facts.pop((answer["id"], name), 0)) != count:
                yield f"answer {answer['id']} ({stage}) has {has} of {name}, not {count}"
    if facts:
        yield f"facts without an answer: {facts}"


def _images(tables: Tables) -> Iterator[str]:
    waits = {task["image_id"] for task in tables["task"] if task["state"] == "open"}
    for image in tables["image"]:
        if image["state"] in _OPENED and (image["state"] == "open") != (image["id"] in waits):
            yield f"image {image['id']} is {image['state']}, open tasks: {image['id'] in waits}"
