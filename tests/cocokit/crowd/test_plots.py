"""Pictures of simulated campaigns: their sentences name the numbers, and nothing lies outside or on top of another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np

from cocokit.crowd.bands import Band
from cocokit.crowd.planning import Plan, run_plan
from cocokit.crowd.plots import plot_run, plot_sweep
from cocokit.eval.svg import Area, Chart, Dots, document

from .small import truth

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def circles(svg: str, kind: str) -> list[tuple[float, float]]:
    found = ElementTree.fromstring(svg).iter(f"{SVG}circle")
    return [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in found if c.attrib["class"] == kind]


def row(recall: float, cents: float) -> Any:
    return SimpleNamespace(labels=(Band(recall, recall - 0.05, 1.0),), cents=Band(cents, cents, cents))


def test_a_sweep_names_the_cheapest_value_that_is_enough() -> None:
    rows = [(1, row(0.7, 100_00)), (4, row(0.995, 180_00)), (8, row(1.0, 250_00))]
    svg = plot_sweep("k_label", rows, "EUR")
    said = " ".join(texts(svg))
    assert "k_label = 4 is the cheapest for a category recall of 0.99. It costs 180.00 EUR" in said
    assert len(circles(svg, "dot")) == 3
    assert {"1", "4", "8"} <= set(texts(svg))
    assert "No value is enough" in " ".join(texts(plot_sweep("k_label", rows[:1], "EUR")))


def test_words_beside_dots_have_room_or_are_left_out() -> None:
    x, y = np.array([1.0, 1.0, 1.0, 5.0]), np.array([0.5, 0.5, 0.5, 0.9])
    chart = Chart("t", ["s"], "a", (0.0, 10.0), dots=[Dots(x, y, "dot", ["one", "two", "six", "far"])])
    found = texts(document([chart], "n"))
    assert sum(word in found for word in ("one", "two", "six")) == 2
    assert "far" in found


def test_an_area_goes_there_and_back() -> None:
    x = np.array([0.0, 10.0])
    chart = Chart("t", ["s"], "a", (0.0, 10.0), areas=[Area(x, np.array([0.2, 0.4]), np.array([0.6, 0.8]))])
    (path,) = (p for p in ElementTree.fromstring(document([chart], "n")).iter(f"{SVG}path")
               if p.attrib["class"] == "band")  # fmt: skip
    assert path.attrib["d"].count("L") == 3
    assert path.attrib["d"].endswith("Z")


def test_a_campaign_is_drawn_with_its_workers_and_its_curve() -> None:
    plan = Plan(workers=40, spam=0.2, seed=1, changes={"k_label": 4, "k_spot": 3})
    run, results = run_plan(plan, truth=truth(3))
    svg = plot_run(run, results, 1)
    said = " ".join(texts(svg))
    assert "of the categories are found by 4 workers" in said
    assert f"{results.right} of the " in said
    assert len(circles(svg, "dot")) >= 8
    for x, y in [*circles(svg, "dot"), *circles(svg, "dot2")]:
        assert 0 < x < 912
        assert 90 <= y <= 370
    assert svg == plot_run(run, results, 1)
