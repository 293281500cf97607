"""Files opened: written again byte for byte, in part or whole, and never from a cache that does not hold."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocokit import cache, layout
from cocokit.columns import Field
from cocokit.dataset import Dataset
from cocokit.errors import DataError
from cocokit.kernels import scan
from cocokit.layout import find_layout
from cocokit.origin import Source
from tests.cocokit.test_coco_json import DATASETS

SEED = 20


def made(images: int = 4, per_image: int = 2) -> dict[str, Any]:
    chance = random.Random(SEED)
    return {
        "info": {"year": 2026, "ratio": 1.50},
        "images": [{"file_name": f"{i}.jpg", "id": i, "width": 90, "height": 80} for i in range(1, images + 1)],
        "annotations": [
            {
                "segmentation": [[1.10, 2, 30.25, 4, 5, 60]],
                "id": 10 * i + k,
                "image_id": i,
                "bbox": [1.1, 2.0, round(chance.uniform(1, 50), 2), 58],
                "area": 1e2,
                "category_id": 3,
                "iscrowd": 0,
                "note": 'a ] } " \\ é',
            }
            for i in range(1, images + 1)
            for k in range(per_image)
        ],
        "categories": [{"supercategory": None, "id": 3, "name": "cat"}],
    }


def spaced(value: Any, chance: random.Random) -> str:
    """JSON text of a value with spaces and line breaks wherever there may be some."""
    gap = chance.choice(["", " ", "\n", "\t", "  \n "])
    if isinstance(value, dict):
        inner = f"{gap},{gap}".join(f"{json.dumps(k)}{gap}:{gap}{spaced(v, chance)}" for k, v in value.items())
        return f"{{{gap}{inner}{gap}}}"
    if isinstance(value, list):
        return f"[{gap}" + f"{gap},{gap}".join(spaced(v, chance) for v in value) + f"{gap}]"
    return json.dumps(value, ensure_ascii=chance.random() < 0.5)


def copied(path: Path, change: Any = None, use_cache: bool = False) -> bytes:
    """The bytes of a file that was opened, changed and written again."""
    dataset = Dataset.open(path, cache=use_cache)
    out = path.with_name("copied.json")
    (dataset if change is None else change(dataset)).write(out)
    return out.read_bytes()


@pytest.mark.parametrize("name", DATASETS)
def test_a_real_file_is_written_as_the_bytes_that_it_was(name: str, shared_data: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(shared_data / name, tmp_path / "real.json"))
    assert copied(path) == path.read_bytes()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_whatever_the_spaces_a_file_stays_as_it_is(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("spaces") / "in.json"
    path.write_text(spaced(made(), random.Random(seed)) + "\n", encoding="utf-8")
    assert copied(path) == path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        '{"images":[]}',
        '{"images": [], "annotations": []}\n\n',
        '{"annotations": [{"image_id": 1, "id": 1, "bbox": [0, 0, 1, 1]}], "images": [{"id": 1}], "zzz": 1}',
        '{"images": [{"id": 1, "width": null}], "annotations": [], "categories": [{"id": 1, "name": "\\u00e9"}]}',
        '{"images": [{"id": 1}], "annotations": [{"image_id": 1, "score": NaN}]}',
    ],
)
def test_odd_files_stay_as_they_are(text: str, tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(text, encoding="utf-8")
    assert copied(path) == text.encode()


def test_rows_that_stay_keep_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    value = made()
    path.write_text(spaced(value, random.Random(3)), encoding="utf-8")
    text = path.read_bytes()
    part = copied(path, lambda dataset: dataset.select(img_ids=[2, 4]))
    value["images"] = [row for row in value["images"] if row["id"] in (2, 4)]
    value["annotations"] = [row for row in value["annotations"] if row["image_id"] in (2, 4)]
    assert json.loads(part) == value
    with path.open("rb", buffering=0) as file:
        rows = find_layout(file).find("annotations")
    assert rows is not None
    assert rows.rows is not None
    for start, end in zip(rows.rows.starts[[2, 3, 6, 7]], rows.rows.ends[[2, 3, 6, 7]], strict=True):
        assert text[start:end] in part


def test_a_changed_row_alone_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))

    def widen(dataset: Dataset) -> Dataset:
        a = dataset.annotations
        assert a.bbox is not None
        assert dataset.origin is not None
        a.bbox = a.bbox.copy()
        a.bbox[1, 2] = 33
        return Dataset(
            dataset.images, a, dataset.categories, dataset.top, dataset.members, dataset.origin.changed(annotations=[1])
        )

    new = json.loads(copied(path, widen))
    value = made()
    value["annotations"][1]["bbox"][2] = 33
    assert new == value
    assert b'[[1.1, 2, 30.25, 4, 5, 60]], "id": 10' in copied(path, widen)


def test_members_that_were_changed_or_added_are_written(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made(), indent=1))

    def describe(dataset: Dataset) -> Dataset:
        dataset.top["info"] = {"year": 2027}
        dataset.top["licenses"] = [{"id": 1}]
        dataset.members = (*dataset.members, "licenses")
        return dataset

    new = json.loads(copied(path, describe))
    assert new == made() | {"info": {"year": 2027}, "licenses": [{"id": 1}]}
    assert copied(path) == path.read_bytes()


def test_columns_of_an_opened_file_cannot_be_written_to(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))
    dataset = Dataset.open(path)
    assert dataset.annotations.bbox is not None
    with pytest.raises(ValueError, match="read-only"):
        dataset.annotations.bbox[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        dataset.images.width[0] = 1


def test_a_file_may_be_written_over_itself_and_again(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))
    dataset = Dataset.open(path)
    whole = path.read_bytes()
    dataset.select(img_ids=[1]).write(path)
    assert len(json.loads(path.read_bytes())["images"]) == 1
    dataset.write(path)  # its own file is still open under no name
    assert path.read_bytes() == whole


def test_a_file_that_somebody_wrote_into_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))
    dataset = Dataset.open(path)
    with path.open("r+") as file:
        file.write("[")
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="has changed since it was opened"):
        dataset.write(tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_the_layout_is_found_across_the_ends_of_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.json"
    value = made(30, 5)
    path.write_text(spaced(value, random.Random(8)), encoding="utf-8")
    text = path.read_bytes()
    for size in (64, 65, 127, 300, 1000):
        monkeypatch.setattr("cocokit.chunks.CHUNK", size)
        with path.open("rb", buffering=0) as file:
            found = find_layout(file)
        for name in layout.LISTS:
            member = found.find(name)
            assert member is not None
            assert member.rows is not None
            rows = [text[a:b] for a, b in zip(member.rows.starts, member.rows.ends, strict=True)]
            assert [json.loads(row) for row in rows] == value[name]


def test_the_kernel_and_its_plain_twin_agree() -> None:
    from cocokit.kernels.spans import find_spans

    text = json.dumps(made()["annotations"]).encode()
    buf = np.zeros(len(text) + 64, np.uint8)
    buf[: len(text)] = np.frombuffer(text, np.uint8)
    both = []
    for run in (find_spans, find_spans.plain):
        state, starts, ends = np.array([1, len(text), 0, 0, 0]), np.zeros(20, np.int64), np.zeros(20, np.int64)
        assert run(buf, state, 7, starts, ends) == scan.ENDED
        both.append((state.tolist(), starts.tolist(), ends.tolist()))
    assert both[0] == both[1]


# ---------------------------------------------------------------- the cache


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is large enough for a cache, and old enough to be trusted."""
    monkeypatch.setattr(cache, "LEAST", 1)
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))
    monkeypatch.setattr(cache, "_YOUNG_NS", -1)
    return path


