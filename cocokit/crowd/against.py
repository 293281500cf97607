"""A campaign's dataset against a truth, as if people were a detector: every mask a detection, all equally sure."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass

import numpy as np

from cocokit import rle
from cocokit.campaign.context import Campaign
from cocokit.campaign.export import export_campaign
from cocokit.campaign.staging import Database
from cocokit.campaign.status import note_evaluation
from cocokit.coco_json import read_dataset
from cocokit.columns import Annotations, Field
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.eval.evaluate import evaluate
from cocokit.masks import Masks
from cocokit.types import Rle

_FIELDS = Field.IMAGE_ID | Field.CATEGORY_ID | Field.SCORE | Field.SEGMENTATION


@dataclass(frozen=True, slots=True)
class Measured:
    """How a dataset compares with the truth.

    Attributes:
        truth: the file.
        images, annotations, detections: images that both have; the truth's annotations there; masks of the campaign.
        stats: pycocotools' twelve numbers for masks, by name.
    """

    truth: str
    images: int
    annotations: int
    detections: int
    stats: dict[str, float]


def measure_export(folder: str | os.PathLike[str], truth: str | os.PathLike[str]) -> Measured:
    """Evaluate an exported dataset, on the images that are finished and that the truth has.

    Args:
        folder: from :func:`cocokit.campaign.export.export_campaign`.
        truth: a COCO file with masks.

    Raises:
        DataError: no dataset, or no image in common.
    """
    return _measured(folder, read_dataset(truth), os.fspath(truth))


def evaluate_campaign(database: Database, campaign: Campaign, known: Dataset, truth: str, now: int) -> Measured:
    """Export what is finished into a folder that goes away, measure it, and show the result in the status from now on.

    Args:
        database: where the campaign is.
        campaign: which one.
        known: the truth.
        truth: its file or name.
        now: ms since 1970 UTC.

    Raises:
        DataError: no image in common.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "export")
        export_campaign(database, campaign.record.name, path)
        measured = _measured(path, known, truth)
    note_evaluation(database, campaign, asdict(measured), now)
    return measured


def _measured(folder: str | os.PathLike[str], known: Dataset, truth: str) -> Measured:
    made = read_dataset(os.path.join(folder, "instances.json"))
    both = np.intersect1d(made.images.id, known.images.id)
    if not len(both):
        reason = "has no image with the id of a finished one"
        raise DataError(truth, "images", reason, "give the truth of this campaign, or let it finish images")
    report = evaluate(known, _as_results(made), "segm", img_ids=both.tolist())
    stats = dict(zip(report.stat_names, report.stats.tolist(), strict=True))
    n = report.counts
    return Measured(truth, n["images"], n["annotations"], n["detections"], stats)


def _as_results(dataset: Dataset) -> Annotations:
    """The masks of single instances, each with a score of 1."""
    table = dataset.annotations
    assert table.image_id is not None and table.category_id is not None
    assert table.segmentation is not None and table.iscrowd is not None
    rows = np.flatnonzero(table.iscrowd == 0)
    places = [dataset.image_row(image) for image in table.image_id.tolist()]
    sizes = np.stack([dataset.images.height[places], dataset.images.width[places]], axis=1)
    drawn = Masks(table.segmentation, sizes, rows)
    texts = rle.text_of(drawn.ends(rows))  # a detection's mask is an RLE
    size = drawn.size[rows].tolist()
    masks = [Rle(height, width, text) for (height, width), text in zip(size, texts, strict=True)]
    return Annotations(
        np.full(len(rows), int(_FIELDS)),
        image_id=table.image_id[rows],
        category_id=table.category_id[rows],
        score=np.ones(len(rows)),
        segmentation=rle.segmentations(masks),
    )
