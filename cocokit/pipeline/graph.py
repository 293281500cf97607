"""The stage graph as data: which outcome of a stage opens which next stage."""

from __future__ import annotations

from dataclasses import dataclass

from cocokit.domain.stages import Outcome, Stage
from cocokit.errors import ParamsError

#: What a task of each stage is about.
TAKES = {
    Stage.FILTER: "image",
    Stage.LABEL: "image",
    Stage.SPOT: "category in an image",
    Stage.SEGMENT: "spot",
    Stage.VERIFY: "mask",
    Stage.CROWD: "category in an image",
    Stage.CAPTION: "image",
}

#: What each stage can decide, and what every outcome hands on.
HANDS_ON = {
    Stage.FILTER: {Outcome.KEPT: "image", Outcome.DROPPED: "image"},
    Stage.LABEL: {Outcome.PRESENT: "category in an image"},
    Stage.SPOT: {Outcome.SPOTTED: "spot"},
    Stage.SEGMENT: {
        Outcome.DRAWN: "mask",
        Outcome.NO_OBJECT: "spot",
        Outcome.TOO_MANY: "category in an image",
    },
    Stage.VERIFY: {Outcome.PASSED: "mask", Outcome.FAILED: "spot"},
    Stage.CROWD: {Outcome.PAINTED: "mask"},
    Stage.CAPTION: {Outcome.CAPTIONED: "sentence"},
}


@dataclass(frozen=True, slots=True)
class Edge:
    """An outcome of a stage and the stage that it opens; None leaves the graph (for the dataset, or for nowhere)."""

    source: Stage
    outcome: Outcome
    target: Stage | None

    def __str__(self) -> str:
        return f"{self.source} -{self.outcome}-> {self.target or 'out'}"


@dataclass(frozen=True, slots=True)
class StageGraph:
    """The stages of a campaign and the edges between them.

    An outcome without an edge leaves the graph, as one with an edge to None does.

    Attributes:
        stages: those that a campaign has, in the order in which they are listed to people.
        edges: each source, outcome and target once; an outcome may open several stages.

    Raises:
        ParamsError: edges that contradict each other or the stages, or a stage that nothing opens.
    """

    stages: tuple[Stage, ...]
    edges: tuple[Edge, ...]

    def __post_init__(self) -> None:
        if not self.stages or len(set(self.stages)) < len(self.stages):
            raise ParamsError("stages", [str(s) for s in self.stages], "name one or more stages, each once")
        for edge in self.edges:
            self._check_edge(edge)
        closed = [stage for stage in self.stages if stage not in self._reachable()]
        if closed:
            raise ParamsError("stages", [str(s) for s in closed], "an edge must open each of them, or leave them out")

    def targets(self, source: Stage, outcome: Outcome) -> tuple[Stage, ...]:
        """The stages that an outcome opens, in the order of the edges; empty if it leaves the graph."""
        return tuple(e.target for e in self.edges if (e.source, e.outcome) == (source, outcome) and e.target)

    def target(self, source: Stage, outcome: Outcome) -> Stage | None:
        """The first stage that an outcome opens, or None if it leaves the graph."""
        return next(iter(self.targets(source, outcome)), None)

    def has(self, stage: Stage) -> bool:
        """Whether the campaign has a stage."""
        return stage in self.stages

    def starts(self) -> tuple[Stage, ...]:
        """The stages that open as soon as an image is there: those about an image that no edge leads to."""
        entered = {edge.target for edge in self.edges}
        return tuple(stage for stage in self.stages if TAKES[stage] == "image" and stage not in entered)

    def _check_edge(self, edge: Edge) -> None:
        for stage in (edge.source, edge.target):
            if stage is not None and stage not in self.stages:
                raise ParamsError("edge", str(edge), f"{stage} is not among the stages")
        handed = HANDS_ON[edge.source].get(edge.outcome)
        if handed is None:
            raise ParamsError("edge", str(edge), f"{edge.source} can decide {', '.join(HANDS_ON[edge.source])}")
        if edge.target is not None and TAKES[edge.target] != handed:
            raise ParamsError("edge", str(edge), f"{edge.outcome} hands on a {handed}, "
                                                 f"and {edge.target} is about a {TAKES[edge.target]}")
        rivals = [e for e in self.edges if (e.source, e.outcome) == (edge.source, edge.outcome)]
        if len({e.target for e in rivals}) < len(rivals) or (edge.target is None and len(rivals) > 1):
            raise ParamsError("edge", str(edge), "another edge says the same or the opposite; keep one of them")

    def _reachable(self) -> set[Stage]:
        """The stages that some path from a start leads to."""
        reached, waiting = set[Stage](), list(self.starts())
        while waiting:
            stage = waiting.pop()
            if stage not in reached:
                reached.add(stage)
                waiting += [edge.target for edge in self.edges if edge.source == stage and edge.target]
        return reached
