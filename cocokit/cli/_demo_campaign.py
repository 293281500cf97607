"""The workspace of ``cocokit demo``: a campaign on real photographs that simulated workers have begun."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..campaign.creating import NewImage
    from ..crowd.company import Company
    from ..crowd.truth import Truth
    from ..sample_cuts import Cuts
    from ..store.database import Database

NAME = "demo"
TRUTH = "truth.json"
#: Small pages, so that somebody who looks around sees all of them soon.
SETTINGS: dict[str, int | float | bool | str | tuple[str, ...]] = {
    "filter_page": 12, "k_label": 4, "k_spot": 4, "page_size": 16, "bad_sentinels": 3, "good_sentinels": 3,
    "sentinels_needed": 2, "false_alarms": 2, "crowd_after": 4, "k_caption": 3, "training_tries": 5,
    "tools": ("polygon", "scissors", "lasso", "brush", "superpixels", "box", "tighten"),
}  # fmt: skip
#: How many there are, the share of them who do not try, and how many answers they have given before anybody looks.
WORKERS, SPAM, BEFORE = 16, 0.06, 240
#: For how long they have been at it then, ms.
_SINCE_MS = 3 * 3_600_000


def is_there(folder: str) -> bool:
    """Whether the demo was begun in a folder.

    Raises:
        DataError: something else is there.
    """
    from ..config import NAME as SETTINGS_FILE
    from ..errors import DataError

    names = os.listdir(folder) if os.path.isdir(folder) else []
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise DataError(folder, "", "is a file", "name a folder: cocokit demo DIR")
    if TRUTH in names and SETTINGS_FILE in names:
        return True
    if names:
        raise DataError(folder, "", "holds something else than the demo", "name another folder: cocokit demo DIR")
    return False


def begin(folder: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Make the workspace, and let simulated workers do the first answers; the folder appears whole or not at all.

    Args:
        folder: which is not there, or empty.
        progress: called with (answers, answers in all).
    """
    import shutil

    part = f"{folder.rstrip(os.sep)}.part"
    shutil.rmtree(part, ignore_errors=True)  # of a first run that was cut off
    os.makedirs(part)
    _create(part)
    _first_answers(part, progress)
    if os.path.isdir(folder):
        os.rmdir(folder)
    os.replace(part, folder)


def company(folder: str, database: Database, seed: int, clock: object = None) -> Company:
    """The simulated workers of the demo in a folder."""
    from ..campaign.engine import Engine
    from ..crowd.company import Company
    from ..crowd.skills import draw_skills
    from ..store.campaigns import ids_by_coco_id

    engine = Engine(database, NAME, clock=clock)  # type: ignore[arg-type]
    truth = _truth(folder)
    with database.read() as tx:
        scenes = {key: truth.scenes[coco] for coco, key in ids_by_coco_id(tx, engine.campaign.id).items()}
    # Steadier hands than those of a simulated campaign: photographs as small as these show every wobble.
    skills = [replace(skill, iou=min(skill.iou + 0.035, 0.97)) for skill in draw_skills(WORKERS, SPAM, 4)]
    return Company(engine, truth, scenes, skills, seed)


def _create(folder: str) -> None:
    from cocokit.migrations import upgrade

    from ..atomic import write_text
    from ..campaign.creating import create_campaign
    from ..config import NAME as SETTINGS_FILE
    from ..crowd.simulation import gold_of
    from ..pipeline.campaign_file import CampaignFile
    from ..pipeline.leases import ManualClock
    from ..pipeline.presets import find_preset
    from ..sample_cuts import write_cuts

    cuts = write_cuts(os.path.join(folder, "photos"))
    os.replace(cuts.truth, os.path.join(folder, TRUTH))
    truth, preset = _truth(folder), find_preset("coco")
    file = CampaignFile(NAME, "coco", preset.settings.changed(**SETTINGS), preset.graph)
    database = _open(folder, durable=False)
    try:
        upgrade(database)
        create_campaign(database, file, truth.categories, _images(folder, cuts, truth), gold_of(truth, 0, 2),
                        clock=ManualClock(_long_ago()))  # fmt: skip
    finally:
        database.close()
    os.makedirs(os.path.join(folder, "exports"))
    write_text(os.path.join(folder, SETTINGS_FILE), f'images = "images"\ngt = "{TRUTH}"\n')


def _images(folder: str, cuts: Cuts, truth: Truth) -> list[NewImage]:
    from ..campaign.ingest import ingest_coco

    path = os.path.join(folder, TRUTH)
    found = ingest_coco(truth.dataset, path, cuts.images, os.path.join(folder, "images"))
    searches = [cuts.searches[image.coco_id] for image in found.images]
    return [replace(image, query=text, kind=kind) for image, (text, kind) in zip(found.images, searches, strict=True)]


def _first_answers(folder: str, progress: Callable[[int, int], None] | None) -> None:
    """Answers of the last hours, given in a few seconds."""
    from ..campaign.context import load_campaign
    from ..campaign.creating import launch
    from ..pipeline.leases import ManualClock

    clock = ManualClock(_long_ago())
    database = _open(folder, durable=False)
    try:
        with database.read() as tx:
            campaign = load_campaign(tx, NAME)
        launch(database, campaign, clock)
        crowd = company(folder, database, 1, clock)
        for done in range(BEFORE):
            clock.at += _SINCE_MS // (BEFORE + 1)
            if crowd.step() is None:
                break
            if progress is not None:
                progress(done + 1, BEFORE)
    finally:
        database.close()


def _long_ago() -> int:
    """When the campaign began, ms since 1970 UTC."""
    return int(time.time() * 1000) - _SINCE_MS


def _truth(folder: str) -> Truth:
    from ..coco_json import read_dataset
    from ..crowd.truth import Truth

    return Truth(read_dataset(os.path.join(folder, TRUTH)))


def _open(folder: str, *, durable: bool) -> Database:
    from ..store.database import Database, sqlite_url
    from ._workspace import DATABASE

    return Database(sqlite_url(os.path.join(folder, DATABASE)), durable=durable)
