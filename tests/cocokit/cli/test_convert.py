"""The command convert: formats found, losses counted and refused, archives unpacked, one sentence for each mistake."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from cocokit.dataset import Dataset
from cocokit.formats import FORMATS
from tests.cocokit.cli.data import Folder, dataset
from tests.test_packaging import ROOT


def photos(folder: Folder) -> Path:
    """The photos of the small dataset."""
    made = folder.path / "photos"
    made.mkdir()
    for i in (1, 2, 3):
        Image.new("L", (100, 100)).save(made / f"{i}.png")
    return made


def zipped(path: Path, entries: dict[str, str], link: str = "") -> Path:
    """A zip of texts; the entry ``link`` is a symbolic link."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = ((stat.S_IFLNK if name == link else stat.S_IFREG) | 0o644) << 16
            archive.writestr(entry, text)
    return path


def test_coco_to_coco_is_the_same_bytes(folder: Folder) -> None:
    path = Path(folder.write("a.json", dataset()))
    result = folder.run("convert", str(path), "b.json")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [f"{path} (coco): 3 images, 6 annotations, 2 categories",
                                          "b.json (coco) written, nothing lost"]  # fmt: skip
    assert (folder.path / "b.json").read_bytes() == path.read_bytes()


def test_what_would_be_lost_is_counted_and_nothing_is_written(folder: Folder) -> None:
    path = Path(folder.write("a.json", dataset()))
    result = folder.run("convert", str(path), "out", "--to", "yolo")
    assert result.exit_code == 3
    assert not (folder.path / "out").exists()
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["lost", "count", "what", "happens"]
    assert lines[3].split(maxsplit=2) == ["segmentations", "6", "outlines are left out, boxes stay"]
    assert lines[-1] == "yolo cannot hold all of it: nothing was written; --allow-lossy writes the rest"


def test_a_lossy_conversion_is_done_when_it_may_be(folder: Folder) -> None:
    path = Path(folder.write("a.json", dataset()))
    result = folder.run("convert", str(path), "out", "--to", "yolo", "--allow-lossy", "--images", str(photos(folder)))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "out (yolo) written, without the above"
    assert (folder.path / "out" / "images" / "1.png").is_file()
    back = folder.run("convert", "out", "back.json")
    assert back.exit_code == 0, back.stderr
    expected = dataset()
    for row in expected["annotations"]:
        del row["segmentation"]
    assert Dataset.read(folder.path / "back.json").to_dict() == Dataset.from_dict(expected).to_dict()


def test_json_says_the_same(folder: Folder) -> None:
    path = Path(folder.write("a.json", dataset()))
    found = json.loads(folder.run("convert", str(path), "out", "--to", "voc", "--json").stdout)
    assert found == {
        "src": str(path), "from": "coco", "dst": "out", "to": "voc", "images": 3, "annotations": 6, "categories": 2,
        "unread": [], "lost": [{"what": "segmentations", "count": 6, "sentence": "outlines are left out, boxes stay"}],
        "notes": [], "written": False,
    }  # fmt: skip


def test_what_cannot_be_read_is_lost_too(folder: Folder) -> None:
    path = folder.path / "annotations.xml"
    shapes = '<box label="a" xtl="0" ytl="0" xbr="2" ybr="2"/><polyline label="a" points="0,0;1,1"/>'
    path.write_text(f'<annotations><image id="1" name="a.jpg" width="9" height="9">{shapes}</image></annotations>')
    result = folder.run("convert", str(path), "b.json")
    assert result.exit_code == 3
    assert not (folder.path / "b.json").exists()
    assert result.stdout.splitlines()[1:] == [
        "  lost in reading: 1 polyline left out: no area",
        "not all of it can be read: nothing was written; --allow-lossy writes the rest",
    ]
    found = json.loads(folder.run("convert", str(path), "b.json", "--json").stdout)
    assert [found["unread"], found["written"]] == [["1 polyline left out: no area"], False]
    result = folder.run("convert", str(path), "b.json", "--allow-lossy")
    assert result.stdout.splitlines()[-1] == "b.json (coco) written, without the above"
    assert len(Dataset.read(folder.path / "b.json").annotations) == 1


def test_a_zip_is_read_like_the_folder_that_it_holds(folder: Folder) -> None:
    path = zipped(folder.path / "a.zip", {"set/classes.txt": "cat\n", "set/labels/1.txt": "0 .5 .5 .5 .5\n",
                                          "__MACOSX/x": "?"})  # fmt: skip
    result = folder.run("convert", str(path), "b.json", "--images", str(photos(folder)))
    assert result.exit_code == 0, result.stderr
    assert Dataset.read(folder.path / "b.json").annotation(0).bbox == (25, 25, 50, 50)
    zipped(folder.path / "c.zip", {"instances.json": json.dumps(dataset())})
    assert folder.run("convert", "c.zip", "d.json").exit_code == 0


