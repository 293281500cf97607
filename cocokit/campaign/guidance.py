"""What a requester tells workers, and may change at any time: texts, and pictures of categories.

Texts are plain: whatever stands in them is shown as it is. None of it changes a task or an answer.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field

from ..domain.tasks import CategoryRef
from ..errors import CocokitError, NotFoundError
from ..store import guidance as store
from ..store.database import Database
from .context import Campaign
from .engine import Engine

#: What is said before the first task, beside the stages.
WELCOME = "welcome"
#: Characters of the longest text; bytes of the largest picture as it is kept.
LONGEST, MOST_BYTES = 4000, 40_000


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
    clean = clean_text(stage, text)
    database.run(lambda tx: store.set_text(tx, campaign.id, stage, clean))


def clean_text(stage: str, text: str) -> str:
    """A text as it is kept.

    Raises:
        CocokitError: it is too long, or holds control characters.
    """
    clean = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    strange = next((c for c in clean if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")), None)
    if len(clean) > LONGEST:
        raise CocokitError(f"instructions of {stage}: {len(clean):,} characters; give at most {LONGEST:,}")
    if strange is not None:
        raise CocokitError(f"instructions of {stage}: a control character {strange!r}; give plain text")
    return clean


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
