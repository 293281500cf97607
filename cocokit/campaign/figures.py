"""Counts that the plots of a campaign are made from, read in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.stages import Stage
from ..store import portfolio as store
from .engine import Engine


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted.

    Attributes:
        times: stage -> active ms of its newest answers.
        tools: stage -> tool -> the same of the masks drawn or painted with it.
        pass_rates: category id -> (masks that passed, masks that were decided, votes on these).
        passed_pairs: (image, category) of the masks that passed.
    """

    times: Mapping[Stage, list[int]]
    tools: Mapping[Stage, Mapping[str, list[int]]]
    pass_rates: Mapping[int, tuple[int, int, int]]
    passed_pairs: set[tuple[int, int]]


def read_facts(engine: Engine) -> Facts:
    """The counts of a campaign now."""
    key = engine.campaign.id
    with engine.database.read() as tx:
        times = {stage: store.times_of(tx, key, stage) for stage in engine.campaign.graph.stages}
        tools = {stage: store.times_by_tool(tx, key, stage) for stage in (Stage.SEGMENT, Stage.CROWD)}
        return Facts(times, tools, store.pass_rates(tx, key), store.passed_pairs(tx, key))
