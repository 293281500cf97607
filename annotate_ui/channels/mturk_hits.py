"""Posting HITs and settling them, through boto3 (the extra ``mturk``). Every call may be repeated without harm.

The client is given, so that tests need no marketplace. Paying for an answer and using it are two things: what was
handed in is approved, whatever becomes of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from cocokit.errors import CocokitError, ParamsError

SANDBOX = "https://mturk-requester-sandbox.us-east-1.amazonaws.com"
PRODUCTION = "https://mturk-requester.us-east-1.amazonaws.com"
_SCHEMA = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"
#: Ten assignments and more of one HIT cost a higher fee.
_MOST_ASSIGNMENTS = 9


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
        if not 1 <= self.reward_cents <= 10_000:
            raise ParamsError("reward_cents", self.reward_cents, "1 to 10,000 is possible")


def connect(*, sandbox: bool = True) -> Any:
    """A client of the marketplace with the credentials that boto3 finds.

    Raises:
        CocokitError: boto3 is not installed.
    """
    try:
        import boto3  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise CocokitError("boto3 is not installed; run: pip install 'cocokit[mturk]'") from None
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
    kind = client.create_hit_type(
        Title=offer.title, Description=offer.description, Reward=f"{offer.reward_cents / 100:.2f}",
        AssignmentDurationInSeconds=60 * offer.minutes, AutoApprovalDelayInSeconds=3 * 24 * 3600,
    )["HITTypeId"]  # fmt: skip
    sizes = [min(_MOST_ASSIGNMENTS, assignments - start) for start in range(0, assignments, _MOST_ASSIGNMENTS)]
    return [_post(client, kind, url, size, offer, batch, number) for number, size in enumerate(sizes)]


def _post(client: Any, kind: str, url: str, size: int, offer: Offer, batch: str, number: int) -> str:
    token = hashlib.sha256(f"{kind} {url} {batch} {number}".encode()).hexdigest()
    made = client.create_hit_with_hit_type(
        HITTypeId=kind, MaxAssignments=size, LifetimeInSeconds=offer.days * 24 * 3600, Question=question(url),
        RequesterAnnotation=batch, UniqueRequestToken=token,
    )  # fmt: skip
    return str(made["HIT"]["HITId"])


def approve(client: Any, hits: list[str]) -> int:
    """Approve what was handed in for some HITs; how many."""
    done = 0
    for hit in hits:
        for one in _submitted(client, hit):
            client.approve_assignment(AssignmentId=one["AssignmentId"])
            done += 1
    return done


def _submitted(client: Any, hit: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = client.list_assignments_for_hit(HITId=hit, AssignmentStatuses=["Submitted"], MaxResults=100, **more)
        found += page["Assignments"]
        if not page.get("NextToken"):
            return found
        more = {"NextToken": page["NextToken"]}


def stop(client: Any, hits: list[str]) -> None:
    """Let nobody accept any more of some HITs; who works already may finish."""
    for hit in hits:
        client.update_expiration_for_hit(HITId=hit, ExpireAt=0)
