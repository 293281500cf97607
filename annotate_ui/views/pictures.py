"""Pictures by signed addresses. A signature says that a page was shown this address; it is good for about a day."""

from __future__ import annotations

import os

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from cocokit.campaign.desk import assignment_by_word, image_by_id
from cocokit.campaign.examples import read_example
from cocokit.campaign.guidance import read_picture
from cocokit.campaign.preview import preview_by_word
from cocokit.domain.tasks import Assignment

from ..limits import OF_PICTURES, limiter
from ..pictures import JUDGED, ZOOM, Part, crop_around
from ..shown import sheet_parts, tile_part
from ..site import site

blueprint = Blueprint("pictures", __name__, url_prefix="/media")
limiter.limit(OF_PICTURES)(blueprint)


@blueprint.get("/image/<int:image>/<signature>.jpg")
def image(image: int, signature: str) -> Response:
    """The display copy of an image."""
    _check(f"image/{image}", signature)
    found = image_by_id(site().database, image)
    if found is None:
        raise NotFound
    return send_picture(site().pictures.display(found))


@blueprint.get("/deep/<int:image>/<signature>/<int:step>/<int:x>/<int:y>.jpg")
def deep(image: int, signature: str, step: int, x: int, y: int) -> Response:
    """A tile of an image's true pixels; one signature is good for all tiles of an image."""
    _check(f"deep/{image}", signature)
    found = image_by_id(site().database, image)
    path = site().tiles.tile(found, step, x, y) if found else None
    if path is None:
        raise NotFound
    return send_picture(path)


@blueprint.get("/sheet/<word>/<int:number>/<signature>.jpg")
def sheet(word: str, number: int, signature: str) -> Response:
    """A sheet of tiles of a page of candidates, or of masks to judge."""
    _check(f"sheet/{word}/{number}", signature)
    parts, size = sheet_parts(_assignment(word), number)
    if not parts:
        raise NotFound
    return send_picture(site().pictures.sheet(parts, size))


@blueprint.get("/tile/<word>/<int:position>/<signature>.jpg")
def tile(word: str, position: int, signature: str) -> Response:
    """One mask's surroundings, larger than on its sheet."""
    _check(f"tile/{word}/{position}", signature)
    part = tile_part(_assignment(word), position)
    if part is None:
        raise NotFound
    return send_picture(site().pictures.crop(part, JUDGED[0] * ZOOM))


@blueprint.get("/example/<int:key>/<signature>.jpg")
def example(key: int, signature: str) -> Response:
    """The surroundings of a mask that is shown as an example."""
    _check(f"example/{key}", signature)
    found = read_example(site().database, key)
    if found is None:
        raise NotFound
    shown, mask = found
    return send_picture(site().pictures.crop(Part(shown, crop_around(mask.bbox, shown)), JUDGED[0] * 2))


@blueprint.get("/icon/<int:campaign>/<int:category>/<checksum>/<signature>.png")
def icon(campaign: int, category: int, checksum: str, signature: str) -> Response:
    """A requester's own picture of a category."""
    _check(f"icon/{campaign}/{category}/{checksum}", signature)
    data = read_picture(site().database, campaign, category)
    if data is None:
        raise NotFound
    return _kept(Response(data, mimetype="image/png"), checksum)


def _assignment(word: str) -> Assignment:
    found = assignment_by_word(site().database, word) or preview_by_word(site().database, word)
    if found is None:
        raise NotFound
    return found


def _check(what: str, signature: str) -> None:
    if not site().tokens.is_media(what, signature, site().clock.now()):
        raise NotFound


def send_picture(path: str) -> Response:
    """A picture of the cache, which browsers may keep."""
    with open(path, "rb") as file:
        answer = Response(file.read(), mimetype="image/jpeg")
    return _kept(answer, os.path.splitext(os.path.basename(path))[0])  # named by what is in it


def _kept(answer: Response, name: str) -> Response:
    """Browsers may keep an answer, which another name would belong to if it were another."""
    answer.set_etag(name)
    answer.make_conditional(request)
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    answer.headers["Content-Disposition"] = "inline"
    return answer
