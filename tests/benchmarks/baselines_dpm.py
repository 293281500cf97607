"""Seconds that DPM takes for an image: the whole of it, and its steps, for one category and for twenty.

    python -m tests.benchmarks.baselines_dpm [--categories 1,20] [--size 375x500] [--threads 2] [--repeats 3]

Filters are learned on pictures of shapes in half a minute, then repeated for as many categories as are asked for, a
little different in each; the image is a photograph. voc-release5 was published with 14 s an image.
Needs torch (``pip install 'torch>=2.11,<2.14'``).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any


def learned(torch: Any) -> Any:
    """A detector of one category with three components, from six pictures of shapes."""
    from cocokit.baselines.detectors.dpm import DPM, Config
    from cocokit.baselines.train.shapes import shapes_batches

    torch.manual_seed(0)
    pictures = shapes_batches(6, 128, seed=2, domain="scales")
    for batch in pictures:
        batch.targets[0].labels.zero_()
    detector = DPM(Config(zoom=2.0, cost=0.05, part_rounds=2, memory=100), 1)
    detector.fit(pictures)
    return detector


def repeated(torch: Any, detector: Any, categories: int) -> Any:
    """The same filters for many categories, a little different in each, at the zoom of release 5."""
    from dataclasses import replace

    from cocokit.baselines.detectors.dpm import DPM

    made = DPM(replace(detector.config, zoom=1.0), categories)
    chance = torch.Generator().manual_seed(0)
    state = {name: value.repeat(categories, *[1] * (value.dim() - 1)) for name, value in detector.state_dict().items()}
    for name in ("root", "parts"):
        state[name] *= 0.9 + 0.2 * torch.rand(state[name].shape, generator=chance)
    made.load_state_dict(state)
    return made


def photograph(torch: Any, height: int, width: int) -> Any:
    """(1, 3, H, W) float32: scikit-image's astronaut, cut and stretched."""
    from skimage import data

    pixels = torch.from_numpy(data.astronaut()).permute(2, 0, 1)[None].float() / 255
    return torch.nn.functional.interpolate(pixels, (height, width), mode="bilinear", antialias=True)


def seconds(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """The least CPU seconds and the least seconds by the clock."""
    work()
    cpu, clock = [], []
    for _ in range(repeats):
        before = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - before[0])
        clock.append(time.perf_counter() - before[1])
    return min(cpu), min(clock)


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--categories", default="1,20")
    arguments.add_argument("--size", default="375x500")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--state", help="a file to keep the learned filters in, so that the next run need not learn")
    given = arguments.parse_args()
    if find_spec("torch") is None:
        sys.exit("this benchmark needs torch: pip install 'torch>=2.11,<2.14'")
    import torch

    from cocokit.baselines.batch import Batch
    from cocokit.baselines.classic.pyramid import pyramid

    torch.set_num_threads(given.threads)
    height, width = (int(side) for side in given.size.split("x"))
    pixels, detector = photograph(torch, height, width), kept(torch, given.state)
    config = detector.config
    row = "{:34}{:>9.2f} s CPU{:>9.2f} s".format
    print(f"{height} x {width} px, {given.threads} threads, {config.levels} levels an octave")
    levels = list(pyramid(pixels, config.levels, config.pad))
    print(row(f"pyramid of {len(levels)} levels", *seconds(
        lambda: list(pyramid(pixels, config.levels, config.pad)), given.repeats)))  # fmt: skip
    for count in (int(word) for word in given.categories.split(",")):
        many = repeated(torch, detector, count)
        bank = many._bank()[0]

        def slide(bank: Any = bank) -> None:
            for level in levels:
                for _ in bank.scored(level):
                    pass

        def detect(many: Any = many) -> Any:
            return many.detect(Batch(pixels, ((height, width),)))

        print(row(f"{count} categories: filters and moves", *seconds(slide, given.repeats)))
        print(row(f"{count} categories: all, to detections", *seconds(detect, given.repeats)))


def kept(torch: Any, path: str | None) -> Any:
    """What was learned before, or now."""
    from pathlib import Path

    if path is not None and Path(path).exists():
        return torch.load(path, weights_only=False)
    detector = learned(torch)
    if path is not None:
        torch.save(detector, path)
    return detector


if __name__ == "__main__":
    main()
