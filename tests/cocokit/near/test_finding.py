"""Near duplicates among real photographs: what people make of a photo is found, other photos are not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cocokit.errors import DataError, ParamsError
from cocokit.near.confirming import THRESHOLD, confirm
from cocokit.near.files import photos_in
from cocokit.near.finding import find_near
from cocokit.near.hashing import grey_pictures
from cocokit.near.sheet import contact_sheet
from tests.cocokit.near.made import KINDS, variant


@pytest.fixture(name="photos", scope="module")
def photos_fixture(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], list[Path]]:
    """Forty photographs, and a changed copy of each."""
    from tests.conftest import shared_data

    folder = tmp_path_factory.mktemp("variants")
    plain = sorted((shared_data() / "coco_mini" / "val2017").glob("*.jpg"))[:40]
    changed = [variant(p, KINDS[i % len(KINDS)], folder / f"{i:02}.jpg") for i, p in enumerate(plain)]
    return plain, changed


def test_changed_copies_are_found_and_nothing_else(photos: tuple[list[Path], list[Path]]) -> None:
    plain, changed = photos
    found = find_near([*plain, *changed])
    assert found.label.tolist() == [*range(40), *range(40)]
    assert found.pairs.tolist() == [[i, 40 + i] for i in range(40)]
    assert found.scores.min() >= THRESHOLD
    assert found.failed == []


def test_two_different_photos_score_below_the_threshold(photos: tuple[list[Path], list[Path]]) -> None:
    plain, _ = photos
    pairs = np.stack(np.triu_indices(len(plain), 1), axis=1)
    assert confirm(plain, pairs).max() < THRESHOLD


def test_the_score_of_whole_pictures_is_their_correlation(photos: tuple[list[Path], list[Path]]) -> None:
    plain, changed = photos
    pairs = np.array([[0, 40], [6, 46]])  # half the size: no cut agrees better
    whole = [grey_pictures(p)[0].ravel().astype(float) for p in (plain[0], changed[0], plain[6], changed[6])]
    expected = [np.corrcoef(whole[0], whole[1])[0, 1], np.corrcoef(whole[2], whole[3])[0, 1]]
    assert np.allclose(confirm([*plain, *changed], pairs), expected, atol=1e-5)


def test_without_crops_a_cut_copy_is_another_photo(photos: tuple[list[Path], list[Path]]) -> None:
    plain, changed = photos
    cut = [i for i in range(40) if KINDS[i % len(KINDS)].startswith("cut")]
    files = [plain[i] for i in cut] + [changed[i] for i in cut]
    assert len(find_near(files, radius=3, crops=False).pairs) < len(find_near(files, radius=3).pairs)


def test_equal_files_need_no_comparing_however_many(tmp_path: Path, photos: tuple[list[Path], list[Path]]) -> None:
    paths = [shutil.copy(photos[0][0], tmp_path / f"{i}.jpg") for i in range(50)]
    found = find_near([*paths, *photos[0][1:3]])
    assert [rows.tolist() for rows in found.groups()] == [list(range(50))]
    assert len(found.pairs) == 49
    assert (found.scores == 1).all()


def test_files_without_a_hash_are_groups_by_themselves(tmp_path: Path, photos: tuple[list[Path], list[Path]]) -> None:
    (tmp_path / "no.jpg").write_text("no picture")
    found = find_near([tmp_path / "no.jpg", photos[0][0], tmp_path / "no.jpg", photos[0][0]])
    assert found.label.tolist() == [0, 1, 2, 1]
    assert len(found.failed) == 2


def test_numbers_that_cannot_work_are_refused_even_for_no_photo() -> None:
    assert find_near([]).groups() == []
    for radius, threshold, name in ((9, 0.9, "radius"), (3, 1.5, "threshold"), (3, float("nan"), "threshold")):
        with pytest.raises(ParamsError, match=name):
            find_near([], radius, threshold)


def test_a_sheet_is_one_file_without_foreign_parts(tmp_path: Path, photos: tuple[list[Path], list[Path]]) -> None:
    names = ["<script>alert(1)</script>.jpg", "a copy & more.jpg"]
    paths = [photos[0][0], photos[1][0]]
    contact_sheet(find_near(paths), paths, tmp_path / "near.html", names)
    page = (tmp_path / "near.html").read_text()
    assert page.count('<img src="data:image/jpeg;base64,') == 2
    assert "2 photos: 1 group of near duplicates with 2 photos." in page
    assert not any(foreign in page for foreign in ("<script", "http://", "https://"))
    assert "a copy &amp; more.jpg" in page


def test_photos_in_a_folder(tmp_path: Path) -> None:
    for name in ("b.JPG", "deep/a.png", ".hidden.jpg", ".cache/c.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    assert photos_in(tmp_path) == [str(tmp_path / "b.JPG"), str(tmp_path / "deep" / "a.png")]
    with pytest.raises(DataError, match="has no photos in it"):
        photos_in(_empty(tmp_path))
    with pytest.raises(DataError, match="is no folder"):
        photos_in(tmp_path / "none")


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"
