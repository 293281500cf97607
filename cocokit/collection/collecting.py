"""A run of collecting: candidates page by page, each let in or left out with its reason, all of it in the ledger."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..errors import CocokitError, DataError, ParamsError
from ..photos import Photo, load_photo
from .found import Candidate, Query
from .iconic import look
from .keeping import PART, keep, name_of
from .ledger import Ledger, Row
from .licences import Accepts, rights_of
from .limits import Clock, PauseError
from .sources import Source
from .takedown import sweep
from .web import UnreachableError
from .window import Windows

#: Queries, and photos, that may fail one after another.
_QUERIES, _PHOTOS = 3, 10
#: Called with (photos that came in, the limit or 0).
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to bring.

    Attributes:
        accepts: which licences; None takes photos whose licence is not known too, as those of a folder of one's own.
        limit: photos in the collection in the end; None for all that is found.
        per_query: photos for each query, such as a page of the filter; None for no such limit.
        per_photographer, window: at most so many photos by one photographer within so many seconds.
        retry: look again at what did not come the last time.
    """

    accepts: Accepts | None
    limit: int | None = None
    per_query: int | None = None
    per_photographer: int = 5
    window: float = 86400.0
    retry: bool = False

    def __post_init__(self) -> None:
        for name in ("limit", "per_query"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ParamsError(name, value, "give 1 or more")


@dataclass(slots=True)
class Collected:
    """What a run brought.

    Attributes:
        came: keys of the photos that came in.
        left_out: (key, why, reason) of those that did not.
        known: candidates that an earlier page or run had had.
        trouble: sentences about queries that could not be read to their end.
        stopped: why the run stopped early, a :class:`PauseError` or that nothing is reached; None if it did not.
    """

    came: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    known: int = 0
    trouble: list[str] = field(default_factory=list)
    stopped: CocokitError | None = None

    def counts(self) -> dict[str, int]:
        """How many were left out for each reason."""
        return dict(sorted(Counter(why for _, why, _ in self.left_out).items()))


def collect(
    source: Source, queries: Sequence[Query], folder: str, plan: Plan, *, clock: Clock | None = None,
    progress: Progress | None = None,
) -> Collected:  # fmt: skip
    """Collect photos into a folder; a run that was stopped goes on where it was.

    Args:
        source: where they come from.
        queries: asked one after another, until there are enough photos.
        folder: the collection; made if it is not there.
        plan: what to bring.
        clock: tells the time of retrieval.
        progress: called after each candidate.

    Raises:
        DataError: the folder cannot be written, or its ledger is broken.
        CocokitError: the source refuses us, or another run works on the folder.
    """
    with Ledger(folder) as ledger:
        if plan.retry:
            ledger.forget()
        sweep(ledger, folder)
        run = _Run(source, folder, plan, ledger, clock or Clock(), progress)
        try:
            for query in queries:
                if run.full():
                    break
                run.query(query)
        except (PauseError, UnreachableError) as error:
            run.found.stopped = error
        finally:
            shutil.rmtree(os.path.join(folder, PART), ignore_errors=True)
        return run.found


class _LeftOut(Exception):  # noqa: N818 - not an error
    """Why a candidate does not come in: a word and a sentence."""


class _Run:
    def __init__(self, source: Source, folder: str, plan: Plan, ledger: Ledger, clock: Clock,
                 progress: Progress | None) -> None:  # fmt: skip
        self.found = Collected()
        self._source, self._folder, self._plan, self._ledger = source, folder, plan, ledger
        self._clock, self._progress = clock, progress
        self._failures = Counter[int]()
        self._part = os.path.join(folder, PART)
        os.makedirs(self._part, exist_ok=True)
        self._windows = Windows(plan.per_photographer, plan.window)
        for row in ledger.images.values():
            if row["photographer"] is not None:
                self._windows.add(row["photographer"], _seconds(row["taken"]))

    def full(self) -> bool:
        return self._plan.limit is not None and len(self._ledger.images) >= self._plan.limit

    def query(self, query: Query) -> None:
        """Read a query's pages until there is enough."""
        near = self._source.near
        ended, cursor = (False, None) if near else self._ledger.cursor(self._source.name, query.text)
        while not (ended or self._enough(query)):
            try:
                page = self._source.search(query, cursor)
            except UnreachableError as error:
                self.found.trouble.append(f"{query.text or self._source.name}: {error}")
                self._failed(error, _QUERIES)
                return
            self._failures[_QUERIES] = 0
            for key, reason in page.unusable:
                self._leave_out(f"{self._source.name}:{key}", "unusable", reason)
            for candidate in page.candidates:
                if self._enough(query):
                    return  # the page is not at its end: a larger limit reads it again
                self._take(candidate, query)
            ended, cursor = page.next is None, page.next
            if not near:
                self._ledger.end_page(self._source.name, query.text, cursor)

    def _enough(self, query: Query) -> bool:
        most = self._plan.per_query
        return self.full() or (most is not None and self._ledger.count(self._source.name, query.text) >= most)

    def _take(self, candidate: Candidate, query: Query) -> None:
        if self._ledger.knows(candidate.key):
            self.found.known += 1
            return
        try:
            self._refuse_unlicensed(candidate)
            self._refuse_crowded(candidate)
            photo = self._photo(candidate)
        except _LeftOut as left:
            why, reason = left.args
            self._leave_out(candidate.key, why, reason)
            if why == "unreachable":
                self._failed(UnreachableError(reason), _PHOTOS)
        else:
            self._failures[_PHOTOS] = 0
            self._let_in(candidate, photo, query)
        if self._progress is not None:
            self._progress(len(self._ledger.images), self._plan.limit or 0)

    def _failed(self, error: UnreachableError, most: int) -> None:
        """Stop the run when so many requests failed one after another: it would go on like this for days."""
        self._failures[most] += 1
        if self._failures[most] >= most:
            raise UnreachableError(f"{error}; so were the {most - 1} before it: run it again with --retry")

    def _leave_out(self, key: str, why: str, reason: str) -> None:
        if not self._ledger.knows(key):
            self._ledger.leave_out(key, why, reason)
            self.found.left_out.append((key, why, reason))

    def _refuse_unlicensed(self, candidate: Candidate) -> None:
        accepts, licence = self._plan.accepts, candidate.licence
        if accepts is None:
            return
        if licence is None:
            raise _LeftOut("licence", "the source names no licence")
        if not accepts(licence):
            raise _LeftOut("licence", f"its licence is {licence.name or licence.id or licence.url}")
        rights = rights_of(licence)
        if rights is not None and rights.credit and not candidate.author:
            raise _LeftOut("author", f"its licence ({licence.name or licence.id}) wants a credit; no author is named")

    def _photo(self, candidate: Candidate) -> Photo:
        try:
            path = self._source.fetch(candidate, self._part)
            photo = load_photo(path)
        except UnreachableError as error:
            raise _LeftOut("removed" if error.gone else "unreachable", str(error)) from None
        except DataError as error:
            raise _LeftOut("broken", error.reason) from None
        self._refuse_other(candidate, photo)
        return photo

    def _refuse_other(self, candidate: Candidate, photo: Photo) -> None:
        """A source that lost a photo may send a picture that says so."""
        size, told = (photo.width, photo.height), (candidate.width, candidate.height)
        if min(told) > 0 and not (_alike(size, told) or _alike(size[::-1], told)):
            reason = f"is {size[0]} x {size[1]} px, and the source says {told[0]} x {told[1]}: another picture"
            raise _LeftOut("removed", reason)
        if self._ledger.is_buried(photo.sha256):
            raise _LeftOut("taken down", "the same photo was taken down")
        if same := self._ledger.same_content(photo.sha256):
            raise _LeftOut("duplicate", f"the same photo as {same}")

    def _refuse_crowded(self, candidate: Candidate) -> None:
        photographer = self._photographer(candidate)
        if photographer is not None and not self._windows.has_room(photographer, _moment(candidate)):
            most = self._plan.per_photographer
            raise _LeftOut(
                "window", f"there are {most} photos by {candidate.author or 'unnamed authors'} in its window"
            )

    def _photographer(self, candidate: Candidate) -> str | None:
        """Who counts as one photographer; those of a web source who are not named count as one together."""
        if candidate.photographer is None and candidate.source == "folder":
            return None
        return f"{candidate.source}:{candidate.photographer or ''}"

    def _let_in(self, candidate: Candidate, photo: Photo, query: Query) -> None:
        kept = keep(photo, self._folder)
        score, cues = look(kept.pixels, query.kind)
        row: Row = {
            "source": candidate.source, "source_id": candidate.id, "author": candidate.author,
            "photographer": self._photographer(candidate),
            "license": candidate.licence.to_dict() if candidate.licence else None,
            "landing_page": candidate.landing_page, "url": "" if candidate.source == "folder" else candidate.url,
            "taken": candidate.taken.isoformat() if candidate.taken else None,
            "retrieved": datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="seconds"),
            "query": query.text, "query_kind": query.kind, "file_name": name_of(photo), "sha256": photo.sha256,
            "width": photo.width, "height": photo.height, "non_iconic": score, "cues": cues, "origin": photo.origin,
            "more": dict(candidate.more),
        }  # fmt: skip
        self._ledger.add_image(candidate.key, row)
        if row["photographer"] is not None:
            self._windows.add(row["photographer"], _moment(candidate))
        self.found.came.append(candidate.key)


def _alike(size: tuple[int, int], told: tuple[int, int]) -> bool:
    """Sources round sizes in ways of their own."""
    return all(abs(a - b) <= 1 for a, b in zip(size, told, strict=True))


def _moment(candidate: Candidate) -> float | None:
    return candidate.taken.timestamp() if candidate.taken else None


def _seconds(taken: str | None) -> float | None:
    return datetime.fromisoformat(taken).timestamp() if taken else None
