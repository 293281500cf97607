"""Processes with many threads that work on one campaign at once; what each of them saw comes back.

Processes are spawned, so that none shares a connection with the test.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cocokit.campaign.engine import Engine
from cocokit.domain.stages import Stage
from cocokit.store.database import Database
from tests.cocokit.campaign.small import Truth, answer

#: A worker who was told this often in a row that there is nothing goes home.
_IDLE = 15


@dataclass
class Seen:
    """What the threads of all processes saw.

    Attributes:
        leases: (worker id, assignment) of each task that was handed out.
        receipts: (client id, answer id, whether it was there already).
        errors: what should never have happened.
    """

    leases: list[tuple[int, str]] = field(default_factory=list)
    receipts: list[tuple[str, int, bool]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


#: What a thread does: (engine, worker id, truth, chance, seen).
Deed = Callable[[Engine, int, Truth, random.Random, Seen], None]


def grab(engine: Engine, worker: int, _truth: Truth, chance: random.Random, seen: Seen) -> None:
    """Take label tasks and keep them."""
    idle = 0
    while idle < _IDLE:
        known = {held.id for held in engine.current(worker)}
        found = engine.next_task(worker, [Stage.LABEL])
        if found is None or found.id in known:
            idle += 1
            time.sleep(chance.random() * 0.01)
        else:
            seen.leases.append((worker, found.id))


def toil(engine: Engine, worker: int, truth: Truth, chance: random.Random, seen: Seen) -> None:
    """Do whatever comes, and send each answer twice at once as an impatient page does."""
    idle = 0
    while idle < _IDLE:
        found = engine.next_task(worker)
        if found is None:
            idle += 1
            time.sleep(chance.random() * 0.02)
            continue
        idle = 0
        seen.leases.append((worker, found.id))
        payload, client = answer(truth, found, chance), f"{worker} {found.id}"  # the same words from both hands

        def send(word: str = found.id, payload: object = payload, client: str = client) -> None:
            receipt = engine.submit(worker, word, payload, client)
            seen.receipts.append((client, receipt.answer_id, receipt.repeated))

        if chance.random() < 0.2:
            _at_once([send, send], seen)
        else:
            send()


def _at_once(calls: list[Callable[[], None]], seen: Seen) -> None:
    def run(call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # whatever it is, the test reports it
            seen.errors.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _process(url: str, deed: Deed, workers: list[int], truth: Truth, seed: int, barrier: Any, out: Any) -> None:
    seen, database = Seen(), Database(url, durable=False)
    engine = Engine(database)

    def call(i: int, worker: int) -> Callable[[], None]:
        return lambda: deed(engine, worker, truth, random.Random(f"{seed} {i}"), seen)

    barrier.wait(60)
    _at_once([call(i, worker) for i, worker in enumerate(workers)], seen)
    database.close()
    out.put(seen)


def race(url: str, deed: Deed, crews: list[list[int]], truth: Truth) -> Seen:
    """One process per crew, one thread per worker of it; all begin together."""
    spawn = multiprocessing.get_context("spawn")
    barrier, out = spawn.Barrier(len(crews)), spawn.Queue()
    started = [
        spawn.Process(target=_process, args=(url, deed, crew, truth, seed, barrier, out))
        for seed, crew in enumerate(crews)
    ]
    for process in started:
        process.start()
    whole = Seen()
    for part in [out.get(timeout=120) for _ in started]:
        whole.leases += part.leases
        whole.receipts += part.receipts
        whole.errors += part.errors
    for process in started:
        process.join(60)
    return whole
