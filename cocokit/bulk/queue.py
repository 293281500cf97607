"""Batches of photographs as jobs in the campaign's own PostgreSQL, done by as many workers as there are machines.

The queue is procrastinate's. A batch's rows are written by one statement; a worker that dies in the middle of one
leaves nothing of it, and its batch is done again by another once it has been silent for :data:`SILENT_S`. So every
address ends with one row, whoever dies.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from cocokit.errors import CocokitError, ParamsError

from .photographs import Photograph, hash_batch

#: Photographs in a job.
BATCH = 256
#: A worker that was not heard of for so long is dead; they say that they live every third of it, s.
SILENT_S = 30.0
_QUEUE = "cocokit"
_TABLE = """
CREATE TABLE IF NOT EXISTS bulk_photograph (
    address text PRIMARY KEY, sha256 text NOT NULL, hash text NOT NULL, fault text NOT NULL)
"""
_WRITE = """
INSERT INTO bulk_photograph (address, sha256, hash, fault)
SELECT address, sha256, hash, fault
FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(address text, sha256 text, hash text, fault text)
ON CONFLICT (address) DO NOTHING
"""
_STATUS = (
    "SELECT status::text AS state, count(*) AS jobs FROM procrastinate_jobs WHERE queue_name = %(queue)s GROUP BY 1"
)
_COUNTS = "SELECT count(*) AS photographs, count(*) FILTER (WHERE fault <> '') AS faults FROM bulk_photograph"
_ROWS = (
    "SELECT address, sha256, hash, fault FROM bulk_photograph WHERE address > %(after)s ORDER BY address LIMIT 10000"
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: jobs by their state, photographs with a row, and those of them with a fault."""

    waiting: int
    doing: int
    done: int
    failed: int
    photographs: int
    faults: int


class Queue:
    """The queue in one database.

    Attributes:
        url: of a PostgreSQL database.
    """

    def __init__(self, url: str, silent_s: float = SILENT_S) -> None:
        """Raises ParamsError for another kind of database, CocokitError if procrastinate is not installed."""
        scheme, _, rest = url.partition("://")
        if scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise ParamsError("database", scheme, "a queue needs PostgreSQL: postgresql://user@host/name")
        self.url, self._silent_s = f"postgresql://{rest}", silent_s
        self._app = self._open()

    def add(self, addresses: Iterable[str], batch: int = BATCH) -> int:
        """Queue photographs; how many jobs they make. Tables are made where there are none."""
        if batch < 1:
            raise ParamsError("batch", batch, "use at least 1")
        return asyncio.run(self._add(iter(addresses), batch))

    def work(self, report: Callable[[Progress], None] | None = None) -> Progress:
        """Do jobs until there are none left, those of dead workers too."""
        return asyncio.run(self._work(report))

    def progress(self) -> Progress:
        """How far it is."""
        found: Progress = asyncio.run(self._alone(self._progress))
        return found

    def photographs(self) -> list[Photograph]:
        """What was found, by address."""
        found: list[Photograph] = asyncio.run(self._alone(self._photographs))
        return found

    def _open(self) -> Any:
        try:
            from procrastinate import App, PsycopgConnector
        except ImportError as error:
            raise CocokitError("procrastinate is not installed; pip install 'cocokit[bulk]'") from error
        app = App(connector=PsycopgConnector(conninfo=self.url, min_size=1, max_size=4))

        @app.task(name="hash_photographs", queue=_QUEUE)
        async def hash_photographs(addresses: list[str]) -> None:
            found = await asyncio.to_thread(hash_batch, addresses)
            rows = json.dumps([asdict(one) for one in found])
            await app.connector.execute_query_async(_WRITE, rows=rows)

        return app

    async def _alone(self, what: Callable[[], Any]) -> Any:
        async with self._app.open_async():
            await self._tables()
            return await what()

    async def _tables(self) -> None:
        found = await self._app.connector.execute_query_one_async("SELECT to_regclass('procrastinate_jobs') AS jobs")
        if found["jobs"] is None:
            await self._app.schema_manager.apply_schema_async()
        await self._app.connector.execute_query_async(_TABLE)

    async def _add(self, addresses: Iterable[str], batch: int) -> int:
        async with self._app.open_async():
            await self._tables()
            job, count = self._app.tasks["hash_photographs"], 0
            while some := list(islice(addresses, batch)):
                await job.defer_async(addresses=some)
                count += 1
            return count

    async def _work(self, report: Callable[[Progress], None] | None) -> Progress:
        beat = self._silent_s / 3
        async with self._app.open_async():
            await self._tables()
            while True:
                await self._rescue()
                await self._app.run_worker_async(
                    queues=[_QUEUE], wait=False, install_signal_handlers=False, update_heartbeat_interval=beat,
                    stalled_worker_timeout=self._silent_s, listen_notify=False,
                )  # fmt: skip
                found = await self._progress()
                if report is not None:
                    report(found)
                if not found.waiting + found.doing:
                    return found
                await asyncio.sleep(min(beat, 1.0))

    async def _rescue(self) -> None:
        """Give the jobs of dead workers back."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=self._silent_s):
            await manager.retry_job(job)

    async def _progress(self) -> Progress:
        rows = await self._app.connector.execute_query_all_async(_STATUS, queue=_QUEUE)
        jobs = {row["state"]: row["jobs"] for row in rows}
        counts = await self._app.connector.execute_query_one_async(_COUNTS)
        return Progress(jobs.get("todo", 0), jobs.get("doing", 0), jobs.get("succeeded", 0), jobs.get("failed", 0),
                        counts["photographs"], counts["faults"])  # fmt: skip

    async def _photographs(self) -> list[Photograph]:
        found, after = list[Photograph](), ""
        while rows := await self._app.connector.execute_query_all_async(_ROWS, after=after):
            found += [Photograph(**row) for row in rows]
            after = found[-1].address
        return found
