"""The networks of a detector, each as a graph of tensors alone; what happens between them is left to whoever runs them.

A one-stage detector is one graph. One of two stages is cut where regions are chosen: ``pixels`` to maps and, with a
proposer, ``logits``, ``codes`` and ``anchors``; then ``regions`` and maps to ``scores`` and ``codes``; then, where
there are masks or keypoints, ``regions`` and maps to those. Regions are (R, 5): the image's row, corners in its pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cocokit.errors import ParamsError

from ..parts.pooling import pool_rois
from ..parts.proposing import Proposer
from ..parts.trunk import Trunk
from .fast_rcnn import FastRCNN
from .faster_rcnn import FasterRCNN
from .mask_rcnn import MaskRCNN
from .rcnn import RCNN
from .rpn import RPN
from .sppnet import Map, SPPNet

#: What a one-stage detector's forward pass gives, by the baseline's name; others are called out0, out1, ...
OUTPUTS = {
    "retinanet": ("logits", "codes", "anchors"),
    "ssd": ("logits", "codes"),
    "yolo1": ("codes", "scores", "categories"),
}


class Graph(nn.Module):
    """One network, called with tensors in the order of ``inputs``.

    Args:
        part: "" for the one that sees images or crops; "regions" and "drawn" for those that come after it.
        owner: whose weights are in it.
        call: from the tensors to the outputs, in their order.
        inputs: an example of each input, by name; the first axis of any may have another length.
        outputs: their names.
    """

    def __init__(
        self, part: str, owner: nn.Module, call: Callable[..., Sequence[Tensor]], inputs: Mapping[str, Tensor],
        outputs: Sequence[str],
    ) -> None:  # fmt: skip
        super().__init__()
        self.part, self.owner, self.call = part, owner, call
        self.inputs, self.outputs = dict(inputs), tuple(outputs)

    def forward(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The outputs."""
        return tuple(self.call(*tensors))


@dataclass(frozen=True)
class _Example:
    """What graphs are tried with: two images, and some regions of both."""

    pixels: Tensor
    regions: Tensor


def graphs_of(detector: Any, baseline: str, size: tuple[int, int]) -> list[Graph]:
    """The networks of a detector, in the order in which they are run.

    Args:
        detector: a trained one, on the processor.
        baseline: its name.
        size: height and width px of its images.

    Raises:
        ParamsError: it has no network.
    """
    detector.eval()
    example = _Example(_random(2, 3, *size), _regions(size))
    if isinstance(detector, RCNN):
        return [_crops(detector)]
    if isinstance(detector, SPPNet):
        return _spatial(detector, example)
    if isinstance(detector, RPN | FasterRCNN | MaskRCNN | FastRCNN):
        return _two_stages(detector, example)
    if "forward" not in vars(type(detector)):
        raise ParamsError("baseline", baseline, "there is no network in it")
    return [_whole(detector, baseline, example)]


def _whole(detector: Any, baseline: str, example: _Example) -> Graph:
    """A detector of one stage; lists of tensors are joined."""

    def call(pixels: Tensor) -> list[Tensor]:
        given = detector(pixels)
        parts = given.values() if isinstance(given, dict) else given if isinstance(given, tuple | list) else (given,)
        return [torch.cat(list(part)) if isinstance(part, list | tuple) else part for part in parts]

    with torch.no_grad():
        count = len(call(example.pixels))
    known = OUTPUTS.get(baseline, ())
    names = known if len(known) == count else [f"out{n}" for n in range(count)]
    return Graph("", detector, call, {"pixels": example.pixels}, names)


