"""``python -m tests.benchmarks.drawing_robot [COUNT [SEED [TREMOR]]]``: draw real masks, print what it took.

TREMOR is how far clicks are off: ``zoom`` (1.5 px of the screen, the crop fitted to 400 px) or px of the image. Exits
with 1 when the default tool does not need fewer actions than the plain polygon.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .instances import write_instances
from .tables import BASELINE, by_tool, clicks_table, difference, reached_after, rough_table

ROOT = Path(__file__).resolve().parents[3]
ROBOT = Path(__file__).parent / "robot.js"
DEFAULT, MOST = "wire or straight", 20


def main(count: int, seed: int, tremor: str) -> int:
    """Draw, print, judge; what the process exits with."""
    data = Path(os.environ.get("COCOKIT_SHARED_DATA") or ROOT.parent / "shared" / "data") / "coco_mini"
    node = shutil.which("node")
    if node is None or not data.is_dir():
        missing = "node" if node is None else f"the photos at {data} (set COCOKIT_SHARED_DATA)"
        print(f"***** THE DRAWING ROBOT DID NOT RUN: it lacks {missing}. *****", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made = write_instances(data, Path(folder), count, seed)
        drawn = subprocess.run([node, str(ROBOT), folder, str(MOST), tremor], check=True, stdout=subprocess.PIPE)
    runs = [json.loads(line) for line in drawn.stdout.splitlines()]
    print(f"{made} instances, seed {seed}, tremor {tremor}; actions as mean/median/share not reached in {MOST}\n")
    print("\n".join([*clicks_table(runs, MOST), "", *reached_after(runs, (2, 4, 6, 10)), "", *rough_table(runs)]))
    return judged(by_tool(runs))


def judged(tools: dict[str, list[dict[str, object]]]) -> int:
    """1, and a sentence, unless the default tool surely needs fewer actions to .85 than the plain polygon."""
    _, _, high = difference(tools[DEFAULT], tools[BASELINE], 0.85, MOST)
    if high < 0:
        return 0
    print(f"\nThe default tool ({DEFAULT}) does not need fewer actions than the polygon.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    given = [*sys.argv[1:], *["200", "1", "zoom"][len(sys.argv) - 1 :]]
    sys.exit(main(int(given[0]), int(given[1]), given[2]))