def from_cache(path: Path) -> Dataset | None:
    return cache.load(Source(path))


def test_what_comes_from_the_cache_is_what_the_file_says(cached: Path) -> None:
    first = Dataset.open(cached)
    again = from_cache(cached)
    assert again is not None
    assert again.to_dict() == first.to_dict() == json.loads(cached.read_bytes())
    assert copied(cached, use_cache=True) == cached.read_bytes()


@pytest.mark.parametrize("name", DATASETS)
def test_every_kind_of_file_comes_back_from_its_cache(
    name: str, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LEAST", 1)
    path = Path(shutil.copy(shared_data / name, tmp_path / "real.json"))
    first = Dataset.open(path)
    again = from_cache(path)
    assert again is not None
    assert again.to_dict() == first.to_dict() == json.loads(path.read_bytes())


def test_small_files_and_unasked_ones_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps(made()))
    Dataset.open(path)
    monkeypatch.setattr(cache, "LEAST", 1)
    Dataset.open(path, cache=False)
    assert os.listdir(tmp_path) == ["in.json"]


def test_a_cache_never_outlives_a_change(cached: Path) -> None:
    Dataset.open(cached)
    value = made()
    value["annotations"][0]["category_id"] = 4
    times = cached.stat()
    cached.write_text(json.dumps(value))  # as long as before
    os.utime(cached, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert from_cache(cached) is None
    found = Dataset.open(cached).annotations.category_id
    assert found is not None
    assert found[0] == 4


def test_a_cache_made_at_once_is_proved_by_the_content(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_YOUNG_NS", 10**12)
    Dataset.open(cached)
    seen: list[str] = []
    real = Source.sha256
    monkeypatch.setattr(Source, "sha256", lambda self: seen.append(self.path) or real(self))
    assert from_cache(cached) is not None
    assert seen
    forged = Source(cached)
    monkeypatch.setattr(Source, "sha256", lambda self: "another")
    assert cache.load(forged) is None


def test_a_copied_file_is_known_by_its_content(cached: Path, tmp_path: Path) -> None:
    Dataset.open(cached)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(cached, other)
    shutil.copy(cache.cache_path(cached), other)
    assert from_cache(other / cached.name) is not None


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "version", "header"])
def test_a_damaged_cache_is_passed_over(cached: Path, damage: str) -> None:
    Dataset.open(cached)
    where = Path(cache.cache_path(cached))
    data = where.read_bytes()
    where.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "empty": b"",
            "noise": b"cocokit columns 2\n" + b"\xff" * 400,
            "version": data.replace(b"columns 2", b"columns 1", 1),
            "header": data.replace(b'"images.id"', b'"images.it"', 1),
        }[damage]
    )
    assert from_cache(cached) is None
    assert Dataset.open(cached).to_dict() == made()
    assert from_cache(cached) is not None


