"""What a detector loses away from home (Table 2.1 of the dataset's thesis; Torralba and Efros 2011).

Two datasets, a detector trained on each, both tested on both. Here they are made pictures of two domains: one shape
in the middle, as PASCAL VOC's photographs were taken to show something; many shapes, small and hidden, as COCO's.
The published rows are AP at IoU 0.5 of DPMv5, trained on PASCAL VOC 2012 and on COCO, mean of 20 categories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from cocokit.errors import ParamsError

from ..detectors import find_detector
from ..detectors import load as load_detector
from . import Telling
from .findings import Band, Findings, Table
from .forest import Bar, forest
from .retina import CATEGORIES, LARGE, RetinaTrial, make
from .trial import Counter, learn, look, measure, pictures

#: AP of DPMv5 by what it was trained on: tested on PASCAL VOC 2012, tested on COCO.
PUBLISHED = {"VOC": (29.6, 16.9), "COCO": (26.8, 19.1)}


@dataclass(frozen=True)
class Settings(RetinaTrial):
    """Which detector goes where.

    Attributes:
        baseline: "retinanet" of these settings, or another detector as it is.
        domains: the easy one and the hard one.
        measure: "AP50", as published, or "AP".
    """

    baseline: str = "retinanet"
    domains: tuple[str, str] = ("iconic", "cluttered")
    measure: str = "AP50"

    def __post_init__(self) -> None:
        super().__post_init__()
        find_detector(self.baseline)
        if self.measure not in ("AP", "AP50"):
            raise ParamsError("measure", self.measure, "use AP or AP50")


SMALL = Settings()
FULL = Settings(**LARGE)


def run(settings: Settings = SMALL, device: str = "cpu", tell: Telling | None = None) -> Findings:
    """Train on each domain and test on both, once for each seed."""
    counter = Counter(tell, len(settings.seeds) * len(settings.domains) * settings.steps)
    found: dict[tuple[str, str], list[float]] = {}
    for seed in settings.seeds:
        sets = {domain: pictures(settings, seed, domain) for domain in settings.domains}
        for home in settings.domains:
            detector = _detector(settings, seed)
            learn(detector, sets[home][0], settings, seed, device, counter.about(f"trained on {home}"))
            for away in settings.domains:
                judged = sets[away][1]
                numbers = measure(look(detector, judged, device), judged)
                found.setdefault((home, away), []).append(numbers[settings.measure])
    return findings(found, settings.domains, settings.measure)


def _detector(settings: Settings, seed: int) -> Any:
    if settings.baseline == "retinanet":
        return make(settings, seed)
    config, detector = load_detector(settings.baseline)
    torch.manual_seed(seed)
    return detector(config(), CATEGORIES)


def drop(home: float, away: float) -> float:
    """The share of what is reached at home that is lost away; 0 where nothing is reached.

    >>> drop(0.5, 0.375)
    0.25
    """
    return (home - away) / home if home > 0 else 0.0


def findings(found: Mapping[tuple[str, str], Sequence[float]], domains: tuple[str, str], word: str) -> Findings:
    """The tables and the picture, from the AP of each seed by (trained on, tested on)."""
    easy, hard = domains
    bands = {key: Band.of(values) for key, values in found.items()}
    rows = [{"trained on": home, f"{word} on {easy}": bands[home, easy], f"{word} on {hard}": bands[home, hard],
             "difference": Band.of(gaps(found, home, domains)),
             "drop away from home": Band.of([drop(a, b) for a, b in zip(
                 found[home, home], found[home, hard if home == easy else easy], strict=True)])}
            for home in domains]  # fmt: skip
    published = [{"trained on": name, "AP50 on VOC": voc, "AP50 on COCO": coco, "difference": round(voc - coco, 1),
                  "drop away from home": round(drop(*((voc, coco) if name == "VOC" else (coco, voc))), 3)}
                 for name, (voc, coco) in PUBLISHED.items()]  # fmt: skip
    first, second = (Band.of(gaps(found, home, domains)).mean for home in domains)
    said = [f"Trained on {easy} the detector differs by *{first:.3f}* between the two,",
            f"trained on {hard} by *{second:.3f}*."]  # fmt: skip
    bars = [Bar(f"{home} to {away}", band, "home" if home == away else "away") for (home, away), band in bands.items()]
    picture = forest("Trained on one, tested on both", said, f"{word} of boxes; line: all seeds", bars, best=False)
    tables = [Table("Made pictures", rows), Table("Published: DPMv5, percent", published,
              "Other detectors and other pictures: compare which difference is larger.")]  # fmt: skip
    return Findings(tables, said, picture)


def gaps(found: Mapping[tuple[str, str], Sequence[float]], home: str, domains: tuple[str, str]) -> list[float]:
    """For each seed, how much better a detector is on the easy domain than on the hard one."""
    return [a - b for a, b in zip(found[home, domains[0]], found[home, domains[1]], strict=True)]
