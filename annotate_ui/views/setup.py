"""Setting up a campaign, step by step: photos, categories, numbers, pay, texts, a simulation, a pilot, the launch."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, request, url_for

from cocokit.campaign.drafting import OPTIONAL, times_of, wages, workers_needed
from cocokit.campaign.guidance import LONGEST, WELCOME, clean_text
from cocokit.campaign.ingest import Ingested, ingest_coco, ingest_folder
from cocokit.campaign.naming import coco_categories
from cocokit.coco_json import read_dataset
from cocokit.crowd.planning import Plan as Simulation
from cocokit.errors import CocokitError, ParamsError, RefusedError
from cocokit.pipeline.settings import parse_assignment
from cocokit.places import counted

from ..channels_page import FORMS, worker_links
from ..dashboard import page
from ..guard import allowed, csrf, dash_blueprint, write_down
from ..icons import icon_file
from ..launching import CHANNELS, launch_plan
from ..plans import STEPS, Plan, Plans, pilot_of
from ..site import site
from ..uploads import MOST_REQUEST, take_icon, take_photos

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
    times = times_of(site().database, pilot_of(plan))
    return page(
        "dash/setup-step.html", None, "setup", plan=plan, step=step, steps=STEPS, settings=file.settings, file=file,
        numbers=NUMBERS, optional=OPTIONAL, wages=wages(file.settings, file.graph.stages, times), local=_is_local(),
        running=site().simulations.find(word), chosen=_chosen(plan), pilot=min(PILOT, len(plan.images)),
        channels={key: FORMS[key] for key in CHANNELS}, stages=_told_stages(plan), longest=LONGEST,
        presets={"coco80": _kinds(plan, "coco80"), "coco91": _kinds(plan, "coco91")} if step == "categories" else {},
        kinds=_kinds(plan) if step in ("told", "categories") else [], has_pilot=bool(times),
        needed=workers_needed(file),
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


@blueprint.after_request
def _plainly(answer: Response) -> Response:
    """A script that shows how far an upload is goes to the next page by itself, so that it gets what is said there."""
    if request.headers.get("X-Upload") and answer.status_code == 303:
        return jsonify({"to": answer.location})
    return answer


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
    channel = asked.get("channel", "link")
    if channel not in CHANNELS:
        raise ParamsError("channel", channel, f"choose {', '.join(CHANNELS)}")
    changed = plan.changed(changes=changes, channel=channel, floor=floor)
    changed.file()
    _plans().save(changed)
    return _to(plan, "pay" if asked.get("stay") else "told")


@blueprint.post("/setup/<word>/told")
@allowed("owner")
def told(word: str) -> Any:
    """What workers are told of each stage."""
    plan = _plans().read(word)
    _plans().save(_with_texts(plan))
    return _to(plan, "simulate")


@blueprint.post("/setup/<word>/icons")
@allowed("owner")
def icons(word: str) -> Any:
    """A picture of a category, or none any more; the texts beside it are kept as well."""
    plan, name = _plans().save(_with_texts(_plans().read(word))), request.form.get("category", "")
    if name not in [category.name for category in plan.chosen()]:
        raise ParamsError("category", name, "choose one of the plan's")
    kept = {key: file for key, file in plan.icons.items() if key != name}
    if not request.form.get("remove"):
        data = take_icon(request.files.get("picture"))
        kept[name] = f"icon-{hashlib.sha256(data).hexdigest()[:16]}.png"
        with open(_plans().place(plan, kept[name]), "wb") as file:
            file.write(data)
    _plans().save(plan.changed(icons=kept))
    return _to(plan, "told")


@blueprint.get("/setup/<word>/icon/<file>")
@allowed("owner")
def icon(word: str, file: str) -> Response:
    """A picture of a category as it was written anew."""
    plan = _plans().read(word)
    if file not in plan.icons.values():
        abort(404)
    with open(_plans().place(plan, file), "rb") as picture:
        return Response(picture.read(), mimetype="image/png")


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
    name = pilot_of(plan) if is_pilot else plan.name
    key = launch_plan(site(), plan, images, name)
    write_down("campaign.create", campaign=name, images=len(images), pilot=is_pilot)
    if not is_pilot:
        _plans().drop(plan)
    links = [link for one, link in worker_links(key, request.host_url) if one.kind == "link"]
    send = f"Send workers their link: {links[0]}" if links else "How workers come is on the page Channels."
    flash(f"{name} is running with {counted(len(images), 'photo')}. {send}", "good")
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
    images, most = site().config.images, site().config.most_pixels
    if plan.coco:
        return ingest_coco(read_dataset(plan.coco), "the COCO file", folder, images, most_pixels=most)
    if not os.path.isdir(folder) or not os.listdir(folder):
        raise RefusedError("photos", "are missing", "choose JPEG, PNG or WebP files, or a zip of them")
    return ingest_folder(folder, images, most_pixels=most)


def _chosen(plan: Plan) -> int:
    try:
        return len(plan.chosen())
    except CocokitError:
        return 0


def _kinds(plan: Plan, preset: str = "") -> list[tuple[str, str | None, bool]]:
    """(name, address of its picture, whether that is the requester's own) of a plan's or a preset's categories."""
    try:
        found = (coco_categories(preset) or []) if preset else plan.chosen()
    except CocokitError:
        return []
    root, kinds = current_app.config["COCOKIT_ROOT"], []
    for category in found:
        own, house = "" if preset else plan.icons.get(category.name, ""), icon_file(category.name)
        address = f"/dash/setup/{plan.id}/icon/{own}" if own else f"{root}/icons/{house}" if house else None
        kinds.append((category.name, address, bool(own)))
    return kinds


def _with_texts(plan: Plan) -> Plan:
    """A plan with the texts of the form that is sent; those that it has no field for stay."""
    sent = {stage: request.form.get(f"text_{stage}") for stage in _told_stages(plan)}
    found = {**plan.texts, **{stage: clean_text(stage, text) for stage, text in sent.items() if text is not None}}
    return plan.changed(texts={stage: text for stage, text in found.items() if text})


def _told_stages(plan: Plan) -> list[str]:
    return [WELCOME, *map(str, plan.file().graph.stages)]


def _short(sentence: str) -> str:
    """A sentence about a broken photo, without the folder that it lies in."""
    return sentence.replace(f"{site().config.workspace}{os.sep}", "")[-300:]
