"""One batch of photographs at addresses, brought into a campaign: its files, its rows, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cocokit.campaign.adding import add_photos
from cocokit.campaign.creating import NewImage
from cocokit.campaign.ingest import ingest_photos
from cocokit.campaign.opening import Database
from cocokit.errors import DataError
from cocokit.imageio import MOST_PIXELS

from .photographs import Photograph, fetched, hash_fetched


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a worker brings photographs.

    Attributes:
        database: of the campaign.
        images: the workspace's folder of images; workers on several machines share it.
        most_pixels: a photograph with more is a broken one.
    """

    database: Database
    images: str
    most_pixels: int = MOST_PIXELS


def ingest_batch(place: Workplace, campaign: str, first: int, addresses: Sequence[str]) -> list[Photograph]:
    """Fetch some photographs, bring them into a draft, and hash them.

    What cannot be read says why and stops nothing. All rows are written at once, and a photograph that the campaign has
    is left out: a batch may be done again, or twice at the same time.

    Args:
        place: where to.
        campaign: its name.
        first: the id of the first address's image; the others follow.
        addresses: paths and URLs.

    Raises:
        NotFoundError: there is no such campaign.
        CocokitError: it is no draft any more.
    """
    with fetched(addresses) as there:
        images, known = list[NewImage](), list[tuple[Photograph, str]]()
        for key, (one, path) in enumerate(there, start=first):
            image, fault = (None, one.fault) if one.fault else _bring(place, one.address, path, key)
            images += [image] if image else []
            known.append((replace(one, fault=fault), path))
        found = hash_fetched(known)
    add_photos(place.database, campaign, images)
    return found


def _bring(place: Workplace, address: str, path: str, key: int) -> tuple[NewImage | None, str]:
    """The image, or why there is none."""
    try:
        found = ingest_photos([(address, path)], place.images, first=key, strict=True, most_pixels=place.most_pixels)
    except DataError as error:
        return None, f"{error.reason}{f'; {error.remedy}' if error.remedy else ''}"
    return found.images[0], ""
