"""Setting up a campaign, step by step: photos, categories, numbers, pay, a simulation, a pilot, the launch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, request, url_for

from cocokit.campaign.channels import add_channel
from cocokit.campaign.creating import GoldMask, NewImage, create_campaign, launch
from cocokit.campaign.desk import campaign_by_id
from cocokit.campaign.drafting import OPTIONAL, wages
from cocokit.campaign.ingest import Ingested, ingest_coco, ingest_folder, read_gold
from cocokit.coco_json import read_dataset
from cocokit.crowd.planning import Plan as Simulation
from cocokit.errors import CocokitError, DataError, ParamsError, RefusedError
from cocokit.pipeline.settings import parse_assignment

from ..channels.link import link_settings
from ..dashboard import page
from ..guard import allowed, csrf, dash_blueprint, write_down
from ..plans import STEPS, Plan, Plans
from ..site import site
from ..uploads import MOST_REQUEST, take_photos

blueprint = dash_blueprint("setup", __name__)
#: Photos of a pilot, and of a simulation.
PILOT, SAMPLE = 20, 7
#: What proxies say of those behind them.
_OF_PROXIES = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
#: What the third step asks for -> (title, what it means).
NUMBERS = {
    "k_label": ("Workers who label a photo", "The union of what they name counts"),
    "k_spot": ("Workers who mark instances", "For each category in a photo"),
    "training_iou": ("Overlap that training asks for", "From 0 to 1; only where there are expert masks"),
    "crowd_after": ("Instances drawn one by one", "The rest of a category becomes one crowd"),
    "page_size": ("Masks on a page to judge", "Checks among them"),
    "votes_first": ("First votes on a mask", ""), "votes_more": ("More votes if one is bad", ""),
    "votes_needed": ("Good votes that pass it", ""), "k_caption": ("Captions for a photo", ""),
}  # fmt: skip


@blueprint.get("/setup")
@allowed("owner")
def plans() -> Any:
    """What is being set up."""
    return page("dash/setup.html", None, "setup", plans=_plans().list())


@blueprint.post("/setup")
@allowed("owner")
def begin() -> Any:
    """A new plan."""
    plan = _plans().begin(" ".join(request.form.get("name", "").split())[:100])
    return _to(plan, "photos")


@blueprint.get("/setup/<word>/<step>")
@allowed("owner")
def show(word: str, step: str) -> Any:
    """One step."""
    plan = _plans().read(word)
    if step not in STEPS:
        abort(404)
    file = plan.file()
    return page(
        "dash/setup-step.html", None, "setup", plan=plan, step=step, steps=STEPS, settings=file.settings, file=file,
        numbers=NUMBERS, optional=OPTIONAL, wages=wages(file.settings, file.graph.stages), local=_is_local(),
        running=site().simulations.find(word), chosen=_chosen(plan), pilot=min(PILOT, len(plan.images)),
    )  # fmt: skip


@blueprint.post("/setup/<word>/photos")
@allowed("owner")
def photos(word: str) -> Any:
    """Photos or a COCO file: uploaded, or from a folder of this machine."""
    request.max_content_length = MOST_REQUEST
    csrf.protect()
    plan, place = _plans().read(word), _plans()
    path = request.form.get("path", "").strip()
    if path and not _is_local():
        raise CocokitError("a path is taken from a browser on the server's own machine only; upload the photos")
    folder = path or place.place(plan, "photos")
    coco = request.files.get("coco")
    if coco and coco.filename:
        coco.save(place.place(plan, "coco.json"))
        plan = plan.changed(coco=place.place(plan, "coco.json"), categories="dataset")
    if not path:
        take_photos([file for file in request.files.getlist("photos") if file.filename], folder)
    found = _ingest(plan, folder)
    place.save(plan.changed(images=tuple(found.images), broken=tuple(map(_short, found.broken)),
                            duplicates=found.duplicates))  # fmt: skip
    flash(f"{len(found.images):,} photos are in.", "good")
    return _to(plan, "categories" if found.images and not found.broken else "photos")


csrf.exempt(photos)  # its token is checked in it, when the request may be long


@blueprint.post("/setup/<word>/categories")
@allowed("owner")
def categories(word: str) -> Any:
    """What to annotate."""
    plan, kind = _plans().read(word), request.form.get("kind", "")
    names = request.form.get("names", "")[:20_000].strip()
    if kind == "dataset" and not plan.coco:
        raise ParamsError("categories", kind, "there is no COCO file; choose others")
    changed = plan.changed(categories=names if kind == "own" else kind)
    changed.chosen()
    _plans().save(changed)
    return _to(plan, "numbers")


@blueprint.post("/setup/<word>/numbers")
@allowed("owner")
def numbers(word: str) -> Any:
    """Stages and numbers."""
    plan, asked = _plans().read(word), request.form
    changes = {**plan.changes, **{name: asked[name].strip() for name in NUMBERS if asked.get(name, "").strip()}}
    left_out = tuple(str(stage) for stage in OPTIONAL if asked.get(f"with_{stage}") != "yes")
    changed = plan.changed(preset=asked.get("preset", "coco"), left_out=left_out, changes=changes)
    changed.file()
    _plans().save(changed)
    return _to(plan, "pay")


@blueprint.post("/setup/<word>/pay")
@allowed("owner")
def pay(word: str) -> Any:
    """How workers come, and what they earn."""
    plan, asked = _plans().read(word), request.form
    names = [f"pay_{stage}" for stage in plan.file().graph.stages] + ["currency"]
    changes = {**plan.changes, **{name: asked[name].strip() for name in names if asked.get(name, "").strip()}}
    floor = 100 * float(parse_assignment(f"pay_label={asked.get('floor') or 10}")[1])  # type: ignore[arg-type]
    channel = "prolific" if asked.get("channel") == "prolific" else "link"
    changed = plan.changed(changes=changes, channel=channel, floor=floor)
    changed.file()
    _plans().save(changed)
    return _to(plan, "pay" if asked.get("stay") else "simulate")


@blueprint.post("/setup/<word>/simulate")
@allowed("owner")
def simulate(word: str) -> Any:
    """Begin a simulation on a small sample."""
    plan = _plans().read(word)
    changes = dict(parse_assignment(f"{name}={value}") for name, value in plan.changes.items())
    images = SAMPLE if plan.coco == "" else min(SAMPLE, len(plan.images) or SAMPLE)
    gt = plan.coco if plan.coco and len(read_dataset(plan.coco).annotations) else None
    site().simulations.start(word, Simulation(gt, workers=40, preset=plan.preset, changes=changes, images=images))
    return _to(plan, "simulate")


@blueprint.get("/setup/<word>/simulation.json")
@allowed("owner")
def simulation(word: str) -> Response:
    """How far the simulation is."""
    found = site().simulations.find(_plans().read(word).id)
    if found is None:
        abort(404)
    return jsonify({"state": found.state, "done": found.done, "total": found.total, "sentence": found.sentence})


@blueprint.post("/setup/<word>/launch")
@allowed("owner")
def create(word: str) -> Any:
    """The campaign, or a pilot of it on the first photos, is made and launched."""
    plan, is_pilot = _plans().read(word), request.form.get("what") == "pilot"
    if not plan.images:
        raise CocokitError("there are no photos yet; add some in the first step")
    images = plan.images[:PILOT] if is_pilot else plan.images
    named = plan.changed(name=f"{plan.name} pilot") if is_pilot else plan
    chosen = plan.chosen()
    gold = _gold(plan, images, [category.id for category in chosen])
    key = create_campaign(site().database, named.file(), chosen, images, gold, clock=site().clock)
    settings = {"preset": "prolific"} if plan.channel == "prolific" else link_settings()
    add_channel(site().database, key, "prolific" if plan.channel == "prolific" else "invite",
                "panel" if plan.channel == "prolific" else "link", settings)  # fmt: skip
    launch(site().database, campaign_by_id(site().database, key), site().clock)
    write_down("campaign.create", campaign=named.name, images=len(images), pilot=is_pilot)
    if not is_pilot:
        _plans().drop(plan)
    flash(f"{named.name} is running with {len(images):,} photos. Send workers their link.", "good")
    return redirect(url_for("board.board", campaign=key), 303)


@blueprint.post("/setup/<word>/drop")
@allowed("owner")
def drop(word: str) -> Any:
    """Forget a plan."""
    plan = _plans().read(word)
    _plans().drop(plan)
    flash(f"{plan.name} is forgotten.", "good")
    return redirect(url_for("setup.plans"), 303)


def _plans() -> Plans:
    return Plans(site().config.workspace)


def _to(plan: Plan, step: str) -> Any:
    return redirect(url_for("setup.show", word=plan.id, step=step), 303)


def _is_local() -> bool:
    """Whether the browser is on the server's own machine; behind a proxy, told of or not, nobody can tell."""
    forwarded = site().config.proxies or any(name in request.headers for name in _OF_PROXIES)
    return not forwarded and request.remote_addr in ("127.0.0.1", "::1")


def _ingest(plan: Plan, folder: str) -> Ingested:
    images = site().config.images
    if plan.coco:
        return ingest_coco(read_dataset(plan.coco), "the COCO file", folder, images)
    if not os.path.isdir(folder) or not os.listdir(folder):
        raise RefusedError("photos", "are missing", "choose JPEG, PNG or WebP files, or a zip of them")
    return ingest_folder(folder, images)


def _gold(plan: Plan, images: Sequence[NewImage], categories: list[int]) -> list[GoldMask]:
    """Expert masks of the plan's COCO file; none is no fault."""
    try:
        return read_gold(plan.coco, images, categories) if plan.coco else []
    except DataError:
        return []


def _chosen(plan: Plan) -> int:
    try:
        return len(plan.chosen())
    except CocokitError:
        return 0


def _short(sentence: str) -> str:
    """A sentence about a broken photo, without the folder that it lies in."""
    return sentence.replace(f"{site().config.workspace}{os.sep}", "")[-300:]
