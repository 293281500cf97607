"""Browsers of :mod:`.web_load`: they join, fetch, save drafts and submit, as the worker's page does, in one thread.

They are no part of what is measured, so they must be cheap: one loop, one plain socket for each request (a server of
synchronous processes closes each connection after its answer), and no library for HTTP.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tqdm import tqdm

from tests.cocokit.campaign.bulk import HEIGHT, WIDTH

_ANSWER_S = 30.0
#: While browsers warm the server up they think for so much less, until so many seconds before calls count: what queued
#: up meanwhile must be answered by then.
_HURRY, _SETTLE_S = 5.0, 10.0


@dataclass
class Report:
    """What the browsers saw: (call, s) of each call that counts, ids of the answers that were acknowledged, errors."""

    times: list[tuple[str, float]] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Load:
    """Where the server is, from when on calls count and until when, by the steady clock, s; mean thought, s.

    ``checks`` says which outlines of a page, named by its assignment, are known to be bad.
    """

    port: int
    start: float
    end: float
    think: float
    most: int
    title: str
    checks: Callable[[str], list[int]]
    report: Report = field(default_factory=Report)

    async def call(self, name: str, method: str, path: str, body: Any, token: str = "") -> Any:
        """One request of a browser, on a connection of its own; what was answered."""
        data = json.dumps(body, separators=(",", ":")).encode()
        head = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        head += f"Connection: close\r\nContent-Length: {len(data)}\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
        began, counts = time.perf_counter(), self.start < time.monotonic() < self.end
        async with asyncio.timeout(_ANSWER_S):
            said = await self._exchange(head.encode() + data)
        took = time.perf_counter() - began
        status, text = said[9:12], said.partition(b"\r\n\r\n")[2]
        if status != b"200":
            raise AssertionError(f"{name}: {status.decode()} {text[:200].decode()}")
        if counts:
            self.report.times.append((name, took))
        return json.loads(text)

    async def _exchange(self, data: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        transport, exchange = await loop.create_connection(lambda: _Exchange(data, loop), "127.0.0.1", self.port)
        try:
            return await exchange.said
        finally:
            transport.abort()

    def pause(self, chance: random.Random) -> float:
        """How long somebody thinks, s; less as long as the server warms up."""
        if not self.think:
            return 0.0
        some = min(chance.expovariate(1 / self.think), 4 * self.think)
        return some if time.monotonic() > self.start - _SETTLE_S else some / _HURRY


class _Exchange(asyncio.Protocol):
    """One request and its answer, which ends where the connection does."""

    def __init__(self, data: bytes, loop: asyncio.AbstractEventLoop) -> None:
        self._data, self._parts = data, bytearray()
        self.said: asyncio.Future[bytes] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._data)

    def data_received(self, data: bytes) -> None:
        self._parts += data

    def connection_lost(self, exc: Exception | None) -> None:
        if self.said.done():
            return
        if exc is None:
            self.said.set_result(bytes(self._parts))
        else:
            self.said.set_exception(exc)


class Browser:
    """One worker's page."""

    def __init__(self, load: Load, number: int, entry: str) -> None:
        self.load, self.entry = load, entry
        self.chance = random.Random(f"{load.title}, browser {number}")
        self.ahead: list[Any] = []

    async def work(self) -> None:
        """From joining to the end."""
        await asyncio.sleep(self.chance.random() * max(self.load.start - time.monotonic(), 0) / 2)
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
        word, pause = given["id"], self.load.pause(self.chance) / 2
        if not self.ahead:
            self.take(await call("next", "POST", "next", {"hold": [word]}, self.token))
        await asyncio.sleep(pause)
        payload = answer(given["work"], self.chance)
        if "bad" in payload:
            payload["bad"] = await asyncio.to_thread(self.load.checks, word)
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
    """Something that a stage takes: up to three categories, a spot or two, a small triangle, no bad mask as yet."""
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


async def run(load: Load, entries: list[str], meter: Callable[[], dict[str, float]]) -> tuple[Report, dict[str, float]]:
    """All browsers until the end, a progress bar meanwhile; also how far a meter went while calls counted."""
    began, loop, read = time.monotonic(), asyncio.get_running_loop(), [meter(), meter()]
    for place, moment in enumerate((load.start, load.end)):
        loop.call_later(moment - began, lambda place=place: read.__setitem__(place, meter()))
    tasks = [asyncio.create_task(Browser(load, i, entry).work()) for i, entry in enumerate(entries)]
    whole = round(load.end - began)
    with tqdm(total=whole, unit=" s", desc=load.title, mininterval=5, file=sys.stderr) as bar:
        while not all(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=1)
            bar.update(min(round(time.monotonic() - began), whole) - bar.n)
            bar.set_postfix(answers=len(load.report.clients), refresh=False)
    for task in tasks:
        task.result()
    return load.report, {who: after - read[0][who] for who, after in read[1].items()}
