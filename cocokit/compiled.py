"""Kernels compiled by Numba once and loaded ever after without Numba.

A kernel is a plain function marked with :func:`kernel` and a signature such as ``"u1[:] i8 f8[:]"``; a function
that kernels call is marked with :func:`helper`. The first call of any kernel finds machine code for all of them:

1. an object file that came with the package or lies in the cache folder, loaded through ``llvmlite`` (no Numba);
2. else Numba compiles that object in a process of its own, once, and it is cached;
3. else (no second process can be started) Numba compiles each kernel in this process;
4. else, without Numba or llvmlite, the plain functions run as they are, slowly, with the same results.

``COCOKIT_KERNELS`` = ``object``, ``njit`` or ``python`` asks for one of these and ``COCOKIT_CACHE_DIR`` names the
cache folder. Loaded code runs without the interpreter lock, so ordinary threads scale. :mod:`cocokit.compiling` is
the only module that imports Numba.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from .errors import CocokitError

#: Modules that hold kernels and helpers, in the order in which they are imported and hashed.
MODULES = (
    "cocokit.kernels.bits",
    "cocokit.kernels.selftest",
    "cocokit.eval.kernels.order",
    "cocokit.eval.kernels.boxes",
    "cocokit.eval.kernels.matching",
    "cocokit.eval.kernels.curves",
    "cocokit.eval.kernels.keypoints",
    "cocokit.eval.kernels.census",
)

_LOG = logging.getLogger(__name__)
_HERE = os.path.dirname(os.path.abspath(__file__))
_DTYPES = {"u1": "|u1", "i4": "<i4", "i8": "<i8", "u4": "<u4", "f4": "<f4", "f8": "<f8"}
_FORMAT = 2

KERNELS: dict[str, Kernel] = {}
HELPERS: list[Callable[..., Any]] = []


class KernelError(CocokitError, RuntimeError):
    """A kernel could not be compiled or loaded, or was called with arrays that it does not take."""


def helper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a plain function that kernels call; it is inlined when they are compiled."""
    HELPERS.append(function)
    return function


def kernel(signature: str) -> Callable[[Callable[..., int]], Kernel]:
    """Mark a plain function as a kernel.

    Args:
        signature: one word per argument: ``u1[:]``, ``i4[:]``, ``i8[:]``, ``u4[:]``, ``f4[:]``, ``f8[:]`` for
            one-dimensional contiguous arrays, ``i8`` and ``f8`` for scalars. The result is an int64.
    """

    def mark(function: Callable[..., int]) -> Kernel:
        made = Kernel(function, signature)
        KERNELS[made.name] = made
        return made

    return mark


class Kernel:
    """A plain function with a compiled form; calling it runs the compiled form.

    Attributes:
        name: the function's name, unique among all kernels.
        words: the words of its signature.
        plain: the uncompiled function.
    """

    def __init__(self, function: Callable[..., int], signature: str) -> None:
        self.name = function.__name__
        self.words = tuple(signature.split())
        self.plain = function
        self.__doc__ = function.__doc__
        self._run: Callable[..., int] | None = None

    def __call__(self, *args: Any) -> int:
        """Run the kernel on NumPy arrays and scalars; raises KernelError for a wrong dtype or layout."""
        if len(args) != len(self.words):
            raise KernelError(f"kernel {self.name} takes {len(self.words)} arguments, got {len(args)}")
        return (self._run or self._bind())(*args)

    def _bind(self) -> Callable[..., int]:
        self._run = _backend().bind(self)
        return self._run

    def flatten(self, args: tuple[Any, ...]) -> list[Any]:
        """Arrays become (address, length); each is checked here, because nothing is checked inside."""
        flat: list[Any] = []
        for word, value in zip(self.words, args, strict=True):
            if not word.endswith("[:]"):
                flat.append(int(value) if word == "i8" else float(value))
                continue
            if value.dtype.str != _DTYPES[word[:-3]] or value.ndim != 1 or not value.flags.c_contiguous:
                raise KernelError(
                    f"kernel {self.name} wants {word}, got {value.dtype} with shape {value.shape}"
                    f"{'' if value.flags.c_contiguous else ', not contiguous'}"
                )
            flat.append(value.__array_interface__["data"][0])
            flat.append(value.size)
        return flat


