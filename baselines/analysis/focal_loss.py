"""Cross entropy, focal loss and hard examples for RetinaNet (Table 5.1 a, c and d of the focal loss's thesis).

One network, one schedule, another loss in each row. The published rows are AP on COCO minival at 600 px, with
ResNet-50 (a, c) or ResNet-101 (d).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cocokit.errors import ParamsError

from . import Telling
from .findings import ELSEWHERE, Band, Findings, Table
from .forest import Bar, forest
from .retina import LARGE, RetinaTrial, make
from .trial import Counter, learn, look, measure, pictures

#: Rows (a): the cross entropy, by alpha.
ENTROPY = {0.1: 0.0, 0.25: 10.8, 0.5: 30.2, 0.75: 31.1, 0.9: 30.8, 0.99: 28.7, 0.999: 25.1}
#: Rows (c): the focal loss, by gamma, each with its best alpha.
FOCAL = {0.1: (0.75, 31.4), 0.2: (0.75, 31.9), 0.5: (0.5, 32.9), 1.0: (0.25, 33.7), 2.0: (0.25, 34.0),
         5.0: (0.25, 32.2)}  # fmt: skip
#: Rows (d): hard examples, by how many of an image, the IoU that suppresses and negatives per positive.
HARD = {(128, 0.7, None): 31.1, (256, 0.7, None): 31.8, (512, 0.7, None): 30.6, (128, 0.5, None): 32.8,
        (256, 0.5, None): 31.0, (512, 0.5, None): 27.6, (128, 0.5, 3.0): 31.1, (256, 0.5, 3.0): 28.3,
        (512, 0.5, 3.0): 24.0}  # fmt: skip


def _rows() -> dict[str, tuple[dict[str, Any], float, str]]:
    """Each row's settings of RetinaNet, its published AP and the published table, by name."""
    made: dict[str, tuple[dict[str, Any], float, str]] = {}
    for alpha, ap in ENTROPY.items():
        made[f"ce-{alpha:g}"] = ({"loss": "cross_entropy", "alpha": alpha}, ap, "a")
    for gamma, (alpha, ap) in FOCAL.items():
        made[f"fl-{gamma:g}"] = ({"loss": "focal", "gamma": gamma, "alpha": alpha}, ap, "c")
    for (count, iou_thr, ratio), ap in HARD.items():
        name = f"ohem-{count}-{iou_thr:g}{'-1:3' if ratio else ''}"
        hard = {"loss": "ohem", "alpha": None, "ohem_count": count, "ohem_iou": iou_thr, "ohem_ratio": ratio}
        made[name] = (hard, ap, "d")
    return made


ROWS = _rows()


@dataclass(frozen=True)
class Settings(RetinaTrial):
    """How the losses are compared.

    Attributes:
        rows: which losses: "ce-ALPHA", "fl-GAMMA", "ohem-COUNT-IOU" or "ohem-COUNT-IOU-1:3".
    """

    rows: tuple[str, ...] = ("ce-0.1", "ce-0.75", "fl-0.5", "fl-2", "ohem-128-0.5")

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.rows:
            if name not in ROWS:
                raise ParamsError("rows", name, f"there are {', '.join(ROWS)}")


SMALL = Settings()
FULL = Settings(**LARGE, rows=tuple(ROWS))


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train RetinaNet with each loss, once for each seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.rows) * settings.steps)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in settings.rows}
    for seed in settings.seeds:
        seen, judged = pictures(settings, seed)
        for name in settings.rows:
            detector = make(settings, seed, **ROWS[name][0])
            learn(detector, seen, settings, seed, device, counter.about(name))
            found[name].append(measure(look(detector, judged, device), judged))
    return findings(found)


def findings(found: Mapping[str, list[dict[str, float]]]) -> Findings:
    """The table and the picture, from the evaluator's numbers of each seed, by row."""
    bands = {name: {key: Band.of([one[key] for one in ours]) for key in ("AP", "AP50")} for name, ours in found.items()}
    rows = [{"loss": name, "table": f"5.1{ROWS[name][2]}", **of, "COCO AP (published)": ROWS[name][1]}
            for name, of in bands.items()]  # fmt: skip
    best = max(bands, key=lambda name: bands[name]["AP"].mean)
    said = [f"*{best}* has the highest AP of {len(bands)} losses, *{bands[best]['AP'].mean:.3f}*."]
    bars = [Bar(name, of["AP"], f"COCO {ROWS[name][1]:.1f}") for name, of in bands.items()]
    table = Table("RetinaNet by its loss", rows, ELSEWHERE)
    return Findings([table], said, forest("RetinaNet by its loss", said, "AP of boxes; line: all seeds", bars))
