"""A trained network as an ONNX file, for other programs to run: compared with torch before it is written.

The file holds the network alone, from pixels to what the detector's ``forward`` gives (logits, codes of boxes,
anchors); choosing and suppressing boxes is left to whoever runs it. The batch may be of any length, the images are of
one size.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from cocokit.atomic import atomic_write
from cocokit.errors import CocokitError, DataError, ParamsError

from .categories import Category

#: What a detector's forward pass gives, by the baseline's name; others are called out0, out1, ...
OUTPUTS = {
    "retinanet": ("logits", "codes", "anchors"),
    "ssd": ("logits", "codes"),
    "yolo1": ("codes", "scores", "categories"),
}
_NEEDED = ("onnx", "onnxruntime", "onnxscript")
#: The largest difference of an output, relative to the largest value in it, that is still the same.
TOLERANCE = 1e-3


class Graph(nn.Module):
    """A detector's forward pass with its outputs in one row, lists of tensors joined."""

    def __init__(self, detector: Any) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """What the detector gives for pixels (B, 3, H, W)."""
        given = self.detector(pixels)
        parts = given.values() if isinstance(given, dict) else given if isinstance(given, tuple | list) else (given,)
        return tuple(torch.cat(list(part)) if isinstance(part, list | tuple) else part for part in parts)


def export(
    detector: Any, baseline: str, categories: Sequence[Category], size: tuple[int, int], path: str
) -> dict[str, float]:
    """Write the network of a detector as ONNX.

    Args:
        detector: a trained one.
        baseline: its name.
        categories: what labels stand for; they are written into the file.
        size: height and width px of its images; multiples of 32, unless the detector has a size of its own.
        path: where to.

    Returns:
        The largest difference from torch of each output, relative to the largest value in it.

    Raises:
        CocokitError: the packages of the extra ``onnx`` are not installed.
        ParamsError: the baseline is no single network; a size that it does not take.
        DataError: the file cannot be written, or its outputs are not torch's.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CocokitError(f"ONNX needs {', '.join(missing)}: pip install 'cocokit[onnx]'")
    if "forward" not in vars(type(detector)):
        raise ParamsError("baseline", baseline, f"it is no single network; those are {', '.join(OUTPUTS)}")
    if not getattr(detector.config, "size", 0) and (min(size) < 64 or size[0] % 32 or size[1] % 32):
        raise ParamsError("size", f"{size[0]}x{size[1]}", "give multiples of 32, of 64 or more")
    graph = Graph(detector.cpu().eval()).eval()
    pixels = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        names = _names(baseline, len(graph(pixels)))
    made = _model(graph, pixels, names, {
        "baseline": baseline, "config": json.dumps(vars(detector.config), default=list),
        "categories": json.dumps([category.to_json() for category in categories]),
    })  # fmt: skip
    differences = _compare(graph, made, pixels, names)
    wrong = {name: value for name, value in differences.items() if not value <= TOLERANCE}
    if wrong:
        told = ", ".join(f"{name} by {value:.2g}" for name, value in wrong.items())
        reason = f"was not written: its outputs are not torch's ({told})"
        raise DataError(path, "", reason, "try other versions of onnx")
    with atomic_write(path) as file:
        file.write(made)
    return differences


def _names(baseline: str, count: int) -> list[str]:
    known = OUTPUTS.get(baseline, ())
    return [*known] if len(known) == count else [f"out{n}" for n in range(count)]


def _model(graph: Graph, pixels: Tensor, names: Iterable[str], notes: dict[str, str]) -> bytes:
    """The bytes of the file, with a batch of any length."""
    with _quiet(), torch.no_grad():
        program = torch.onnx.export(
            graph, (pixels,), dynamo=True, verbose=False, input_names=["pixels"], output_names=list(names),
            dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=4096)},),
        )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    for key, value in notes.items():
        proto.metadata_props.add(key=key, value=value)
    made: bytes = proto.SerializeToString()
    return made


def _compare(graph: Graph, made: bytes, pixels: Tensor, names: Sequence[str]) -> dict[str, float]:
    """How far each output is from torch's, for one image and for two."""
    import onnxruntime

    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    found = dict.fromkeys(names, 0.0)
    for batch in (pixels, pixels[1:]):
        with torch.no_grad():
            wanted = graph(batch)
        for name, mine, theirs in zip(names, session.run(None, {"pixels": batch.numpy()}), wanted, strict=True):
            far = (torch.from_numpy(mine) - theirs).abs().max() / theirs.abs().max().clamp(min=1e-6)
            found[name] = max(found[name], float(far))
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns of what it does itself, and logs what it does without."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
