"""A process that works on a campaign and is killed, again and again: a warm parent forks each new life.

    python -m tests.cocokit.campaign.killing URL IMAGES SEED WORKERS

Each line of input starts a life; each life writes ``alive PID``, then before an answer ``try`` and after it was
acknowledged ``ack``, each with what was sent; ``idle`` where there was no task. When the life has ended, the parent
writes ``dead``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cocokit.campaign.engine import Engine
from cocokit.domain.tasks import Assignment
from cocokit.store.database import Database
from tests.cocokit.campaign.small import Truth, answer, create, draw, finish, join

_ROOT = Path(__file__).resolve().parents[3]
_THREADS = 3


@dataclass
class Life:
    """What a process said before it was killed: (worker, assignment, client id, ...) of each answer."""

    tried: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)


class Lives:
    """The warm parent, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def live(self, seed: int, answers: int, seconds: float) -> Life:
        """Start a process that works, and kill it this long after it began so many answers; what it said."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline().split()
        assert said[:1] == ["alive"], said
        life = Life()
        while len(life.tried) < answers and self._hear(life) != "idle":
            pass
        time.sleep(seconds)
        os.kill(int(said[1]), signal.SIGKILL)
        while self._hear(life) != "dead":
            pass
        return life

    def _hear(self, life: Life) -> str:
        """The first word of the next line, whose rest is kept."""
        assert self._process.stdout is not None
        word, _, rest = self._process.stdout.readline().partition(" ")
        assert word, "the parent has ended too"
        said = {"try": life.tried, "ack": life.acknowledged}
        if word in said:
            said[word].append(json.loads(rest))
        return word


@contextmanager
def lives(url: str, images: int, seed: int, workers: int) -> Iterator[Lives]:
    """The warm parent of processes that work on the campaign of a database."""
    words = [sys.executable, "-W", "error", "-m", "tests.cocokit.campaign.killing", url]
    with subprocess.Popen(
        [*words, str(images), str(seed), str(workers)], cwd=_ROOT, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        yield Lives(process)
        process.stdin.close()
        assert process.wait(60) == 0


def _say(word: str, **what: Any) -> None:
    os.write(1, f"{word} {json.dumps(what)}\n".encode())  # one call: a kill leaves no half of a line


def _work(engine: Engine, truth: Truth, workers: list[int], chance: random.Random) -> None:
    """Fetch and submit until the end comes; some workers begin with what they held in the life before."""
    for worker in workers:
        if chance.random() < 0.7:
            for held in engine.current(worker):
                _answer(engine, truth, held, chance)
    while True:
        found = engine.next_task(chance.choice(workers))
        if found is not None:
            _answer(engine, truth, found, chance)
        else:
            _say("idle")
            time.sleep(0.01)


def _answer(engine: Engine, truth: Truth, held: Assignment, chance: random.Random) -> None:
    sent = {"worker": held.worker_id, "assignment": held.id, "payload": answer(truth, held, chance),
            "client": f"{chance.getrandbits(64):x}"}  # fmt: skip
    _say("try", **sent)
    receipt = engine.submit(held.worker_id, held.id, sent["payload"], sent["client"])
    _say("ack", answer=receipt.answer_id, state=receipt.state, **sent)


def _life(url: str, truth: Truth, count: int, seed: int) -> None:
    engine = Engine(Database(url, durable=False), chance=random.Random(seed))
    workers = join(engine, count)
    os.write(1, f"alive {os.getpid()}\n".encode())
    for i in range(_THREADS):
        mine = workers[i::_THREADS]
        threading.Thread(target=_work, args=(engine, truth, mine, random.Random(f"{seed} {i}"))).start()


def main() -> None:
    """Wait for lines, fork, report the end of each child."""
    url, images, seed, workers = sys.argv[1], *map(int, sys.argv[2:])
    warm = Database("sqlite://")
    warm.create_tables()
    engine_truth = create(warm, images=2)
    engine = Engine(warm)
    finish(engine, engine_truth, join(engine, 8), random.Random(0))
    warm.close()
    truth = draw(images, seed)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _life(url, truth, workers, int(line))
            return  # its threads go on
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        os.write(1, b"dead -\n")


if __name__ == "__main__":
    main()
