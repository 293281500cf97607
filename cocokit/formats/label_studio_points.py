"""Label Studio's points, put in the order of a category: every point is a region, and its label is its name.

The configuration says the order (``model_index``, else the order of the labels), which Label Studio's own exports go by
too; without one it is that in which the names come. A point that nobody set is not labelled, every other is visible:
Label Studio does not say whether it is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from .building import Builder


def names_in(part: Element) -> list[tuple[int, str]]:
    """(place, name) of the points in a part of a configuration; the place is 0 where it is not said."""
    labels = [label for tag in part.iter("KeyPointLabels") for label in tag.iter("Label")]
    texts = [(label.get("model_index") or "", label.get("value") or "") for label in labels]
    return [(int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0, name) for text, name in texts]


class Points:
    """The points of all instances of a file, until the names of each category are known."""

    def __init__(self, names: Sequence[str]) -> None:
        """``names``: of all points, in their order; none if no configuration says it."""
        self.names = names
        self._found: list[tuple[dict[str, Any], dict[str, list[float]]]] = []

    def add(self, annotation: dict[str, Any], name: str, x: float, y: float) -> bool:
        """Give a point (px) to the annotation that was made last; False if it has one of this name."""
        if not self._found or self._found[-1][0] is not annotation:
            self._found.append((annotation, {}))
        known = self._found[-1][1]
        if name in known:
            return False
        known[name] = [x, y, 2]
        return True

    def finish(self, made: Builder) -> None:
        """Write the members ``keypoints`` of all annotations and of their categories."""
        order: dict[int, dict[str, None]] = {}
        for annotation, points in self._found:
            order.setdefault(annotation["category_id"], dict.fromkeys(self.names)).update(dict.fromkeys(points))
        for row in made.categories.values():
            if row["id"] in order:
                row["keypoints"] = [*order[row["id"]]]
        for annotation, points in self._found:
            rows = [points.get(name, [0, 0, 0]) for name in order[annotation["category_id"]]]
            annotation |= {"keypoints": [value for row in rows for value in row], "num_keypoints": len(points)}