def _two_stages(detector: RPN | FasterRCNN | MaskRCNN | FastRCNN, example: _Example) -> list[Graph]:
    trunk, proposer = detector.trunk, getattr(detector, "rpn", None)
    with torch.no_grad():
        maps = trunk(example.pixels)
    first = _images(trunk, proposer, example, [] if isinstance(detector, RPN) else list(maps))
    if isinstance(detector, RPN):
        return [first]
    inputs = {"regions": example.regions} | {name: x for name, x in maps.items() if trunk.strides[name] <= 32}
    names = [name for name in inputs if name != "regions"]
    reader = detector.classifier

    def look(bins: int, regions: Tensor, *levels: Tensor) -> Tensor:
        found = dict(zip(names, levels, strict=True))
        return pool_rois(found, trunk.strides, regions, bins, reader.config.pool, reader.config.canonical)

    def classify(*given: Tensor) -> list[Tensor]:
        logits, codes = reader.head(look(reader.bins, *given))
        return [logits.softmax(1), codes]

    graphs = [first, Graph("regions", reader.head, classify, inputs, ("scores", "codes"))]
    if isinstance(detector, MaskRCNN):
        heads = {"masks": detector.mask, "keypoints": detector.keypoint}
        there = nn.ModuleDict({name: head for name, head in heads.items() if head is not None})
        bins = detector.config.mask_bins

        def draw(*given: Tensor) -> list[Tensor]:
            seen = look(bins, *given)
            return [head(seen).sigmoid() if name == "masks" else head(seen) for name, head in there.items()]

        graphs.append(Graph("drawn", there, draw, inputs, tuple(there)))
    return graphs


def _images(trunk: Trunk, proposer: Proposer | None, example: _Example, names: Sequence[str]) -> Graph:
    """Pixels to what is proposed and the maps of those names that regions are read from."""
    read = [name for name in names if trunk.strides[name] <= 32]

    def call(pixels: Tensor) -> list[Tensor]:
        maps = trunk(pixels)
        looks = None if proposer is None else proposer(maps)
        told = [] if looks is None else [torch.cat(list(looks.logits), 1)[..., 0], torch.cat(list(looks.codes), 1),
                                         torch.cat(list(looks.anchors))]  # fmt: skip
        return told + [maps[name] for name in read]

    owner = nn.ModuleList([part for part in (trunk, proposer) if part is not None])
    told = () if proposer is None else ("logits", "codes", "anchors")
    return Graph("", owner, call, {"pixels": example.pixels}, (*told, *read))


def _crops(detector: RCNN) -> Graph:
    """Regions that are already warped to the network's size, to the scores of the SVMs and codes of boxes."""

    def call(crops: Tensor) -> list[Tensor]:
        flat = detector.see(crops)
        return [detector.post_hoc.score(detector.deep(flat)), detector.post_hoc.codes(flat)]

    side = detector.config.size
    return Graph("", detector, call, {"crops": _random(2, 3, side, side)}, ("scores", "codes"))


def _spatial(detector: SPPNet, example: _Example) -> list[Graph]:
    """Images that already have the network's size to a map; regions of it to scores and codes."""
    level = detector.config.level

    def look(pixels: Tensor) -> list[Tensor]:
        return [detector.backbone(pixels, last=level)[level]]

    def call(regions: Tensor, values: Tensor) -> list[Tensor]:
        flat = detector.pool(Map(values, 1 / detector.stride), regions)
        return [detector.post_hoc.score(detector.deep(flat)), detector.post_hoc.codes(flat)]

    with torch.no_grad():
        (values,) = look(example.pixels)
    later = nn.ModuleList([detector.deep, detector.post_hoc])
    inputs = {"regions": example.regions, level: values}
    return [Graph("", detector.backbone, look, {"pixels": example.pixels}, (level,)),
            Graph("regions", later, call, inputs, ("scores", "codes"))]  # fmt: skip


def _random(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def _regions(size: tuple[int, int]) -> Tensor:
    """(6, 5) regions small and large, of two images."""
    ends = _random(6, 4).reshape(6, 2, 2).sort(1).values.flatten(1)  # x, y, X, Y as shares
    corners = ends * ends.new_tensor([size[1], size[0]] * 2)
    corners[:2] = torch.tensor([[0.0, 0, size[1], size[0]], [size[1] / 2, size[0] / 2, size[1] / 2 + 8, size[0]]])
    return torch.cat([torch.tensor([0.0, 1, 0, 1, 0, 1])[:, None], corners], 1)
