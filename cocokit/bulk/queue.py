"""Batches of photographs as jobs in the campaign's own PostgreSQL, done by as many workers as there are machines.

The queue is procrastinate's. A batch's rows are written by one statement; a worker that dies in the middle of one
leaves nothing of it, and its batch is done again by another once it has been silent for :data:`SILENT_S`. So every
address ends with one row, whoever dies, and every photograph that is brought into a campaign with one image.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from cocokit.campaign.adding import next_id
from cocokit.errors import CocokitError, ParamsError

from .ingesting import Workplace, ingest_batch
from .photographs import Photograph, hash_batch

#: Photographs in a job.
BATCH = 256
#: A worker that was not heard of for so long is dead; they say that they live every third of it, s.
SILENT_S = 30.0
#: Jobs that any machine can do, and those that need the campaign's workspace.
_QUEUE, _INGEST = "cocokit", "cocokit ingest"
_TABLE = """
CREATE TABLE IF NOT EXISTS bulk_photograph (
    address text PRIMARY KEY, sha256 text NOT NULL, hash text NOT NULL, fault text NOT NULL)
"""
_WRITE = """
INSERT INTO bulk_photograph (address, sha256, hash, fault)
SELECT address, sha256, hash, fault
FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(address text, sha256 text, hash text, fault text)
ON CONFLICT (address) DO UPDATE SET fault = excluded.fault WHERE bulk_photograph.fault = ''
"""
# Ids that batches of a campaign have been given, whether they are done or wait.
_NEXT = """
SELECT coalesce(max((args->>'first')::bigint + jsonb_array_length(args->'addresses')), 1) AS first
FROM procrastinate_jobs WHERE task_name = 'ingest_photographs' AND args->>'campaign' = %(campaign)s
"""
_STATUS = (
    "SELECT status::text AS state, count(*) AS jobs FROM procrastinate_jobs "
    "WHERE queue_name = ANY(%(queues)s) GROUP BY 1"
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
        place: where photographs are brought to; without it this worker only hashes.
    """

    def __init__(self, url: str, silent_s: float = SILENT_S, place: Workplace | None = None) -> None:
        """Raises ParamsError for another kind of database, CocokitError if procrastinate is not installed."""
        scheme, _, rest = url.partition("://")
        if scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise ParamsError("database", scheme, "a queue needs PostgreSQL: postgresql://user@host/name")
        self.url, self._silent_s, self.place = f"postgresql://{rest}", silent_s, place
        self._app = self._open()

    def add(self, addresses: Iterable[str], batch: int = BATCH, campaign: str | None = None) -> int:
        """Queue photographs; how many jobs they make. Tables are made where there are none.

        Args:
            addresses: paths and URLs.
            batch: photographs in a job.
            campaign: a draft that they are brought into; None: they are only hashed.

        Raises:
            ParamsError: batch is less than 1, or there is a campaign and no workplace.
            NotFoundError: there is no such campaign.
            CocokitError: it is no draft any more.
        """
        if batch < 1:
            raise ParamsError("batch", batch, "use at least 1")
        if campaign is not None and self.place is None:
            raise ParamsError("campaign", campaign, "give the workplace that its photographs come to")
        first = next_id(self.place.database, campaign) if self.place and campaign is not None else 1
        return asyncio.run(self._add(iter(addresses), batch, campaign, first))

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
            await self._write(found)

        @app.task(name="ingest_photographs", queue=_INGEST)
        async def ingest_photographs(campaign: str, first: int, addresses: list[str]) -> None:
            assert self.place is not None  # a worker without one does not listen to this queue
            await self._write(await asyncio.to_thread(ingest_batch, self.place, campaign, first, addresses))

        return app

    async def _write(self, found: list[Photograph]) -> None:
        rows = json.dumps([asdict(one) for one in found])
        await self._app.connector.execute_query_async(_WRITE, rows=rows)

    async def _alone(self, what: Callable[[], Any]) -> Any:
        async with self._app.open_async():
            await self._tables()
            return await what()

    async def _tables(self) -> None:
        found = await self._app.connector.execute_query_one_async("SELECT to_regclass('procrastinate_jobs') AS jobs")
        if found["jobs"] is None:
            await self._app.schema_manager.apply_schema_async()
        await self._app.connector.execute_query_async(_TABLE)

    async def _add(self, addresses: Iterable[str], batch: int, campaign: str | None, first: int) -> int:
        async with self._app.open_async():
            await self._tables()
            job, count, more = self._app.tasks["hash_photographs"], 0, dict[str, Any]()
            if campaign is not None:
                job = self._app.tasks["ingest_photographs"]
                queued = await self._app.connector.execute_query_one_async(_NEXT, campaign=campaign)
                more = {"campaign": campaign, "first": max(first, queued["first"])}
            while some := list(islice(addresses, batch)):
                await job.defer_async(addresses=some, **more)
                count += 1
                more = more and more | {"first": more["first"] + len(some)}
            return count

    async def _work(self, report: Callable[[Progress], None] | None) -> Progress:
        beat, queues = self._silent_s / 3, [_QUEUE, *([_INGEST] if self.place else [])]
        async with self._app.open_async():
            await self._tables()
            while True:
                await self._rescue(queues)
                await self._app.run_worker_async(
                    queues=queues, wait=False, install_signal_handlers=False, update_heartbeat_interval=beat,
                    stalled_worker_timeout=self._silent_s, listen_notify=False,
                )  # fmt: skip
                found = await self._progress(queues)
                if report is not None:
                    report(found)
                if not found.waiting + found.doing:
                    return found
                await asyncio.sleep(min(beat, 1.0))

    async def _rescue(self, queues: list[str]) -> None:
        """Give the jobs of dead workers back."""
        manager = self._app.job_manager
        for queue in queues:
            for job in await manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=self._silent_s):
                await manager.retry_job(job)

    async def _progress(self, queues: Sequence[str] = (_QUEUE, _INGEST)) -> Progress:
        rows = await self._app.connector.execute_query_all_async(_STATUS, queues=list(queues))
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
