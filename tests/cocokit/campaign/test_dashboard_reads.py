"""What the dashboard reads and does, on both databases, over a campaign that is half done."""

from __future__ import annotations

from random import Random

import pytest

from cocokit.campaign import accounts, audit, channels, desk, drafts
from cocokit.campaign.bad_reasons import bad_reasons
from cocokit.campaign.condition import read_condition
from cocokit.campaign.engine import Engine
from cocokit.campaign.figures import read_facts
from cocokit.campaign.gallery import divided_masks, list_images, read_image
from cocokit.campaign.invariants import check_campaign
from cocokit.campaign.overview import list_campaigns, read_overview
from cocokit.campaign.reviewing import cast_vote, promote, waiting_masks
from cocokit.campaign.roster import (
    list_workers,
    pause_worker,
    read_portfolio,
    resume_worker,
    retrain_worker,
)
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import ImageRef
from cocokit.errors import CocokitError, RefusedError
from cocokit.store.database import Database

from .small import Truth, finish
from .test_engine import start, until

NOW = 10**12


@pytest.fixture
def worked(database: Database) -> tuple[Engine, Truth, list[int]]:
    """A campaign with work of every kind behind it, by workers who err."""
    engine, truth, workers = start(database, images=4, workers=8, votes_needed=2)
    finish(engine, truth, workers, Random(0), 0.2, most=160)
    return engine, truth, workers


def test_pages_add_up(worked: tuple[Engine, Truth, list[int]]) -> None:
    engine, truth, _ = worked
    everybody, images = list_workers(engine), list_images(engine)
    assert images.total == len(truth.shapes)
    found = [read_image(engine, line.image.id) for line in images.lines]
    assert sum(len(image.masks) for image in found) > 0
    answers = 0
    for worker in everybody:
        portfolio = read_portfolio(engine, worker.id)
        answers += worker.answers
        assert len(portfolio.pieces) == min(50, worker.answers)
    overview = read_overview(engine, NOW)
    assert overview.happenings
    assert list_campaigns(engine.database)[0].name == "small"
    assert sum(map(len, read_facts(engine).times.values())) <= answers
    assert read_condition(engine) is not None
    assert set(desk.typical_seconds(engine)) == set(Stage)
    assert desk.figures(engine, everybody[0].id).answers == everybody[0].answers
    assert bad_reasons(engine, [mask.id for image in found for mask in image.masks]) == {}


def promoted(engine: Engine, mask: int) -> int:
    """How many sentinels a mask became; 0 where it is gold already."""
    try:
        return promote(engine, mask)
    except CocokitError:
        return 0


def test_an_experts_word_takes_a_place_like_any_vote(worked: tuple[Engine, Truth, list[int]]) -> None:
    engine, truth, workers = worked
    waiting = waiting_masks(engine)
    divided = divided_masks(engine, 1000)
    assert waiting >= 0
    for one in divided[:2]:
        cast_vote(engine, "ada", one.mask.id, good=True)
    assert check_campaign(engine) == []
    finish(engine, truth, workers, Random(1), 0.0)
    assert check_campaign(engine) == []
    masks = [m.id for line in list_images(engine).lines for m in read_image(engine, line.image.id).masks]
    made = [promoted(engine, mask) for mask in masks]
    assert sum(made) > 0
    assert [promoted(engine, mask) for mask in masks] == [0] * len(masks)  # once is enough


def test_a_paused_worker_gets_nothing_until_resumed(worked: tuple[Engine, Truth, list[int]]) -> None:
    engine, _, workers = worked
    pause_worker(engine, workers[0], "rest")
    with pytest.raises(RefusedError, match="rest"):
        engine.next_task(workers[0])
    resume_worker(engine, workers[0])
    engine.next_task(workers[0])
    assert retrain_worker(engine, workers[0]) >= 0


def test_accounts_logins_and_the_chain_of_the_audit(database: Database) -> None:
    owner = accounts.owner(database, NOW)
    accounts.choose_password(database, owner.id, "hash", NOW)
    bob = accounts.add_account(database, "bob", "viewer", NOW, owner.id)
    token = accounts.open_login(database, owner, NOW)
    assert accounts.find_login(database, token, NOW) is not None
    accounts.sign_out_everywhere(database, owner, NOW)
    assert accounts.find_login(database, token, NOW) is None
    accounts.choose_password(database, bob.id, "hash", NOW)
    with pytest.raises(CocokitError):
        accounts.sign_in(database, "bob", lambda _: False, NOW)
    assert accounts.sign_in(database, "bob", lambda _: True, NOW + 10**9).name == "bob"
    for i in range(3):
        audit.record(database, owner.id, "looked", NOW + i, page=i)
    assert [entry.action for entry in audit.read_audit(database, "looked")] == ["looked"] * 3
    assert audit.broken_at(database) is None
    accounts.remove_account(database, "bob", NOW, owner.id)
    assert [account.name for account in accounts.list_accounts(database)] == [owner.name]


def test_drafts_are_kept_in_order_and_go_with_the_answer(database: Database) -> None:
    engine, truth, workers = start(database, images=2)
    lease = until(engine, truth, workers, Stage.SPOT)
    version, _ = drafts.write_draft(engine, lease.worker_id, lease.id, 0, {"points": [[1, 2]]})
    with pytest.raises(drafts.StaleError):
        drafts.write_draft(engine, lease.worker_id, lease.id, 0, {"points": []})
    assert drafts.read_draft(engine, lease.worker_id, lease.id).version == version
    other = next(worker for worker in workers if worker != lease.worker_id)
    with pytest.raises(RefusedError):
        drafts.read_draft(engine, other, lease.id)
    receipt, stage = drafts.hand_in(engine, lease.worker_id, lease.id, {"points": []}, "c", trace=[{"ms": 1}])
    assert stage is Stage.SPOT
    assert drafts.read_draft(engine, lease.worker_id, lease.id).version == 0
    assert drafts.read_trace(engine, receipt.answer_id) == [{"ms": 1}]


def test_guests_channels_and_standing(database: Database) -> None:
    engine, truth, workers = start(database, images=2)
    made = channels.add_channel(database, engine.campaign.id, "class", "link", {"nickname": True})
    assert channels.find_channel(database, engine.campaign.id, "class").kind == made.kind == "link"
    assert len(channels.list_channels(database, engine.campaign.id)) == 1
    guest = desk.enter(engine, "class", "x1", "ada", "1")
    assert desk.standing(engine, guest.worker_id) is not None
    lease = until(engine, truth, workers, Stage.LABEL)
    assert desk.assignment_by_word(database, lease.id) is not None
    assert isinstance(desk.image_by_id(database, lease.work.image.id), ImageRef)  # type: ignore[union-attr]
