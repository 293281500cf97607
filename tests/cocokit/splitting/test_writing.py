"""A folder of splits: bytes, manifest, key; what is withheld stays withheld."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import cocokit.splitting.writing as writing
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.splitting.dividing import split
from cocokit.splitting.ratios import PRESETS
from cocokit.splitting.report import reported
from cocokit.splitting.sealed import read_seal
from cocokit.splitting.writing import Plan, Written, kind_of, write_splits
from tests.cocokit.splitting.made import drawn, instances

COCO = PRESETS["coco"]


def written(source: Path, out: Path, withheld: str = "test", key: Path | None = None, seed: int = 0) -> Written:
    """Divide and write a file."""
    dataset = Dataset.open(source)
    splits = split(dataset, COCO, seed)
    plan = Plan(COCO, seed, withheld=withheld)
    return write_splits(dataset, splits, plan, reported(dataset, splits, COCO), out, source, key)


def odd_file(path: Path, **members: Any) -> tuple[dict[str, Any], list[str]]:
    """A file with its own spaces and odd numbers; what it holds, and the bytes of its rows."""
    data = instances(drawn(40, 5, 0), **members)
    rows = {
        name: [
            json.dumps(row).replace('"height": 9', '"height":9.0').replace(": 4,", ": 4.0e0 ,") for row in data[name]
        ]
        for name in ("images", "annotations")
    }
    lists = ",\n".join(f'"{name}": [\n  ' + ",\n  ".join(texts) + "\n]" for name, texts in rows.items())
    path.write_text(f'{{"info": {{"year": 2.026e3}},\n{lists},\n"categories": {json.dumps(data["categories"])}}}\n')
    return data, [*rows["images"], *rows["annotations"]]


def test_each_row_is_in_one_split_with_the_bytes_that_it_had(tmp_path: Path) -> None:
    data, rows = odd_file(tmp_path / "all.json")
    made = written(tmp_path / "all.json", tmp_path / "out", withheld="")
    texts = {name: Path(path).read_text() for name, path in made.files.items()}
    assert (made.key, made.seal) == ("", None)
    for row in rows:
        assert sum(row in text for text in texts.values()) == 1
    for text in texts.values():
        value = json.loads(text)
        assert list(value) == ["info", "images", "annotations", "categories"]
        images = {image["id"] for image in value["images"]}
        assert value["annotations"] == [a for a in data["annotations"] if a["image_id"] in images]


def test_the_same_call_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    written(tmp_path / "all.json", tmp_path / "a")
    written(tmp_path / "all.json", tmp_path / "b")
    written(tmp_path / "all.json", tmp_path / "c", seed=1)
    contents = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "abc"]
    assert contents[0] == contents[1]
    assert (tmp_path / "a.key.json").read_bytes() == (tmp_path / "b.key.json").read_bytes()
    assert contents[0]["instances_train.json"] != contents[2]["instances_train.json"]


def test_what_is_withheld_is_in_the_key_alone(tmp_path: Path) -> None:
    telling = {"neg_category_ids": [5], "query": "dog bench", "photographer": "ann", "date_captured": "2013-11-24"}
    data, rows = odd_file(tmp_path / "all.json", **telling)
    made = written(tmp_path / "all.json", tmp_path / "out")
    public = json.loads(Path(made.files["test"]).read_text())
    key = json.loads(Path(made.key).read_text())
    assert list(public) == ["info", "images", "categories"]
    assert made.left_out == ("neg_category_ids", "query")
    assert {frozenset(image) for image in public["images"]} == {
        frozenset(("id", "width", "height", "file_name", "photographer", "date_captured"))
    }
    ids = {image["id"] for image in public["images"]}
    assert key["annotations"] == [a for a in data["annotations"] if a["image_id"] in ids]
    assert [image for image in data["images"] if image["id"] in ids] == key["images"]
    in_key = [row for row in rows if row in Path(made.key).read_text()]
    assert len(in_key) == len(key["images"]) + len(key["annotations"])
    assert not any(row in file.read_text() for row in in_key for file in (tmp_path / "out").iterdir())


def test_image_rows_without_telling_members_keep_their_bytes(tmp_path: Path) -> None:
    _, rows = odd_file(tmp_path / "all.json", license=3, coco_url="http://x")
    made = written(tmp_path / "all.json", tmp_path / "out")
    text = Path(made.files["test"]).read_text()
    assert made.left_out == ()
    assert sum(row in text for row in rows) == len(json.loads(text)["images"])


def test_the_manifest_tells_nothing_of_what_is_withheld(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    made = written(tmp_path / "all.json", tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "split.json").read_text())
    assert set(manifest["splits"]["test"]) == {"file", "sha256", "ratio", "images", "share"}
    assert manifest["splits"]["train"]["annotations"] == sum(
        manifest["splits"]["train"]["annotations_of_category"].values()
    )
    assert set(manifest["source"]) == {"file", "sha256"}
    assert made.seal is not None
    assert manifest["withheld"]["annotations_sha256"] == made.seal.sha256
    for entry in manifest["splits"].values():
        path = tmp_path / "out" / entry["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


def test_the_seal_is_the_sum_of_what_follows_it(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    made = written(tmp_path / "all.json", tmp_path / "out")
    key = Path(made.key)
    assert made.key == str(tmp_path / "out.key.json")
    assert key.stat().st_mode & 0o777 == 0o600
    seal, rest = key.read_bytes().split(b"\n", 1)
    assert hashlib.sha256(rest).hexdigest().encode() in seal
    assert read_seal(key) == made.seal
    assert read_seal(tmp_path / "all.json") is None
    assert read_seal(tmp_path / "none") is None
    assert read_seal(tmp_path) is None
    assert len(Dataset.read(key).annotations) == len(json.loads(key.read_text())["annotations"])


def test_a_key_that_was_changed_is_refused(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    key = Path(written(tmp_path / "all.json", tmp_path / "out").key)
    whole = key.read_bytes()
    for broken, words in [
        (re.sub(rb'"category_id": 1\b', b'"category_id": 2', whole, count=1), "was changed after it was sealed"),
        (whole[:-20], "was changed after it was sealed"),
        (re.sub(rb'"sha256": "....', b'"sha256": "0000', whole, count=1), "was changed after it was sealed"),
        (whole.replace(b'"split"', b'"spilt"', 1), "is no seal that can be read"),
        (b'{"sealed": []}', "is no seal that can be read"),
        (b'{"sealed": ' + b"x" * 10_000, "is no seal that can be read"),
    ]:
        assert broken != whole
        key.write_bytes(broken)
        with pytest.raises(DataError, match=words):
            read_seal(key)


def test_a_key_is_never_written_among_what_is_published(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    for key in (tmp_path / "out" / "key.json", tmp_path / "out" / ".." / "out" / "key.json", tmp_path / "link" / "k"):
        with pytest.raises(DataError, match="would lie among what is published; give --key a place outside"):
            written(tmp_path / "all.json", tmp_path / "out", key=key)
    assert not (tmp_path / "out").exists()
    assert written(tmp_path / "all.json", tmp_path / "out", key=tmp_path / "k.json").key == str(tmp_path / "k.json")


def test_a_fault_in_the_middle_leaves_the_older_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd_file(tmp_path / "all.json")
    written(tmp_path / "all.json", tmp_path / "out")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    key = (tmp_path / "out.key.json").read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_manifest", full)
    with pytest.raises(DataError, match="No space left on device"):
        written(tmp_path / "all.json", tmp_path / "out", seed=9)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert (tmp_path / "out.key.json").read_bytes() == key
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.json", "out", "out.key.json"]


def test_neither_the_source_nor_another_file_is_ever_overwritten(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    made = written(tmp_path / "all.json", tmp_path / "out")
    train = Path(made.files["train"])
    before = train.read_bytes(), (tmp_path / "all.json").read_bytes()
    with pytest.raises(DataError, match=r"instances_train.json in it, which would be lost; give -o another folder"):
        written(train, tmp_path / "out", withheld="")
    with pytest.raises(DataError, match="is there and is no key; give the key another place"):
        written(tmp_path / "all.json", tmp_path / "out", key=tmp_path / "all.json")
    assert (train.read_bytes(), (tmp_path / "all.json").read_bytes()) == before
    assert written(train, tmp_path / "deeper", key=Path(made.key)).seal != made.seal


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    odd_file(tmp_path / "all.json")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()
    with pytest.raises(DataError, match=r"has other files in it, and no split.json"):
        written(tmp_path / "all.json", tmp_path / "out")


@pytest.mark.parametrize(
    "members, kind",
    [
        ({"category_id": 1, "bbox": [0, 0, 1, 1]}, "instances"),
        ({"caption": "a dog"}, "captions"),
        ({"category_id": 1, "keypoints": [0, 0, 0], "num_keypoints": 0}, "person_keypoints"),
    ],
)
def test_files_are_named_as_cocos_are(members: dict[str, Any], kind: str) -> None:
    rows = [{"id": 1, "image_id": 1, **members}]
    assert kind_of(Dataset.from_dict({"images": [], "annotations": rows, "categories": []})) == kind
