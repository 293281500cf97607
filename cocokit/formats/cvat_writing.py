"""Instances as CVAT's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from .. import rle
from ..atomic import atomic_write
from ..columns import Field
from ..dataset import Dataset
from ..types import Annotation, Image, Rle
from . import by_image as order
from .base import Progress
from .losses import unplaced
from .measuring import placeless
from .xml_parts import text_of


def left_out(dataset: Dataset) -> NDArray[np.bool_]:
    """(N,) bool: annotations without image, or with neither outline, box nor keypoints."""
    return (placeless(dataset) & ~dataset.annotations.has(Field.KEYPOINTS)) | unplaced(dataset)


def holds(name: str, value: Any) -> bool:
    """Whether a category's member is held: names of keypoints."""
    return name == "keypoints" and _are_names(value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value) and len(
        set(value)) == len(value)  # fmt: skip


def keeps_attribute(name: str, value: Any) -> bool:
    """Whether the member ``attributes`` comes back as it was: texts and truths; occluded only where it is true."""
    if not isinstance(value, dict) or not value or "is_crowd" in value or value.get("occluded", True) is not True:
        return False
    return all(v is True or v is False or (isinstance(v, str) and v not in ("true", "false")) for v in value.values())


def write_file(dataset: Dataset, out: str, progress: Progress | None) -> None:
    """Write annotations.xml. Raises DataError."""
    with atomic_write(out) as file:
        for done, text in enumerate(_texts(dataset)):
            file.write(text.encode())
            if progress is not None and done:
                progress(min(done, len(dataset.images)), len(dataset.images))


def _texts(dataset: Dataset) -> Iterator[str]:
    names = order.names_of(dataset)
    points = {row.id: row.other["keypoints"] for row in dataset.categories if _are_names(row.other.get("keypoints"))}
    # the whole file is checked before its first byte: names must differ
    order.file_names(dataset)
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n' + _meta(dataset)
    for image, rows in order.by_image(dataset, left_out=left_out):
        name = text_of(order.file_name_of(image), f"image {image.id}")
        lines = [f'  <image id="{image.id}" name={quoteattr(name)} width="{image.width}" height="{image.height}">']
        group = 0
        for row, annotation in rows:
            category = annotation.category_id or 0
            parts = list(_parts(row, annotation, image, points.get(category)))
            group += len(parts) > 1
            shared = _shared(annotation, names.get(category, str(annotation.category_id)))
            joined = f' group_id="{group}"' if len(parts) > 1 else ""
            inner = _inner(annotation)
            lines += [f"    <{tag}{shared}{joined} {own}>{more}{inner}</{tag}>" for tag, own, more in parts]
        yield "\n".join([*lines, "  </image>", ""])
    yield "</annotations>\n"


def _meta(dataset: Dataset) -> str:
    """The labels, as CVAT wants them when a task is made of them."""
    crowd = ("<attribute><name>is_crowd</name><mutable>False</mutable><input_type>checkbox</input_type>"
             "<default_value>false</default_value><values>false</values></attribute>")  # fmt: skip
    lines = ["  <meta>", "    <task>", f"      <size>{len(dataset.images)}</size>", "      <labels>"]
    for row in dataset.categories:
        name = escape(text_of(row.name, "categories"))
        points = row.other.get("keypoints") if _are_names(row.other.get("keypoints")) else ()
        kind = "skeleton" if points else "any"
        lines.append(f"        <label><name>{name}</name><type>{kind}</type><attributes>{crowd}</attributes></label>")
        for point in points or ():
            label = f"<name>{escape(text_of(point, 'categories'))}</name><type>points</type><attributes></attributes>"
            lines.append(f"        <label>{label}<parent>{name}</parent></label>")
    return "\n".join([*lines, "      </labels>", "    </task>", "  </meta>", ""])


def _shared(annotation: Annotation, label: str) -> str:
    occluded = int(_held(annotation).get("occluded") is True)
    return f' label={quoteattr(text_of(label, "categories"))} source="manual" occluded="{occluded}" z_order="0"'


def _held(annotation: Annotation) -> dict[str, Any]:
    found = annotation.extras.get("attributes")
    return found if isinstance(found, dict) else {}


def _inner(annotation: Annotation) -> str:
    found = {
        k: v for k, v in _held(annotation).items() if k not in ("occluded", "is_crowd") and isinstance(v, str | bool)
    }
    found |= {"is_crowd": True} if annotation.iscrowd else {}
    texts = {k: ("true" if v else "false") if isinstance(v, bool) else v for k, v in found.items()}
    return "".join(
        f"<attribute name={quoteattr(text_of(k, 'attributes'))}>{escape(text_of(v, 'attributes'), {chr(13): '&#13;'})}"
        "</attribute>"
        for k, v in texts.items()
    )


def _parts(row: int, annotation: Annotation, image: Image, names: list[str] | None) -> Iterator[tuple[str, str, str]]:
    """Tag, attributes and content of each shape of an instance."""
    outline = annotation.segmentation
    if isinstance(outline, Rle):
        yield "mask", _mask(order.mask_of(row, annotation, image)), ""
    elif outline:
        for ring in outline:
            yield "polygon", f'points="{_pairs(order.finite(ring, row, "segmentation"))}"', ""
    elif annotation.bbox is not None:
        x, y, w, h = order.finite(annotation.bbox, row, "bbox")
        yield "box", f'xtl="{x!r}" ytl="{y!r}" xbr="{x + w!r}" ybr="{y + h!r}"', ""
    if annotation.keypoints is not None:
        yield _points(order.finite(annotation.keypoints, row, "keypoints"), names)


def _points(values: tuple[float, ...], names: list[str] | None) -> tuple[str, str, str]:
    triples = list(zip(values[::3], values[1::3], values[2::3], strict=False))
    if names is None or len(names) != len(triples):
        return "points", f'points="{";".join(f"{x!r},{y!r}" for x, y, _ in triples)}"', ""
    inner = [
        f'<points label={quoteattr(text_of(name, "categories"))} source="manual" outside="{int(v == 0)}" '
        f'occluded="{int(v == 1)}" points="{x!r},{y!r}"></points>'
        for name, (x, y, v) in zip(names, triples, strict=True)
    ]
    return "skeleton", "", "".join(inner)


def _pairs(ring: tuple[float, ...]) -> str:
    return ";".join(f"{x!r},{y!r}" for x, y in zip(ring[::2], ring[1::2], strict=True))


def _mask(mask: NDArray[np.bool_]) -> str:
    x, y, w, h = (int(value) for value in rle.bbox(rle.encode(mask)))
    flat = mask[y : y + max(h, 1), x : x + max(w, 1)].ravel()
    runs = np.diff(np.concatenate([[0], np.flatnonzero(np.diff(flat, prepend=False)), [flat.size]]))
    return f'rle="{", ".join(map(str, runs.tolist()))}" left="{x}" top="{y}" width="{max(w, 1)}" height="{max(h, 1)}"'
