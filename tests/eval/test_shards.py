"""An evaluation in shards: the bits of the whole, whatever the number of shards and the executor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from cocokit import evaluate
from cocokit.errors import DataError, ParamsError
from cocokit.eval.shards import evaluate_shards
from tests.eval import oracle
from tests.eval.compare import assert_same_bits
from tests.eval.naive import Settings
from tests.eval.strategies import make_dataset

KINDS = ("bbox", "segm", "keypoints")


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


def files(folder: Path, iou_type: str, seed: int) -> tuple[Path, Path]:
    gt, dt = make_dataset(iou_type, 5, 3, 30, 60, False, seed)
    for number, truth in enumerate(gt["annotations"]):
        truth["id"] = number  # 0 among them: never counts as matched (X1)
    (folder / "gt.json").write_text(json.dumps(gt))
    (folder / "dt.json").write_text(json.dumps(dt))
    return folder / "gt.json", folder / "dt.json"


@pytest.mark.parametrize("iou_type", KINDS)
@pytest.mark.parametrize("shards", [1, 2, 7, 40])
def test_any_number_of_shards_gives_the_bits_of_pycocotools(
    iou_type: str, shards: int, tmp_path: Path, threads: Executor
) -> None:
    for seed in range(4):
        gt, dt = files(tmp_path, iou_type, seed)
        report = evaluate_shards(gt, dt, iou_type, executor=threads, shards=shards)
        truth, found = json.loads(gt.read_text()), json.loads(dt.read_text())
        assert_same_bits(report, oracle.evaluate(truth, found, Settings(iou_type)))


@pytest.mark.parametrize(
    "settings", [{"max_dets": (1, 5, 20)}, {"use_cats": False}, {"cat_ids": (2,)}, {"fixed": True}]
)
def test_settings_mean_what_they_mean_for_the_whole(
    settings: dict[str, Any], tmp_path: Path, threads: Executor
) -> None:
    gt, dt = files(tmp_path, "bbox", 1)
    whole = evaluate(gt, dt, **settings)
    parts = evaluate_shards(gt, dt, executor=threads, shards=3, **settings)
    assert parts.curves.precision.tobytes() == whole.curves.precision.tobytes()
    assert parts.curves.recall.tobytes() == whole.curves.recall.tobytes()
    assert parts.counts == whole.counts
    assert parts.cat_names == whole.cat_names


def test_real_results_in_processes(shared_data: Path) -> None:
    folder = shared_data / "cocoapi_val2014_100"
    gt, dt = folder / "instances_val2014_100.json", folder / "instances_val2014_fakesegm100_results.json"
    whole = evaluate(gt, dt, "segm")
    seen: list[tuple[int, int]] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        parts = evaluate_shards(gt, dt, "segm", executor=pool, shards=7, progress=lambda *at: seen.append(at))
    assert parts.lines() == whole.lines()
    assert parts.curves.precision.tobytes() == whole.curves.precision.tobytes()
    assert [(hit.id, hit.count) for hit in parts.quirks] == [(hit.id, hit.count) for hit in whole.quirks]
    assert seen == [(i, 7) for i in range(1, 8)]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_is_an_executor_too(shared_data: Path) -> None:
    import distributed

    folder = shared_data / "cocoapi_val2014_100"
    gt, dt = folder / "instances_val2014_100.json", folder / "instances_val2014_fakebbox100_results.json"
    whole = evaluate(gt, dt)
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client:
        for shards in (1, 2, 7):
            parts = evaluate_shards(gt, dt, executor=client.get_executor(), shards=shards)
            assert parts.curves.precision.tobytes() == whole.curves.precision.tobytes()
            assert parts.lines() == whole.lines()


def test_what_cannot_be_is_said(tmp_path: Path, threads: Executor) -> None:
    gt, dt = files(tmp_path, "bbox", 2)
    with pytest.raises(ParamsError, match="shards is 0; use at least 1"):
        evaluate_shards(gt, dt, executor=threads, shards=0)
    with pytest.raises(DataError, match=r"nothing.json"):
        evaluate_shards(gt, tmp_path / "nothing.json", executor=threads, shards=2)
    found = json.loads(dt.read_text())
    found[0]["image_id"] = 99
    dt.write_text(json.dumps(found))
    with pytest.raises(DataError) as whole:
        evaluate(gt, dt)
    with pytest.raises(DataError) as part:
        evaluate_shards(gt, dt, executor=threads, shards=2)
    assert str(part.value) == str(whole.value)
