"""What was drawn comes out, pixel for pixel, in files that pycocotools and our own checks accept."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from cocokit import rle
from cocokit.campaign.creating import NewImage, create_campaign, launch, load_campaign
from cocokit.campaign.engine import Engine
from cocokit.campaign.export import ExportSummary, export_campaign
from cocokit.campaign.export_rows import FIRST_CROWD_ID
from cocokit.campaign.mask_sets import rle_of
from cocokit.checks import check_dataset
from cocokit.coco_json import read_dataset, write_dataset
from cocokit.domain.tasks import (
    Assignment,
    CategoryRef,
    CrowdTask,
    FilterTask,
    LabelTask,
    SegmentTask,
    SpotTask,
    VerifyTask,
)
from cocokit.errors import DataError, NotFoundError
from cocokit.pipeline.leases import ManualClock
from cocokit.store.database import Database
from tests.cocokit.campaign import small

# pycocotools 2.0.11 decodes in a way that NumPy 2 warns about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

#: What has nothing to do with the kind of database.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def run_small(database: Database, images: int = 4, most: int = 100_000, **settings: Any) -> tuple[Engine, small.Truth]:
    """A small campaign after so many answers."""
    clock = ManualClock(10**12)
    truth = small.create(database, images=images, clock=clock, **settings)
    engine = Engine(database, clock=clock, chance=random.Random(0))
    small.finish(engine, truth, small.join(engine, 8), random.Random(0), most=most)
    return engine, truth


def loaded(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def accepted(folder: Path, capsys: pytest.CaptureFixture[str]) -> COCO:
    """The instances as pycocotools reads them, after our own checks found nothing."""
    for name in ("instances.json", "captions.json"):
        assert check_dataset(read_dataset(folder / name)) == []
    found = COCO(str(folder / "instances.json"))
    COCO(str(folder / "captions.json"))
    capsys.readouterr()
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_finished_campaign_comes_out_as_the_truth(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine, truth = run_small(database, images=8)
    summary = export_campaign(engine, None, tmp_path / "out")
    coco = accepted(tmp_path / "out", capsys)
    kept = {image: shapes for image, shapes in truth.shapes.items() if image not in truth.iconic}
    assert (summary.images, summary.dropped, summary.unfinished) == (len(kept), len(truth.iconic), 0)
    assert truth.iconic, "some images must be dropped for this test to say something"
    assert set(coco.getImgIds()) == set(kept)
    assert summary.crowds, "some category must be crowded for this test to say something"
    for image, shapes in kept.items():
        for category in small.CATEGORIES:
            mine = coco.loadAnns(coco.getAnnIds([image], [category.id]))
            there = [rle.decode(rle_of(s.mask)) for s in shapes if s.category_id == category.id]
            drawn = sum(coco.annToMask(a).astype(int) for a in mine)
            assert np.array_equal(drawn, sum(m.astype(int) for m in there))
            assert all(a["area"] == coco.annToMask(a).sum() for a in mine)


# ---------------------------------------------------------------- strange masks


RING, HOLE = [4.0, 4.0, 24.0, 4.0, 24.0, 24.0, 4.0, 24.0], [10.0, 10.0, 18.0, 10.0, 18.0, 18.0, 10.0, 18.0]
PARTS = [[30.0, 2.0, 38.0, 2.0, 38.0, 9.0], [50.0, 2.0, 58.0, 2.0, 58.0, 9.0]]
EDGE = [0.0, 0.0, 80.0, 0.0, 80.0, 60.0, 78.5, 60.0, 78.5, 1.5, 0.0, 1.5]
PIXEL = [40.0, 40.0, 41.0, 40.0, 41.0, 41.0, 40.0, 41.0]


def painted(*boxes: tuple[int, int, int, int]) -> dict[str, Any]:
    """The RLE of boxes (x, y, w, h) together, as a page sends it."""
    pixels = np.zeros((small.HEIGHT, small.WIDTH), bool)
    for x, y, w, h in boxes:
        pixels[y : y + h, x : x + w] = True
    return {"size": [small.HEIGHT, small.WIDTH], "counts": rle.to_coco(rle.encode(pixels))["counts"]}


SENT: dict[str, dict[str, Any]] = {
    "hole": {"polygons": [RING], "holes": [HOLE], "tool": "polygon"},
    "parts": {"polygons": PARTS, "tool": "polygon"},
    "edge": {"polygons": [EDGE], "tool": "polygon"},
    "pixel": {"polygons": [PIXEL], "tool": "polygon"},
    "brush": {"rle": painted((60, 40, 5, 5), (70, 40, 1, 1)), "tool": "brush"},
}
CATEGORIES = tuple(CategoryRef(10 * (i + 1), name, "strange") for i, name in enumerate([*SENT, "many"]))
WHERE = {"hole": (6.5, 6.5), "parts": (36.5, 4.5), "edge": (40.5, 0.5), "brush": (62.5, 42.5)}
MIDDLE = (40.5, 40.5)
CROWD = painted((1, 50, 9, 9), (30, 50, 2, 2))


def answer(assignment: Assignment) -> object:
    """One mask of each category; of the last one a mask, and a crowd for the rest."""
    match assignment.work:
        case FilterTask():
            return {"removed": {}}
        case LabelTask(categories=categories, image=image) if image.id == 1:
            at = [(c.id, WHERE.get(c.name, MIDDLE)) for c in categories]
            return {"drops": [{"category_id": key, "x": x, "y": y} for key, (x, y) in at]}
        case LabelTask():
            return {"drops": []}
        case SpotTask(category=category):
            more = [[5.0, 55.0], [35.0, 51.0]] if category.name == "many" else []
            return {"points": [list(WHERE.get(category.name, MIDDLE)), *more]}
        case SegmentTask(category=category, others=others):
            if any(key == category.id for key, _ in others):
                return {"outcome": "all_segmented"}
            return {"outcome": "mask", **SENT.get(category.name, SENT["pixel"])}
        case CrowdTask():
            return {"rle": CROWD}
        case VerifyTask():
            return {"bad": []}
    return {"text": "Strange shapes on a plain ground, “quoted” and with an ümlaut."}


def run_strange(database: Database, most: int = 1000) -> Engine:
    file = small.file(
        training=False, bad_sentinels=0, good_sentinels=0, sentinels_needed=0, crowd_after=1, all_segmented_answers=1,
        tools=("polygon", "brush"), filter_page=1,
    )  # type: ignore[arg-type]
    origin = {"license": {"id": 4, "name": "CC BY"}, "coco_url": "http://example.org/9.jpg", "camera": "x"}
    images = [NewImage(i, f"{i}.jpg", small.WIDTH, small.HEIGHT, origin=origin) for i in (9, 2)]
    clock = ManualClock(10**12)
    create_campaign(database, file, CATEGORIES, images, clock=clock)
    with database.read() as tx:
        campaign = load_campaign(tx)
    launch(database, campaign, clock)
    engine = Engine(database, clock=clock, chance=random.Random(1))
    workers = small.join(engine, 6)
    for i in range(most):
        found = [engine.next_task(worker) for worker in workers]
        if not any(found):
            break
        for worker, assignment in zip(workers, found, strict=True):
            if assignment is not None:
                engine.submit(worker, assignment.id, answer(assignment), f"{worker}-{i}")
    return engine


def test_holes_parts_borders_single_pixels_and_crowds_come_out_as_drawn(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = export_campaign(run_strange(database), None, tmp_path / "out")
    coco = accepted(tmp_path / "out", capsys)
    assert (summary.annotations, summary.crowds, summary.images) == (6, 1, 2)
    found = {c.name: coco.loadAnns(coco.getAnnIds(catIds=[c.id])) for c in CATEGORIES}
    assert found["parts"][0]["segmentation"] == PARTS
    assert found["edge"][0]["segmentation"] == [EDGE]
    assert found["pixel"][0]["segmentation"] == [PIXEL]
    assert (found["pixel"][0]["area"], found["pixel"][0]["bbox"]) == (1, [40, 40, 1, 1])
    hole = coco.annToMask(found["hole"][0])
    outer = coco_mask.decode(coco_mask.frPyObjects([RING], small.HEIGHT, small.WIDTH))[..., 0]
    inner = coco_mask.decode(coco_mask.frPyObjects([HOLE], small.HEIGHT, small.WIDTH))[..., 0]
    assert (hole == (outer & ~inner.astype(bool))).all()
    brush = coco_mask.decode(SENT["brush"]["rle"])
    assert (coco.annToMask(found["brush"][0]) == brush).all()
    single, crowd = found["many"]
    assert [a["iscrowd"] for a in (single, crowd)] == [0, 1]
    assert crowd["id"] > FIRST_CROWD_ID > single["id"]
    assert (coco.annToMask(crowd) == coco_mask.decode(CROWD)).all()
    assert isinstance(crowd["segmentation"]["counts"], list)
    assert all(not a["iscrowd"] for c in CATEGORIES[:-1] for a in found[c.name])


@ON_SQLITE
def test_empty_images_origins_and_sentences_come_along(database: Database, tmp_path: Path) -> None:
    export_campaign(run_strange(database), None, tmp_path / "out")
    instances, captions = loaded(tmp_path / "out", "instances.json"), loaded(tmp_path / "out", "captions.json")
    assert [image["id"] for image in instances["images"]] == [9, 2]
    assert {a["image_id"] for a in instances["annotations"]} == {9}
    assert instances["images"][0]["license"] == 4
    assert instances["images"][0]["coco_url"] == "http://example.org/9.jpg"
    assert "camera" not in instances["images"][0]
    assert instances["licenses"] == [{"id": 4, "name": "CC BY"}]
    assert [c["caption"] for c in captions["annotations"]].count(
        "Strange shapes on a plain ground, “quoted” and with an ümlaut."
    ) == 2
    assert "categories" not in captions


@ON_SQLITE
def test_every_annotation_has_its_story(database: Database, tmp_path: Path) -> None:
    engine = run_strange(database)
    export_campaign(engine, None, tmp_path / "out")
    instances, stories = loaded(tmp_path / "out", "instances.json"), loaded(tmp_path / "out", "provenance.json")
    assert [s["id"] for s in stories["annotations"]] == [a["id"] for a in instances["annotations"]]
    assert len(stories["captions"]) == 2
    masks = [s for s in stories["annotations"] if s["kind"] == "mask"]
    for story in masks:
        assert story["good"] == len(story["votes"]) == 2
        assert story["attempts"] == 1
        assert story["spot"]["worker"] in story["marked_by"]
        assert story["worker"] not in {vote["worker"] for vote in story["votes"]}, "nobody judges their own mask"
    assert [s["tool"] for s in masks].count("brush") == 1
    text = (tmp_path / "out" / "provenance.json").read_text()
    assert engine.campaign.record.salt not in text
    assert set(re.findall(r'"worker":"(.*?)"', text)) == set(re.findall(r'"worker":"([0-9a-f]{16})"', text))


# ---------------------------------------------------------------- bytes and folders


def test_the_same_rows_are_the_same_bytes(database: Database, tmp_path: Path) -> None:
    engine, _ = run_small(database)
    first = export_campaign(engine, None, tmp_path / "a")
    second = export_campaign(database, small.NAME, tmp_path / "b")
    export_campaign(database, None, tmp_path / "a")  # takes the place of the first one
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert first.files == second.files
    assert {entry.name for entry in tmp_path.iterdir() if not entry.name.startswith("cocokit.db")} == {"a", "b"}


@ON_SQLITE
def test_blocks_leave_no_trace(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, _ = run_small(database, images=6)
    export_campaign(engine, None, tmp_path / "a")
    monkeypatch.setattr("cocokit.campaign.export.BLOCK", 2)
    calls: list[tuple[int, int]] = []
    export_campaign(engine, None, tmp_path / "b", lambda done, total: calls.append((done, total)))
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert calls == [(2, 5), (4, 5), (5, 5)]


@ON_SQLITE
def test_our_writer_writes_the_same_file_again(database: Database, tmp_path: Path) -> None:
    engine, _ = run_small(database)
    export_campaign(engine, None, tmp_path / "out")
    for name in ("instances.json", "captions.json"):
        write_dataset(read_dataset(tmp_path / "out" / name), tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == (tmp_path / "out" / name).read_bytes()


def check_sums(folder: Path, summary: ExportSummary) -> None:
    import hashlib

    manifest = loaded(folder, "manifest.json")
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in bytes_of(folder).items() if "manifest" not in name}
    assert manifest["files"] == summary.files == sums


@ON_SQLITE
@pytest.mark.parametrize("most", [0, 7, 40, 80])
def test_what_is_not_finished_is_listed_with_the_reason(database: Database, tmp_path: Path, most: int) -> None:
    engine, truth = run_small(database, images=8, most=most)
    summary = export_campaign(engine, None, tmp_path / "out")
    listed = loaded(tmp_path / "out", "images.json")
    ids = [*listed["finished"], *(row["id"] for key in ("unfinished", "dropped") for row in listed[key])]
    assert sorted(ids) == sorted(truth.shapes)
    assert {image["id"] for image in loaded(tmp_path / "out", "instances.json")["images"]} == set(listed["finished"])
    assert summary.unfinished == len(listed["unfinished"]) > 0
    for row in listed["unfinished"]:
        if row["state"] == "candidate":
            assert row["reason"] == "waits for the filter"
        else:
            assert row["reason"].startswith("waits for answers: ")
            assert all(task["answers"] >= task["tasks"] > 0 for task in row["open"])
    for row in listed["dropped"]:
        assert row["reason"] == "dropped by the filter: iconic"
    check_sums(tmp_path / "out", summary)


@ON_SQLITE
def test_an_empty_campaign_is_an_empty_dataset(database: Database, tmp_path: Path) -> None:
    create_campaign(database, small.file(), small.CATEGORIES, [], clock=ManualClock(0))
    summary = export_campaign(database, small.NAME, tmp_path / "out")
    assert (summary.images, summary.annotations) == (0, 0)
    instances = loaded(tmp_path / "out", "instances.json")
    assert (instances["images"], instances["annotations"], len(instances["categories"])) == ([], [], 3)
    assert loaded(tmp_path / "out", "provenance.json") == {"campaign": "small", "annotations": [], "captions": []}


@ON_SQLITE
def test_another_folder_is_not_touched(database: Database, tmp_path: Path) -> None:
    create_campaign(database, small.file(), small.CATEGORIES, [], clock=ManualClock(0))
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match=r"has other files in it, and no manifest.json; give a new folder"):
        export_campaign(database, None, mine)
    with pytest.raises(DataError, match="is a file; give a folder"):
        export_campaign(database, None, mine / "thesis.txt")
    assert bytes_of(mine) == {"thesis.txt": b"years of work"}
    with pytest.raises(NotFoundError, match="there is no campaign 'other'; there are small"):
        export_campaign(database, "other", tmp_path / "new")
    assert not (tmp_path / "new").exists()
