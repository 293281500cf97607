"""Kernels are compiled once, by one process, into a folder that others cannot write; damage is found and mended."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cocokit import compiled, object_file
from cocokit.errors import KernelError
from cocokit.kernels.selftest import selftest

ROOT = Path(__file__).resolve().parents[2]
# The two smallest kernel modules, so that compiling takes a second or two; prints answer, backend, and whether Numba
# was imported.
RUN = """
import sys
import numpy as np
import cocokit.compiled as c
c.MODULES = ("cocokit.kernels.bits", "cocokit.kernels.selftest")
{before}
from cocokit.kernels.selftest import selftest
print(selftest(5, np.zeros(64, np.uint8)), c.backend_name(), "numba" in sys.modules)
"""
ANSWER = str(selftest.plain(5, bytearray(64)))


def start(cache: Path | str, before: str = "", **env: str) -> subprocess.Popen[str]:
    """A fresh process that calls one kernel with an empty home and this cache folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COCOKIT_", "NUMBA_", "XDG_"))}
    clean |= {"PYTHONPATH": str(ROOT), "COCOKIT_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen([sys.executable, "-c", RUN.format(before=before)], env=clean | env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def finish(process: subprocess.Popen[str]) -> tuple[list[str], str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out.split(), err


def run(cache: Path | str, before: str = "", **env: str) -> tuple[list[str], str]:
    return finish(start(cache, before, **env))


def objects(folder: Path) -> list[Path]:
    return sorted(folder.glob("kernels-*.o"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with one good object."""
    folder = tmp_path_factory.mktemp("cache")
    answer, err = run(folder)
    assert answer == [ANSWER, "object", "False"]
    assert "compiling its kernels, once" in err
    assert "done in" in err
    assert len(objects(folder)) == 1
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of it, to damage."""
    (tmp_path / objects(built)[0].name).write_bytes(objects(built)[0].read_bytes())
    return tmp_path


def test_the_second_run_neither_compiles_nor_imports_numba_nor_says_anything(built: Path) -> None:
    assert run(built) == ([ANSWER, "object", "False"], "")


def test_two_processes_that_start_at_once_compile_once(tmp_path: Path) -> None:
    results = [finish(p) for p in [start(tmp_path), start(tmp_path)]]
    assert [answer for answer, _ in results] == [[ANSWER, "object", "False"]] * 2
    assert sum("compiling" in err for _, err in results) == 1
    assert len(objects(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["empty", "half", "first line", "symbol", "code", "foreign"])
def test_a_damaged_object_is_named_and_made_again(copy: Path, damage: str) -> None:
    path = objects(copy)[0]
    good = path.read_bytes()
    middle = good.index(b"\nselftest") + 12
    path.write_bytes({
        "empty": b"",
        "half": good[: len(good) // 2],
        "first line": b"X" + good[1:],
        "symbol": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "code": good[:-100] + bytes([good[-100] ^ 4]) + good[-99:],
        "foreign": b"\x7fELF" + bytes(1000),
    }[damage])
    answer, err = run(copy)
    assert answer == [ANSWER, "object", "False"]
    assert str(path) in err
    assert object_file.read(str(path))[0].keys() == {"selftest"}


def test_a_compiler_killed_at_any_moment_leaves_no_half_object(tmp_path: Path) -> None:
    for delay in (0.1, 0.4, 0.8, 1.2, 1.6):
        process = start(tmp_path)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for path in objects(tmp_path):
            assert object_file.read(str(path))[0].keys() == {"selftest"}
    assert run(tmp_path)[0] == [ANSWER, "object", "False"]


def test_a_cache_folder_that_cannot_be_written_falls_to_the_users_own(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    assert run(blocker, XDG_CACHE_HOME=str(tmp_path / "own"))[0] == [ANSWER, "object", "False"]
    assert len(objects(tmp_path / "own" / "cocokit")) == 1


def test_a_folder_that_others_can_write_is_neither_read_nor_written(copy: Path) -> None:
    copy.chmod(0o777)
    own = copy / "own"
    assert run(copy, XDG_CACHE_HOME=str(own))[0] == [ANSWER, "object", "False"]
    assert len(objects(own / "cocokit")) == 1
    assert (own / "cocokit").stat().st_mode & 0o077 == 0


def test_without_any_folder_the_error_names_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(object_file, "_folders", lambda: [str(tmp_path / "file" / "below")])
    with pytest.raises(KernelError, match="set COCOKIT_CACHE_DIR"):
        compiled.cache_dir()


def test_settings_and_files_of_the_user_do_not_reach_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "numba.py").write_text("raise SystemExit('the wrong numba')")
    answer, _ = run(tmp_path / "cache", f"import os; os.chdir({str(tmp_path)!r})", NUMBA_BOUNDSCHECK="1",
                    NUMBA_DISABLE_JIT="1", NUMBA_CPU_NAME="bonnell")
    assert answer == [ANSWER, "object", "False"]


# ---------------------------------------------------------------- the fall-backs


def test_without_a_second_process_numba_compiles_in_this_one(tmp_path: Path) -> None:
    answer, err = run(tmp_path, "sys.executable = ''")
    assert answer == [ANSWER, "njit", "True"]
    assert "compiling in this process" in err


def test_without_numba_the_plain_functions_run_and_say_so(tmp_path: Path) -> None:
    answer, err = run(tmp_path, "sys.executable = ''; sys.modules['numba'] = None")
    assert answer == [ANSWER, "python", "True"]
    assert "hundreds of times slower" in err


def test_without_llvmlite_a_good_object_is_not_enough(built: Path) -> None:
    answer, _ = run(built, "sys.modules['llvmlite'] = None")
    assert answer[:2] == [ANSWER, "python"]


@pytest.mark.parametrize("wanted", ["python", "njit", "object"])
def test_the_environment_chooses_the_backend(built: Path, wanted: str) -> None:
    assert run(built, COCOKIT_KERNELS=wanted)[0] == [ANSWER, wanted, str(wanted == "njit")]


def test_an_object_that_was_asked_for_and_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    process = start(tmp_path, "sys.executable = ''", COCOKIT_KERNELS="object")
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "no compiled kernels: this Python cannot start another one" in err


def test_numba_that_was_asked_for_and_is_switched_off_is_an_error(tmp_path: Path) -> None:
    process = start(tmp_path, COCOKIT_KERNELS="njit", NUMBA_DISABLE_JIT="1")
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "NUMBA_DISABLE_JIT is set" in err


# ---------------------------------------------------------------- the file


def test_the_name_changes_with_every_source_and_with_the_order_of_bytes(tmp_path: Path) -> None:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text("x = 12\n")
    b.write_text("y = 1\n")
    names = {object_file.name([str(a), str(b)])}
    for text in ("x = 21\n", "x = 12 \n", "x = 13\n"):
        a.write_text(text)
        names.add(object_file.name([str(a), str(b)]))
    assert len(names) == 4


def test_what_is_written_is_read_back_and_a_failed_check_keeps_it_out(tmp_path: Path) -> None:
    path = str(tmp_path / "k.o")
    symbols, code = {"one": "_one", "two": "_two"}, bytes(range(256)) * 3 + b"\n\n\n"
    object_file.write(path, symbols, code, {"numba": "0"}, check=lambda partial: None)
    assert object_file.read(path) == (symbols, code)

    def refuse(partial: str) -> None:
        raise KernelError("a wrong answer")

    with pytest.raises(KernelError, match="a wrong answer"):
        object_file.write(path, {}, b"", {}, check=refuse)
    assert object_file.read(path) == (symbols, code)
    assert os.listdir(tmp_path) == ["k.o"]


def test_objects_of_other_versions_go_after_a_month(tmp_path: Path) -> None:
    for name, age in (("kernels-old.o", 40), ("kernels-new.o", 20), ("theirs.o", 400)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age * 86400,) * 2)
    object_file._tidy(str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == ["kernels-new.o", "theirs.o"]


@pytest.mark.slow
def test_all_kernels_compile_in_under_a_minute_of_cpu(tmp_path: Path) -> None:
    """Some 20 s where nothing else runs; CPU seconds are longer where processes share a core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    object_file.build_apart(str(tmp_path / "all.o"), compiled.MODULES)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 60
    loaded = compiled._load(str(tmp_path / "all.o"))
    assert loaded.bind(selftest)(5, np.zeros(64, np.uint8)) == int(ANSWER)
