"""An expert's part in a campaign: a vote on a mask that others do not agree on, and good masks that become gold.

An expert's vote is an answer like any other: it takes a place of the mask's task and counts as one.
"""

from __future__ import annotations

import json
import secrets

from ..domain.answers import VerifyAnswer
from ..domain.stages import AnswerState, MaskState, SentinelKind, Stage
from ..errors import CocokitError, NotFoundError
from ..store import answers as store
from ..store.claims import lease
from ..store.database import Transaction
from ..store.gallery import count_divided, is_promoted, mask_row, vote_task
from ..store.journal import note, pay
from ..store.pairs import mask_of, masks_of_image
from ..store.sentinels import Source, add_sentinel
from ..store.tasks import held_places
from .engine import Engine
from .examples import is_shown
from .intake import look_at_places, take
from .sentinels import add_twins

#: The channel that experts come by.
EXPERT = "expert"


def cast_vote(engine: Engine, name: str, mask_id: int, *, good: bool) -> str:
    """An expert votes on a mask; what state it has now.

    Args:
        engine: of the campaign.
        name: of the expert.
        mask_id: which mask.
        good: whether it is.

    Raises:
        NotFoundError: there is no such mask.
        CocokitError: it is decided, all its places are taken, or the expert has voted on it or drawn it.
    """
    worker = engine.join(EXPERT, name)

    def work(tx: Transaction) -> str:
        row = mask_row(tx, engine.campaign.id, mask_id)
        if row is None:
            raise NotFoundError(f"there is no mask {mask_id} in campaign {engine.campaign.record.name}")
        task = vote_task(tx, engine.campaign.id, mask_id)
        if task is None or row.worker_id == worker:
            raise CocokitError(f"mask {mask_id} wants no further vote; it is {row.state}, or others hold its places")
        now, word, length = engine.clock.now(), secrets.token_hex(16), engine.campaign.settings.lease_ms(Stage.VERIFY)
        lease(tx, {"word": word, "campaign_id": engine.campaign.id, "worker_id": worker, "stage": str(Stage.VERIFY),
                   "sentinel_id": None, "leased_at": now, "lease_ms": length,
                   "expires_at": now + length}, [(task, 0)])  # fmt: skip
        held = store.find_lease(tx, word, lock=True)
        assert held is not None
        bad = () if good else (0,)
        answer_id = store.add_answer(
            tx, campaign_id=engine.campaign.id, assignment_id=held.id, worker_id=worker, stage=str(Stage.VERIFY),
            training=False, client_id=f"{EXPERT} {mask_id}", payload=json.dumps({"bad": bad}), outcome="",
            received_at=now, state=str(AnswerState.COUNTED), receipt=json.dumps({"cents": 0.0}),
        )  # fmt: skip
        taken = look_at_places(tx, held, held_places(tx, held.id))
        take(tx, engine.campaign, held, taken, VerifyAnswer(bad), answer_id, now)
        store.end_lease(tx, held.id)
        pay(tx, engine.campaign.id, worker, answer_id, 0.0, now)
        note(tx, engine.campaign.id, "decided", now, worker, {"mask": mask_id, "good": good})
        after = mask_row(tx, engine.campaign.id, mask_id)
        assert after is not None
        return str(after.state)

    if _voted(engine, worker, mask_id):
        raise CocokitError(f"mask {mask_id}: {name} has voted on it already")
    return engine.database.run(work)


def promote(engine: Engine, mask_id: int) -> int:
    """A good mask becomes gold: a training task, a good sentinel and its bad twin; how many were made.

    Raises:
        NotFoundError: there is no such mask.
        CocokitError: it is gold already, or was voted down.
    """

    def work(tx: Transaction) -> int:
        row = mask_row(tx, engine.campaign.id, mask_id)
        if row is None:
            raise NotFoundError(f"there is no mask {mask_id} in campaign {engine.campaign.record.name}")
        if row.state not in (MaskState.PASSED, MaskState.UNVERIFIED):
            raise CocokitError(f"mask {mask_id} is {row.state}; only a good mask can be gold")
        if is_promoted(tx, row):
            raise CocokitError(f"mask {mask_id} is gold already")
        mask, about = mask_of(row), (row.image_id, row.category_id)
        if is_shown(tx, engine.campaign, Source(*about, mask, mask_id)):
            raise CocokitError(f"mask {mask_id}: workers see it, or what lies across it, as an example; choose another")
        add_sentinel(tx, engine.campaign.id, SentinelKind.TRAINING, *about, mask, "gold", 0.0)
        made = add_twins(tx, engine.campaign, Source(*about, mask, mask_id), masks_of_image(tx, row.image_id), "gold")
        note(tx, engine.campaign.id, "promoted", engine.clock.now(), None, {"mask": mask_id})
        return made + 1

    return engine.database.run(work)


def waiting_masks(engine: Engine) -> int:
    """How many masks have divided votes and want more."""
    with engine.database.read() as tx:
        return count_divided(tx, engine.campaign.id)


def _voted(engine: Engine, worker: int, mask_id: int) -> bool:
    with engine.database.read() as tx:
        return store.find_receipt(tx, worker, f"{EXPERT} {mask_id}") is not None
