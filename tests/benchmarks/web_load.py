"""Many browsers at once: how long the worker API takes with four gunicorn processes and PostgreSQL; nothing is lost.

    python -m tests.benchmarks.web_load [--browsers 200 --tasks 20000 --seconds 60 --think 10 --processes 4]

A browser does what the worker's page does: it joins, fetches the next task while one is worked at, saves a draft half
way, and submits. Between a task and its answer it thinks. Times are those that the page would see; the seconds in which
browsers join do not count. At last the rows are checked: every acknowledged answer is there, and no place was given
twice. The server is the machine's own PostgreSQL, without waiting for the disk.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import select
from tqdm import tqdm

from cocokit.annotate_ui.config import Config
from cocokit.annotate_ui.tokens import Entry, Tokens
from cocokit.campaign.channels import add_channel
from cocokit.migrations import upgrade
from cocokit.store.database import Database
from cocokit.store.models import AnswerRow
from tests.benchmarks.campaign_load import faults, quantiles
from tests.cocokit.campaign.bulk import HEIGHT, WIDTH, create
from tests.databases import server

_ROOT = Path(__file__).parents[2]
_START_S, _ANSWER_S = 60.0, 30.0


@dataclass
class Report:
    """What the browsers saw: (call, s) of each call that counts, ids of the answers that were acknowledged, errors."""

    times: list[tuple[str, float]] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    calls: int = 0


@dataclass
class Load:
    """From when to when browsers work, by the loop's clock, s; who thinks how long; most answers."""

    port: int
    start: float
    end: float
    think: float
    most: int
    report: Report = field(default_factory=Report)

    async def call(self, name: str, method: str, path: str, body: Any, token: str = "") -> Any:
        """One request of a browser, on a connection of its own; what was answered."""
        data = json.dumps(body).encode()
        head = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"Connection: close\r\nContent-Length: {len(data)}\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
        began = time.perf_counter()
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(head.encode() + data)
            said = await reader.read()
            writer.close()
        took = time.perf_counter() - began
        status, text = said[9:12], said.partition(b"\r\n\r\n")[2]
        self.report.calls += 1
        if status != b"200":
            raise AssertionError(f"{name}: {status.decode()} {text[:200].decode()}")
        if time.monotonic() > self.start:
            self.report.times.append((name, took))
        return json.loads(text)


class Browser:
    """One worker's page."""

    def __init__(self, load: Load, number: int, entry: str) -> None:
        self.load, self.entry = load, entry
        self.chance = random.Random(f"browser {number}")
        self.ahead: list[Any] = []

    async def work(self) -> None:
        """From joining to the end."""
        await asyncio.sleep(self.chance.random() * max(self.load.start - time.monotonic(), 0))
        try:
            joined = await self.load.call("join", "POST", "join", {"entry": self.entry, "consent": True})
            self.token = joined["token"]
            self.take(await self.load.call("next", "POST", "next", {}, self.token))
            while time.monotonic() < self.load.end and len(self.load.report.clients) < self.load.most:
                await self.task()
        except (AssertionError, OSError, TimeoutError, json.JSONDecodeError) as error:
            self.load.report.errors.append(f"{type(error).__name__}: {error}")

    def take(self, said: Any) -> None:
        """Keep a task that came."""
        if said["state"] == "task":
            self.ahead.append(said["assignment"])

    async def task(self) -> None:
        """One task: the next one is fetched meanwhile, half way a draft is saved."""
        call = self.load.call
        if not self.ahead:
            await asyncio.sleep(1)
            return self.take(await call("next", "POST", "next", {}, self.token))
        given = self.ahead.pop(0)
        word, pause = given["id"], min(self.chance.expovariate(1 / self.load.think), 4 * self.load.think) / 2
        if not self.ahead:
            self.take(await call("next", "POST", "next", {"hold": [word]}, self.token))
        await asyncio.sleep(pause)
        payload = answer(given["work"], self.chance)
        await call("draft", "PUT", f"assignments/{word}/draft", {"version": 0, "data": payload}, self.token)
        await asyncio.sleep(pause)
        client = f"{self.chance.getrandbits(64):016x}"
        body = {"client_id": client, "payload": payload, "trace": [[0, "drop", 1.5, 2.5]] * 20,
                "times": {"wall_ms": 9000, "visible_ms": 9000, "active_ms": 8000},
                "hold": [one["id"] for one in self.ahead]}  # fmt: skip
        done = await call("submit", "POST", f"assignments/{word}/submit", body, self.token)
        self.load.report.clients.append(client)
        self.take(done["next"])


