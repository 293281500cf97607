"""Drop-in for ``pycocotools.coco``: annotations as plain dicts, with the same methods and the same printed lines."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable
from copy import deepcopy
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cocokit.columns import UInt8

from . import mask
from .blame import blame
from .garbage import paused_gc
from .results import prepare_results

Row = dict[str, Any]


def _is_listed(value: Any) -> bool:
    return hasattr(value, "__iter__") and hasattr(value, "__len__")


def _listed(value: Any) -> Any:
    return value if _is_listed(value) else [value]


def _lookup(ids: Iterable[Any]) -> Any:
    """Something to ask ``x in`` of many times: a set of plain values where the ids can be hashed."""
    try:
        return {i.item() if isinstance(i, np.generic) else i for i in ids}
    except TypeError:
        return ids


def load_json(path: Any) -> Any:
    """Parsed content of a JSON file.

    Raises:
        json.JSONDecodeError: not JSON; the message names the file.
    """
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        with paused_gc():
            return json.loads(text)
    except json.JSONDecodeError as error:
        raise json.JSONDecodeError(f"{os.fspath(path)}: {error.msg}", error.doc, error.pos) from None


class COCO:
    """Annotations of a dataset, or results, indexed by id; same names and behaviour as pycocotools' ``COCO``.

    Attributes:
        dataset: the parsed JSON object.
        anns, cats, imgs: id -> dict; of repeated ids the last one (PARITY X2).
        imgToAnns: image id -> its annotations, in the file's order.
        catToImgs: category id -> the image id of each of its annotations.
    """

    dataset: Row
    anns: dict[Any, Row]
    cats: dict[Any, Row]
    imgs: dict[Any, Row]
    imgToAnns: defaultdict[Any, list[Row]]
    catToImgs: defaultdict[Any, list[Any]]

    def __init__(self, annotation_file: str | os.PathLike[str] | None = None) -> None:
        """Read and index a file, or make an empty object to which ``dataset`` is assigned.

        Raises:
            AssertionError: the file is no JSON object.
            json.JSONDecodeError: it is not JSON.
        """
        self.dataset, self.anns, self.cats, self.imgs = {}, {}, {}, {}
        self.imgToAnns, self.catToImgs = defaultdict(list), defaultdict(list)
        if annotation_file is not None:
            print("loading annotations into memory...")
            tic = time.time()
            dataset = load_json(annotation_file)
            if type(dataset) is not dict:
                raise AssertionError(
                    f"annotation file format {type(dataset)} not supported: {annotation_file} must hold one object "
                    "with images, annotations and categories; results go into loadRes()"
                )
            print(f"Done (t={time.time() - tic:0.2f}s)")
            self.dataset = dataset
            self.createIndex()

    def createIndex(self) -> None:
        """Build ``anns``, ``cats``, ``imgs``, ``imgToAnns`` and ``catToImgs`` from ``dataset``.

        Raises:
            KeyError: a row without ``id``, ``image_id`` or ``category_id``, with its place.
        """
        print("creating index...")
        by_image, by_category = defaultdict(list), defaultdict(list)
        rows = self.dataset.get("annotations", [])
        anns = _by_id(rows, "annotations")
        with paused_gc():
            try:
                for ann in rows:
                    by_image[ann["image_id"]].append(ann)
                if "categories" in self.dataset:
                    for ann in rows:
                        by_category[ann["category_id"]].append(ann["image_id"])
            except KeyError as error:
                needed = ("image_id", "category_id")
                i = next(i for i, ann in enumerate(rows) if any(name not in ann for name in needed))
                raise blame(error, "annotations", i, rows[i], needed) from None
        imgs = _by_id(self.dataset.get("images", []), "images")
        cats = _by_id(self.dataset.get("categories", []), "categories")
        print("index created!")
        self.anns, self.imgs, self.cats = anns, imgs, cats
        self.imgToAnns, self.catToImgs = by_image, by_category

    def info(self) -> None:
        """Print the members of ``info``."""
        for key, value in self.dataset["info"].items():
            print(f"{key}: {value}")

    def getAnnIds(self, imgIds: Any = (), catIds: Any = (), areaRng: Any = (), iscrowd: Any = None) -> list[Any]:
        """Ids of the annotations that pass all filters; an empty filter lets all through.

        Args:
            imgIds, catIds: one id or a list.
            areaRng: [lowest, highest] area px^2, both ends excluded (PARITY D7).
            iscrowd: 0 or 1.
        """
        imgIds, catIds = _listed(imgIds), _listed(catIds)
        rows: Iterable[Row]
        if len(imgIds):
            rows = chain.from_iterable(self.imgToAnns[i] for i in imgIds if i in self.imgToAnns)
        else:
            rows = self.dataset["annotations"]
        if len(catIds):
            wanted = _lookup(catIds)
            rows = [ann for ann in rows if ann["category_id"] in wanted]
        if len(areaRng):
            rows = [ann for ann in rows if areaRng[0] < ann["area"] < areaRng[1]]
        if iscrowd is not None:
            rows = [ann for ann in rows if ann["iscrowd"] == iscrowd]
        return [ann["id"] for ann in rows]

    def getCatIds(self, catNms: Any = (), supNms: Any = (), catIds: Any = ()) -> list[Any]:
        """Ids of the categories of these names, super-categories and ids; an empty filter lets all through."""
        rows = self.dataset["categories"]
        for member, wanted in (("name", catNms), ("supercategory", supNms), ("id", catIds)):
            wanted = _listed(wanted)
            if len(wanted):
                rows = [cat for cat in rows if cat[member] in wanted]
        return [cat["id"] for cat in rows]

    def getImgIds(self, imgIds: Any = (), catIds: Any = ()) -> list[Any]:
        """Ids of the images among ``imgIds`` that have annotations of *all* ``catIds``; all images without filters."""
        imgIds, catIds = _listed(imgIds), _listed(catIds)
        if not len(imgIds) and not len(catIds):
            return list(self.imgs)
        found = set(imgIds)
        for i, category in enumerate(catIds):
            if i == 0 and not found:
                found = set(self.catToImgs[category])
            else:
                found &= set(self.catToImgs[category])
        return list(found)

    def loadAnns(self, ids: Any = ()) -> Any:
        """The annotations of one id or a list of ids, as a list."""
        return _of(self.anns, ids)

    def loadCats(self, ids: Any = ()) -> Any:
        """The categories of one id or a list of ids, as a list."""
        return _of(self.cats, ids)

    def loadImgs(self, ids: Any = ()) -> Any:
        """The images of one id or a list of ids, as a list."""
        return _of(self.imgs, ids)

    def showAnns(self, anns: list[Row], draw_bbox: bool = False) -> int | None:
        """Draw annotations on the current axes (needs matplotlib), or print captions; 0 for an empty list."""
        if not len(anns):
            return 0
        if "segmentation" in anns[0] or "keypoints" in anns[0]:
            from .drawing import draw_annotations

            draw_annotations(self, anns, draw_bbox)
        elif "caption" in anns[0]:
            for ann in anns:
                print(ann["caption"])
        else:
            raise Exception("datasetType not supported: annotations have neither segmentation, keypoints nor caption")
        return None

    def loadRes(self, resFile: Any) -> COCO:
        """Results as a ``COCO`` object of their own.

        Args:
            resFile: a path, a list of dicts (changed in place: ids 1 to N, areas, boxes; PARITY J1 to J4), or an (N, 7)
                array of image id, x, y, width, height, score, category id.

        Raises:
            AssertionError: not a list, or a result for an image that this dataset does not have (J5).
            IndexError: an empty list (X4), or a box of fewer than four numbers.
            KeyError: a result that is of another kind than the first one (J6).
        """
        res = COCO()
        res.dataset["info"] = deepcopy(self.dataset.get("info", {}))
        res.dataset["images"] = list(self.dataset["images"])
        print("Loading and preparing results...")
        tic = time.time()
        if isinstance(resFile, (str, os.PathLike)):
            anns = load_json(resFile)
        else:
            anns = self.loadNumpyAnnotations(resFile) if type(resFile) is np.ndarray else resFile
        prepare_results(self, res, anns)
        print(f"DONE (t={time.time() - tic:0.2f}s)")
        res.dataset["annotations"] = anns
        res.createIndex()
        return res

    def download(self, tarDir: str | None = None, imgIds: Any = ()) -> int | None:
        """Fetch images by their ``coco_url`` into a folder; those that are there are left alone.

        Returns:
            -1 when no folder was named.
        """
        if tarDir is None:
            print("Please specify target directory")
            return -1
        from urllib.request import urlretrieve

        images = self.loadImgs(imgIds) if len(imgIds) else list(self.imgs.values())
        Path(tarDir).mkdir(parents=True, exist_ok=True)
        for i, image in enumerate(images):
            tic = time.time()
            target = Path(tarDir) / image["file_name"]
            if not target.exists():
                urlretrieve(image["coco_url"], target)
            print(f"downloaded {i}/{len(images)} images (t={time.time() - tic:0.1f}s)")
        return None

    def loadNumpyAnnotations(self, data: NDArray[Any]) -> list[Row]:
        """Results from an (N, 7) array of image id, x, y, width, height, score, category id.

        Raises:
            AssertionError: not such an array.
            IndexError: an array of one dimension.
        """
        print("Converting ndarray to lists...")
        if type(data) is not np.ndarray:
            raise AssertionError(f"results are {type(data).__name__} where an (N, 7) array was expected")
        print(data.shape)
        if data.ndim < 2 or data.shape[1] != 7:
            kind = AssertionError if data.ndim > 1 else IndexError
            raise kind(f"results are an array of shape {data.shape} where (N, 7) was expected")
        rows = []
        for i, row in enumerate(data):
            if i % 1000000 == 0:
                print(f"{i}/{len(data)}")
            rows.append({"image_id": int(row[0]), "bbox": list(row[1:5]), "score": row[5], "category_id": int(row[6])})
        return rows

    def annToRLE(self, ann: Row) -> Any:
        """Compressed RLE of an annotation: of its polygons, united (PARITY K2), or of its RLE of either form."""
        outline = ann["segmentation"]
        image = self.imgs[ann["image_id"]]
        height, width = image["height"], image["width"]
        if type(outline) is list:
            return mask.merge(mask.frPyObjects(outline, height, width))
        if type(outline["counts"]) is list:
            return mask.frPyObjects(outline, height, width)
        return outline

    def annToMask(self, ann: Row) -> UInt8:
        """(H, W) uint8, 1 inside the annotation's outline."""
        found: UInt8 = mask.decode(self.annToRLE(ann))
        return found


def _by_id(rows: list[Row], kind: str) -> dict[Any, Row]:
    try:
        return {row["id"]: row for row in rows}
    except KeyError as error:
        i = next(i for i, row in enumerate(rows) if "id" not in row)
        raise blame(error, kind, i, rows[i], ("id",)) from None


def _of(table: dict[Any, Row], ids: Any) -> list[Row] | None:
    if _is_listed(ids):
        return [table[i] for i in ids]
    return [table[ids]] if type(ids) is int else None
