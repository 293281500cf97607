"""What every detector owes, whatever it is: asked of each by the tests of its own file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from cocokit.baselines.batch import Batch, Result, Target


def without_boxes(batch: Batch) -> Batch:
    """The same image, said to show nothing."""
    assert batch.targets is not None
    empty = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64), crowd=torch.zeros(0, 4))
    return replace(batch, targets=(empty,) * len(batch))


def all_crowd(batch: Batch) -> Batch:
    """The same image, one region of a crowd from edge to edge."""
    assert batch.targets is not None
    return replace(batch, targets=tuple(
        replace(target, crowd=torch.tensor([[0.0, 0, width, height]]))
        for target, (height, width) in zip(batch.targets, batch.sizes, strict=True)
    ))  # fmt: skip


def check_gradients(detector: Any, batch: Batch) -> dict[str, float]:
    """The losses are finite scalars in float32, and their sum moves every weight that can be trained."""
    losses = detector.train().loss(batch)
    assert {(tuple(loss.shape), loss.dtype) for loss in losses.values()} == {((), torch.float32)}
    detector.zero_grad()
    sum(losses.values()).backward()
    idle = [name for name, p in detector.named_parameters() if p.requires_grad and p.grad is None]
    assert idle == []
    assert [name for name, p in detector.named_parameters() if p.grad is not None and not p.grad.isfinite().all()] == []
    return {name: loss.item() for name, loss in losses.items()}


def check_bfloat16(detector: Any, batch: Batch) -> None:
    """Under autocast the losses are float32 all the same, near those of full precision, and detections are float32."""
    torch.manual_seed(1)
    full = detector.train().loss(batch)
    torch.manual_seed(1)
    with torch.autocast("cpu", torch.bfloat16):
        half = detector.loss(batch)
        results = detector.eval().detect(batch)
    for name, loss in half.items():
        assert loss.dtype == torch.float32
        assert abs(loss.item() - full[name].item()) < 0.1 * abs(full[name].item()) + 1e-2
    for result in results:
        assert (result.boxes.dtype, result.scores.dtype) == (torch.float32, torch.float32)


def check_results(results: list[Result], batch: Batch, categories: int) -> None:
    """Best first, inside the images, with labels that exist."""
    assert len(results) == len(batch)
    for result, (height, width) in zip(results, batch.sizes, strict=True):
        count = len(result.boxes)
        assert (result.boxes.shape, result.scores.shape, result.labels.shape) == ((count, 4), (count,), (count,))
        assert (result.boxes.dtype, result.labels.dtype) == (torch.float32, torch.int64)
        assert not result.boxes.requires_grad
        assert (result.scores.diff() <= 0).all()
        assert ((result.boxes >= 0) & (result.boxes <= torch.tensor([width, height, width, height]))).all()
        assert (result.boxes[:, 2:] > result.boxes[:, :2]).all()
        assert ((result.labels >= 0) & (result.labels < categories)).all()


def check_export(detector: Any, pixels: torch.Tensor) -> None:
    """The network can be exported for batches of any length: nothing in it counts the images in Python."""
    detector.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter's own making
        batch = torch.export.Dim("batch", min=1, max=64)
        program = torch.export.export(detector, (pixels,), dynamic_shapes=({0: batch},)).module()
    three = torch.cat([pixels, pixels[:1].flip(3)])
    for mine, theirs in zip(program(three), detector(three), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


def check_round_trip(make: Callable[[], Any], detector: Any, batch: Batch) -> None:
    """Another one with the same state gives the same detections, of which there are some."""
    other = make()
    other.load_state_dict(detector.state_dict())
    for a, b in zip(detector.eval().detect(batch), other.eval().detect(batch), strict=True):
        assert len(a.boxes)
        assert torch.equal(a.boxes, b.boxes)
        assert torch.equal(a.scores, b.scores)
        assert torch.equal(a.labels, b.labels)
