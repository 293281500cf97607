"""Posting HITs and settling them, through boto3 (the extra ``mturk``). Every call may be repeated without harm.

The client is given, so that tests need no marketplace. Paying for an answer and using it are two things: what was
handed in is approved, whatever becomes of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from cocokit.errors import CocokitError, ParamsError

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
PRODUCTION = "https://mturk-requester.us-east-1.amazonaws.com"
_SCHEMA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
#: Ten assignments and more of one HIT cost a higher fee.
_MOST_ASSIGNMENTS = 9
_MOST_POSTED = 10_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What workers see in the marketplace.

    Attributes:
        title, description: plain texts.
        reward_cents: for one assignment.
        minutes: that an assignment may take.
        days: for which the HITs are there.
    """

    title: str
    description: str
    reward_cents: int
    minutes: int = 60
    days: int = 7

    def __post_init__(self) -> None:
        for name, most in (("reward_cents", 10_000), ("minutes", 24 * 60), ("days", 365)):
            value = getattr(self, name)
            if not 1 <= value <= most:
                raise ParamsError(name, value, f"1 to {most:,} is possible")
        for name, most in (("title", 128), ("description", 2000)):
            if not 1 <= len(getattr(self, name)) <= most:
                raise ParamsError(name, getattr(self, name), f"1 to {most:,} characters are possible")


@dataclass(frozen=True, slots=True)
class Hit:
    """One HIT of the marketplace.

    Attributes:
        id, status: as the marketplace has them; ``status`` is assignable, unassignable, reviewable, reviewing or
            disposed.
        assignments: how many in all.
        available, pending: how many nobody has accepted; how many workers do just now.
        handed_in, completed: how many wait for approval; how many are settled.
    """

    id: str
    status: str
    assignments: int
    available: int
    pending: int
    handed_in: int
    completed: int


def connect(*, sandbox: bool = True) -> Any:
    """A client of the marketplace with the credentials that boto3 finds.

    Raises:
        CocokitError: boto3 is not installed.
    """
    try:
        import boto3  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise CocokitError("boto3 is not installed; run: pip install 'cocokit[mturk]'") from None
    with said_plainly():
        return boto3.client("mturk", region_name="us-east-1", endpoint_url=SANDBOX if sandbox else PRODUCTION)


def question(url: str, height: int = 0) -> str:
    """The XML that makes the marketplace frame an address; a height of 0 is the window's."""
    if not url.startswith("https://"):
        raise ParamsError("url", url, "the marketplace frames https pages alone")
    return (
        f'<ExternalQuestion xmlns="{_SCHEMA}"><ExternalURL>{escape(url)}</ExternalURL>'
        f"<FrameHeight>{height}</FrameHeight></ExternalQuestion>"
    )


def post(client: Any, url: str, offer: Offer, assignments: int, batch: str) -> list[str]:
    """Post HITs; their ids. The same batch posted again gives the same HITs.

    Args:
        client: of the marketplace.
        url: of the channel, ``https://HOST/p/CAMPAIGN/CHANNEL``.
        offer: what workers see.
        assignments: how many in all.
        batch: a word for this batch.
    """
    if not 1 <= assignments <= _MOST_POSTED:
        raise ParamsError("assignments", assignments, f"1 to {_MOST_POSTED:,} at a time are possible")
    question(url)  # an address that cannot be framed is refused before anything is made
    with said_plainly():
        kind = client.create_hit_type(
            Title=offer.title, Description=offer.description, Reward=f"{offer.reward_cents / 100:.2f}",
            AssignmentDurationInSeconds=60 * offer.minutes, AutoApprovalDelayInSeconds=3 * 24 * 3600,
        )["HITTypeId"]  # fmt: skip
    sizes = [min(_MOST_ASSIGNMENTS, assignments - start) for start in range(0, assignments, _MOST_ASSIGNMENTS)]
    return [_post(client, kind, url, size, offer, batch, number) for number, size in enumerate(sizes)]


def _post(client: Any, kind: str, url: str, size: int, offer: Offer, batch: str, number: int) -> str:
    token = hashlib.sha256(f"{kind} {url} {batch} {number}".encode()).hexdigest()
    with said_plainly():
        made = client.create_hit_with_hit_type(
            HITTypeId=kind, MaxAssignments=size, LifetimeInSeconds=offer.days * 24 * 3600, Question=question(url),
            RequesterAnnotation=batch, UniqueRequestToken=token,
        )  # fmt: skip
    return str(made["HIT"]["HITId"])


def approve(client: Any, hits: Sequence[str]) -> int:
    """Approve what was handed in for some HITs; how many."""
    done = 0
    for hit in hits:
        for one in _submitted(client, hit):
            with said_plainly():
                client.approve_assignment(AssignmentId=one["AssignmentId"])
            done += 1
    return done


def _submitted(client: Any, hit: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        with said_plainly():
            page = client.list_assignments_for_hit(HITId=hit, AssignmentStatuses=["Submitted"], MaxResults=100, **more)
        found += page["Assignments"]
        if not page.get("NextToken"):
            return found
        more = {"NextToken": page["NextToken"]}


def stop(client: Any, hits: Sequence[str]) -> None:
    """Let nobody accept any more of some HITs; who works already may finish."""
    for hit in hits:
        with said_plainly():
            client.update_expiration_for_hit(HITId=hit, ExpireAt=0)


def look_at(client: Any, hits: Sequence[str]) -> list[Hit]:
    """How some HITs stand."""
    found = []
    for hit in hits:
        with said_plainly():
            one = client.get_hit(HITId=hit)["HIT"]
        counts = [int(one[f"NumberOfAssignments{name}"]) for name in ("Available", "Pending", "Completed")]
        most = int(one["MaxAssignments"])
        handed_in = max(0, most - sum(counts))
        found.append(Hit(hit, str(one["HITStatus"]).lower(), most, counts[0], counts[1], handed_in, counts[2]))
    return found


@contextmanager
def said_plainly() -> Iterator[None]:
    """What the marketplace refuses becomes one sentence.

    Raises:
        CocokitError: boto3 could not ask, or was told no.
    """
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("botocore", "boto3"):
            raise
        words = " ".join(str(error).split())[:300]
        reason = "look at the requester's account, its credentials and its balance"
        raise CocokitError(f"the marketplace says: {words}; {reason}") from error
