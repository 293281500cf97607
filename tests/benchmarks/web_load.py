"""Many browsers at once: how long the worker API takes with four gunicorn processes and PostgreSQL; nothing is lost.

    python -m tests.benchmarks.web_load [--browsers 200 --tasks 20000 --seconds 60 --think 10 --processes 4]

A browser does what the worker's page does: it joins, fetches the next task while one is worked at, saves a draft half
way, and submits. Between a task and its answer it thinks: 10 s on average (exponential, at most 40 s), as people do who
label; 200 browsers are then some 20 answers a second. Workers are careful: they mark the outlines that are known to be
bad (which are looked up in the database) and no other, so that all votes count. Times are those that the page would
see, over a connection for each request, as behind a proxy. What happens before ``--warm`` is over does not count:
browsers join and hurry through their first tasks, so that each process has built its statements.

Then ``--closed`` other browsers do not think at all, each asking again as soon as it is answered: how many answers a
second the machine can take. CPU time is told for the browsers, the server and the database, and beside it how busy the
machine was: where others work on it, only the CPU time means anything. At last the rows are checked: every acknowledged
answer is there, and no place was given twice. The server is the machine's own PostgreSQL, without waiting for the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from sqlalchemy import func, select, text

from cocokit.annotate_ui.config import Config
from cocokit.annotate_ui.tokens import Entry, Tokens
from cocokit.campaign.channels import add_channel
from cocokit.domain.stages import SentinelKind, Stage
from cocokit.migrations import upgrade
from cocokit.store.answers import find_lease
from cocokit.store.database import Database
from cocokit.store.models import AnswerRow
from cocokit.store.sentinels import checks_on
from tests.benchmarks.campaign_load import busy, faults, quantiles
from tests.benchmarks.web_browsers import Load, Report, run
from tests.cocokit.campaign.bulk import HEIGHT, WIDTH, create
from tests.databases import server

_ROOT = Path(__file__).parents[2]
_START_S = 180.0


@dataclass
class Part:
    """One part of a measurement.

    Attributes:
        title: what was done.
        report: what the browsers saw.
        seconds: that count.
        cpu: who -> CPU seconds in them: browsers, server, database, machine.
    """

    title: str
    report: Report
    seconds: float
    cpu: dict[str, float] = field(default_factory=dict)


@contextmanager
def served(folder: Path, url: str, processes: int) -> Iterator[tuple[int, int]]:
    """gunicorn over a workspace; its port and the id of its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    words = [sys.executable, "-m", "gunicorn", "-w", str(processes), "-b", f"127.0.0.1:{port}", "--backlog", "512",
             "--log-level", "warning", "cocokit.annotate_ui:create_app()"]  # fmt: skip
    environment = {**os.environ, "COCOKIT_DATABASE": url, "PYTHONPATH": str(_ROOT)}
    child = subprocess.Popen(words, cwd=folder, env=environment)
    try:
        _wait(child, port, processes)
        yield port, child.pid
    finally:
        child.terminate()
        child.wait(30)


def _wait(child: subprocess.Popen[bytes], port: int, processes: int) -> None:
    """Until every process answers: each holds one of as many questions at once."""
    deadline = time.monotonic() + _START_S
    while child.poll() is None and time.monotonic() < deadline:
        asked = [http.client.HTTPConnection("127.0.0.1", port, timeout=_START_S) for _ in range(4 * processes)]
        try:
            for one in asked:
                one.request("GET", "/health")
            if all(one.getresponse().status == 200 for one in asked):
                return
        except OSError:
            time.sleep(0.2)
        finally:
            for one in asked:
                one.close()
    raise AssertionError("gunicorn does not start")


def workspace(folder: Path, url: str, tasks: int, places: int) -> Database:
    """A campaign of label tasks on one photo, and what follows from their answers."""
    (folder / "cocokit.toml").write_text('images = "images"\n')
    (folder / "images").mkdir()
    pixels = np.random.default_rng(0).integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((WIDTH, HEIGHT)).save(folder / "images" / "a.jpg")
    database = Database(url, durable=False)
    upgrade(database)
    create(database, tasks, k_label=places)
    add_channel(database, 1, "load", "panel", {"worker": "w"})
    return database