@pytest.mark.parametrize(
    "entries, link, sentence",
    [
        ({"../evil.txt": "x"}, "", "the file name '../evil.txt' leads out of the folder"),
        ({"/evil.txt": "x"}, "", "leads out of the folder"),
        ({"a/../../evil.txt": "x"}, "", "leads out of the folder"),
        ({"c:\\evil.txt": "x"}, "", "leads out of the folder"),
        ({"link": "/etc", "link/evil.txt": "x"}, "link", "link: is a symbolic link; pack the files themselves"),
        ({"a": "x", "a/b": "y"}, "", "a/b: is in it twice; pack it again"),
    ],
)
def test_an_archive_reaches_no_other_place(entries: dict[str, str], link: str, sentence: str, folder: Folder) -> None:
    path = zipped(folder.path / "a.zip", entries, link)
    result = folder.run("convert", str(path), "b.json")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert sorted(p.name for p in folder.path.iterdir()) == ["a.zip"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocokit.formats.archives.FREE_BYTES", 0)
    with zipfile.ZipFile(folder.path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", b"0" * 10_000_000)
    result = folder.run("convert", "a.zip", "b.json")
    assert "would unpack to 10,000,000 bytes, 1,015 times its own, and the limit is 100; if that" in result.stderr


def test_a_damaged_zip_is_one_sentence(folder: Folder) -> None:
    path = zipped(folder.path / "a.zip", {"a.txt": "hello" * 99})
    path.write_bytes(path.read_bytes()[:-40])
    result = folder.run("convert", "a.zip", "b.json")
    assert result.exit_code == 1
    assert "a.zip: is a damaged zip archive" in result.stderr


@pytest.mark.parametrize(
    "words, sentence",
    [
        (["a.json", "out"], "--to is ''; say what to write: coco, yolo"),
        (["a.json", "out", "--to", "jolo"], "format is 'jolo'; use one of coco, yolo"),
        (["a.json", "out", "--from", "jolo", "--to", "coco"], "format is 'jolo'"),
        (["none.json", "out.json"], "none.json: no such file or folder; check the path"),
        (["empty", "out.json"], "empty: is an empty folder; say which with --from: coco"),
        (["a.json", "full", "--to", "yolo", "--allow-lossy"], "full: has files in it; give a new folder"),
        (["a.json", "a.json", "--to", "yolo", "--allow-lossy"], "a.json: is a file; give a new folder"),
        (["a.json", "out", "--to", "yolo", "--allow-lossy", "--images", "empty"], "empty: 1.png: no such image"),
    ],
)
def test_a_mistake_is_one_sentence(words: list[str], sentence: str, folder: Folder) -> None:
    folder.write("a.json", dataset())
    (folder.path / "empty").mkdir()
    (folder.path / "full").mkdir()
    (folder.path / "full" / "x").write_text("mine")
    result = folder.run("convert", *words)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert sorted(p.name for p in folder.path.iterdir()) == ["a.json", "empty", "full"]


def test_two_kinds_of_files_in_one_folder_must_be_told_apart(folder: Folder) -> None:
    (folder.path / "a.xml").write_text("<annotation><filename>1.png</filename></annotation>")
    (folder.path / "classes.txt").write_text("cat\n")
    result = folder.run("convert", ".", "b.json")
    assert ".: looks like yolo and voc; say which: --from yolo" in result.stderr


def test_the_formats_are_listed_and_documented(folder: Folder) -> None:
    lines = folder.run("convert", "--formats").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == list(FORMATS)
    page = (ROOT / "docs" / "datasets.md").read_text(encoding="utf-8")
    assert all(f"\n| `{name}` | " in page for name in FORMATS)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty (0 bytes); write it again"),
        ('{"images": []}'.encode("utf-16"), "is UTF-16 text; save it as UTF-8"),
        ('{"images": []}'.encode("utf-16-le"), "is UTF-16 text; save it as UTF-8"),
        ("<annotation/>".encode("utf-16-be"), "is UTF-16 text; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["convert a.json b.json", "import a.json", "import a.json --as images"])
def test_an_empty_file_and_utf16_have_their_own_sentences(
    command: str, data: bytes, sentence: str, folder: Folder
) -> None:
    folder.write("cocokit.toml", "")
    folder.write("a.json", data)
    result = folder.run(*command.split())
    assert (result.exit_code, result.stderr) == (1, f"cocokit: a.json: {sentence}\n")


def test_a_pipe_to_be_converted_is_called_one(folder: Folder) -> None:
    os.mkfifo(folder.path / "a.json")
    result = folder.run("convert", "a.json", "b.json")
    assert (result.exit_code, result.stderr.startswith("cocokit: a.json: is a pipe or a device")) == (1, True)
