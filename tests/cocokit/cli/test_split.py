"""``cocokit split``, and ``cocokit eval`` with the key of what was withheld."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cocokit.cli.data import Folder
from tests.cocokit.splitting.made import drawn, instances


@pytest.fixture(name="forty")
def forty_fixture(folder: Folder) -> Folder:
    """Forty images in all.json."""
    folder.write("all.json", instances(drawn(40, 4, 0)))
    return folder


def test_the_table_and_the_folder(forty: Folder) -> None:
    result = forty.run("split", "all.json", "--preset", "coco", "-o", "out")
    assert result.exit_code == 0
    head, _, train, val, test, *rest = result.stdout.splitlines()
    assert head.split() == ["split", "asked", "got", "images", "annotations", "categories", "drift", "file"]
    assert [line.split()[0] for line in (train, val, test)] == ["train", "val", "test"]
    assert rest[-2] == "out.key.json: the annotations of test; keep it where the evaluation is done"
    assert sorted(p.name for p in Path("out").iterdir()) == [
        "image_info_test.json", "instances_train.json", "instances_val.json", "split.json",
    ]  # fmt: skip


def test_results_for_the_withheld_split_are_evaluated_with_the_key(forty: Folder) -> None:
    forty.run("split", "all.json", "--preset", "coco", "-o", "out")
    key = json.loads(Path("out.key.json").read_text())
    rows = [
        {name: a[name] for name in ("image_id", "category_id", "bbox")} | {"score": 0.9} for a in key["annotations"]
    ]
    preds = forty.write("preds.json", rows)
    result = forty.run("eval", preds, "--gt", "out.key.json", "--json")
    assert json.loads(result.stdout)["stats"][0] == 1
    manifest = json.loads(Path("out/split.json").read_text())
    assert result.stderr.splitlines()[0] == (
        f"out.key.json: the sealed annotations of test, SHA-256 {manifest['withheld']['annotations_sha256']}"
    )
    Path("out.key.json").write_text(Path("out.key.json").read_text().replace('"iscrowd": 0', '"iscrowd": 1', 1))
    result = forty.run("eval", preds, "--gt", "out.key.json")
    assert result.exit_code == 1
    assert "was changed after it was sealed" in result.stderr


def test_groups_of_several_kinds_stay_whole(forty: Folder) -> None:
    data = instances(drawn(40, 4, 0))
    for i, image in enumerate(data["images"]):
        image |= {"photographer": f"p{i % 20}", "date_captured": "2013-11-24 10:00:00", "file_name": f"{i % 3 + 1}.png"}
    forty.write("all.json", data)
    forty.write_photos()
    for i in (1, 3):
        shutil.copy("photos/2.png", f"photos/{i}.png")
    forty.write("groups.csv", "group,image_id\na,3\na,13\na,77777\n")
    words = ["split", "all.json", "--preset", "coco", "-o", "out"]
    result = forty.run(*words, "--groups", "photographer-date,groups.csv", "--json")
    report = json.loads(result.stdout)
    assert (report["groups"], report["largest_group"]) == (19, 4)
    assert report["notes"] == ["groups.csv: 1 entry names no image of this dataset"]
    homes: dict[str, str] = {}
    for name in ("instances_train", "instances_val", "image_info_test"):
        for image in json.loads(Path(f"out/{name}.json").read_text())["images"]:
            assert homes.setdefault(image["photographer"], name) == name
    result = forty.run(*words, "--groups", "near", "--images", "photos")
    assert result.exit_code == 1
    assert "all.json: images: 1 group of images cannot fill 3 splits; use fewer splits" in result.stderr


def test_nothing_is_withheld_when_nothing_should_be(forty: Folder) -> None:
    for words in (["--preset", "coco", "--open"], ["--ratios", "train=.8,val=.2"]):
        assert forty.run("split", "all.json", *words, "-o", "out").exit_code == 0
        assert not Path("out.key.json").exists()
        assert not list(Path("out").glob("image_info*"))


def test_another_split_may_be_withheld_and_the_key_put_elsewhere(forty: Folder) -> None:
    Path("private").mkdir()
    words = ["--ratios", "a=.5,b=1/2", "--withhold", "b", "--key", "private/b.json"]
    assert forty.run("split", "all.json", *words, "-o", "out").exit_code == 0
    assert json.loads(Path("private/b.json").read_text())["sealed"]["split"] == "b"
    assert Path("out/image_info_b.json").exists()


@pytest.mark.parametrize(
    "words, code, sentence",
    [
        (["--ratios", "train=.5,val=.4"], 1, "ratios is 'train=0.5,val=0.4'; their sum is 0.9, not 1"),
        ([], 2, "give either --ratios or --preset"),
        (["--ratios", "a=1", "--preset", "coco"], 2, "give either --ratios or --preset"),
        (["--preset", "coco", "--withhold", "exam"], 1, "withhold is 'exam'; the splits are train, val, test"),
        (["--preset", "coco", "--open", "--key", "k"], 2, "--open withholds nothing"),
        (["--ratios", "a=1", "--key", "k"], 2, "--key is for a split that is withheld"),
        (["--preset", "coco", "--key", "out/key.json"], 1, "would lie among what is published"),
        (["--preset", "coco", "--groups", "near"], 2, "give --images DIR"),
        (["--preset", "coco", "--groups", "photographer-date"], 1, "all.json: images: have no photographer"),
        (["--preset", "coco", "--groups", "none.csv"], 1, "none.csv: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(forty: Folder, words: list[str], code: int, sentence: str) -> None:
    result = forty.run("split", "all.json", *words, "-o", "out")
    assert result.exit_code == code
    assert sentence in result.stderr
    assert not Path("out").exists()
    assert not Path("out.key.json").exists()


def test_a_file_that_is_no_dataset_is_refused(forty: Folder) -> None:
    forty.write("cut.json", '{"images": [{"id": 1')
    for name in ("cut.json", "none.json"):
        result = forty.run("split", name, "--preset", "coco", "-o", "out")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"cocokit: {name}: ")


def test_rare_categories_are_named(forty: Folder) -> None:
    forty.write("rare.json", instances([[1]] * 20 + [[1, 2]]))
    result = forty.run("split", "rare.json", "--ratios", "train=.5,val=.5", "-o", "out")
    assert "1 category is not in every split:\n  c2 (1 image) is not in " in result.stdout


def test_what_dedup_writes_keeps_images_together_also_where_it_found_none(forty: Folder) -> None:
    forty.write("near.csv", "group,file_name\n")
    result = forty.run("split", "all.json", "--preset", "coco", "--groups", "near.csv", "-o", "out")
    assert result.exit_code == 0, result.stderr
    assert "no images that must stay together were found\n" in result.stdout
    forty.write("rare.json", instances([[1]] * 20 + [[1, 2]] * 3))
    ids = [image["id"] for image in json.loads(Path("rare.json").read_text())["images"]]
    forty.write("near.csv", "group,image_id\n" + "".join(f"1,{key}\n" for key in ids[-3:]))
    result = forty.run("split", "rare.json", "--ratios", "a=.4,b=.3,c=.3", "--groups", "near.csv", "-o", "out")
    assert "1 group of images kept whole, the largest of 3 images\n" in result.stdout
    assert re.search(r"^  c2 \(3 images in 1 group\) is not in [abc] or [abc]$", result.stdout, re.M)