def test_a_folder_that_cannot_be_written_to_has_no_cache(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refused)
    assert Dataset.open(cached).to_dict() == made()
    assert os.listdir(cached.parent) == [cached.name]


@pytest.mark.parametrize("instead", ["nothing", "another"])
def test_a_cache_replaced_while_it_is_opened_is_one_of_the_two(
    cached: Path, monkeypatch: pytest.MonkeyPatch, instead: str
) -> None:
    Dataset.open(cached)
    where = Path(cache.cache_path(cached))
    real = Source.stamp

    def replaced(source: Source) -> dict[str, int]:
        where.unlink(missing_ok=True)
        if instead == "another":
            where.write_bytes(b"cocokit columns 2\n" + b"\xff" * 400)
        return real(source)

    monkeypatch.setattr(Source, "stamp", replaced)
    found = from_cache(cached)
    assert found is not None
    assert found.to_dict() == made()


def _open_many(path: str, ready: Any) -> None:
    cache.LEAST = 1
    ready.wait()
    for i in range(15):
        if i % 3 == 0:
            Path(cache.cache_path(path)).unlink(missing_ok=True)
        dataset = Dataset.open(path)
        assert len(dataset.annotations) == 8
        assert dataset.annotations.has(Field.BBOX).all()


def test_two_processes_may_make_it_at_once(cached: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(2)
    both = [context.Process(target=_open_many, args=(str(cached), ready)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    assert sorted(os.listdir(cached.parent)) == [f".{cached.name}.columns", cached.name]
