"""What each baseline comes to on small sets of photographs: trained one after the other, as a table.

    python -m tests.benchmarks.baselines_trained NAME=DATA[,IMAGES] ... [--only mask_rcnn ssd]
        [--steps 120] [--set NAME=VALUE ...] [-o RUNS]

DATA and IMAGES are what ``cocokit train`` takes, with a split train and a split val; NAME is what the table calls them.
Everything that has a backbone begins from ImageNet weights (EfficientNet-Lite 0, its statistics frozen), sees images of
320 px and takes steps of 4 images; R-CNN, SPP-net and Fast R-CNN are given Selective Search's regions. DPM, which knows
no steps, sees images of 640 px, so that a root of 3000 px^2 is no larger than most instances, and learns two groups of
aspect ratios: of three, the least common category would leave nine instances to each. One thread, one seed. Minutes are
of CPU time, from the start of the command to its end, the last evaluation included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cocokit.baselines.detectors import find_detector

HEAD = "| baseline | data | AP | AP50 | mask AP | CPU minutes |\n|---|---|---|---|---|---|"
_LITE = "model.backbone=efficientnet-lite0 model.pretrained=true model.norm=frozen"
_STEPS = "size=320 batch=4 lr=0.006 warmup=20 ema=0.99"
_HEADS = "model.width=96 model.hidden=256 model.regions=128"
_STAGES = (f"model.sides=24,48,96,192,384 {_HEADS} model.proposals_train=500 model.proposals=300 model.rpn_each=500 "
           "model.rpn_each_train=500")  # fmt: skip
#: What each is trained with; ``steps``, or ``model.steps`` where it learns in stages, is what the command line says.
SETTINGS = {
    "mask_rcnn": f"{_LITE} {_STEPS} {_STAGES} model.mask_width=64",
    "faster_rcnn": f"{_LITE} {_STEPS} {_STAGES}",
    "fast_rcnn": f"{_LITE} {_STEPS} {_HEADS} model.neck=fpn model.pool=align",
    "retinanet": f"{_LITE} {_STEPS} model.width=64 model.convs=2",
    "ssd": f"{_LITE} {_STEPS}",
    "yolo1": f"{_LITE} {_STEPS} lr=0.001",  # its fully connected layers run away at the others' rate
    "rcnn": f"{_LITE} model.size=96 model.context=8 model.rois=48 model.width=512 size=320 proposals=600",
    "sppnet": f"{_LITE} model.width=512 model.side=320 size=320",
    "dpm": "model.components=2",
}
#: Those that do not learn in steps.
STEPLESS = ("dpm",)
#: Those that are given regions.
GIVEN = ("fast_rcnn", "rcnn", "sppnet")


@dataclass(frozen=True)
class Trained:
    """What one training came to."""

    baseline: str
    data: str
    minutes: float
    measured: dict[str, float]

    def row(self) -> str:
        """A row of the table."""
        numbers = [self.measured.get(name) for name in ("AP", "AP50", "segm_AP")]
        cells = ["" if number is None else f"{number:.3f}" for number in numbers]
        title = find_detector(self.baseline).title
        return f"| {title} | {self.data} | {' | '.join(cells)} | {self.minutes:.2f} |"


def command(*words: str) -> str:
    """Run ``cocokit`` in one thread; what it prints."""
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, "-m", "cocokit", *words], env=env, check=True, stdout=subprocess.PIPE,
                          text=True).stdout  # fmt: skip


def cpu() -> float:
    """CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def regions(data: Sequence[str], runs: Path) -> list[str]:
    """Selective Search's results of both splits, as options."""
    words = []
    for split in ("train", "val"):
        path = str(runs / f"regions-{split}.json")
        command("predict", "selective_search", *data, "--split", split, "-o", path)
        words += ["--proposals", path]
    return words


def train(
    baseline: str, name: str, data: Sequence[str], steps: int, runs: Path, given: Sequence[str],
    more: Sequence[str] = (),
) -> Trained:  # fmt: skip
    """Train one of them; ``data`` and ``given`` are options of the command, ``more`` settings beyond its own."""
    own = find_detector(baseline).learns == "fit"
    settings = SETTINGS[baseline].split()
    if baseline not in STEPLESS:
        settings.append(f"model.steps={steps}" if own else f"steps={steps}")
    words = [word for setting in [*settings, *more] for word in ("--set", setting)]
    began = cpu()
    told = command("train", baseline, *data, "-o", str(runs / baseline), "--threads", "1", "--json", *words,
                   *(given if baseline in GIVEN else ()))  # fmt: skip
    return Trained(baseline, name, (cpu() - began) / 60, json.loads(told)["measured"])


def lines(
    data: dict[str, list[str]], only: Sequence[str], steps: int, runs: Path, more: Sequence[str] = ()
) -> Iterator[str]:
    """The table, row by row."""
    yield HEAD
    for name, options in data.items():
        here = runs / name
        here.mkdir(parents=True)
        given = regions(options, here) if set(only) & set(GIVEN) else []
        for baseline in only:
            yield train(baseline, name, options, steps, here, given, more).row()


def options_of(place: str) -> list[str]:
    """``DATA,IMAGES`` as options; without images they are looked for beside the data."""
    data, _, images = place.partition(",")
    return ["--data", data, *(["--images", images] if images else [])]


def main() -> None:
    """Train what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("data", nargs="+", metavar="NAME=DATA[,IMAGES]")
    parser.add_argument("--only", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="settings for all of them")
    parser.add_argument("-o", "--output", type=Path, help="where the runs go; nowhere if it is not given")
    given = parser.parse_args()
    data = {name: options_of(place) for name, _, place in (word.partition("=") for word in given.data)}
    with TemporaryDirectory() as aside:
        for line in lines(data, given.only, given.steps, given.output or Path(aside), given.set):
            print(line, flush=True)


if __name__ == "__main__":
    main()
