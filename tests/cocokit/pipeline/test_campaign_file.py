"""campaign.toml: every campaign comes back as it was, lines are comparable, faults have a place."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocokit.domain.stages import Outcome, Stage
from cocokit.errors import DataError, ParamsError
from cocokit.pipeline.campaign_file import CampaignFile, read_campaign, write_campaign
from cocokit.pipeline.graph import Edge, StageGraph
from cocokit.pipeline.presets import PRESETS
from cocokit.pipeline.settings import NAMES, TOOLS, CampaignSettings

COCO = PRESETS["coco"]
GRAPHS = [
    COCO.graph,
    PRESETS["lvis"].graph,
    StageGraph((Stage.CAPTION,), ()),
    StageGraph((Stage.SPOT, Stage.LABEL), (Edge(Stage.LABEL, Outcome.PRESENT, Stage.SPOT),)),
]


def settings() -> st.SearchStrategy[CampaignSettings]:
    shares = st.floats(0, 1)
    return st.builds(
        CampaignSettings, k_label=st.integers(1, 10**6), training=st.booleans(), training_iou=shares,
        line_at_least=st.floats(0, 1000), pay_spot=st.floats(0, 1e6), adaptive_posterior=shares,
        tools=st.lists(st.sampled_from(TOOLS), min_size=1, unique=True).map(tuple),
        currency=st.sampled_from(["USD", "EUR"]),
    )


NAME_TEXTS = st.text(min_size=1, max_size=100).filter(lambda t: t.isprintable() and bool(t.strip()))


@given(NAME_TEXTS, st.sampled_from(sorted(PRESETS)), settings(), st.sampled_from(GRAPHS),
       st.none() | st.lists(st.integers(1, 2**53 - 1), min_size=1, unique=True).map(tuple))
def test_what_is_written_is_read_back(
    name: str, preset: str, numbers: CampaignSettings, graph: StageGraph, ids: tuple[int, ...] | None,
) -> None:
    campaign = CampaignFile(name, preset, numbers, graph, ids)
    text = write_campaign(campaign)
    assert read_campaign(text) == campaign
    assert write_campaign(read_campaign(text)) == text
    text.encode("utf-8")


@given(st.text(max_size=120))
def test_a_name_is_either_refused_or_comes_back(name: str) -> None:
    if name.isprintable() and 1 <= len(name.strip()) <= 100:
        assert read_campaign(write_campaign(CampaignFile(name, "coco", COCO.settings, COCO.graph))).name == name
    else:
        with pytest.raises(ParamsError, match="^name is"):
            CampaignFile(name, "coco", COCO.settings, COCO.graph)


def test_every_number_is_written_in_the_order_of_the_settings() -> None:
    text = write_campaign(CampaignFile("pets", "coco", COCO.settings, COCO.graph))
    assert tuple(tomllib.loads(text)["numbers"]) == NAMES
    assert text.startswith('[campaign]\nname = "pets"\npreset = "coco"\n\n[numbers]\n# filter\nfilter_page = 128\n')
    assert "edge" not in text


def test_one_changed_number_is_one_changed_line() -> None:
    files = [CampaignFile("pets", "coco", COCO.settings.changed(k_label=k), COCO.graph) for k in (8, 6)]
    before, after = (write_campaign(file).splitlines() for file in files)
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [("k_label = 8", "k_label = 6")]


def test_what_the_file_leaves_out_is_the_presets() -> None:
    campaign = read_campaign('[campaign]\nname = "x"\npreset = "lvis"\n[numbers]\nk_spot = 6\n')
    lvis = PRESETS["lvis"]
    assert campaign.settings == lvis.settings.changed(k_spot=6)
    assert (campaign.graph, campaign.categories) == (lvis.graph, None)
    assert read_campaign('[campaign]\nname = "x"').preset == "coco"


def test_edges_replace_the_presets_graph() -> None:
    text = '[campaign]\nname = "x"\n[[edge]]\nsource = "label"\noutcome = "present"\ntarget = "spot"\n'
    assert read_campaign(text).graph == StageGraph(
        (Stage.LABEL, Stage.SPOT), (Edge(Stage.LABEL, Outcome.PRESENT, Stage.SPOT),))


@pytest.mark.parametrize("text, place", [
    ("[campaign", ""),
    ("x = " + "[" * 5000, ""),
    ("x = " + "9" * 5000, ""),
    ("campaign = 3", "campaign"),
    ("[campaign]", "campaign.name"),
    ("[campaign]\nname = 3", "campaign.name"),
    ('[campaign]\nname = ""', "campaign.name"),
    ('[campaign]\nname = "a\\nb"', "campaign.name"),
    ('[campaign]\nname = "x"\npreset = "voc"', "campaign.preset"),
    ('[campaign]\nname = "x"\npreset = 3', "campaign.preset"),
    ('[campaign]\nname = "x"\nstate = 3', "campaign.state"),
    ('[campaign]\nname = "x"\ncategories = []', "campaign.categories"),
    ('[campaign]\nname = "x"\ncategories = [1, 1]', "campaign.categories"),
    ('[campaign]\nname = "x"\ncategories = [0]', "campaign.categories"),
    ('[campaign]\nname = "x"\ncategories = [true]', "campaign.categories"),
    ('[campaign]\nname = "x"\ncategories = [[1]]', "campaign.categories"),
    ('[campaign]\nname = "x"\ncategories = 7', "campaign.categories"),
    ('[campaign]\nname = "x"\nstages = "label"', "campaign.stages"),
    ('[campaign]\nname = "x"\nstages = []', "stages"),
    ('[campaign]\nname = "x"\nstages = ["verify"]', "stages"),
    ('[campaign]\nname = "x"\nstages = [["label"]]', "campaign.stages"),
    ('[campaign]\nname = "x"\n[number]\nk_label = 3', "number"),
    ('[campaign]\nname = "x"\n[numbers]\nk_lable = 3', "numbers.k_lable"),
    ('[campaign]\nname = "x"\n[numbers]\nk_label = 0', "numbers.k_label"),
    ('[campaign]\nname = "x"\n[numbers]\nk_label = 2026-11-21', "numbers.k_label"),
    ('[campaign]\nname = "x"\n[numbers]\ntraining_iou = nan', "numbers.training_iou"),
    ('[campaign]\nname = "x"\n[edge]\nsource = "label"', "edge"),
    ('[campaign]\nname = "x"\n[[edge]]\nsource = "labels"\noutcome = "present"', "edge[0].source"),
    ('[campaign]\nname = "x"\n[[edge]]\nsource = "label"\noutcome = []', "edge[0].outcome"),
    ('[campaign]\nname = "x"\n[[edge]]\nsource = "label"\noutcome = "present"\ntarget = 1', "edge[0].target"),
    ('[campaign]\nname = "x"\n[[edge]]\nsource = "label"\noutcome = "present"\nto = "spot"', "edge[0].to"),
    ('[campaign]\nname = "x"\n[[edge]]\nsource = "label"\noutcome = "passed"', "edge"),
])
def test_a_fault_has_a_place_in_the_file(text: str, place: str) -> None:
    with pytest.raises(DataError) as error:
        read_campaign(text, "pets.toml")
    assert (error.value.path, error.value.where) == ("pets.toml", place)


def test_a_wrong_number_says_what_would_do() -> None:
    with pytest.raises(DataError, match=r"pets.toml: numbers.k_lable: 3 cannot be used; .* did you mean k_label\?"):
        read_campaign('[campaign]\nname = "x"\n[numbers]\nk_lable = 3\n', "pets.toml")


def test_a_campaign_file_cannot_be_changed() -> None:
    campaign = CampaignFile("pets", "coco", COCO.settings, COCO.graph)
    with pytest.raises(dataclasses.FrozenInstanceError):
        campaign.name = "cats"  # type: ignore[misc]
