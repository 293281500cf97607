"""Whole campaigns with simulated workers: they end, say the same for the same seed, and are good where it counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cocokit.campaign.export import export_campaign
from cocokit.campaign.invariants import check_campaign
from cocokit.cli import cli
from cocokit.crowd.planning import Plan, places_of, read_truth, run_plan, sweep, union_of
from cocokit.crowd.reporting import report
from cocokit.crowd.results import Results
from cocokit.crowd.simulation import Run, gold_of, simulate
from cocokit.crowd.skills import MIDDLE, draw_skills
from cocokit.errors import CocokitError
from cocokit.pipeline.presets import find_preset
from cocokit.store.database import Database

from .small import dataset, truth

SMALL = Plan(workers=40, spam=0.2, seed=1)


@pytest.fixture(scope="module")
def gt(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("truth") / "gt.json"
    dataset(6).write(path)
    return str(path)


@pytest.fixture(scope="module")
def whole(gt: str) -> tuple[Run, Results]:
    return run_plan(replace(SMALL, gt=gt))


def test_a_campaign_ends_with_every_image_finished_and_good(whole: tuple[Run, Results]) -> None:
    run, found = whole
    assert found.finished
    assert found.images == {"finished": 6}
    assert found.labels[0].value == 1.0
    assert found.categories[0].value == 1.0
    assert found.categories[1].value == 1.0
    assert found.instances[0].value > 0.9
    assert found.iou.value > 0.87
    assert not run.refused
    assert found.answers == len(run.done) == sum(kind.answers for kind in found.kinds)
    assert found.cents.value == pytest.approx(sum(stage.cents.value for stage in found.stages))
    assert found.stats["AP50"] > 0.9


def test_the_rows_are_consistent_afterwards(whole: tuple[Run, Results]) -> None:
    assert not check_campaign(whole[0].staged.engine)


def test_two_campaigns_of_one_seed_say_the_same_bytes(gt: str, whole: tuple[Run, Results]) -> None:
    plan = replace(SMALL, gt=gt)
    first, again = (json.dumps(report(plan, *found)) for found in (whole, run_plan(plan)))
    assert first == again
    other = run_plan(replace(plan, seed=2))
    assert json.dumps(report(plan, *other)) != first


def test_every_database_says_the_same_bytes(database: Database) -> None:
    plan = replace(SMALL, changes={"k_label": 3, "k_spot": 3})
    here, there = (json.dumps(report(plan, *run_plan(plan, truth=truth(2), database=d))) for d in (None, database))
    assert here == there


def test_every_image_of_a_campaign_of_the_other_preset_ends_as_well(gt: str) -> None:
    run, found = run_plan(Plan(gt=gt, workers=40, preset="lvis", spam=0.0, images=3))
    assert found.finished
    assert not found.rejected
    assert {stage.stage for stage in found.stages} == {"label", "spot", "segment", "verify", "training"}
    assert not run.refused


def test_too_few_workers_leave_a_campaign_unfinished_and_it_says_so(gt: str) -> None:
    _, found = run_plan(Plan(gt=gt, workers=3, spam=0.0, images=2))
    assert not found.finished
    assert found.images["open"] == 2


def test_more_workers_for_a_label_find_more_for_more_money(gt: str) -> None:
    rows = sweep(Plan(gt=gt, workers=60, spam=0.0, seed=3), "k_label", [1, 6])
    (one, few), (six, many) = rows
    assert (one, six) == (1, 6)
    assert many.labels[0].value >= few.labels[0].value
    assert many.cents.value > few.cents.value
    with pytest.raises(CocokitError):
        sweep(Plan(gt=gt), "k_label", [1, 0])


def test_the_union_of_more_workers_finds_more(whole: tuple[Run, Results]) -> None:
    curve = union_of(whole[0], 0)
    assert curve.k.tolist() == list(range(1, 9))
    assert (curve.recall[1:] >= curve.recall[:-1] - 1e-12).all()
    assert curve.recall[-1] == pytest.approx(whole[1].labels[0].value)
    assert ((curve.recall_band[0] <= curve.recall + 1e-12) & (curve.recall <= curve.recall_band[1] + 1e-12)).all()


def test_spammers_lie_below_the_others_in_the_plane(whole: tuple[Run, Results]) -> None:
    places = places_of(whole[0])
    assert len(places) == len({d.person for d in whole[0].done if d.stage == "label"})
    honest = [p.precision + p.recall for p in places if p.kind in ("careful", "average")]
    assert min(h for h in honest if h == h) > 1.0


def test_gold_is_the_same_for_a_seed_and_of_every_category() -> None:
    gold = gold_of(truth(), 0)
    assert [(g.coco_id, g.mask.counts) for g in gold] == [(g.coco_id, g.mask.counts) for g in gold_of(truth(), 0)]
    assert {g.category_id for g in gold} == {1, 47, 67}
    assert all(g.mask.polygons for g in gold)


def test_a_crowd_of_careful_people_is_not_rejected(gt: str) -> None:
    plan = Plan(gt=gt, workers=40, spam=0.0)
    preset = find_preset("coco")
    people = [replace(skill, kind="careful", miss=MIDDLE["careful"].miss) for skill in draw_skills(40, 0.0, 4)]
    from cocokit.pipeline.campaign_file import CampaignFile

    run = simulate(read_truth(plan), CampaignFile("careful", "coco", preset.settings, preset.graph), people, 4)
    assert run.finished
    assert not run.named


@pytest.mark.slow
@pytest.mark.parametrize("spam", [0.0, 0.2])
def test_real_images_come_to_the_paper_s_quality(shared_data: Path, tmp_path: Path, spam: float) -> None:
    gt = str(shared_data / "coco_mini/annotations/instances_val2017.json")
    plan = Plan(gt=gt, workers=200, spam=spam)
    run, found = run_plan(plan)
    assert found.finished
    assert found.images == {"finished": 79}
    assert found.labels[0].value >= 0.99
    assert found.categories[0].value >= 0.985
    assert found.covered.value >= 0.98
    assert found.iou.value >= 0.85
    assert not run.refused
    assert found.busy_named >= 0.75 * found.busy
    assert found.right >= 0.75 * found.spammers
    assert found.rejected - found.right <= 2
    assert not check_campaign(run.staged.engine)
    check_export(run, tmp_path / "export", found)
    assert json.dumps(report(plan, *run_plan(plan))) == json.dumps(report(plan, run, found))


def check_export(run: Run, folder: Path, found: Results) -> None:
    """``cocokit check`` and pycocotools take it, and evaluate it as the report says."""
    export_campaign(run.staged.engine, None, folder)
    assert CliRunner().invoke(cli, ["check", str(folder / "instances.json")]).exit_code == 0
    exported, known = COCO(str(folder / "instances.json")), COCO()
    known.dataset = run.truth.dataset.to_dict()
    known.createIndex()
    assert sorted(exported.getImgIds()) == sorted(run.truth.scenes)
    rows = [a for a in exported.dataset["annotations"] if not a["iscrowd"]]
    masks = [{"image_id": a["image_id"], "category_id": a["category_id"], "score": 1.0,
              "segmentation": exported.annToRLE(a)} for a in rows]  # fmt: skip
    theirs = COCOeval(known, known.loadRes(masks), "segm")
    for step in (theirs.evaluate, theirs.accumulate, theirs.summarize):
        step()
    assert theirs.stats[0] == pytest.approx(found.stats["AP"], abs=1e-9)


@pytest.mark.slow
def test_recall_rises_with_workers_and_flattens_at_eight_to_ten(shared_data: Path) -> None:
    gt = str(shared_data / "coco_mini/annotations/instances_val2017.json")
    run, _ = run_plan(Plan(gt=gt, changes={"k_label": 10}))
    recall = union_of(run, 0).recall
    assert 0.5 < recall[0] < 0.8  # as of one worker in the paper
    assert recall[3] > recall[0] + 0.25
    assert recall[7] >= 0.99
    steps = recall[1:] - recall[:-1]
    assert (steps[1:] <= steps[:-1] + 1e-9).all()
    assert steps[7:].max() < 0.005
