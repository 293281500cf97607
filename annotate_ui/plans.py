"""Campaigns that are being set up: each a folder in the workspace with what was chosen so far."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cocokit.atomic import write_text
from cocokit.campaign.creating import NewImage
from cocokit.campaign.drafting import draft_file
from cocokit.campaign.naming import coco_categories, of_dataset, of_names
from cocokit.coco_json import read_dataset
from cocokit.domain.tasks import CategoryRef
from cocokit.errors import NotFoundError
from cocokit.pipeline.campaign_file import CampaignFile

_WORD = re.compile(r"[a-z0-9]{12}")
_FILE = "plan.json"
#: The steps, in order -> their titles.
STEPS = {"photos": "Photos", "categories": "Categories", "numbers": "Stages and numbers", "pay": "Channel and pay",
         "told": "Instructions", "simulate": "Simulate", "launch": "Launch"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What was chosen.

    Attributes:
        id, name: of the plan; of the campaign that it becomes.
        coco: the path of its COCO file, or "".
        images: as they are for the campaign.
        broken, duplicates: photos that were left out: why, and how many.
        categories: coco80, coco91, "dataset", or names.
        preset, left_out, changes: the numbers and stages.
        channel: link, prolific or mturk; floor: cents an hour under which a wage is warned of.
        texts: stage -> what its workers are told.
        icons: category -> the file of its own picture, in the plan's folder.
    """

    id: str
    name: str
    coco: str = ""
    images: tuple[NewImage, ...] = field(default=(), repr=False)
    broken: tuple[str, ...] = ()
    duplicates: int = 0
    categories: str = "coco80"
    preset: str = "coco"
    left_out: tuple[str, ...] = ("filter",)
    changes: dict[str, str] = field(default_factory=dict)
    channel: str = "link"
    floor: float = 1000.0
    texts: dict[str, str] = field(default_factory=dict)
    icons: dict[str, str] = field(default_factory=dict)

    def file(self) -> CampaignFile:
        """The campaign's numbers and stages; raises ParamsError."""
        return draft_file(self.name, self.preset, self.left_out, self.changes)

    def chosen(self) -> list[CategoryRef]:
        """The categories; raises ParamsError or DataError."""
        if self.categories == "dataset":
            return of_dataset(read_dataset(self.coco))
        return coco_categories(self.categories) or of_names(self.categories.replace("\n", ",").split(","))

    def changed(self, **values: Any) -> Plan:
        """The same with some values replaced."""
        return replace(self, **values)


class Plans:
    """The plans of a workspace."""

    def __init__(self, workspace: str) -> None:
        self.folder = os.path.join(workspace, "setup")

    def begin(self, name: str) -> Plan:
        """A new plan; raises ParamsError if no campaign can be called so."""
        draft_file(name, "coco")
        plan = Plan(secrets.token_hex(6), name)
        os.makedirs(os.path.join(self.folder, plan.id))
        return self.save(plan)

    def place(self, plan: Plan, name: str) -> str:
        """Where something of a plan lies."""
        return os.path.join(self.folder, plan.id, name)

    def save(self, plan: Plan) -> Plan:
        """Keep a plan; it comes back as it is."""
        write_text(self.place(plan, _FILE), json.dumps(asdict(plan), ensure_ascii=False))
        return plan

    def read(self, word: str) -> Plan:
        """A plan by its id; raises NotFoundError."""
        path = os.path.join(self.folder, word, _FILE)
        if not _WORD.fullmatch(word) or not os.path.isfile(path):
            raise NotFoundError("there is no such plan; begin a new one")
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        kept |= {name: tuple(kept[name]) for name in ("broken", "left_out")}
        return Plan(**kept | {"images": tuple(NewImage(**row) for row in kept["images"])})

    def list(self) -> list[Plan]:
        """Every plan, by name."""
        words = os.listdir(self.folder) if os.path.isdir(self.folder) else []
        known = [word for word in words if os.path.isfile(os.path.join(self.folder, word, _FILE))]
        return sorted(map(self.read, known), key=lambda plan: plan.name)

    def drop(self, plan: Plan) -> None:
        """Forget a plan and what was uploaded for it."""
        shutil.rmtree(os.path.join(self.folder, plan.id))


def pilot_of(plan: Plan) -> str:
    """What the pilot of a plan is called."""
    return f"{plan.name} pilot"
