"""What a requester tells workers, and may change at any time: texts, pictures of categories, good and bad examples.

Texts are plain: whatever stands in them is shown as it is. None of it changes a task or an answer.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field

from ..domain.answers import Mask
from ..domain.stages import SentinelKind
from ..domain.tasks import CategoryRef, ImageRef
from ..errors import CocokitError, NotFoundError
from ..store import guidance as store
from ..store.campaigns import image_refs
from ..store.database import Database
from ..store.sentinels import find_sentinels
from .context import Campaign
from .engine import Engine

#: What is said before the first task, beside the stages.
WELCOME = "welcome"
#: Characters of the longest text; bytes of the largest picture as it is kept; examples of each kind.
LONGEST, MOST_BYTES, EXAMPLES = 4000, 40_000, 3
#: How a bad mask was made -> what is wrong with it.
_FAULTS = {
    "shift": "Beside the edge", "erode": "Edge cut off", "dilate": "Too much around it", "merge": "Two in one",
    "wrong_instance": "Another thing", "coarse": "Too few points", "cut": "Part missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A mask to show: ``id`` of its sentinel, what is in it, and what to say of it."""

    id: int
    image: ImageRef
    mask: Mask
    text: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """What workers of a campaign are told: stage or :data:`WELCOME` -> text, category -> sum of its own picture."""

    texts: dict[str, str] = field(default_factory=dict)
    icons: dict[int, str] = field(default_factory=dict)


def read_guidance(engine: Engine) -> Guidance:
    """Everything that a campaign tells workers now."""
    with engine.database.read() as tx:
        return Guidance(store.texts_of(tx, engine.campaign.id), store.icon_sums(tx, engine.campaign.id))


def instruct(database: Database, campaign: Campaign, stage: str, text: str) -> None:
    """Set the text of a stage, or of :data:`WELCOME`; an empty text takes it away.

    Raises:
        CocokitError: the campaign has no such stage, or the text is too long or holds control characters.
    """
    known = [WELCOME, *(str(one) for one in campaign.graph.stages)]
    if stage not in known:
        raise CocokitError(f"campaign {campaign.record.name} has no stage {stage!r}; give {', '.join(known)}")
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    strange = next((c for c in clean if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")), None)
    if len(clean) > LONGEST:
        raise CocokitError(f"instructions of {stage}: {len(clean):,} characters; give at most {LONGEST:,}")
    if strange is not None:
        raise CocokitError(f"instructions of {stage}: a control character {strange!r}; give plain text")
    database.run(lambda tx: store.set_text(tx, campaign.id, stage, clean))


def picture_category(database: Database, campaign: Campaign, category: CategoryRef, data: bytes) -> None:
    """Give a category its own picture; no bytes take it away.

    Raises:
        CocokitError: the picture is too large to be kept.
    """
    if len(data) > MOST_BYTES:
        raise CocokitError(f"the picture of {category.name} has {len(data):,} bytes; give at most {MOST_BYTES:,}")
    checksum = hashlib.sha256(data).hexdigest()[:16]
    database.run(lambda tx: store.set_icon(tx, campaign.id, category.id, checksum, data))


def read_picture(database: Database, campaign_id: int, category_id: int) -> bytes | None:
    """A category's own picture, a PNG; or None."""
    with database.read() as tx:
        return store.find_icon(tx, campaign_id, category_id)


def category_named(campaign: Campaign, word: str) -> CategoryRef:
    """A category by its name or its number.

    Raises:
        NotFoundError: the campaign has none.
    """
    found = next((c for c in campaign.categories.values() if word in (c.name, str(c.id))), None)
    if found is None:
        raise NotFoundError(f"campaign {campaign.record.name} has no category {word!r}; give a name of its list")
    return found


def read_examples(engine: Engine, category_id: int) -> tuple[list[Example], list[Example]]:
    """(good, bad) masks of a category to show beside a task, some more than are shown: a task leaves its image out."""
    key = engine.campaign.id
    with engine.database.read() as tx:
        good, bad = (
            store.example_masks(tx, key, category_id, kind, EXAMPLES + 1)
            for kind in (SentinelKind.GOOD, SentinelKind.BAD)
        )
        images = image_refs(tx, {one.image_id for one, _ in [*good, *bad]})
    return (
        [Example(one.id, images[one.image_id], one.mask, "") for one, _ in good],
        [Example(one.id, images[one.image_id], one.mask, _FAULTS.get(how, "")) for one, how in bad],
    )


def read_example(database: Database, sentinel_id: int) -> tuple[ImageRef, Mask] | None:
    """The image and the mask of an example, or None."""
    with database.read() as tx:
        found = find_sentinels(tx, [sentinel_id])
        return (image_refs(tx, [found[0].image_id])[found[0].image_id], found[0].mask) if found else None

