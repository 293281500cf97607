"""What torchvision answers, written down, so that tests hold to it where torchvision does not import.

``PYTHONPATH=. python -m tests.baselines.ops.freeze`` with torch and torchvision writes ``torchvision.json`` beside this
file: inputs, answers, versions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

FROZEN = Path(__file__).with_name("torchvision.json")
Inputs = dict[str, Tensor]
Answers = dict[str, Tensor]


def made(seed: int) -> Inputs:
    """Inputs of every operation, the same on every machine and with every torch."""
    draw = random.Random(seed)
    numbers = lambda *shape: torch.tensor(  # noqa: E731
        [round(draw.uniform(-3, 3), 3) for _ in range(torch.Size(shape).numel())]
    ).view(shape)
    return {
        "boxes": clustered(draw, 40),
        "others": clustered(draw, 9),
        "scores": torch.tensor([draw.randrange(20) / 20 for _ in range(40)]),  # with ties
        "labels": torch.tensor([draw.randrange(3) for _ in range(40)]),
        "maps": numbers(2, 8, 5, 6),
        "inside": regions(draw, 5, 0, 0),
        "anywhere": regions(draw, 5, -30, 40),
        "upstream": numbers(5, 8, 2, 2),
        "codes": numbers(9, 4),
        "targets": torch.tensor([[float(draw.random() < 0.3) for _ in range(4)] for _ in range(9)]),
    }


def clustered(draw: random.Random, count: int) -> Tensor:
    """(count, 4) boxes in six heaps."""
    rows = []
    for _ in range(count):
        x, y = draw.randrange(3) * 40 + draw.uniform(0, 6), draw.randrange(2) * 40 + draw.uniform(0, 6)
        rows.append([x, y, x + draw.uniform(20, 30), y + draw.uniform(20, 30)])
    return (torch.tensor(rows) * 8).round() / 8


def regions(draw: random.Random, count: int, least: float, more: float) -> Tensor:
    """(count, 5) regions of two images of 48 x 40 px, or reaching outside."""
    rows = []
    for i in range(count):
        x0, x1 = sorted(draw.uniform(least, 48 + more) for _ in range(2))
        y0, y1 = sorted(draw.uniform(least, 40 + more) for _ in range(2))
        rows.append([i % 2, round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)])
    return torch.tensor(rows)


def theirs(given: Inputs) -> Answers:
    """Torchvision's answers."""
    from torchvision import ops
    from torchvision.models.detection._utils import BoxCoder, Matcher

    boxes, scores, others = given["boxes"], given["scores"], given["others"]
    coder, some = BoxCoder((10.0, 10.0, 5.0, 5.0)), boxes[:9]
    found = {
        "iou": ops.box_iou(boxes, others),
        "clip": ops.clip_boxes_to_image(boxes - 10, (50, 70)),
        "encode": coder.encode_single(some, others),
        "decode": coder.decode_single(given["codes"], others),
        "match": Matcher(0.5, 0.3)(ops.box_iou(others, boxes)),
        "focal": ops.sigmoid_focal_loss(given["codes"], given["targets"], 0.25, 2.0),
        "focal_plain": ops.sigmoid_focal_loss(given["codes"], given["targets"], -1, 1.0),
    }
    for thr in (0.3, 0.5, 0.7):
        found[f"nms_{thr}"] = ops.nms(boxes, scores, thr)
        found[f"batched_nms_{thr}"] = ops.batched_nms(boxes, scores, given["labels"], thr)
    for where in ("inside", "anywhere"):
        for n in (1, 2, 3):
            align = lambda m, n=n, where=where: ops.roi_align(m, given[where], 2, 0.125, n, aligned=True)  # noqa: E731
            found |= both(f"align_{where}_{n}", align, given, given["upstream"])
        pool = lambda m, where=where: ops.roi_pool(m, given[where], 2, 0.125)  # noqa: E731
        found |= both(f"pool_{where}", pool, given, given["upstream"])
        ps = lambda m, where=where: ops.ps_roi_align(m, given[where], 2, 0.125, 2)  # noqa: E731
        found |= both(f"ps_{where}", ps, given, given["upstream"][:, :2])
    return found


def ours(given: Inputs) -> Answers:
    """The same questions, answered by this project."""
    from cocokit.baselines.ops.boxes import clip, iou
    from cocokit.baselines.ops.coding import decode, encode
    from cocokit.baselines.ops.nms import batched_nms, nms
    from cocokit.baselines.ops.regions import ps_roi_align, roi_align, roi_pool
    from cocokit.baselines.parts.losses import focal
    from cocokit.baselines.parts.matching import match

    boxes, scores, others = given["boxes"], given["scores"], given["others"]
    weights = (10.0, 10.0, 5.0, 5.0)
    found = {
        "iou": iou(boxes, others),
        "clip": clip(boxes - 10, (50, 70)),
        "encode": encode(boxes[:9], others, weights=weights),
        "decode": decode(given["codes"], others, weights=weights),
        "match": match(boxes, others, 0.3, 0.5, force=False),
        "focal": focal(given["codes"], given["targets"], 0.25, 2.0),
        "focal_plain": focal(given["codes"], given["targets"], None, 1.0),
    }
    for thr in (0.3, 0.5, 0.7):
        found[f"nms_{thr}"] = nms(boxes, scores, thr)
        found[f"batched_nms_{thr}"] = batched_nms(boxes, scores, given["labels"], thr)
    for where in ("inside", "anywhere"):
        for n in (1, 2, 3):
            align = lambda m, n=n, where=where: roi_align(m, given[where], 2, 0.125, n)  # noqa: E731
            found |= both(f"align_{where}_{n}", align, given, given["upstream"])
        pool = lambda m, where=where: roi_pool(m, given[where], 2, 0.125)  # noqa: E731
        found |= both(f"pool_{where}", pool, given, given["upstream"])
        ps = lambda m, where=where: ps_roi_align(m, given[where], 2, 0.125)  # noqa: E731
        found |= both(f"ps_{where}", ps, given, given["upstream"][:, :2])
    return found


def both(name: str, op: Callable[[Tensor], Tensor], given: Inputs, upstream: Tensor) -> Answers:
    """The features of regions, and the gradient of the maps."""
    maps = given["maps"].clone().requires_grad_()
    features = op(maps)
    features.backward(upstream)
    assert maps.grad is not None
    return {name: features.detach(), f"{name}_gradient": maps.grad}


def frozen() -> tuple[Inputs, Answers]:
    """What was written down."""
    text: dict[str, Any] = json.loads(FROZEN.read_text())
    return tuple({k: torch.tensor(v) for k, v in text[part].items()} for part in ("inputs", "answers"))  # type: ignore


def main() -> None:
    """Write it down."""
    import torchvision

    given = made(0)
    lists = {k: v.tolist() for k, v in given.items()}
    answers = {k: rounded(v) for k, v in theirs(given).items()}
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    body = [f'"versions": {json.dumps(versions)}']
    for part, values in (("inputs", lists), ("answers", answers)):
        lines = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in values.items())
        body.append(f'"{part}": {{\n  {lines}\n}}')
    FROZEN.write_text("{" + ",\n".join(body) + "}\n")


def rounded(value: Tensor) -> Any:
    """Numbers of seven digits, which is what float32 has."""
    def short(x: Any) -> Any:
        return [short(y) for y in x] if isinstance(x, list) else float(f"{x:.7g}") if isinstance(x, float) else x

    return short(value.tolist())


if __name__ == "__main__":
    main()
