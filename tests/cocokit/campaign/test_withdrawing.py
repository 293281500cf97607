"""A photo that was taken down leaves a running campaign: no page shows it, and everything else goes on."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from cocokit.campaign.audit import broken_at, read_audit
from cocokit.campaign.context import load_campaign
from cocokit.campaign.creating import launch
from cocokit.campaign.drafts import write_draft
from cocokit.campaign.engine import Engine
from cocokit.campaign.examples import read_examples
from cocokit.campaign.export import export_campaign
from cocokit.campaign.invariants import check_campaign
from cocokit.campaign.rejection import reject
from cocokit.campaign.sentinels import restock
from cocokit.campaign.status import read_status
from cocokit.campaign.withdrawing import find_photo, withdraw_photo
from cocokit.domain.stages import Stage
from cocokit.domain.tasks import Assignment, FilterTask, VerifyTask
from cocokit.errors import CocokitError, GoneError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.campaigns import count_images, image_refs, images_in_state, lock_images
from cocokit.store.database import Database
from cocokit.store.models import EventRow, ImageRow, SegmentationRow, SpotRow

from .small import NAME, Truth, answer, create, finish, join, step
from .soundness import snapshot, unsound

WORKERS, IMAGES = 14, 4
#: The image that is taken down; the campaign's images are 101 to 104.
GONE = 102
KEY = "flickr:77"


def running(database: Database, seed: int = 0, filter_page: int = 4) -> tuple[Engine, Truth, list[int]]:
    clock = ManualClock(10**12)
    truth = create(database, images=IMAGES, seed=seed, clock=clock, filter_page=filter_page)
    named(database)
    engine = Engine(database, clock=clock, chance=Random(seed))
    return engine, truth, join(engine, WORKERS)


def named(database: Database, coco_id: int = GONE) -> None:
    """Say of an image where it comes from."""
    origin = json.dumps({"source": "flickr", "source_id": 77, "author": "Ann", "license": {"id": 4}})
    database.run(lambda tx: tx.execute(update(ImageRow).where(ImageRow.coco_id == coco_id).values(origin=origin)))


def shows(found: Assignment) -> set[str]:
    """The files that an assignment's page shows."""
    match found.work:
        case FilterTask(candidates=candidates):
            return {image.file_name for image in candidates}
        case VerifyTask(tiles=tiles):
            return {tile.image.file_name for tile in tiles}
        case work:
            return {work.image.file_name}


def all_sound(engine: Engine) -> None:
    assert unsound(engine.database) == []
    assert check_campaign(engine) == []


@pytest.mark.parametrize(
    "before", [20, 90, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 3, 12, 45, 60, 100, 130, 160, 100_000))]
)
def test_nobody_gets_it_any_more_and_the_rest_is_finished(database: Database, before: int, tmp_path: Path) -> None:
    engine, truth, workers = running(database)
    finish(engine, truth, workers, Random(1), most=before)
    held = [found for worker in workers if (found := engine.next_task(worker)) is not None]
    (done,) = withdraw_photo(database, KEY, None, "the owner asked", engine.clock)
    assert (done.campaign, done.images, done.file_names, done.fresh) == (NAME, (GONE,), (f"{GONE}.jpg",), 1)
    showing = [one for one in held if f"{GONE}.jpg" in shows(one)]
    assert done.leases == len(showing)
    all_sound(engine)
    late = Random(2)
    for one in held:
        if one not in showing or one.stage is Stage.VERIFY:
            engine.submit(one.worker_id, one.id, answer(truth, one, late), f"late {one.id}")
    all_sound(engine)
    while given := [did for worker in workers if (did := step(engine, truth, worker, late)) is not None]:
        assert not any(f"{GONE}.jpg" in shows(one) for one in given)
    all_sound(engine)
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": IMAGES - 1, "dropped": 1}
    status = read_status(database, engine.campaign, engine.clock.now())
    assert sum(stage.open + stage.missing + stage.leased for stage in status.stages) == 0
    assert {str(edge.outcome): count for edge, count in status.edges}["dropped"] == 0
    export_campaign(engine, None, tmp_path / "out")
    exported = json.loads((tmp_path / "out" / "instances.json").read_text())
    assert GONE not in {image["id"] for image in exported["images"]} | {a["image_id"] for a in exported["annotations"]}
    listed = json.loads((tmp_path / "out" / "images.json").read_text())
    assert [(row["id"], row["reason"]) for row in listed["dropped"]] == [(GONE, "the photo was taken down")]
    assert "Ann" not in json.dumps([exported, listed])


