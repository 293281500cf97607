"""A real small campaign on seven photographs, served on a free port: for tests in browsers, and for people to look at.

    with running(tmp_path, stage=Stage.VERIFY) as site:
        page.goto(site.invite)

    python -m tests.annotate_ui.site --port 0 --stage verify

Scripted workers, who know the truth, do what comes before the named stage; the other stages are then paused, so that
whoever opens the link gets tasks of that stage and of no other.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from waitress import wasyncore

from cocokit.annotate_ui import create_app
from cocokit.annotate_ui.config import Config
from cocokit.annotate_ui.serving import invites, listen
from cocokit.campaign.context import load_campaign
from cocokit.campaign.creating import create_campaign, launch
from cocokit.campaign.engine import Engine
from cocokit.campaign.ingest import ingest_coco
from cocokit.coco_json import read_dataset
from cocokit.crowd.eyes import Eyes
from cocokit.crowd.hands import Hands
from cocokit.crowd.simulation import gold_of
from cocokit.crowd.skills import MIDDLE
from cocokit.crowd.truth import Scene, Truth
from cocokit.domain.answers import Times
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment
from cocokit.migrations import upgrade
from cocokit.pipeline.campaign_file import CampaignFile
from cocokit.pipeline.presets import find_preset
from cocokit.samples import Sample, write_sample
from cocokit.store.campaigns import ids_by_coco_id, pause_stage
from cocokit.store.claims import count_free, free_stages
from cocokit.store.database import Database, sqlite_url

NAME = "photos"
SETTINGS = {
    "filter_page": 7, "k_label": 2, "k_spot": 2, "page_size": 12, "bad_sentinels": 2, "good_sentinels": 2,
    "sentinels_needed": 1, "false_alarms": 1, "votes_first": 2, "votes_more": 1, "votes_needed": 2, "crowd_after": 3,
    "k_caption": 2, "training_tries": 3, "tools": ("polygon", "brush", "scissors", "superpixels"),
}  # fmt: skip
#: Somebody who makes no mistake that matters.
SURE = replace(MIDDLE["careful"], miss=0.001, miss_spot=0.001, extra=0.0, extra_spot=0.0, iou=0.97, blunder=0.0,
               lapse=0.0, strict=0.0)  # fmt: skip


@dataclass
class Site:
    """A campaign that is being served.

    Attributes:
        app: the application.
        engine: of the campaign.
        truth: what is in the photographs.
        workspace: its folder.
        url: of the server, or "" if there is none.
        scenes: image -> what is in it.
        workers: scripted ones: id and hands.
    """

    app: Flask
    engine: Engine
    truth: Truth
    workspace: Path
    url: str = ""
    scenes: dict[int, Scene] = field(default_factory=dict)
    workers: list[tuple[int, Hands]] = field(default_factory=list)
    done: int = 0

    @property
    def database(self) -> Database:
        """Of the campaign."""
        return self.engine.database

    @property
    def path(self) -> str:
        """The path of the invite link."""
        return invites(self.app)[0][1]

    @property
    def invite(self) -> str:
        """The invite link."""
        return self.url + self.path

    def answer(self, given: Assignment, hands: int = 0) -> Any:
        """What a scripted worker sends for an assignment."""
        return self.workers[hands][1].answer(given.work, self.scenes)

    def step(self, hands: int, stages: Sequence[Stage] | None = None) -> Assignment | None:
        """A scripted worker does one task; None if there was none."""
        worker = self.workers[hands][0]
        given = self.engine.next_task(worker, stages)
        if given is not None:
            self.done += 1
            times = Times(20_000 + 100 * self.done, 19_000, 15_000)
            self.engine.submit(worker, given.id, self.answer(given, hands), f"scripted {given.id}", times)
        return given

    def work(self, most: int = 10_000, stages: Sequence[Stage] | None = None) -> int:
        """Scripted workers do tasks in turn until there is none; how many they did."""
        done, idle = 0, 0
        while done < most and idle < len(self.workers):
            found = self.step(done % len(self.workers), stages)
            idle = 0 if found else idle + 1
            if found:
                done += 1
            else:
                self.workers.append(self.workers.pop(0))
        return done

    def reach(self, stage: Stage) -> None:
        """Scripted workers do all that comes before a stage; captions come right after the filter."""
        order = list(Stage)
        self.work(stages=order[:1] if stage is Stage.CAPTION else order[: order.index(stage)])
        assert self.has(stage), f"nobody can do anything, and {stage} has no task"

    def has(self, stage: Stage, least: int = 1) -> bool:
        """Whether a stage has free tasks."""
        with self.database.read() as tx:
            key = self.engine.campaign.id
            if stage in (Stage.SEGMENT,):
                return stage in free_stages(tx, key)
            return count_free(tx, key, stage, least) >= least

    def only(self, *stages: Stage) -> None:
        """Pause every other stage; without any, none."""
        def work(tx: Any) -> None:
            for stage in Stage:
                pause_stage(tx, self.engine.campaign.id, stage, bool(stages) and stage not in stages)

        self.database.run(work)


def build(folder: Path, *, stage: Stage | None = None, workers: int = 8, config: dict[str, Any] | None = None,
          database: str | None = None, clock: Any = None, write: Callable[[Path], Sample] = write_sample,
          each: int = 2, **settings: Any) -> Site:  # fmt: skip
    """The campaign and its application, not served.

    Args:
        folder: becomes the workspace.
        stage: which stage has tasks at once; None leaves the campaign at its beginning.
        workers: scripted ones.
        config: what the application's config has beside the folders.
        database: URL; None makes a file of SQLite.
        clock: tells the time.
        each: expert masks of each category.
        write: makes the photographs and the truth, ``instances.json``, in a folder.
        settings: of the campaign, beside :data:`SETTINGS`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cocokit.toml").write_text('images = "images"\n')
    sample = write(folder / "sample")
    dataset = read_dataset(sample.gt)
    truth = Truth(dataset)
    opened = Database(database or sqlite_url(folder / "cocokit.db"), durable=False)
    upgrade(opened)
    found = ingest_coco(dataset, sample.gt, sample.images, folder / "images")
    images = [replace(image, query="person + vehicle", kind="pair") for image in found.images]
    preset = find_preset("coco")
    file = CampaignFile(NAME, "coco", preset.settings.changed(**{**SETTINGS, **settings}), preset.graph)
    create_campaign(opened, file, truth.categories, images, gold_of(truth, 0, each), clock=clock)
    with opened.read() as tx:
        campaign = load_campaign(tx)
    launch(opened, campaign, clock)
    opened.close()
    site = attach(folder, truth=truth, workers=workers, config=config, database=database, clock=clock)
    if stage is not None:
        site.reach(stage)
        site.only(stage)
    return site


