"""What the incremental evaluator adds to a training loop's validation: its share of the network's own CPU time.

    python -m tests.benchmarks.training_loop [--images 640] [--batch 16]

The network is far lighter than any detector (four strided convolutions on 224 x 224 px, about 0.3 GFLOP an image, one
thread), so that the share is an upper bound. Needs torch (``pip install 'torch>=2.11,<2.14'``).
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib.util import find_spec
from typing import Any

import cocokit

_PER_IMAGE, _TARGETS, _CATEGORIES = 100, 7, 80


def network(torch: Any) -> Any:
    """Four strided convolutions and a head of 5 + 80 channels."""
    layers: list[Any] = []
    for inputs, outputs in ((3, 32), (32, 64), (64, 128), (128, 256)):
        layers += [torch.nn.Conv2d(inputs, outputs, 3, 2, 1), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Conv2d(256, 5 + _CATEGORIES, 1)).eval()


def boxes(torch: Any, n: int) -> Any:
    """(n, 4) float32 boxes, x0, y0, x1, y1 px."""
    corner = torch.rand(n, 2) * 180
    return torch.cat([corner, corner + torch.rand(n, 2) * 40 + 2], 1)


def main() -> None:
    """Run the loop and print both times and the share."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--images", type=int, default=640)
    arguments.add_argument("--batch", type=int, default=16)
    given = arguments.parse_args()
    if find_spec("torch") is None:
        sys.exit("this benchmark needs torch: pip install 'torch>=2.11,<2.14'")
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    net = network(torch)
    evaluator = cocokit.Evaluator("bbox", box_format="xyxy", cat_ids=list(range(1, _CATEGORIES + 1)))
    spent = {"network": 0.0, "update": 0.0, "compute": 0.0}
    for first in range(0, given.images, given.batch):
        photos = torch.rand(given.batch, 3, 224, 224)
        start = time.process_time()
        with torch.no_grad():
            cells = net(photos).flatten(2).permute(0, 2, 1)
            score, label = cells[:, :, 5:].sigmoid().max(-1)
            top = score.topk(_PER_IMAGE, 1)
        spent["network"] += time.process_time() - start
        found = [{"boxes": boxes(torch, _PER_IMAGE), "scores": s, "labels": y[i] + 1}
                 for s, i, y in zip(top.values, top.indices, label, strict=True)]  # fmt: skip
        truth = [{"boxes": boxes(torch, _TARGETS), "labels": torch.randint(1, _CATEGORIES + 1, (_TARGETS,))}
                 for _ in range(given.batch)]  # fmt: skip
        start = time.process_time()
        evaluator.update(range(first, first + given.batch), found, truth)
        spent["update"] += time.process_time() - start
    start = time.process_time()
    evaluator.compute()
    spent["compute"] = time.process_time() - start
    share = (spent["update"] + spent["compute"]) / spent["network"]
    times = ", ".join(f"{name} {seconds:.2f}" for name, seconds in spent.items())
    print(f"{given.images} images, {given.images * _PER_IMAGE:,} detections; CPU s: {times}; share {share:.1%}")


if __name__ == "__main__":
    main()
