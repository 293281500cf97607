"""Many workers at once on PostgreSQL: how long next_task and submit take, and that nothing is lost or given twice.

    python -m tests.benchmarks.campaign_load [--workers 200 --tasks 100000 --places 8 --seconds 60 --think 10]

Workers are threads of a few processes. First they think between a task and its answer, as people do, and times are
those that a page would see; then some hammer without a pause: whatever is slower than with one of them is time spent
waiting for a core or for each other. At last the rows are checked. Before each measurement the same load
runs for a few seconds that do not count. The database is a server of our own, or that of ``COCOKIT_TEST_POSTGRES``; our
own does not wait for the disk (fsync is off).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import random
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from tqdm import tqdm

from cocokit import compiled
from cocokit.campaign.engine import Engine
from cocokit.store.audits import ask
from cocokit.store.database import Database
from cocokit.store.models import AnswerRow
from tests.cocokit.campaign.bulk import answer, create
from tests.databases import server

_PROCESSES = 4
#: Seconds at the start of each load that do not count: connections are opened, statements are built and prepared.
_WARM = 8.0


@dataclass
class Report:
    """What the workers of a process saw: (call, stage, seconds) of each call, and the answers that were taken."""

    times: list[tuple[str, str, float]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cpu: float = 0.0

    def note(self, call: str, stage: str, began: float, span: Span) -> None:
        """A call has ended; the first ones do not count."""
        if time.monotonic() - span.start > _WARM:
            self.times.append((call, str(stage), time.perf_counter() - began))


@dataclass(frozen=True)
class Span:
    """From when to when a load runs, by the steady clock, s; it ends early after so many answers, which it counts."""

    start: float
    end: float
    most: int
    done: Any


def work(engine: Engine, worker: int, think: float, span: Span, report: Report) -> None:
    """One worker until the end; ``think`` is the mean time between a task and its answer, s."""
    chance = random.Random(f"{worker} {think} {span.start}")
    time.sleep(chance.random() * min(think, _WARM))
    while time.monotonic() < span.end and span.done.value < span.most:
        start = time.perf_counter()
        held = engine.next_task(worker)
        if held is None:
            time.sleep(0.1)
            continue
        report.note("next_task", held.stage, start, span)
        time.sleep(min(chance.expovariate(1 / think), 6 * think) if think else 0)
        sent, client = answer(held, chance), f"{chance.getrandbits(64):x}"
        start = time.perf_counter()
        report.answers.append(engine.submit(worker, held.id, sent, client).answer_id)
        report.note("submit", held.stage, start, span)
        with span.done.get_lock():
            span.done.value += 1


def client(
    url: str, workers: list[int], think: float, bounds: tuple[float, int], sync: Any, done: Any, out: Any
) -> None:
    """One process of workers."""
    compiled.backend_name()
    database, report = Database(url, durable=False), Report()
    engine = Engine(database)

    def run(worker: int) -> None:
        try:
            work(engine, worker, think, span, report)
        except Exception as error:  # whatever it is, the benchmark reports it
            report.errors.append(f"{type(error).__name__}: {error}")

    sync.wait()
    start = time.monotonic()
    span = Span(start, start + _WARM + bounds[0], bounds[1], done)
    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    before = resource.getrusage(resource.RUSAGE_SELF)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = resource.getrusage(resource.RUSAGE_SELF)
    report.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out.put(report)
    database.close()


def run(url: str, workers: list[int], think: float, seconds: float, most: int, title: str) -> tuple[Report, float]:
    """All workers in a few processes, a progress bar meanwhile; what they saw together, and the seconds of it."""
    spawn = multiprocessing.get_context("spawn")
    processes = min(_PROCESSES, len(workers))
    sync, out, done = spawn.Barrier(processes + 1), spawn.Queue(), spawn.Value("q", 0)
    started = [
        spawn.Process(target=client, args=(url, workers[i::processes], think, (seconds, most), sync, done, out))
        for i in range(processes)
    ]
    for process in started:
        process.start()
    sync.wait()
    start, parts = time.monotonic(), []
    with tqdm(total=most, unit=" answers", desc=title, mininterval=1, file=sys.stderr) as bar:
        while len(parts) < processes:
            try:
                parts.append(out.get(timeout=0.5))
            except queue.Empty:
                if time.monotonic() > start + _WARM + seconds + 6 * think + 120:
                    raise
            bar.update(done.value - bar.n)
    whole = Report()
    for part in parts:
        whole.times += part.times
        whole.answers += part.answers
        whole.errors += part.errors
        whole.cpu += part.cpu
    for process in started:
        process.join()
    return whole, time.monotonic() - start


def quantiles(times: Iterable[float]) -> str:
    """p50, p95 and p99, ms."""
    ordered = sorted(times)
    return "  ".join(f"{1000 * ordered[int(q * (len(ordered) - 1))]:7.1f}" for q in (0.5, 0.95, 0.99))


def show(title: str, report: Report, seconds: float, busy: float) -> None:
    """Print a table."""
    print(f"\n{title}: {len(report.answers) / seconds:,.0f} answers/s; CPU s a second: {busy:.2f} of {os.cpu_count()} "
          f"on this machine, {report.cpu / seconds:.2f} by workers; errors {len(report.errors)} "
          f"{sorted(set(report.errors))[:3]}")  # fmt: skip
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


def busy() -> float:
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
    arguments.add_argument("--think", type=float, default=10.0, help="mean seconds between a task and its answer")
    arguments.add_argument("--hammer", type=int, nargs="*", default=[1, 4, 16, 200], help="workers without a pause")
    arguments.add_argument("--most", type=int, default=5000, help="answers of each load at most")
    given = arguments.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    with server() as found, found.database() as url:
        database = Database(url, durable=False)
        start = time.perf_counter()
        create(database, given.tasks, k_label=given.places)
        print(f"{given.tasks:,} label tasks x {given.places} places in {time.perf_counter() - start:.1f} s")
        engine = Engine(database)
        workers = [engine.join("load", f"{i}") for i in range(given.workers)]
        loads = [(given.workers, given.think, given.seconds), *((n, 0.0, given.seconds / 3) for n in given.hammer)]
        answers: list[int] = []
        for count, think, seconds in loads:
            title = f"{count} workers, {f'{think:g} s of thought' if think else 'no pause'}"
            before = busy()
            report, took = run(url, workers[:count], think, seconds, given.most, title)
            show(title, report, took, (busy() - before) / took)
            answers += report.answers
        wrong = faults(database, answers)
        print("\n" + ("\n".join(wrong) or f"{len(answers):,} answers: none lost, no place given twice, rows sound"))
        database.close()


if __name__ == "__main__":
    main()
