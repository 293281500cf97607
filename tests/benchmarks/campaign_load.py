"""Many workers at once on PostgreSQL: how long next_task and submit take, and that nothing is lost or given twice.

    python -m tests.benchmarks.campaign_load [--workers 200 --tasks 100000 --places 8 --seconds 60 --think 4]

Workers are threads of a few processes. With think time the machine is not saturated, and times are those that a page
would see from a server of its own; then all hammer without a pause, and the rows are checked. The database is a server
of our own, or that of ``COCOKIT_TEST_POSTGRES``; our own does not wait for the disk (fsync is off).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, text

from cocokit import compiled
from cocokit.campaign.engine import Engine
from cocokit.store.audits import ask
from cocokit.store.database import Database
from cocokit.store.models import AnswerRow
from tests.cocokit.campaign.bulk import answer, create
from tests.databases import server

_PROCESSES = 4


@dataclass
class Report:
    """What the workers of a process saw: (call, stage, seconds) of each call, and the answers that were taken."""

    times: list[tuple[str, str, float]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu: float = 0.0


def work(engine: Engine, worker: int, think: float, end: float, report: Report) -> None:
    """One worker until the end; ``think`` is the mean time between a task and its answer, s."""
    chance = random.Random(f"{worker} {think}")
    time.sleep(chance.random() * think)
    while time.monotonic() < end:
        start = time.perf_counter()
        held = engine.next_task(worker)
        if held is None:
            time.sleep(0.1)
            continue
        report.times.append(("next_task", held.stage, time.perf_counter() - start))
        time.sleep(chance.expovariate(1 / think) if think else 0)
        sent, client = answer(held, chance), f"{chance.getrandbits(64):x}"
        start = time.perf_counter()
        report.answers.append(engine.submit(worker, held.id, sent, client).answer_id)
        report.times.append(("submit", held.stage, time.perf_counter() - start))


def client(url: str, workers: list[int], think: float, seconds: float, barrier: object, out: object) -> None:
    """One process of workers."""
    compiled.backend_name()
    database, report = Database(url, durable=False), Report()
    engine = Engine(database)

    def run(worker: int) -> None:
        try:
            work(engine, worker, think, end, report)
        except Exception as error:  # whatever it is, the benchmark reports it
            report.errors.append(f"{type(error).__name__}: {error}")

    barrier.wait()  # type: ignore[attr-defined]
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    before = resource.getrusage(resource.RUSAGE_SELF)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = resource.getrusage(resource.RUSAGE_SELF)
    report.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out.put(report)  # type: ignore[attr-defined]
    database.close()


def run(url: str, workers: list[int], think: float, seconds: float, processes: int = _PROCESSES) -> Report:
    """All workers in a few processes; what they saw together."""
    spawn = multiprocessing.get_context("spawn")
    barrier, out = spawn.Barrier(processes), spawn.Queue()
    parts = [workers[i::processes] for i in range(processes)]
    started = [spawn.Process(target=client, args=(url, part, think, seconds, barrier, out)) for part in parts]
    for process in started:
        process.start()
    whole = Report()
    for part in [out.get(timeout=seconds + 120) for _ in started]:
        whole.times += part.times
        whole.answers += part.answers
        whole.errors += part.errors
        whole.cpu += part.cpu
    for process in started:
        process.join()
    return whole


def quantiles(times: Iterable[float]) -> str:
    """p50, p95 and p99, ms."""
    ordered = sorted(times)
    return "  ".join(f"{1000 * ordered[int(q * (len(ordered) - 1))]:7.1f}" for q in (0.5, 0.95, 0.99))


def show(title: str, report: Report, seconds: float, busy: float) -> None:
    """Print a table."""
    print(f"\n{title}: {len(report.answers) / seconds:,.0f} answers/s; of {os.cpu_count()} cores {busy:.2f} busy, "
          f"{report.cpu / seconds:.2f} with workers; errors {len(report.errors)} {sorted(set(report.errors))[:3]}")
    groups: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for call, stage, took in report.times:
        groups[call, "all"].append(took)
        groups[call, stage].append(took)
    print(f"{'ms':24}{'calls':>8}      p50      p95      p99")
    for (call, stage), times in sorted(groups.items()):
        print(f"{call:10} {stage:13}{len(times):8,}  {quantiles(times)}")


def faults(database: Database, answers: list[int]) -> list[str]:
    """What is wrong with the rows after all that: places given twice, answers lost, counts that disagree."""
    twice = "SELECT task_id FROM place WHERE state IN ('leased', 'answered') GROUP BY task_id"
    with database.read() as tx:
        there = set(tx.execute(select(AnswerRow.id)).scalars())
        over = tx.execute(text(
            f"SELECT count(*) FROM ({twice} HAVING count(*) > (SELECT places FROM task WHERE id = task_id)) AS t"
        )).scalar_one()  # fmt: skip
        found = [f"{words}: {keys}" for words, keys in ask(tx, 1).items()]
    if len(set(answers)) != len(answers) or not set(answers) <= there:
        found.append(f"{len(set(answers) - there)} answers lost")
    return found + ([f"{over} tasks with more workers than places"] if over else [])


def _busy() -> float:
    """CPU seconds that this machine has been busy since it started."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Fill, run with think time, hammer, check."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--workers", type=int, default=200)
    arguments.add_argument("--tasks", type=int, default=100_000)
    arguments.add_argument("--places", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--think", type=float, default=4.0, help="mean seconds between a task and its answer")
    given = arguments.parse_args()
    with server() as found, found.database() as url:
        database = Database(url, durable=False)
        start = time.perf_counter()
        create(database, given.tasks, k_label=given.places)
        print(f"{given.tasks:,} label tasks x {given.places} places in {time.perf_counter() - start:.1f} s")
        engine = Engine(database)
        workers = [engine.join("load", f"{i}") for i in range(given.workers)]
        answers: list[int] = []
        for title, think, seconds in (("thinking", given.think, given.seconds), ("hammering", 0.0, given.seconds / 3)):
            busy = _busy()
            report = run(url, workers, think, seconds)
            show(f"{given.workers} workers {title}", report, seconds, (_busy() - busy) / seconds)
            answers += report.answers
        wrong = faults(database, answers)
        print("\n" + ("\n".join(wrong) or f"{len(answers):,} answers: none lost, no place given twice, rows sound"))
        database.close()


if __name__ == "__main__":
    main()