def attach(folder: Path, *, truth: Truth | None = None, workers: int = 8, config: dict[str, Any] | None = None,
           database: str | None = None, clock: Any = None) -> Site:  # fmt: skip
    """The application of a workspace that was built before; arguments as for :func:`build`."""
    truth = truth or Truth(read_dataset(folder / "sample" / "instances.json"))
    url = database or sqlite_url(folder / "cocokit.db")
    engine = Engine(Database(url, durable=False), NAME, clock=clock)
    app = create_app(Config(url, str(folder), str(folder / "images"), **(config or {})), clock=clock)
    with engine.database.read() as tx:
        scenes = {key: truth.scenes[coco] for coco, key in ids_by_coco_id(tx, engine.campaign.id).items()}
    site = Site(app, engine, truth, folder, scenes=scenes)
    eyes = Eyes(truth, 0)
    for i in range(workers):
        hands = Hands(SURE, eyes, engine.campaign.settings, np.random.default_rng(i))
        site.workers.append((engine.join("scripted", f"scripted {i + 1}"), hands))
    return site


@contextmanager
def serving(site: Site, port: int = 0) -> Iterator[Site]:
    """Serve a site on 127.0.0.1 in a thread."""
    server = listen(site.app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.effective_port}"
    try:
        yield site
    finally:
        # As when its process ends: open connections end too, and the loop that serves them does the closing.
        server.task_dispatcher.shutdown()
        # Both under its lock: a loop that is awake runs the closing at once, and there is no trigger left to pull then.
        with server.trigger.lock:
            server.trigger.thunks.append(lambda: wasyncore.close_all(server._map, ignore_all=True))
            server.trigger.pull_trigger()
        thread.join(5)
        assert not thread.is_alive(), "the server did not end"


def close(site: Site) -> None:
    """Close the databases."""
    site.app.extensions["cocokit"].close()
    site.database.close()


@contextmanager
def running(folder: Path, port: int = 0, **options: Any) -> Iterator[Site]:
    """Build a site and serve it; ``options`` are those of :func:`build`."""
    site = build(folder, **options)
    try:
        with serving(site, port):
            yield site
    finally:
        close(site)


def main() -> None:
    """Serve the campaign until Ctrl+C."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--port", type=int, default=0)
    reader.add_argument("--stage", choices=[str(stage) for stage in Stage], help="which stage has tasks")
    reader.add_argument("--folder", help="where the workspace is made  [default: a temporary folder]")
    reader.add_argument("--no-training", action="store_true", help="real segmentation tasks at once")
    told = reader.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        options: dict[str, Any] = {"training": False} if told.no_training else {}
        if told.stage:
            options["stage"] = Stage(told.stage)
        folder = Path(told.folder or os.path.join(spare, "workspace"))
        with running(folder, told.port, config={"fresh": True, "limits": False}, **options) as site:
            print(f"workers: {site.invite}\nworkspace: {site.workspace}\nstop with Ctrl+C", flush=True)
            threading.Event().wait()


if __name__ == "__main__":
    main()
