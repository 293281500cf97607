"""The images of a campaign with what was drawn on them: a gallery, one image, and parts of photos."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from cocokit.campaign.desk import image_by_id
from cocokit.campaign.engine import Engine
from cocokit.campaign.gallery import PAGE, list_images, places_of, read_image
from cocokit.domain.stages import Stage

from ..dashboard import page
from ..drawing.pieces import draw_masks
from ..guard import allowed, dash_blueprint
from ..pictures import Part
from ..site import site
from ..wording import whereabouts
from .pictures import send_picture

blueprint = dash_blueprint("images", __name__)
STATES = ("", "finished", "open", "candidate", "dropped")
#: px that parts of photos are made of.
_SIDES = (320, 1280)


@blueprint.get("/<int:campaign>/images")
@allowed("viewer")
def gallery(campaign: int) -> Any:
    """A page of images."""
    engine = site().engine(campaign)
    state, number = request.args.get("state", ""), request.args.get("page", "1")
    category = request.args.get("category", "0")
    if state not in STATES or not (number.isdecimal() and category.isdecimal()) or len(number + category) > 15:
        abort(404)
    at = _at(engine)
    found = list_images(engine, state, int(category), max(int(number), 1), at)
    drawn = [(line, draw_masks(line.image, [(m.mask, i + 1) for i, m in enumerate(line.masks)], campaign, side=320,
                               title=f"Image {line.coco_id} with {len(line.masks)} masks")) for line in found.lines]
    return page("dash/images.html", engine, "images", drawn=drawn, total=found.total, number=max(int(number), 1),
                pages=-(-found.total // PAGE), chosen=state, states=STATES, category=int(category),
                categories=engine.campaign.categories, at=".".join(at or ()), where=whereabouts(*at) if at else "",
                places=[(".".join(place), place[0], whereabouts(*place)) for place in places_of(engine)])  # fmt: skip


def _at(engine: Engine) -> tuple[Stage, str] | None:
    """The place of the stage graph in the address, such as ``segment.open``; a page that is not there if it is none."""
    text = request.args.get("at", "")
    if not text:
        return None
    found = next((place for place in places_of(engine) if ".".join(place) == text), None)
    if found is None:
        abort(404)
    return found


@blueprint.get("/<int:campaign>/images/<int:image>")
@allowed("viewer")
def one(campaign: int, image: int) -> Any:
    """One image with its masks, crowds and sentences."""
    engine = site().engine(campaign)
    found = read_image(engine, image)
    shapes = [(mask.mask, i + 1) for i, mask in enumerate([*found.masks, *found.crowds])]
    crowds = frozenset(range(len(found.masks), len(shapes)))
    return page("dash/image.html", engine, "images", found=found, categories=engine.campaign.categories,
                picture=draw_masks(found.image, shapes, campaign, crowds=crowds))  # fmt: skip


@blueprint.get("/<int:campaign>/crop/<int:image>/<int:left>-<int:top>-<int:width>-<int:height>/<int:side>.jpg")
@allowed("viewer")
def crop(campaign: int, image: int, left: int, top: int, width: int, height: int, side: int) -> Any:
    """A part of a photo."""
    found = image_by_id(site().database, image)
    inside = found and 0 < width <= found.width - left and 0 < height <= found.height - top
    if found is None or not inside or side not in _SIDES:
        abort(404)
    whole = (left, top, width, height) == (0, 0, found.width, found.height)
    return send_picture(site().pictures.crop(Part(found, None if whole else (left, top, width, height)), side))