@pytest.mark.parametrize(
    "stage",
    [Stage.FILTER, Stage.LABEL, Stage.SEGMENT,
     *(pytest.param(stage, marks=pytest.mark.slow) for stage in (Stage.SPOT, Stage.CROWD, Stage.CAPTION))],
)  # fmt: skip
def test_an_open_assignment_answers_with_a_sentence(database: Database, stage: Stage) -> None:
    engine, truth, workers = running(database, seed=3)
    chance = Random(4)
    while True:
        found = engine.next_task(chance.choice(workers))
        assert found is not None
        if found.stage is stage:
            break
        engine.submit(found.worker_id, found.id, answer(truth, found, chance), f"{chance.getrandbits(64)}")
    named(database, int(sorted(shows(found))[0].removesuffix(".jpg")))
    withdraw_photo(database, KEY, None, "asked", engine.clock)
    said = "shows a photo that was taken down; ask for the next task"
    with pytest.raises(GoneError, match=said):
        engine.submit(found.worker_id, found.id, answer(truth, found, chance), "late")
    with pytest.raises(GoneError, match=said):
        engine.extend(found.worker_id, found.id)
    with pytest.raises(GoneError, match=said):
        write_draft(engine, found.worker_id, found.id, 0, {})
    engine.release(found.worker_id, found.id, "broken")  # nothing to give back, and no harm
    assert engine.current(found.worker_id) == []
    all_sound(engine)


def test_again_changes_nothing_and_says_so(database: Database) -> None:
    engine, truth, workers = running(database)
    finish(engine, truth, workers, Random(1), most=40)
    assert [one.images for one in find_photo(database, KEY)] == [(GONE,)]
    withdraw_photo(database, KEY, None, "asked", engine.clock)
    before = snapshot(database)
    (again,) = withdraw_photo(database, KEY, None, "asked again", engine.clock)
    assert (again.images, again.fresh, again.leases) == ((GONE,), 0, 0)
    assert snapshot(database) == before
    assert withdraw_photo(database, "flickr:78", None, "asked", engine.clock) == []
    assert snapshot(database) == before


def test_the_diary_and_the_log_say_why_and_the_image_forgets_its_author(database: Database) -> None:
    engine, _, _ = running(database)
    withdraw_photo(database, KEY, None, "the owner asked", engine.clock)
    (entry,) = read_audit(database, "photo.takedown")
    what = {"key": KEY, "reason": "the owner asked", "images": [GONE]}
    assert (json.loads(entry.data), entry.account_id) == ({"campaign": NAME, **what}, None)
    assert broken_at(database) is None
    with database.read() as tx:
        data = tx.execute(select(EventRow.data).where(EventRow.kind == "taken down")).scalar_one()
        row = tx.execute(select(ImageRow.state, ImageRow.reason, ImageRow.page, ImageRow.origin).where(
            ImageRow.coco_id == GONE)).one()  # fmt: skip
    assert json.loads(data) == what
    assert tuple(row[:3]) == ("dropped", "taken down", None)
    assert json.loads(row.origin) == {"source": "flickr", "source_id": 77}


def test_a_call_that_was_killed_before_its_leases_ended_is_ended_by_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, truth, workers = running(database)
    finish(engine, truth, workers, Random(1), most=30)
    held = [found for worker in workers if (found := engine.next_task(worker)) is not None]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("cocokit.campaign.withdrawing._end_all", die)
        with pytest.raises(KeyboardInterrupt):
            withdraw_photo(database, KEY, None, "asked", engine.clock)
    all_sound(engine)
    (done,) = withdraw_photo(database, KEY, None, "asked", engine.clock)
    assert (done.fresh, done.leases) == (0, sum(f"{GONE}.jpg" in shows(one) for one in held))
    all_sound(engine)


def test_expert_masks_on_it_train_and_check_nobody(database: Database) -> None:
    engine, truth, workers = running(database)
    finish(engine, truth, workers, Random(1), most=60)
    withdraw_photo(database, KEY, None, "asked", engine.clock)
    with database.read() as tx:
        image = tx.execute(select(ImageRow.id).where(ImageRow.coco_id == GONE)).scalar_one()
        assert image_refs(tx, [image])
    restock(engine)
    for category in engine.campaign.categories:
        assert all(one.image.id != image for kind in read_examples(engine, category) for one in kind)
    fresh = join(engine, 3, "new")
    chance = Random(0)
    while given := [did for worker in fresh if (did := step(engine, truth, worker, chance)) is not None]:
        assert not any(f"{GONE}.jpg" in shows(one) for one in given)
    all_sound(engine)


