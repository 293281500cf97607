"""An evaluation in parts, by any executor: each takes some of the images, and the parts give the bits of the whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from cocokit.columns import Field
from cocokit.errors import DataError, ParamsError

from .borders import check_borders, check_chosen
from .evaluate import _GT_FIELDS, _ROW, load_dataset, load_results, match_columns, source_name
from .evaluator import Evaluator
from .params import EvalParams
from .report import Report
from .tally import Tally

Path = str | os.PathLike[str]


def evaluate_shards(
    gt: Path, dt: Path, iou_type: str = "bbox", *, executor: Executor, shards: int = 2,
    params: EvalParams | None = None, lenient: bool = False, progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> Report:  # fmt: skip
    """Evaluate two files as :func:`cocokit.evaluate` does, its images dealt out to several jobs.

    The report's numbers have the same bits for any number of shards and any executor: what comes back from a job is
    integers and the scores themselves, and only the whole is ranked. Jobs read the files by their paths, which all
    machines must see alike; 40 bytes for each detection travel back.

    Args:
        gt: the ground truth's file.
        dt: the results' file.
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        executor: of :mod:`concurrent.futures`, or one of its kind, such as ``distributed.Client().get_executor()``.
        shards: how many jobs.
        params, lenient, settings: as for :func:`cocokit.evaluate`; warnings are those of the first job.
        progress: called with (jobs done, jobs in all).

    Raises:
        DataError: as for :func:`cocokit.evaluate`; two ground truths have one id.
        ParamsError: a setting that cannot work; fewer than one shard.
    """
    if shards < 1:
        raise ParamsError("shards", shards, "use at least 1")
    chosen = EvalParams(iou_type=iou_type, **settings) if params is None else params
    dataset = load_dataset(gt, Field.IMAGE_ID)
    names = {row.id: row.name for row in dataset.categories}
    if chosen.cat_ids is None:
        chosen = replace(chosen, cat_ids=tuple(sorted(names)))
    whole = Evaluator(params=replace(chosen, img_ids=None), cat_names=names)
    jobs: list[Future[tuple[bytes, list[str]]]] = [
        executor.submit(evaluate_shard, os.fspath(gt), os.fspath(dt), chosen, i, shards, lenient) for i in range(shards)
    ]
    warnings: list[str] = []
    for i, job in enumerate(jobs):
        state, said = job.result()
        whole.merge(state)
        warnings = warnings or said
        if progress is not None:
            progress(i + 1, shards)
    report = whole.compute()
    report.warnings += warnings
    return report


def evaluate_shard(
    gt: str, dt: str, params: EvalParams, shard: int, shards: int, lenient: bool = False
) -> tuple[bytes, list[str]]:
    """One job: the state of an evaluator (:meth:`~cocokit.eval.evaluator.Evaluator.state`) and the warnings.

    Args:
        gt, dt: the files.
        params: the settings of all, its categories named.
        shard, shards: every ``shards``-th image from number ``shard`` on, in the order of their ids.
        lenient: as for :func:`cocokit.evaluate`.
    """
    dataset = load_dataset(gt, _ROW | Field.AREA | Field.IGNORE | _GT_FIELDS[params.iou_type])
    try:
        results, name = load_results(dt, params.iou_type)
        warnings = check_borders(dataset, results, params.iou_type, fixed=params.fixed, lenient=lenient,
                                 use_cats=params.use_cats, gt_path=gt, dt_path=dt)  # fmt: skip
        warnings += check_chosen(dataset, params, gt)
        images = sorted(set(dataset.images.id.tolist() if params.img_ids is None else params.img_ids))
        mine = replace(params, img_ids=tuple(images[shard::shards]))
        found, hits = match_columns(dataset, results, mine, name)
        if found.dt.masks is not None:
            from .mask_borders import check_masks

            warnings += check_masks(dataset, results, found.dt.masks, fixed=params.fixed, lenient=lenient,
                                    gt_path=gt, dt_path=dt)  # fmt: skip
    except DataError as error:
        raise error.renamed({"ground truth": source_name(gt, gt), "results": source_name(dt, dt)}) from error.__cause__
    state = Tally.of(found, hits, given_ids=True).to_bytes(replace(params, img_ids=None).to_dict())
    return state, warnings
