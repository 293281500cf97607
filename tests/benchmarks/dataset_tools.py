"""One job of one dataset tool, in this process: a COCO file opened, or read and written again.

    python -m tests.benchmarks.dataset_tools TOOL open|rewrite|stats|check IN.json [OUT.json]

Each does what its documentation says. Where a tool wants a folder of images it gets one without any.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Job = Callable[[str, str], Any]


def _cocokit_open(path: str, _: str) -> None:
    from cocokit.dataset import Dataset

    dataset = Dataset.open(path, cache=False)
    dataset.annotations_of_image(int(dataset.images.id[0]))


def _cocokit_again(path: str, _: str) -> None:
    from cocokit.dataset import Dataset

    dataset = Dataset.open(path)
    dataset.annotations_of_image(int(dataset.images.id[0]))


def _cocokit_rewrite(path: str, out: str) -> None:
    from cocokit.dataset import Dataset

    Dataset.open(path, cache=False).write(out)


def _cocokit_stats(path: str, _: str) -> None:
    from cocokit.dataset import Dataset
    from cocokit.statistics.describe import describe

    describe(Dataset.open(path, cache=False))


def _cocokit_check(path: str, _: str) -> None:
    from cocokit.checks import check_dataset
    from cocokit.dataset import Dataset

    assert not check_dataset(Dataset.open(path, cache=False))


def _pycocotools_open(path: str, _: str) -> None:
    from pycocotools.coco import COCO

    coco = COCO(path)
    coco.getAnnIds(imgIds=coco.getImgIds()[:1])


def _pycocotools_rewrite(path: str, out: str) -> None:
    """It cannot write; what its own object holds is dumped."""
    from pycocotools.coco import COCO

    Path(out).write_text(json.dumps(COCO(path).dataset))


def _datumaro(path: str) -> Any:
    from datumaro.components.dataset import Dataset

    folder = Path(tempfile.mkdtemp(dir=os.path.dirname(path)))
    (folder / "annotations").mkdir()
    (folder / "images" / "val").mkdir(parents=True)
    os.link(path, folder / "annotations" / "instances_val.json")
    try:
        dataset = Dataset.import_from(str(folder), "coco_instances")
        dataset.init_cache()
        return dataset
    finally:
        shutil.rmtree(folder)


def _datumaro_open(path: str, _: str) -> None:
    len(_datumaro(path))


def _datumaro_rewrite(path: str, out: str) -> None:
    folder = f"{out}.folder"
    _datumaro(path).export(folder, "coco_instances", save_media=False)
    shutil.copy(next(Path(folder).rglob("instances*.json")), out)
    shutil.rmtree(folder)


def _datumaro_stats(path: str, _: str) -> None:
    from datumaro.components.operations import compute_ann_statistics, compute_image_statistics

    dataset = _datumaro(path)
    compute_ann_statistics(dataset)
    compute_image_statistics(dataset)


def _datumaro_check(path: str, _: str) -> None:
    from datumaro.plugins.validators import DetectionValidator

    validator = DetectionValidator(few_samples_thr=1, imbalance_ratio_thr=50, far_from_mean_thr=5.0,
                                   dominance_ratio_thr=0.8, topk_bins=0.1)  # fmt: skip
    validator.generate_reports(validator.compute_statistics(_datumaro(path)))


def _globox_open(path: str, _: str) -> None:
    from globox import AnnotationSet

    len(AnnotationSet.from_coco(file_path=path))


def _globox_rewrite(path: str, out: str) -> None:
    from globox import AnnotationSet

    AnnotationSet.from_coco(file_path=path).save_coco(out, auto_ids=True)


def _supervision(path: str) -> Any:
    import supervision

    folder = tempfile.mkdtemp(dir=os.path.dirname(path))
    return supervision.DetectionDataset.from_coco(folder, path, force_masks=True)


def _supervision_open(path: str, _: str) -> None:
    len(_supervision(path))


def _supervision_rewrite(path: str, out: str) -> None:
    _supervision(path).as_coco(annotations_path=out)


TOOLS: dict[str, dict[str, Job]] = {
    "cocokit": {"open": _cocokit_open, "again": _cocokit_again, "rewrite": _cocokit_rewrite,
                "stats": _cocokit_stats, "check": _cocokit_check},
    "pycocotools": {"open": _pycocotools_open, "rewrite": _pycocotools_rewrite},
    "datumaro": {"open": _datumaro_open, "rewrite": _datumaro_rewrite, "stats": _datumaro_stats,
                 "check": _datumaro_check},
    "globox": {"open": _globox_open, "rewrite": _globox_rewrite},
    "supervision": {"open": _supervision_open, "rewrite": _supervision_rewrite},
}  # fmt: skip


if __name__ == "__main__":
    TOOLS[sys.argv[1]][sys.argv[2]](sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "")
