"""A marketplace behind boto3, without a network: HITs, assignments, and the rules that it holds requesters to."""

from __future__ import annotations

import re
import sys
import types
from dataclasses import dataclass, field
from typing import Any

import pytest


class ClientError(Exception):
    """What the marketplace says no with."""


ClientError.__module__ = "botocore.exceptions"


@dataclass
class Marketplace:
    """The same request token gives the same HIT; assignments are handed in by tests.

    Attributes:
        endpoint: which one was asked for, the sandbox or the real one.
        hits: id -> what was posted.
        states: id -> assignment -> its state.
        approved, ended: ids.
        fails_at: the number of the HIT whose posting fails, once.
    """

    endpoint: str = ""
    hits: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=dict)
    approved: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    fails_at: int = -1

    def create_hit_type(self, **given: Any) -> dict[str, str]:
        assert re.fullmatch(r"\d+\.\d\d", given["Reward"])
        assert given["AutoApprovalDelayInSeconds"] <= 2_592_000
        return {"HITTypeId": "T1"}

    def create_hit_with_hit_type(self, **given: Any) -> dict[str, Any]:
        token = given["UniqueRequestToken"]
        assert len(token) <= 64
        assert len(given["RequesterAnnotation"]) <= 255
        assert given["MaxAssignments"] <= 9
        if len(self.hits) == self.fails_at:
            self.fails_at = -1
            raise ClientError("Your balance is too low")
        key = next((key for key, old in self.hits.items() if old["UniqueRequestToken"] == token), f"H{len(self.hits)}")
        self.hits.setdefault(key, given)
        self.states.setdefault(key, {})
        return {"HIT": {"HITId": key}}

    def hand_in(self, hit: str, assignment: str) -> None:
        """A worker hands in an assignment."""
        self.states[hit][assignment] = "Submitted"

    def get_hit(self, HITId: str) -> dict[str, Any]:
        if HITId not in self.hits:
            raise ClientError(f"HIT {HITId} does not exist")
        most, states = self.hits[HITId]["MaxAssignments"], list(self.states[HITId].values())
        settled = states.count("Approved")
        status = "Unassignable" if HITId in self.ended else "Assignable"
        return {"HIT": {
            "HITId": HITId, "HITStatus": status, "MaxAssignments": most, "NumberOfAssignmentsPending": 0,
            "NumberOfAssignmentsAvailable": most - len(states), "NumberOfAssignmentsCompleted": settled,
        }}  # fmt: skip

    def list_assignments_for_hit(self, **given: Any) -> dict[str, Any]:
        assert given["AssignmentStatuses"] == ["Submitted"]
        found = [key for key, state in self.states[given["HITId"]].items() if state == "Submitted"]
        at = int(given.get("NextToken", 0))
        page = {"Assignments": [{"AssignmentId": key} for key in found[at : at + 1]]}  # pages of one
        return page | ({"NextToken": str(at + 1)} if at + 1 < len(found) else {})

    def approve_assignment(self, AssignmentId: str) -> None:
        for states in self.states.values():
            if AssignmentId in states:
                states[AssignmentId] = "Approved"
        self.approved.append(AssignmentId)

    def update_expiration_for_hit(self, HITId: str, ExpireAt: int) -> None:
        assert ExpireAt == 0
        self.ended.append(HITId)


@pytest.fixture
def marketplace(monkeypatch: pytest.MonkeyPatch) -> Marketplace:
    """What boto3 reaches in this test."""
    made = Marketplace()

    def client(name: str, *, region_name: str, endpoint_url: str) -> Marketplace:
        assert (name, region_name) == ("mturk", "us-east-1")
        made.endpoint = endpoint_url
        return made

    fake = types.ModuleType("boto3")
    fake.client = client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boto3", fake)
    return made
