"""``cocokit check``: findings, examples, exit codes; what --fix writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cocokit.cli.data import Folder, box_results, changed, dataset, in_all, of
from tests.cocokit.test_file_checks import picture


def test_a_good_dataset_has_nothing_wrong(folder: Folder) -> None:
    result = folder.run("check", folder.write("gt.json", dataset()))
    assert result.exit_code == 0
    assert result.stdout.endswith("gt.json: 3 images, 6 annotations: nothing wrong\n")


def test_errors_are_listed_with_examples_and_exit_with_3(folder: Folder) -> None:
    gt = folder.write("gt.json", changed(dataset(), in_all(id=7)))
    result = folder.run("check", gt)
    assert result.exit_code == 3
    head, finding, example, *_, fix = result.stdout.splitlines()
    assert head.endswith("6 annotations: 1 error, 0 warnings")
    assert finding.startswith("  error    duplicate-annotation-ids: ")
    assert "(5 annotations)" in finding
    assert example.strip().startswith("annotations[1]")
    at = int(example.rpartition("byte ")[2].rstrip(")").replace(",", ""))
    assert json.JSONDecoder().raw_decode(Path(gt).read_text()[at:])[0]["id"] == 7
    assert fix.strip().startswith("--fix: left out where the whole row is repeated")


def test_warnings_alone_exit_with_0_unless_they_must_not(folder: Folder) -> None:
    gt = folder.write("gt.json", changed(dataset(), of(0, id=0)))
    result = folder.run("check", gt)
    assert result.exit_code == 0
    assert "warning  annotation-id-zero" in result.stdout
    assert folder.run("check", gt, "--strict").exit_code == 3


def test_results_are_checked_against_the_dataset(folder: Folder) -> None:
    gt, dt = folder.write("gt.json", dataset()), folder.write("dt.json", changed(box_results(), of(1, image_id=99)))
    result = folder.run("check", gt, "--dt", dt, "--json")
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert (report["errors"], report["warnings"]) == (1, 0)
    assert report["findings"][gt] == []
    (finding,) = report["findings"][dt]
    assert (finding["id"], finding["severity"], finding["count"]) == ("unknown-image-ids", "error", 1)
    assert (finding["pointers"], finding["repair"]) == (["/1/image_id"], "")


def broken(folder: Folder) -> str:
    data = dataset()
    for change in (of(0, id="1", area=3), of(2, iscrowd=None), of(4, bbox=[1, 1, 0, 2])):
        change(data)
    return folder.write("bad.json", data)


def test_what_is_mended_is_listed_and_written(folder: Folder) -> None:
    bad, out = broken(folder), str(folder.path / "good.json")
    result = folder.run("check", bad, "--fix", "-o", out)
    assert result.exit_code == 0, result.stdout
    lines = result.stdout.splitlines()
    assert lines[0].endswith(": 1 error, 3 warnings")
    at = lines.index(f"{out}: 4 changes, listed in {out}.changes.json; left: nothing wrong")
    assert sorted(line.strip() for line in lines[at + 1 :]) == [
        "/annotations/0/area: 3.0 -> 1200.0", '/annotations/0/id: "1" -> 1', "/annotations/2/iscrowd: null -> 0",
        "/annotations/4/bbox: [1.0, 1.0, 0.0, 2.0] -> [12.0, 10.0, 42.0, 30.0]",
    ]  # fmt: skip
    assert json.loads(Path(out).read_text()) == dataset()
    changes = json.loads(Path(f"{out}.changes.json").read_text())
    assert {"id": "quoted-number", "pointer": "/annotations/0/id", "before": "1", "after": 1} in changes
    assert len(changes) == 4
    assert folder.run("check", out).exit_code == 0


def test_errors_that_are_left_exit_with_3(folder: Folder) -> None:
    bad = folder.write("bad.json", changed(changed(dataset(), of(0, category_id=9)), of(1, id=0)))
    out = str(folder.path / "good.json")
    result = folder.run("check", bad, "--fix", "-o", out, "--json")
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert (report["errors"], report["warnings"]) == (1, 1)
    fixed = report["fixed"]
    assert (fixed["errors"], fixed["warnings"], fixed["changes"], fixed["output"]) == (1, 0, 1, out)
    assert [finding["id"] for finding in fixed["findings"]] == ["unknown-category-ids"]


def test_a_file_with_nothing_to_mend_is_written_as_it_is(folder: Folder) -> None:
    good, out = folder.write("gt.json", dataset()), folder.path / "same.json"
    assert folder.run("check", good, "--fix", "-o", str(out)).exit_code == 0
    assert out.read_bytes() == Path(good).read_bytes()
    assert (folder.path / "same.json.changes.json").read_text() == "[]\n"


def test_a_file_may_be_mended_in_its_place(folder: Folder) -> None:
    bad = broken(folder)
    assert folder.run("check", bad, "--fix", "-o", bad).exit_code == 0
    assert json.loads(Path(bad).read_text()) == dataset()


def test_images_and_splits_are_looked_at(folder: Folder) -> None:
    for i in (1, 2, 3):
        picture(folder.path / "photos" / f"{i}.png", i, 100, 100)
    (folder.path / "photos" / "4.png").write_bytes((folder.path / "photos" / "2.png").read_bytes())
    train = folder.write("train.json", dataset())
    image = {"id": 9, "width": 100, "height": 100, "file_name": "4.png"}
    val = folder.write("val.json", {**dataset(), "images": [image], "annotations": []})
    result = folder.run("check", train, val, "--images", str(folder.path / "photos"))
    assert result.exit_code == 3
    first, second, finding, example = result.stdout.splitlines()
    assert first.endswith("train.json: 3 images, 6 annotations: nothing wrong")
    assert second.endswith("val.json: 1 image, 0 annotations: 1 error, 0 warnings")
    assert finding.startswith("  error    image-in-two-splits: ")
    assert f'images[0]: "4.png", also images[1] "2.png" of {train} (byte ' in example


def test_pixels_of_panoptic_files_are_looked_at(folder: Folder, shared_data: Path) -> None:
    place = shared_data / "panopticapi_sample/sample_data"
    data: Any = json.loads((place / "panoptic_examples.json").read_text())
    masks = ["--masks", str(place / "panoptic_examples")]
    assert folder.run("check", folder.write("p.json", data), *masks).exit_code == 0
    data["annotations"][0]["segments_info"].pop()
    result = folder.run("check", folder.write("p.json", data), *masks)
    assert result.exit_code == 3
    assert "panoptic-unknown-segment" in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["gt.json", "--fix"], "--fix needs -o OUT"),
        (["gt.json", "-o", "x.json"], "-o OUT is for --fix"),
        (["gt.json", "./gt.json"], "a FILE is given twice"),
        (["gt.json", "b.json", "--fix", "-o", "x.json"], "--fix takes one FILE"),
        (["gt.json", "b.json", "--dt", "x.json"], "--dt takes one FILE"),
        ([], "Missing argument 'FILE...'"),
    ],
)
def test_wrong_usage_is_said(words: list[str], says: str, folder: Folder) -> None:
    folder.write("gt.json", dataset())
    result = folder.run("check", *words)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("text", ["", '{"images": [{"id": 1}', '{"a": 1}', "[[[[[["])
def test_a_file_that_is_no_dataset_is_one_sentence(text: str, folder: Folder) -> None:
    file = folder.path / "bad.json"
    file.write_text(text)
    result = folder.run("check", str(file), "--fix", "-o", str(folder.path / "out.json"))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert not (folder.path / "out.json").exists()


def test_a_file_with_a_list_twice_is_not_checked_as_if_it_had_one(folder: Folder) -> None:
    folder.write("a.json", json.dumps(dataset())[:-1] + ', "images": []}')
    for words in (["check", "a.json"], ["check", "a.json", "--fix", "-o", "b.json"]):
        result = folder.run(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith('cocokit: a.json: has the member "images" twice at its top; keep one')
    assert not (folder.path / "b.json").exists()