# ---------------------------------------------------------------- the three ways to run


class _Plain:
    """The functions as they are, over memoryviews (Python numbers in, Python numbers out)."""

    name = "python"

    def bind(self, k: Kernel) -> Callable[..., int]:
        def run(*args: Any) -> int:
            k.flatten(args)
            views = [memoryview(a) if w.endswith("[:]") else a for w, a in zip(k.words, args, strict=True)]
            return int(k.plain(*views))

        return run


class _Njit:
    """Numba in this process."""

    name = "njit"

    def __init__(self) -> None:
        from . import compiling

        self._compiling = compiling
        _import_kernels()

    def bind(self, k: Kernel) -> Callable[..., int]:
        entry = self._compiling.entry(k)
        return lambda *args: int(entry(*k.flatten(args)))


class _Object:
    """Machine code from an object file, through llvmlite's own loader."""

    name = "object"

    def __init__(self, symbols: dict[str, str], code: bytes) -> None:
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self._symbols = symbols

    def bind(self, k: Kernel) -> Callable[..., int]:
        address = self._engine.get_function_address(self._symbols[k.name])
        if not address:
            raise KernelError(f"kernel {k.name} is not in the compiled object")
        kinds: list[Any] = []
        for word in k.words:
            kinds += [ctypes.c_void_p, ctypes.c_int64] if word.endswith("[:]") else [
                ctypes.c_int64 if word == "i8" else ctypes.c_double]
        call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)(address)

        def run(*args: Any) -> int:
            result, trouble = ctypes.c_int64(), ctypes.c_void_p()
            status = call(ctypes.addressof(result), ctypes.addressof(trouble), *k.flatten(args))
            if status:
                raise KernelError(f"kernel {k.name} stopped with status {status}")
            return result.value

        return run


_chosen: _Plain | _Njit | _Object | None = None


def _backend() -> _Plain | _Njit | _Object:
    global _chosen
    if _chosen is None:
        _chosen = _choose(os.environ.get("COCOKIT_KERNELS", ""))
    return _chosen


def backend_name() -> str:
    """Which form of the kernels this process runs: ``object``, ``njit`` or ``python``."""
    return _backend().name


def _choose(wanted: str) -> _Plain | _Njit | _Object:
    if wanted not in ("", "object", "njit", "python"):
        raise KernelError(f"COCOKIT_KERNELS is {wanted!r}; use object, njit or python, or unset it")
    if wanted == "python":
        return _Plain()
    if wanted != "njit":
        try:
            return _load_or_build()
        except (ImportError, OSError, KernelError, subprocess.SubprocessError) as error:
            if wanted == "object":
                raise KernelError(f"no compiled kernels: {error}") from error
            _LOG.warning("no compiled kernel object (%s); compiling in this process", error)
    try:
        return _Njit()
    except ImportError as error:
        if wanted == "njit":
            raise KernelError(f"COCOKIT_KERNELS is njit, but Numba cannot be imported: {error}") from error
        _LOG.warning("Numba cannot be imported (%s); kernels run uncompiled, hundreds of times slower", error)
        return _Plain()


# ---------------------------------------------------------------- the object file: key, folders, lock


def source_path(module: str) -> str:
    """The file of a kernel module, in an installed package or in a bare clone, without importing it."""
    parts = module.split(".")[1:]
    for root in (_HERE, os.path.dirname(_HERE)):
        path = os.path.join(root, *parts) + ".py"
        if os.path.isfile(path):
            return path
    raise KernelError(f"the source of {module} is missing; reinstall cocokit")


def object_name() -> str:
    """File name of the object: a digest of every kernel's source, the compiler's own and the platform."""
    digest = hashlib.sha256(f"{_FORMAT} {sys.platform} {platform.machine()}".encode())
    for path in (*map(source_path, MODULES), os.path.join(_HERE, "compiling.py")):
        with open(path, "rb") as f:
            digest.update(f.read())
    return f"kernels-{sys.platform}-{platform.machine()}-{digest.hexdigest()[:16]}.o"


