"""The stage graph: routes of both presets, and graphs that contradict themselves."""

from __future__ import annotations

import pytest

from cocokit.domain.stages import Outcome, Stage
from cocokit.errors import NotFoundError, ParamsError
from cocokit.pipeline.graph import HANDS_ON, TAKES, Edge, StageGraph
from cocokit.pipeline.presets import PRESETS, find_preset

PRESENT = Edge(Stage.LABEL, Outcome.PRESENT, Stage.SPOT)
SPOTTED = Edge(Stage.SPOT, Outcome.SPOTTED, Stage.SEGMENT)


def test_the_route_of_coco() -> None:
    graph = PRESETS["coco"].graph
    assert graph.starts() == (Stage.FILTER,)
    assert graph.targets(Stage.FILTER, Outcome.KEPT) == (Stage.LABEL, Stage.CAPTION)
    assert graph.target(Stage.LABEL, Outcome.PRESENT) == Stage.SPOT
    assert graph.target(Stage.SPOT, Outcome.SPOTTED) == Stage.SEGMENT
    assert graph.target(Stage.SEGMENT, Outcome.DRAWN) == Stage.VERIFY
    assert graph.target(Stage.SEGMENT, Outcome.TOO_MANY) == Stage.CROWD
    assert graph.target(Stage.VERIFY, Outcome.FAILED) == Stage.SEGMENT
    for source, outcome in ((Stage.FILTER, Outcome.DROPPED), (Stage.VERIFY, Outcome.PASSED),
                            (Stage.CROWD, Outcome.PAINTED), (Stage.CAPTION, Outcome.CAPTIONED)):
        assert graph.target(source, outcome) is None
        assert graph.targets(source, outcome) == ()


def test_coco_says_where_every_outcome_leads() -> None:
    edges = {(edge.source, edge.outcome) for edge in PRESETS["coco"].graph.edges}
    assert edges == {(stage, outcome) for stage, outcomes in HANDS_ON.items() for outcome in outcomes}
    assert set(TAKES) == set(Stage)
    assert {outcome for outcomes in HANDS_ON.values() for outcome in outcomes} == set(Outcome)


def test_the_route_of_lvis() -> None:
    preset = find_preset("lvis")
    assert preset.graph.starts() == (Stage.LABEL,)
    assert not any(preset.graph.has(stage) for stage in (Stage.FILTER, Stage.CROWD, Stage.CAPTION))
    assert preset.graph.target(Stage.SEGMENT, Outcome.TOO_MANY) is None
    s = preset.settings
    assert (s.k_spot, s.max_attempts, s.votes_first, s.votes_more, s.votes_needed) == (5, 4, 4, 1, 4)
    assert s.max_spots >= 1000


def test_without_a_filter_an_image_starts_with_labels_and_captions() -> None:
    coco = PRESETS["coco"].graph
    graph = StageGraph(coco.stages[1:], tuple(edge for edge in coco.edges if edge.source != Stage.FILTER))
    assert graph.starts() == (Stage.LABEL, Stage.CAPTION)


def test_a_campaign_of_captions_alone() -> None:
    graph = StageGraph((Stage.CAPTION,), ())
    assert graph.starts() == (Stage.CAPTION,)
    assert graph.target(Stage.CAPTION, Outcome.CAPTIONED) is None


@pytest.mark.parametrize("stages, edges, reason", [
    ((), (), "name one or more stages"),
    ((Stage.LABEL, Stage.LABEL), (), "each once"),
    ((Stage.LABEL,), (PRESENT,), "spot is not among the stages"),
    ((Stage.SPOT,), (PRESENT,), "label is not among the stages"),
    ((Stage.LABEL, Stage.SPOT), (PRESENT, PRESENT), "another edge"),
    ((Stage.LABEL, Stage.SPOT), (PRESENT, Edge(Stage.LABEL, Outcome.PRESENT, None)), "another edge"),
    ((Stage.LABEL, Stage.SPOT), (), r"\['spot'\]; an edge must open"),
    ((Stage.SPOT, Stage.SEGMENT), (SPOTTED,), r"\['spot', 'segment'\]"),
    ((Stage.LABEL, Stage.SEGMENT, Stage.VERIFY), (
        Edge(Stage.SEGMENT, Outcome.DRAWN, Stage.VERIFY), Edge(Stage.VERIFY, Outcome.FAILED, Stage.SEGMENT),
    ), r"\['segment', 'verify'\]"),  # a ring that nothing enters
    ((Stage.LABEL,), (Edge(Stage.LABEL, Outcome.PASSED, None),), "label can decide present"),
    ((Stage.LABEL, Stage.VERIFY), (Edge(Stage.LABEL, Outcome.PRESENT, Stage.VERIFY),), "verify is about a mask"),
])
def test_a_graph_that_cannot_work_is_refused(
    stages: tuple[Stage, ...], edges: tuple[Edge, ...], reason: str,
) -> None:
    with pytest.raises(ParamsError, match=reason):
        StageGraph(stages, edges)


def test_an_unknown_preset() -> None:
    with pytest.raises(NotFoundError, match="no preset 'voc'; use one of coco, lvis"):
        find_preset("voc")
