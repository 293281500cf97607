"""Somebody who opens a worker's link and knows what to do, without a browser."""

from __future__ import annotations

from typing import Any

import numpy as np
from flask import Flask

from cocokit.annotate_ui.serving import invites
from cocokit.campaign.desk import assignment_by_word
from cocokit.campaign.engine import Engine
from cocokit.crowd.eyes import Eyes
from cocokit.crowd.hands import Hands
from cocokit.crowd.truth import Scene, Truth

from .site import SURE


class Person:
    """One worker at the worker API.

    Args:
        app: the pages.
        engine: of the campaign.
        truth: what is in the photographs.
        scenes: image -> what is in it.

    Attributes:
        met: the stages of the tasks that were done; "training" for a training mask.
        masks: how many were drawn, training apart.
    """

    def __init__(self, app: Flask, engine: Engine, truth: Truth, scenes: dict[int, Scene]) -> None:
        self.client, self.engine, self.scenes = app.test_client(), engine, scenes
        page = self.client.get(invites(app)[0][1]).get_data(as_text=True)
        entry = page.split('name="entry" content="')[1].split('"')[0]
        self.token = ""
        self.token = self.call("join", {"entry": entry, "consent": True})["token"]
        self.hands = Hands(SURE, Eyes(truth, 0), engine.campaign.settings, np.random.default_rng(5))
        self.met: list[str] = []
        self.masks = 0

    def call(self, path: str, body: object) -> Any:
        """A request of the worker API."""
        return self.client.post(f"/api/v1/{path}", json=body, headers={"Authorization": f"Bearer {self.token}"}).json

    def work(self) -> bool:
        """Do the next task; whether there was one."""
        told = self.call("next", {"hold": []})
        if told["state"] != "task":
            return False
        word, stage = told["assignment"]["id"], told["assignment"]["stage"]
        given = assignment_by_word(self.engine.database, word)
        assert given is not None
        payload = self.hands.answer(given.work, self.scenes)
        done = self.call(f"assignments/{word}/submit", {"client_id": word, "payload": payload})
        assert done["receipt"]["state"] in ("counted", "untrusted"), done
        self.met.append("training" if told["assignment"]["training"] else stage)
        self.masks += self.met[-1] == "segment" and payload["outcome"] == "mask"
        return True