def measure(folder: Path, url: str, given: argparse.Namespace) -> tuple[list[Part], dict[str, int], list[str]]:
    """Fill, serve, run, check: what was measured, what became of the pages of masks, and what is wrong."""
    database = workspace(folder, url, given.tasks, given.places)
    secret = Config(url, str(folder), str(folder / "images")).with_secret().secret
    tokens = Tokens(secret or "")
    names = [f"browser {i}" for i in range(max(given.browsers, given.closed))]
    entries = [tokens.entry(Entry(1, "load", name)) for name in names]
    master = _master(database)
    parts = []
    with served(folder, url, given.processes) as (port, first):
        def meter() -> dict[str, float]:
            return {"browsers": _cpu(os.getpid()), "server": sum(_cpu(pid) for pid in _children(first)),
                    "database": _family(master), "machine": busy()}  # fmt: skip

        def known(word: str) -> list[int]:
            with database.read() as tx:
                lease = find_lease(tx, word, lock=False)
                shown = checks_on(tx, lease.id) if lease else {}
            return [position for position, kind in shown.items() if kind is SentinelKind.BAD]

        parts.append(_part(f"{given.browsers} browsers, {given.think:g} s of thought", entries[: given.browsers],
                           (port, given.warm, given.seconds, given.think, given.most), meter, known))  # fmt: skip
        if given.closed:
            parts.append(_part(f"{given.closed} browsers, no pause", entries[: given.closed],
                               (port, 3.0, given.seconds / 3, 0.0, given.most), meter, known))  # fmt: skip
    clients = [client for part in parts for client in part.report.clients]
    with database.read() as tx:
        ids = {row[0]: row[1] for row in tx.execute(select(AnswerRow.client_id, AnswerRow.id))}
        states = select(AnswerRow.state, func.count()).where(AnswerRow.stage == Stage.VERIFY).group_by(AnswerRow.state)
        pages = {row[0]: row[1] for row in tx.execute(states)}
    wrong = faults(database, [ids[client] for client in clients if client in ids])
    lost = [client for client in clients if client not in ids]
    database.close()
    return parts, pages, wrong + ([f"{len(lost)} acknowledged answers are not there"] if lost else [])


def _part(
    title: str, entries: list[str], how: tuple[int, float, float, float, int], meter: Callable[[], dict[str, float]],
    known: Callable[[str], list[int]],
) -> Part:  # fmt: skip
    port, warm, seconds, think, most = how
    start = time.monotonic() + warm
    report, spent = asyncio.run(run(Load(port, start, start + seconds, think, most, title, known), entries, meter))
    return Part(title, report, seconds, spent)


def _children(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def _cpu(pid: int, *, ended: bool = False) -> float:
    """CPU seconds of a process, or of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11 + 2 * ended]) + int(fields[12 + 2 * ended])) / os.sysconf("SC_CLK_TCK")


def _family(master: int) -> float:
    """CPU seconds of a process and of all that it started, ended ones too; NaN if it is not on this machine."""
    try:
        return _cpu(master) + _cpu(master, ended=True) + sum(_cpu(pid) for pid in _children(master))
    except OSError:
        return float("nan")


def _master(database: Database) -> int:
    """The process that started the server's others; 0 if it is not on this machine."""
    with database.read() as tx:
        mine = int(tx.execute(text("SELECT pg_backend_pid()")).scalar_one())
        try:
            return int(Path(f"/proc/{mine}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return 0


def show(part: Part) -> None:
    """Print a table."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for call, took in part.report.times:
        groups[call].append(took)
        if call in ("next", "submit"):
            groups["next + submit"].append(took)
    calls, answers = max(len(part.report.times), 1), len(groups["submit"])
    each = "; ".join(f"{who} {1000 * spent / calls:.1f}" for who, spent in part.cpu.items() if who != "machine")
    print(f"\n{part.title}: {answers / part.seconds:.1f} answers a second for {part.seconds:.0f} s; errors "
          f"{len(part.report.errors)} {sorted(set(part.report.errors))[:3]}")  # fmt: skip
    print(f"CPU, ms a call: {each}; the machine was busy for {part.cpu['machine'] / part.seconds:.2f} of "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"{'ms':16}{'calls':>8}      p50      p95      p99")
    for call, times in sorted(groups.items()):
        print(f"{call:16}{len(times):8,}  {quantiles(times)}" if times else "")


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--browsers", type=int, default=200)
    reader.add_argument("--tasks", type=int, default=20_000)
    reader.add_argument("--places", type=int, default=3)
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--warm", type=float, default=30, help="seconds of joining and first tasks; they do not count")
    reader.add_argument("--think", type=float, default=10.0, help="mean seconds between a task and its answer")
    reader.add_argument("--closed", type=int, default=8, help="browsers that do not think, afterwards; 0: none")
    reader.add_argument("--processes", type=int, default=4)
    reader.add_argument("--most", type=int, default=5000, help="answers of each part at most")
    return reader.parse_args(words)


def main() -> None:
    """Run it and print."""
    given = arguments()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}; {os.cpu_count()} cores")
    with server() as found, found.database(tables=False) as url, TemporaryDirectory() as folder:
        parts, pages, wrong = measure(Path(folder), url, given)
        for part in parts:
            show(part)
        answers = sum(len(part.report.clients) for part in parts)
        print("\npages of masks: " + (", ".join(f"{n:,} {state}" for state, n in sorted(pages.items())) or "none"))
        print("\n" + ("\n".join(wrong) or f"{answers:,} answers: none lost, no place given twice, rows sound"))


if __name__ == "__main__":
    main()