def test_figures_are_those_of_the_other_images(database: Database) -> None:
    engine, truth, workers = running(database)
    finish(engine, truth, workers, Random(1), most=80)
    withdraw_photo(database, KEY, None, "asked", engine.clock)
    status = read_status(database, engine.campaign, engine.clock.now())
    with database.read() as tx:
        rest = select(ImageRow.id).where(ImageRow.coco_id != GONE)
        spots = len(tx.execute(select(SpotRow.id).where(SpotRow.image_id.in_(rest))).all())
        masks = len(tx.execute(select(SegmentationRow.id).where(SegmentationRow.image_id.in_(rest))).all())
    assert (sum(status.spots.values()), sum(status.masks.values())) == (spots, masks)


def test_a_page_whose_photos_are_all_gone_wants_nothing_even_when_a_worker_is_rejected(database: Database) -> None:
    engine, truth, workers = running(database, filter_page=1)
    finish(engine, truth, workers, Random(1), most=40)
    withdraw_photo(database, KEY, None, "asked", engine.clock)
    for worker in workers[:4]:
        reject(engine, [worker], "spam")
        all_sound(engine)
    finish(engine, truth, [*workers[4:], *join(engine, 6, "new")], Random(3))
    all_sound(engine)
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": IMAGES - 1, "dropped": 1}


def test_a_draft_and_other_campaigns_of_the_same_file_lose_it_too(database: Database) -> None:
    truth = create(database, images=IMAGES, start=False, filter_page=2)
    named(database)
    named(database, 101)  # two images of one photo
    (done,) = withdraw_photo(database, KEY, None, "asked")
    assert done.images == (101, GONE)
    with database.read() as tx:
        campaign = load_campaign(tx, NAME)
    launch(database, campaign, ManualClock(10**12))
    engine = Engine(database, clock=ManualClock(10**12), chance=Random(0))
    finish(engine, truth, join(engine, WORKERS), Random(0))
    all_sound(engine)
    with database.read() as tx:
        assert count_images(tx, engine.campaign.id) == {"finished": IMAGES - 2, "dropped": 2}


def test_a_campaign_without_photos_left_cannot_be_launched(database: Database) -> None:
    create(database, images=1, start=False)
    named(database, 101)
    withdraw_photo(database, KEY, None, "asked")
    with database.read() as tx:
        campaign = load_campaign(tx, NAME)
    with pytest.raises(CocokitError, match="has no images"):
        launch(database, campaign)


def test_the_same_content_under_another_name_is_the_same_photo(database: Database) -> None:
    sha256 = "ab" * 32
    create(database, images=IMAGES)
    database.run(lambda tx: tx.execute(
        update(ImageRow).where(ImageRow.coco_id == 103).values(file_name=f"ab/{sha256}.jpg")
    ))  # fmt: skip
    (done,) = withdraw_photo(database, "folder:1.jpg", sha256, "asked")
    assert (done.images, done.file_names) == ((103,), (f"ab/{sha256}.jpg",))
    assert withdraw_photo(database, "folder:1.jpg", sha256, "asked")[0].fresh == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("act, preset", [("launch", "lvis"), ("filter", "coco")])
def test_it_does_not_come_back_with_what_is_decided_at_the_same_moment(
    database: Database, monkeypatch: pytest.MonkeyPatch, act: str, preset: str
) -> None:
    """The other transaction has read the candidates when the photo goes."""
    clock = ManualClock(10**12)
    truth = create(database, images=IMAGES, start=act == "filter", clock=clock, preset=preset, k_filter=1)
    named(database)
    with database.read() as tx:
        campaign = load_campaign(tx, NAME)
    reached, gone = threading.Event(), threading.Event()
    place = "routing.lock_images" if act == "filter" else "creating.images_in_state"
    real: Any = lock_images if act == "filter" else images_in_state

    def waits(*given: Any) -> Any:
        found = real(*given) if act == "launch" else None
        if not reached.is_set():
            reached.set()
            gone.wait(2.0)  # the photo goes meanwhile; what rests on locks that are held here goes on afterwards
        return found if act == "launch" else real(*given)

    def other() -> None:
        if act == "launch":
            launch(database, campaign, clock)
        else:
            engine = Engine(database, clock=clock, chance=Random(0))
            step(engine, truth, join(engine, 1)[0], Random(0))

    monkeypatch.setattr(f"cocokit.campaign.{place}", waits)
    thread = threading.Thread(target=other)
    thread.start()
    assert reached.wait(30)
    withdraw_photo(database, KEY, None, "asked", clock)
    gone.set()
    thread.join(30)
    assert not thread.is_alive()
    with database.read() as tx:
        state = tx.execute(select(ImageRow.state).where(ImageRow.coco_id == GONE)).scalar_one()
    assert state == "dropped"
    assert check_campaign(Engine(database)) == []
