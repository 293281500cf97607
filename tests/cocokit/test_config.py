"""Settings: which place wins, where each value came from, and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cocokit.config import Settings, find_settings_file, load_settings
from cocokit.errors import ParamsError


def test_without_any_place_the_defaults_stand(tmp_path: Path) -> None:
    settings = load_settings(start=tmp_path, environ={})
    assert (settings.gt, settings.iou_type, settings.images) == (None, None, None)
    assert set(settings.sources.values()) == {"default"}


def test_the_file_is_found_from_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "cocokit.toml").write_text('gt = "exports/val.json"\niou_type = "segm"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_settings_file(below) == str(tmp_path / "cocokit.toml")
    settings = load_settings(start=below, environ={})
    assert settings.gt == str(tmp_path / "exports" / "val.json")
    assert settings.iou_type == "segm"
    assert settings.sources["gt"] == str(tmp_path / "cocokit.toml")


def test_variables_beat_the_file_and_flags_beat_both(tmp_path: Path) -> None:
    (tmp_path / "cocokit.toml").write_text('gt = "f.json"\niou_type = "segm"\nimages = "photos"\n')
    environ = {"COCOKIT_GT": "v.json", "COCOKIT_IOU_TYPE": "bbox", "COCOKIT_IMAGES": ""}
    settings = load_settings({"gt": "flag.json", "iou_type": None}, tmp_path, environ)
    assert (settings.gt, settings.iou_type) == ("flag.json", "bbox")
    assert settings.images == str(tmp_path / "photos")
    assert settings.sources["gt"] == "--gt"
    assert settings.sources["iou_type"] == "COCOKIT_IOU_TYPE"


def test_a_database_is_a_file_beside_the_settings_or_a_url(tmp_path: Path) -> None:
    (tmp_path / "cocokit.toml").write_text('database = "data/a.db"\n')
    assert load_settings(start=tmp_path, environ={}).database == str(tmp_path / "data" / "a.db")
    (tmp_path / "cocokit.toml").write_text('database = "postgresql://host/name"\n')
    assert load_settings(start=tmp_path, environ={}).database == "postgresql://host/name"
    settings = load_settings({"database": "b.db"}, tmp_path, {"COCOKIT_DATABASE": "c.db"})
    assert (settings.database, settings.sources["database"]) == ("b.db", "--db")
    with pytest.raises(ParamsError, match="--db is ''; a text is needed that is not empty"):
        load_settings({"database": ""}, tmp_path, {})


def test_a_wrong_value_names_its_source(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="COCOKIT_IOU_TYPE is 'boxes'; use one of bbox, segm, keypoints"):
        load_settings(start=tmp_path, environ={"COCOKIT_IOU_TYPE": "boxes"})
    with pytest.raises(ParamsError, match="--iou-type is 'masks'"):
        load_settings({"iou_type": "masks"}, tmp_path, {})
    (tmp_path / "cocokit.toml").write_text("gt = 5\n")
    with pytest.raises(ParamsError, match=r"gt in .*cocokit\.toml is 5; a text is needed"):
        load_settings(start=tmp_path, environ={})


def test_the_pixel_limit_is_a_number_from_file_or_variable(tmp_path: Path) -> None:
    assert load_settings(start=tmp_path, environ={}).max_pixels == 200_000_000
    (tmp_path / "cocokit.toml").write_text("max_megapixels = 50\n")
    assert load_settings(start=tmp_path, environ={}).max_megapixels == 50
    variables = {"COCOKIT_MAX_MEGAPIXELS": "400"}
    assert load_settings(start=tmp_path, environ=variables).max_pixels == 400_000_000
    for text in ("0", "-1", "many", "2001", "1.5"):
        with pytest.raises(ParamsError, match="COCOKIT_MAX_MEGAPIXELS is .*; a whole number from 1 to 2000 is needed"):
            load_settings(start=tmp_path, environ={"COCOKIT_MAX_MEGAPIXELS": text})
    for value in ("true", "1.5", '"50"'):
        (tmp_path / "cocokit.toml").write_text(f"max_megapixels = {value}\n")
        with pytest.raises(ParamsError, match="max_megapixels in .*a whole number"):
            load_settings(start=tmp_path, environ={})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cocokit.toml").write_text('ground_truth = "x"\n')
    with pytest.raises(ParamsError, match="known settings are gt, iou_type, images, database, max_megapixels"):
        load_settings(start=tmp_path, environ={})


@pytest.mark.parametrize("data", [b"gt = ", b"\xff\xfe\x00"])
def test_a_file_that_is_no_toml_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "cocokit.toml").write_bytes(data)
    with pytest.raises(ParamsError, match="it must be a TOML file"):
        load_settings(start=tmp_path, environ={})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().gt = "x"  # type: ignore[misc]
    with pytest.raises(ParamsError, match="iou_type is 'x'"):
        Settings(iou_type="x")
