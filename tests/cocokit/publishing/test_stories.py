"""What is published of where annotations come from: nothing of what is not published itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.publishing import divide, publish, verify
from tests.cocokit.publishing.test_publishing import parts, value


def provenance(path: Path, found: Any) -> dict[str, Any]:
    """A provenance with a mask of one worker of its own behind each annotation."""
    rows = [{"id": row["id"], "kind": "mask", "worker": f"w{row['id']}", "good": 2, "bad": 0,
             "seconds": {"active": 10.5}} for row in found["annotations"]]  # fmt: skip
    made = {"campaign": "cats", "annotations": rows, "captions": [{"id": 1, "worker": "c"}]}
    path.write_text(json.dumps(made))
    return made


def told(folder: Path) -> Any:
    return json.loads((folder / "provenance.json").read_text())


def test_only_what_is_published_has_a_story(tmp_path: Path) -> None:
    found = value()
    stories = provenance(tmp_path / "p.json", found)
    half = divide(Dataset.from_dict(found), {"train": np.arange(4)})
    publish(half, tmp_path / "out", extra={"provenance.json": tmp_path / "p.json"})
    kept = half[0].dataset.to_dict()["annotations"]
    assert 0 < len(kept) < len(stories["annotations"])
    ids = {row["id"] for row in kept}
    assert told(tmp_path / "out") == {
        "campaign": "cats", "annotations": [row for row in stories["annotations"] if row["id"] in ids], "captions": [],
    }  # fmt: skip
    text = (tmp_path / "out" / "README.md").read_text()
    assert f"By {len(kept)} workers in the campaign cats: {len(kept)} masks, 0 crowd regions, 0 captions." in text
    assert "| `provenance.json` | the workers, answers and votes behind each annotation |" in text
    assert verify(tmp_path / "out") == []


def test_where_all_is_published_the_file_keeps_its_bytes(tmp_path: Path) -> None:
    found = value()
    stories = provenance(tmp_path / "p.json", found) | {"captions": []}
    (tmp_path / "p.json").write_text(json.dumps(stories, indent=3))
    publish(parts(Dataset.from_dict(found)), tmp_path / "out", extra={"provenance.json": tmp_path / "p.json"})
    assert (tmp_path / "out" / "provenance.json").read_bytes() == (tmp_path / "p.json").read_bytes()


def test_the_card_does_not_count_what_is_withheld(tmp_path: Path) -> None:
    found = value()
    provenance(tmp_path / "p.json", found)
    whole = parts(Dataset.from_dict(found))
    publish(whole, tmp_path / "out", extra={"provenance.json": tmp_path / "p.json"},
            keys={"test": tmp_path / "key.json"})  # fmt: skip
    public = sum(len(part.dataset.annotations) for part in whole[:2])
    text = (tmp_path / "out" / "README.md").read_text()
    assert public < len(found["annotations"])
    assert f"By {public} workers in the campaign cats: {public} masks" in text
    assert "The file of test has images alone; evaluations keep its annotations." in text


def test_the_list_of_images_names_no_categories_of_what_is_withheld(tmp_path: Path) -> None:
    found = value()
    whole = parts(Dataset.from_dict(found))
    hidden = whole[2].dataset.images.id.tolist()
    tasks = {"reason": "waits for answers: segment dog (1)", "open": [{"stage": "segment", "category_id": 2}]}
    rows = [{"id": row["id"], "file_name": row["file_name"], "state": "open", **tasks} for row in found["images"]]
    (tmp_path / "images.json").write_text(json.dumps({"finished": [], "unfinished": rows, "dropped": []}))
    extra = {"images.json": tmp_path / "images.json"}
    publish(whole, tmp_path / "out", extra=extra, keys={"test": tmp_path / "k.json"})
    for row, before in zip(json.loads((tmp_path / "out/images.json").read_text())["unfinished"], rows, strict=True):
        if row["id"] in hidden:
            before = {key: before[key] for key in ("id", "file_name", "state")} | {"reason": "waits for answers"}
        assert row == before


NONE = ["[]", "{}", '{"annotations": {}, "captions": []}', '{"annotations": [1], "captions": []}']


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_provenance_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(DataError, match="is no provenance of a campaign"):
        publish(parts(Dataset.from_dict(value())), tmp_path / "out", extra={"provenance.json": tmp_path / "p.json"})
    assert not (tmp_path / "out").exists()


def test_the_provenance_of_other_annotations_is_refused(tmp_path: Path) -> None:
    found = value()
    provenance(tmp_path / "p.json", found)
    last = found["annotations"][-1]
    last["id"] += 1000
    with pytest.raises(DataError, match=f"annotations: knows nothing of annotation {last['id']}; give the one"):
        publish(parts(Dataset.from_dict(found)), tmp_path / "out", extra={"provenance.json": tmp_path / "p.json"})
    assert [path.name for path in tmp_path.iterdir()] == ["p.json"]
