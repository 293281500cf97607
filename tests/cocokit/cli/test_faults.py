"""What happens around the command: pipes, closed streams, full disks, killed writers, folders that vanish."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import cocokit
from cocokit.atomic import atomic_write
from cocokit.errors import DataError
from tests.cocokit.cli.data import Folder, box_results, dataset, mask_results

_ROOT = Path(cocokit.__file__).resolve().parent.parent
_START = "import sys; from cocokit.cli import entry; sys.argv[0] = 'cocokit'; entry()"

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")


def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, which must end by itself."""
    env = {**os.environ, "PYTHONPATH": str(_ROOT), **more.pop("env", {})}
    more.setdefault("capture_output", True)
    command = [sys.executable, "-c", _START, *words]
    return subprocess.run(command, text=True, env=env, timeout=120, check=False, **more)


@pytest.fixture
def files(folder: Folder, tmp_path: Path) -> Path:
    """A ground truth, boxes and masks."""
    for name, data in (("gt", dataset()), ("dt", box_results()), ("masks", mask_results())):
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    return tmp_path


def _through_a_pipe(path: Path, text: str) -> Path:
    pipe = path / "pipe"
    os.mkfifo(pipe)

    def feed() -> None:
        with open(pipe, "w") as file:
            file.write(text)

    threading.Thread(target=feed, daemon=True).start()
    return pipe


@pytest.mark.parametrize("name", ["dt", "masks"])
def test_a_pipe_is_read_once_and_counts_as_the_file_does(files: Path, name: str) -> None:
    pipe = _through_a_pipe(files, (files / f"{name}.json").read_text())
    words = ("--gt", "gt.json", "--iou-type", "bbox", "--json")
    piped, read = (json.loads(run("eval", source, *words).stdout) for source in (str(pipe), f"{name}.json"))
    assert piped["stats"] == read["stats"]


def test_a_pipe_needs_its_iou_type_said(files: Path) -> None:
    os.mkfifo(files / "pipe")
    done = run("eval", "pipe", "--gt", "gt.json")
    assert done.returncode == 1
    assert "pipe: is a pipe or a device" in done.stderr
    assert "--iou-type" in done.stderr


def test_closed_streams_are_no_error(files: Path) -> None:
    def close() -> None:
        os.close(1)
        os.close(2)

    done = run("eval", "dt.json", "--gt", "gt.json", "-o", "report.json", capture_output=False, preexec_fn=close)
    assert done.returncode == 0
    assert json.loads((files / "report.json").read_text())["stats"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(files: Path) -> None:
    (files / "report.json").write_text("old")
    before = sorted(os.listdir(files))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    done = run("eval", "dt.json", "--gt", "gt.json", "-o", "report.json", preexec_fn=full)
    assert done.returncode == 1
    assert "report.json: cannot be written: File too large" in done.stderr
    assert (files / "report.json").read_text() == "old"
    assert sorted(os.listdir(files)) == before


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")
    code = (
        "import sys, time; from cocokit.atomic import atomic_write\n"
        "with atomic_write(sys.argv[1]) as f: f.write(b'half'); f.flush(); print('go', flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, env=env) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    assert target.read_text() == "old"


def test_a_name_as_long_as_a_name_can_be_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 250 + ".json")
    with atomic_write(target) as file:
        file.write(b"whole")
    assert target.read_bytes() == b"whole"
    assert os.listdir(tmp_path) == [target.name]


def test_a_working_folder_that_is_gone_is_no_error(files: Path) -> None:
    gone = files / "gone"
    gone.mkdir()
    code = f"import os; os.rmdir({str(gone)!r}); {_START}"
    command = [sys.executable, "-P", "-c", code, "eval", str(files / "dt.json"), "--gt", str(files / "gt.json")]
    env = {**os.environ, "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(command, cwd=gone, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_a_file_that_is_removed_or_grows_while_it_is_read_is_read_or_refused(files: Path) -> None:
    from cocokit.coco_json import read_results

    text = (files / "dt.json").read_text()
    stop = time.monotonic() + 1.0
    done = threading.Event()

    def disturb() -> None:
        while not done.is_set():
            (files / "live.json").write_text(text[: len(text) // 2])
            (files / "live.json").write_text(text)
            (files / "live.json").unlink()

    other = threading.Thread(target=disturb)
    other.start()
    try:
        while time.monotonic() < stop:
            try:
                assert len(read_results(files / "live.json")) == len(box_results())
            except DataError as error:
                assert "live.json" in str(error)  # noqa: PT017 - either outcome is right
    finally:
        done.set()
        other.join()


@pytest.mark.parametrize("option", ["--img-ids", "--cat-ids", "--max-dets"])
def test_numbers_beyond_64_bits_are_refused(files: Path, folder: Folder, option: str) -> None:
    done = run("eval", "dt.json", "--gt", "gt.json", option, "99999999999999999999")
    assert done.returncode == 1
    assert "64 bits" in done.stderr


@pytest.mark.parametrize(("change", "words"), [
    ({"width": 10**6, "height": 10**6}, "too large to be drawn"),
    ({"width": 2**40, "height": 1}, "too large to be drawn"),
])  # fmt: skip
def test_an_image_beyond_memory_is_not_drawn(files: Path, change: dict[str, int], words: str) -> None:
    data = dataset()
    data["images"][0].update(change)
    (files / "gt.json").write_text(json.dumps(data))
    done = run("show", "gt.json", "--image", "1", "-o", "out.png")
    assert (done.returncode, words in done.stderr) == (1, True), done.stderr


@pytest.mark.parametrize("value", [1e300, -1e300, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["bbox", "segmentation"])
def test_a_coordinate_beyond_any_picture_is_not_drawn(files: Path, field: str, value: float) -> None:
    from cocokit.coco_json import read_dataset
    from cocokit.marks import marks_of_image

    data = dataset()
    data["annotations"][0][field] = [value, 1, 2, 3] if field == "bbox" else [[value, 1, 2, 3, 4, 5]]
    (files / "gt.json").write_text(json.dumps(data))
    with pytest.raises(DataError, match=r"annotation 1 of image 1: has a coordinate of .* cannot be drawn"):
        marks_of_image(read_dataset(files / "gt.json"), 1)
