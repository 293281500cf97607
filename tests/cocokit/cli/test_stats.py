"""``cocokit stats``: text, JSON, a page; errors."""

from __future__ import annotations

import json

import pytest

from tests.cocokit.cli.data import Folder, box_results, check_sentence, dataset


def test_the_text(folder: Folder) -> None:
    result = folder.run("stats", folder.write("gt.json", dataset()))
    assert result.exit_code == 0
    assert result.stdout.startswith("gt.json: 3 images, 6 instances of 2 categories\n")
    assert "Half of the polygons have 4 points or fewer; 0 % have several parts; compactness 0.77" in result.stdout


def test_json_has_everything(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    other = dataset()
    other["annotations"] = other["annotations"][::2]
    result = folder.run("stats", gt, "--against", folder.write("other.json", other), "--against", gt, "--json")
    found = json.loads(result.stdout)
    assert (found["instances"], found["instances_of"], found["per_image"]["mean_categories"]) == (6, [3, 3], 2.0)
    assert found["boxes"]["small_medium_large"] == [0, 6, 0]
    assert [row["name"] for row in found["against"]] == ["other.json", "gt.json"]
    assert found["against"][0]["drift"]["bits"] > 0
    assert found["against"][1]["drift"]["bits"] == 0


def test_the_page_is_written_whole(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    result = folder.run("stats", gt, "--html", "stats.html")
    assert result.stdout.endswith("\nstats.html: the same with plots and all tables\n")
    assert (folder.path / "stats.html").read_text().endswith("</html>\n")
    assert json.loads(folder.run("stats", gt, "--html", "stats.html", "--json").stdout)["html"] == "stats.html"


def test_an_empty_dataset(folder: Folder) -> None:
    gt = folder.write("gt.json", {"images": [], "annotations": [], "categories": []})
    result = folder.run("stats", gt, "--against", gt, "--html", "x.html")
    assert result.exit_code == 0
    assert "There are no annotations" in result.stdout


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["missing.json"], ["missing.json: no such file"]),
        (["gt.json", "--against", "missing.json"], ["missing.json: no such file"]),
        (["gt.json", "--html", "no/stats.html"], ["no/stats.html: cannot be written", "create its folder"]),
        (["dt.json"], ["dt.json", "list"]),
        (["cut.json"], ["cut.json"]),
    ],
)
def test_what_cannot_be_described_is_one_sentence(words: list[str], sentence: list[str], folder: Folder) -> None:
    folder.write("gt.json", dataset())
    folder.write("dt.json", box_results())
    folder.write("cut.json", json.dumps(dataset())[:300])
    check_sentence(folder, folder.run("stats", *words), sentence)