def answer(work: Any, chance: random.Random) -> Any:
    """Something that a stage takes: up to three categories, a spot or two, a small triangle, all masks good."""
    x, y = 30 + chance.random() * (WIDTH - 60), 30 + chance.random() * (HEIGHT - 60)
    if "groups" in work:
        kinds = [one["id"] for group in work["groups"] for one in group["categories"]]
        seen = chance.sample(kinds, chance.choice([0, 0, 1, 3]))
        return {"drops": [{"category_id": kind, "x": x, "y": y + i} for i, kind in enumerate(seen)]}
    if "primer" in work:
        return {"points": [[x, y], [x - 10, y]][: chance.choice([1, 2])]}
    if "spot" in work:
        x, y = work["spot"]
        ring = [max(x - 9, 0), max(y - 9, 0), min(x + 9, WIDTH), max(y - 9, 0), x, min(y + 9, HEIGHT)]
        return {"outcome": "mask", "polygons": [ring], "tool": "polygon"}
    return {"bad": []}


async def run(port: int, entries: list[str], think: float, seconds: float, warm: float, most: int) -> Report:
    """All browsers until the end, a progress bar meanwhile."""
    start = time.monotonic() + warm
    load = Load(port, start, start + seconds, think, most)
    tasks = [asyncio.create_task(Browser(load, i, entry).work()) for i, entry in enumerate(entries)]
    title = f"{len(entries)} browsers"
    with tqdm(total=round(seconds + warm), unit=" s", desc=title, mininterval=5, file=sys.stderr) as bar:
        while not all(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=1)
            bar.update(min(round(time.monotonic() - start + warm), bar.total) - bar.n)
            bar.set_postfix(answers=len(load.report.clients), refresh=False)
    for task in tasks:
        task.result()
    return load.report


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


def measure(folder: Path, url: str, given: argparse.Namespace) -> tuple[Report, float, list[str]]:
    """Fill, serve, run, check: the report, CPU seconds of the server's processes, what is wrong."""
    database = workspace(folder, url, given.tasks, given.places)
    secret = Config(url, str(folder), str(folder / "images")).with_secret().secret
    tokens = Tokens(secret or "")
    entries = [tokens.entry(Entry(1, "load", f"browser {i}")) for i in range(given.browsers)]
    with served(folder, url, given.processes) as (port, master):
        before = sum(_cpu(pid) for pid in _children(master))
        report = asyncio.run(run(port, entries, given.think, given.seconds, given.warm, given.most))
        spent = sum(_cpu(pid) for pid in _children(master)) - before
    with database.read() as tx:
        ids = {row[0]: row[1] for row in tx.execute(select(AnswerRow.client_id, AnswerRow.id))}
    wrong = faults(database, [ids[client] for client in report.clients if client in ids])
    lost = [client for client in report.clients if client not in ids]
    database.close()
    return report, spent, wrong + ([f"{len(lost)} acknowledged answers are not there"] if lost else [])


def _children(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def _cpu(pid: int) -> float:
    """CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(report: Report, spent: float, seconds: float) -> None:
    """Print a table."""
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for call, took in report.times:
        groups[call].append(took)
        if call in ("next", "submit"):
            groups["next + submit"].append(took)
    print(f"\n{len(report.clients):,} answers in {seconds:.0f} s; CPU of the server's processes: "
          f"{1000 * spent / max(report.calls, 1):.1f} ms a call; errors {len(report.errors)} "
          f"{sorted(set(report.errors))[:3]}")  # fmt: skip
    print(f"{'ms':16}{'calls':>8}      p50      p95      p99")
    for call, times in sorted(groups.items()):
        print(f"{call:16}{len(times):8,}  {quantiles(times)}")


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--browsers", type=int, default=200)
    reader.add_argument("--tasks", type=int, default=20_000)
    reader.add_argument("--places", type=int, default=3)
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--warm", type=float, default=15, help="seconds in which browsers join; they do not count")
    reader.add_argument("--think", type=float, default=10.0, help="mean seconds between a task and its answer")
    reader.add_argument("--processes", type=int, default=4)
    reader.add_argument("--most", type=int, default=5000, help="answers at most")
    return reader.parse_args(words)


def main() -> None:
    """Run it and print."""
    given = arguments()
    before = os.getloadavg()[0]
    with server() as found, found.database(tables=False) as url, TemporaryDirectory() as folder:
        report, spent, wrong = measure(Path(folder), url, given)
        show(report, spent, given.seconds + given.warm)
        print(f"load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after; {os.cpu_count()} cores")
        print("\n".join(wrong) or f"{len(report.clients):,} answers: none lost, no place given twice, rows sound")


if __name__ == "__main__":
    main()
