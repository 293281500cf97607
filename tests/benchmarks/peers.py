"""One evaluation by a peer, in this process: prints one line of JSON with its stats.

    python -m tests.benchmarks.peers pycocotools GT DT IOU_TYPE
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

#: Module of ``COCO`` and module of ``COCOeval`` of each peer.
PEERS = {
    "pycocotools": ("pycocotools.coco", "pycocotools.cocoeval"),
    "hotcoco": ("hotcoco", "hotcoco"),
    "ultrafast_pycocotools": ("ultrafast_pycocotools", "ultrafast_pycocotools"),
}


def main(peer: str, gt_path: str, dt_path: str, iou_type: str) -> None:
    """Evaluate as each peer's documentation says."""
    data, evaluation = (import_module(name) for name in PEERS[peer])
    gt = data.COCO(gt_path)
    run = evaluation.COCOeval(gt, gt.loadRes(dt_path), iou_type)
    run.evaluate()
    run.accumulate()
    run.summarize()
    print("\n" + json.dumps({"stats": [float(x) for x in run.stats]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
