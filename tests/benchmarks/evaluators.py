"""cocokit beside pycocotools, hotcoco and ultrafast-pycocotools: JSON on disk to stats, each in a fresh process.

    python -m tests.benchmarks.evaluators [--iou bbox segm] [--dets lite full] [--reps 3] [--images 5000]

Imports are included. Prints CPU seconds, wall seconds and peak memory of the whole process, pycocotools' number
divided by each, and whether the stats are the same numbers. The best of the repetitions by CPU time counts;
pycocotools runs once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVALUATORS = ("pycocotools", "hotcoco", "ultrafast_pycocotools", "cocokit")
HEAD = ("| evaluator | CPU s | wall s | peak MB | CPU ratio | wall ratio | memory ratio | stats |\n"
        "|---|---|---|---|---|---|---|---|")


@dataclass(frozen=True)
class Run:
    """What one process took: seconds, seconds, MB; and the stats that it printed."""

    cpu: float
    wall: float
    peak: float
    stats: tuple[float, ...]


def measure(command: list[str]) -> Run:
    """Run a command to its end, as wait4 reports it.

    This process stays small and imports no NumPy: on Linux a child's peak memory starts at its parent's.
    """
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} exited with {process.returncode}")
    stats = next(json.loads(line)["stats"] for line in reversed(text.splitlines()) if line.startswith("{"))
    peak = used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Run(used.ru_utime + used.ru_stime, wall, peak, tuple(stats))


def command_of(name: str, gt: Path, dt: Path, iou_type: str) -> list[str]:
    """The command line that evaluates with one of the evaluators."""
    if name == "cocokit":
        return [sys.executable, "-m", "cocokit", "eval", str(dt), "--gt", str(gt), "--iou-type", iou_type, "--json"]
    return [sys.executable, "-m", "tests.benchmarks.peers", name, str(gt), str(dt), iou_type]


def compare(gt: Path, dt: Path, iou_type: str, reps: int) -> None:
    """Print the table of one results file."""
    size = f"{gt.stat().st_size / 1e6:.0f} MB of ground truth, {dt.stat().st_size / 1e6:.0f} MB of results"
    print(f"\n{dt.stem}: {size}\n\n{HEAD}", flush=True)
    reference: Run | None = None
    for name in EVALUATORS:
        if name != "cocokit" and find_spec(name) is None:
            print(f"| {name} | not installed: `make bench` installs it | | | | | | |")
            continue
        command = command_of(name, gt, dt, iou_type)
        runs = [measure(command) for _ in range(1 if name == "pycocotools" else reps)]
        best = min(runs, key=lambda run: run.cpu)
        reference = reference or best
        same = "equal" if best.stats == reference.stats else "differ"
        ratios = (reference.cpu / best.cpu, reference.wall / best.wall, reference.peak / best.peak)
        cells = [f"{best.cpu:.2f}", f"{best.wall:.2f}", f"{best.peak:.0f}", *(f"{r:.1f}x" for r in ratios), same]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Generate the data once, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iou", nargs="+", choices=["bbox", "segm"], default=["bbox", "segm"])
    parser.add_argument("--dets", nargs="+", choices=["lite", "full"], default=["lite", "full"])
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2017)
    args = parser.parse_args()
    folder = ROOT / "build" / "bench" / f"{args.images}-{args.seed}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"making the data, once: {folder.relative_to(ROOT)}", flush=True)
        make = [sys.executable, "-m", "tests.benchmarks.data", str(folder), str(args.images), str(args.seed)]
        subprocess.run(make, check=True, cwd=ROOT)
        (folder / "done").touch()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; best of {args.reps} by CPU time")
    for iou_type in args.iou:
        for dets in args.dets:
            compare(folder / "instances.json", folder / f"dt_{iou_type}_{dets}.json", iou_type, args.reps)


if __name__ == "__main__":
    main()
