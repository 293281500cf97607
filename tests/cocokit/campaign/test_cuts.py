"""The network is cut and the disk is full, at random points of a campaign: one sentence, and a second try is enough."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TypeVar

import pytest
from sqlalchemy import Connection, event, select, text

from cocokit.campaign.engine import Engine
from cocokit.campaign.invariants import check_campaign
from cocokit.domain.tasks import Assignment
from cocokit.errors import CocokitError
from cocokit.store.campaigns import count_images
from cocokit.store.database import Database, Transaction
from cocokit.store.models import AnswerRow
from tests.cocokit.store.test_faults import ON_SERVER, ON_SQLITE, one_sentence

from .small import Truth, answer, create, join
from .soundness import unsound

T = TypeVar("T")

#: Pages that a file may have: as many as it wants.
_PLENTY = 10**6
_CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")  # fmt: skip
_REMEDY = "what was committed is safe|is the server running"


class Page:
    """A worker's page that tries again, with the same client id, until it hears that its answer was taken.

    ``cure`` is called after each failure.
    """

    def __init__(self, engine: Engine, truth: Truth, worker: int, cure: Callable[[], object] = lambda: None) -> None:
        self.engine, self.truth, self.worker, self.cure = engine, truth, worker, cure
        self.chance = Random(f"page {worker}")
        self.receipts: list[tuple[str, int]] = []
        self.sentences: list[CocokitError] = []
        self.repeated = 0

    def insist(self, call: Callable[[], T]) -> T:
        """Call until it works."""
        for _ in range(1000):
            try:
                return call()
            except CocokitError as error:
                self.sentences.append(error)
                self.cure()
        raise AssertionError(f"it never works: {self.sentences[-1]}")

    def fetch(self) -> Assignment | None:
        """A task: first one that was given and never arrived."""
        held = self.engine.current(self.worker)
        return held[0] if held else self.engine.next_task(self.worker)

    def step(self) -> bool:
        """Do one task; whether there was one."""
        found = self.insist(self.fetch)
        if found is None:
            return False
        payload, client = answer(self.truth, found, self.chance), f"{self.chance.getrandbits(64):x}"
        receipt = self.insist(lambda: self.engine.submit(self.worker, found.id, payload, client))
        self.receipts.append((client, receipt.answer_id))
        self.repeated += receipt.repeated
        return True


def work(pages: list[Page]) -> None:
    """Until there is nothing for any of them."""
    while any([page.step() for page in pages]):  # a list: all of them, not only until the first that has something
        pass


def check_whole(engine: Engine, pages: list[Page]) -> None:
    """Every answer that was taken is there once, every image came to its end, and the rows fit each other."""
    database = engine.database
    assert unsound(database) == []
    assert check_campaign(engine) == []
    receipts = [receipt for page in pages for receipt in page.receipts]
    with database.read() as tx:
        rows = [(row.client_id, row.id) for row in tx.execute(select(AnswerRow.id, AnswerRow.client_id))]
        assert set(count_images(tx, engine.campaign.id)) <= {"finished", "dropped"}
    assert Counter(rows) == Counter(receipts)


@ON_SERVER
def test_connections_that_are_cut_lose_nothing_and_count_nothing_twice(database: Database) -> None:
    truth = create(database, images=8)
    engine, cutter = Engine(database), Database(database.url, durable=False)
    pages = [Page(engine, truth, worker) for worker in join(engine, 12)]
    with ThreadPoolExecutor(3) as pool:
        crews = [pool.submit(work, pages[i::3]) for i in range(3)]
        cuts, chance = 0, Random(0)
        while not all(crew.done() for crew in crews):
            time.sleep(chance.random() * 0.1)
            cuts += cutter.run(lambda tx: len(tx.execute(_CUT).all()))
        for crew in crews:
            crew.result()
    cutter.close()
    work(pages)  # whoever stopped while others still worked
    sentences = [error for page in pages for error in page.sentences]
    assert cuts >= 20
    assert len(sentences) >= 5
    for error in sentences:
        one_sentence(error, _REMEDY)
    check_whole(engine, pages)


class Forgetful(Database):
    """A database whose word is lost on its way back, after the commit, about every third time."""

    chance = Random(0)

    def run(self, work: Callable[[Transaction], T]) -> T:
        """As its parent's."""
        done = super().run(work)
        if self.chance.random() < 0.3:
            raise CocokitError("the receipt was lost")
        return done


def test_an_answer_whose_receipt_was_lost_is_one_answer(database: Database) -> None:
    truth = create(database, images=2)
    workers = join(Engine(database), 12)
    forgetful = Forgetful(database.url, durable=False)
    engine = Engine(forgetful)
    pages = [Page(engine, truth, worker) for worker in workers]
    work(pages)
    assert sum(page.repeated for page in pages) >= 5
    check_whole(Engine(database), pages)
    forgetful.close()


@ON_SQLITE
@pytest.mark.parametrize("seed", [0, 1])
def test_a_disk_that_is_full_again_and_again_loses_nothing(database: Database, seed: int) -> None:
    chance = Random(seed)
    truth = create(database, images=10, seed=seed)
    engine = Engine(database)
    most = _PLENTY

    @event.listens_for(database.engine, "begin")
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    def cure() -> None:
        nonlocal most
        most = _PLENTY
        assert unsound(database) == []

    pages = [Page(engine, truth, worker, cure) for worker in join(engine, 12)]
    idle: set[int] = set()
    while len(idle) < len(pages):
        if chance.random() < 0.7:
            with database.read() as tx:
                most = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        page = chance.choice(pages)
        if page.step():
            idle.clear()
        else:
            idle.add(page.worker)
    most = _PLENTY
    sentences = [error for page in pages for error in page.sentences]
    assert len(sentences) >= 5
    for error in sentences:
        one_sentence(error, "the disk is full: make room; what was committed is safe")
    check_whole(engine, pages)
