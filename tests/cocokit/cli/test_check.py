"""``cocokit check``: findings, examples, exit codes."""

from __future__ import annotations

import json

from tests.cocokit.cli.data import Folder, box_results, changed, dataset, in_all, of


def test_a_good_dataset_has_nothing_wrong(folder: Folder) -> None:
    result = folder.run("check", folder.write("gt.json", dataset()))
    assert result.exit_code == 0
    assert result.stdout.endswith("gt.json: 3 images, 6 annotations: nothing wrong\n")


def test_errors_are_listed_with_examples_and_exit_with_3(folder: Folder) -> None:
    gt = folder.write("gt.json", changed(dataset(), in_all(id=7)))
    result = folder.run("check", gt)
    assert result.exit_code == 3
    head, finding, example, *_ = result.stdout.splitlines()
    assert head.endswith("6 annotations: 1 error, 0 warnings")
    assert finding.startswith("  error    duplicate-annotation-ids: ")
    assert "(5 annotations)" in finding
    assert example.strip().startswith("annotations[1]")


def test_warnings_alone_exit_with_0(folder: Folder) -> None:
    result = folder.run("check", folder.write("gt.json", changed(dataset(), of(0, id=0))))
    assert result.exit_code == 0
    assert "warning  annotation-id-zero" in result.stdout


def test_results_are_checked_against_the_dataset(folder: Folder) -> None:
    gt, dt = folder.write("gt.json", dataset()), folder.write("dt.json", changed(box_results(), of(1, image_id=99)))
    result = folder.run("check", gt, "--dt", dt, "--json")
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert report["errors"] == 1
    assert report["findings"][gt] == []
    (finding,) = report["findings"][dt]
    assert (finding["id"], finding["severity"], finding["count"]) == ("unknown-image-ids", "error", 1)