def cache_dir() -> str:
    """The folder for compiled objects: ``COCOKIT_CACHE_DIR``, the user's cache, or a private temporary folder.

    The first one that is, or can be made, a writable folder of this user's own is taken.
    """
    home = os.path.expanduser("~")
    named = os.environ.get("COCOKIT_CACHE_DIR")
    usual = {
        "darwin": os.path.join(home, "Library", "Caches"),
        "win32": os.environ.get("LOCALAPPDATA", os.path.join(home, "AppData", "Local")),
    }.get(sys.platform, os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"))
    user = os.getuid() if hasattr(os, "getuid") else 0
    for folder in (named, os.path.join(usual, "cocokit"), os.path.join(tempfile.gettempdir(), f"cocokit-{user}")):
        if folder and _private(folder, user):
            return folder
    raise KernelError("no writable folder for compiled kernels; set COCOKIT_CACHE_DIR to one")


def _private(folder: str, user: int) -> bool:
    """Code is loaded from here, so the folder must be ours and nobody else may write into it."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        stat = os.stat(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return False
    return not hasattr(os, "getuid") or (stat.st_uid == user and not stat.st_mode & 0o022)


def _load_or_build() -> _Object:
    name = object_name()
    shipped = os.path.join(_HERE, "kernels", name)
    if os.path.isfile(shipped):
        return _load(shipped)
    folder = cache_dir()
    path = os.path.join(folder, name)
    with contextlib.suppress(FileNotFoundError, KernelError):
        return _load(path)
    with _lock(path + ".lock"):
        with contextlib.suppress(FileNotFoundError, KernelError):
            return _load(path)  # another process was faster
        _build_apart(path)
    return _load(path)


@contextlib.contextmanager
def _lock(path: str) -> Iterator[None]:
    """One compiler at a time where the platform has flock; elsewhere two may work and the last rename wins."""
    with open(path, "ab") as f:
        try:
            import fcntl
        except ImportError:
            yield
            return
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def _build_apart(path: str) -> None:
    """Compile in a process of its own, which keeps Numba's memory and time out of this one."""
    sys.stderr.write("cocokit: compiling its kernels, once (about 20 seconds) ...\n")
    sys.stderr.flush()
    env = dict(os.environ, PYTHONPATH=os.pathsep.join(
        [os.path.dirname(_HERE), *filter(None, [os.environ.get("PYTHONPATH")])]))
    code = "import sys; from cocokit.compiled import build; build(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, path], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise KernelError(f"compiling failed with status {done.returncode}: {last}")


def _import_kernels() -> None:
    from importlib import import_module

    for module in MODULES:
        import_module(module)


def build(path: str) -> None:
    """Compile all kernels into the object file ``path`` (written whole or not at all)."""
    from . import compiling

    _import_kernels()
    symbols, code, versions = compiling.compile_object(KERNELS)
    header = {"sha256": hashlib.sha256(code).hexdigest(), "symbols": symbols, **versions}
    handle, partial = tempfile.mkstemp(dir=os.path.dirname(path) or ".", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(json.dumps(header).encode() + b"\n" + code)
        os.chmod(partial, 0o644)
        _check(_load(partial))
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def ship() -> str:
    """Compile the kernels into the package's own folder, for a wheel of this platform; returns the file's path."""
    path = os.path.join(_HERE, "kernels", object_name())
    build(path)
    return path


def _load(path: str) -> _Object:
    with open(path, "rb") as f:
        head, _, code = f.read().partition(b"\n")
    try:
        header = json.loads(head)
        good = header["sha256"] == hashlib.sha256(code).hexdigest()
    except (ValueError, KeyError, TypeError) as error:
        raise KernelError(f"{path} is not a kernel object") from error
    if not good:
        raise KernelError(f"{path} is damaged (its digest differs)")
    return _Object(header["symbols"], code)


def _check(loaded: _Object) -> None:
    """A known answer, computed by the plain function, before an object is allowed into the cache."""
    from .kernels.selftest import selftest

    for seed in (1, 12345, -7):
        if loaded.bind(selftest)(seed) != selftest.plain(seed):
            raise KernelError("freshly compiled kernels give a wrong answer on this machine")
