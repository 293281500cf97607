"""Trained networks as ONNX files, for other programs to run: compared with torch before they are written.

A file holds a network alone, as :mod:`cocokit.baselines.detectors.graphs` cuts them; choosing and suppressing boxes is
left to whoever runs it. There may be any number of images and regions; the images are of one size.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import torch

from cocokit.atomic import atomic_write
from cocokit.errors import CocokitError, DataError, ParamsError

from ..detectors.graphs import Graph, graphs_of
from .categories import Category
from .settings import to_json

_NEEDED = ("onnx", "onnxruntime", "onnxscript")
#: The largest difference of an output, relative to the largest value in it, that is still the same.
TOLERANCE = 1e-3


def export(
    detector: Any, baseline: str, categories: Sequence[Category], size: tuple[int, int], path: str
) -> dict[str, dict[str, float]]:
    """Write the networks of a detector as ONNX: one file, or one for each stage.

    Args:
        detector: a trained one.
        baseline: its name.
        categories: what labels stand for; they are written into the files.
        size: height and width px of its images; multiples of 32, unless the detector has a size of its own.
        path: where to; later stages have their part in the name, such as ``model-regions.onnx``.

    Returns:
        For each file the largest difference from torch of each output, relative to the largest value in it.

    Raises:
        CocokitError: the packages of the extra ``onnx`` are not installed.
        ParamsError: the baseline has no network; a size that it does not take.
        DataError: a file cannot be written, or its outputs are not torch's; then none is written.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise CocokitError(f"ONNX needs {', '.join(missing)}: pip install 'cocokit[onnx]'")
    if not getattr(detector.config, "size", 0) and (min(size) < 64 or size[0] % 32 or size[1] % 32):
        raise ParamsError("size", f"{size[0]}x{size[1]}", "give multiples of 32, of 64 or more")
    notes = {
        "baseline": baseline, "config": json.dumps(to_json(detector.config)),
        "categories": json.dumps([category.to_json() for category in categories]),
    }  # fmt: skip
    made, found = {}, {}
    for graph in graphs_of(detector.cpu(), baseline, size):
        place = _path(path, graph.part)
        made[place] = _model(graph, notes)
        found[place] = _compare(graph, made[place])
        _refuse_others(place, found[place])
    for place, data in made.items():
        with atomic_write(place) as file:
            file.write(data)
    return found


def _path(path: str, part: str) -> str:
    start, end = os.path.splitext(path)
    return f"{start}-{part}{end}" if part else path


def _refuse_others(path: str, differences: dict[str, float]) -> None:
    """Raises DataError where outputs are not torch's."""
    wrong = {name: value for name, value in differences.items() if not value <= TOLERANCE}
    if wrong:
        told = ", ".join(f"{name} by {value:.2g}" for name, value in wrong.items())
        reason = f"was not written: its outputs are not torch's ({told})"
        raise DataError(path, "", reason, "try other versions of onnx")


def _model(graph: Graph, notes: dict[str, str]) -> bytes:
    """The bytes of the file, with any number of images and regions."""
    axes = {name: torch.export.Dim("regions" if name in ("regions", "crops") else "batch", min=1, max=4096)
            for name in graph.inputs}  # fmt: skip
    axes |= {name: axes["pixels"] for name in axes if "pixels" in axes}
    with _quiet(), torch.no_grad():
        program = torch.onnx.export(
            graph, tuple(graph.inputs.values()), dynamo=True, verbose=False, input_names=list(graph.inputs),
            output_names=list(graph.outputs), dynamic_shapes=(tuple({0: axes[name]} for name in graph.inputs),),
        )  # fmt: skip
    assert program is not None
    proto = program.model_proto
    for key, value in notes.items():
        proto.metadata_props.add(key=key, value=value)
    made: bytes = proto.SerializeToString()
    return made


def _compare(graph: Graph, made: bytes) -> dict[str, float]:
    """How far each output is from torch's, for all images and regions of the example, and for the first alone."""
    import onnxruntime

    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    found = dict.fromkeys(graph.outputs, 0.0)
    for inputs in (graph.inputs, {name: x[:1] for name, x in graph.inputs.items()}):
        with torch.no_grad():
            wanted = graph(*inputs.values())
        given = session.run(None, {name: x.numpy() for name, x in inputs.items()})
        for name, mine, theirs in zip(graph.outputs, given, wanted, strict=True):
            far = (torch.from_numpy(mine) - theirs).abs().max() / theirs.abs().max().clamp(min=1e-6)
            found[name] = max(found[name], float(far))
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter warns of what it does itself, and logs what it does without."""
    levels = {logger: logger.level for logger in map(logging.getLogger, ("torch.onnx", "onnx_ir", "onnxscript"))}
    for logger in levels:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
