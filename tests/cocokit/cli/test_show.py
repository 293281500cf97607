"""``cocokit show``: a picture of one image."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cocokit.imageio import read_image, save_image
from tests.cocokit.cli.data import Folder, box_results, changed, dataset, mask_results, of, pose_dataset


def photo(folder: Folder, width: int = 100, height: int = 100) -> None:
    """A green photo for image 1."""
    save_image(np.full((height, width, 3), (0, 120, 0), np.uint8), folder.path / "1.png")


@pytest.mark.parametrize("dt", [None, box_results(), mask_results()])
def test_a_picture_is_written_and_described(dt: object, folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    words = [] if dt is None else ["--dt", folder.write("dt.json", dt)]
    result = folder.run("show", gt, "--image", "1", "-o", "one.png", *words)
    assert (result.exit_code, result.stdout) == (0, "one.png: 1000 x 1032 px, without the photo\n")
    assert read_image(folder.path / "one.png").shape == (1032, 1000, 3)


def test_the_photo_lies_under_the_boxes(folder: Folder) -> None:
    photo(folder)
    gt = folder.write("gt.json", dataset())
    result = folder.run("show", gt, "--image", "1", "-o", "one.png", "--images", ".", "--json")
    assert json.loads(result.stdout) == {"image_id": 1, "output": "one.png", "size": [1000, 1032], "photo": True}
    picture = read_image(folder.path / "one.png")
    assert picture[990, 990].tolist() == [0, 120, 0]
    assert picture[250, 300].tolist() != [0, 120, 0]


def test_the_workspace_names_the_folder_of_the_photos(folder: Folder) -> None:
    photo(folder)
    folder.write("cocokit.toml", 'images = "."\n')
    gt = folder.write("gt.json", dataset())
    assert folder.run("show", gt, "--image", "1", "-o", "one.png").stdout == "one.png: 1000 x 1032 px\n"


def test_poses_and_compressed_masks_of_the_ground_truth_are_drawn(folder: Folder) -> None:
    data = pose_dataset()
    data["annotations"][1].update(iscrowd=1, segmentation=mask_results()[0]["segmentation"])
    gt = folder.write("gt.json", data)
    assert folder.run("show", gt, "--image", "1", "-o", "one.jpg", "--boxes").exit_code == 0


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["--image", "9", "-o", "x.png"], "gt.json: no image has the id 9; its 3 images are 1, 2, 3"),
        (["--image", "1", "-o", "x.doc"], ".doc is no image format"),
        (["--image", "1", "-o", "no/x.png"], "no/x.png: cannot be written"),
        (["--image", "2", "-o", "x.png", "--images", "."], "has no photo '2.png' for image 2"),
        (["--image", "1", "-o", "x.png", "--images", "."], "is 90 x 100 px, but image 1 says 100 x 100"),
        (["--image", "1", "-o", "x.png", "--dt", "missing.json"], "missing.json: no such file"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(words: list[str], sentence: str, folder: Folder) -> None:
    photo(folder, width=90)
    result = folder.run("show", folder.write("gt.json", dataset()), *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_damaged_mask_is_named(folder: Folder) -> None:
    bad = changed(dataset(), of(1, segmentation={"size": [100, 100], "counts": [5, 6]}))
    result = folder.run("show", folder.write("gt.json", bad), "--image", "1", "-o", "x.png")
    assert result.exit_code == 1
    assert "annotation 2 of image 1: counts: has runs that do not sum" in result.stderr


def test_an_id_without_a_flag_is_the_same(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    assert folder.run("show", gt, "2", "-o", "two.png").stdout == "two.png: 1000 x 1032 px, without the photo\n"


def test_some_images_by_chance_are_the_same_by_the_same_seed(folder: Folder) -> None:
    gt = folder.write("gt.json", dataset())
    shown = [folder.run("show", gt, "--random", "1", "--seed", str(s), "-o", "some").stdout for s in (*range(12), 0)]
    assert shown[0] == shown[-1]
    assert len(set(shown)) == 3
    assert sorted(path.name for path in (folder.path / "some").iterdir()) == ["1.png", "2.png", "3.png"]
    assert folder.run("show", gt, "--random", "9", "-o", "all").stdout.count("\n") == 3


def test_a_gallery_names_the_photos_that_are_missing(folder: Folder) -> None:
    photo(folder)
    gt = folder.write("gt.json", dataset())
    result = folder.run("show", gt, "--html", "pages", "--images", ".")
    assert result.stdout == "pages/index.html: 3 images\n  2 photos missing in .: 2.png, 3.png\n"
    found = json.loads(folder.run("show", gt, "--random", "1", "--html", "pages", "--json").stdout)
    assert found == {"html": "pages/index.html", "images": 1, "missing": [], "odd": []}
    result = folder.run("show", gt, "3", "--html", "pages")
    assert result.stdout == "pages/index.html: 1 image, without the photos\n"


def test_a_gallery_says_what_it_could_not_draw(folder: Folder) -> None:
    data = dataset()
    for row in data["annotations"]:
        row["segmentation"] = {"size": [100, 100], "counts": [5, 5]}
    data["images"] += [{"id": 9 + i, "width": 5, "height": 5, "file_name": f"{i}.jpg"} for i in range(6)]
    data["annotations"] += [{**data["annotations"][0], "id": 99 + i, "image_id": 9 + i} for i in range(6)]
    result = folder.run("show", folder.write("gt.json", data), "--html", "pages")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].startswith("  1.png: annotation 1 of image 1: ")
    assert lines[-1] == "  and 4 more like these; the page lists them"


@pytest.mark.parametrize(
    "words, sentence",
    [
        ([], "Which image? Give its id, or --random N, or --html DIR for a gallery of all."),
        (["1"], "Missing option '-o' / '--output'."),
        (["1", "--random", "2", "-o", "x"], "An image's id and --random exclude each other."),
        (["--html", "x", "--dt", "y"], "--html writes a gallery of the dataset alone"),
        (["--random", "0", "-o", "x"], "Invalid value for '--random'"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(words: list[str], sentence: str, folder: Folder) -> None:
    result = folder.run("show", folder.write("gt.json", dataset()), *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
