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

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from . import object_file
from .errors import KernelError as KernelError  # callers look for it here

#: Modules that hold kernels and helpers, in the order in which they are imported and hashed.
MODULES = (
    "cocokit.kernels.bits",
    "cocokit.kernels.selftest",
    "cocokit.kernels.runs",
    "cocokit.kernels.overlap",
    "cocokit.kernels.raster",
    "cocokit.kernels.numbers",
    "cocokit.kernels.text",
    "cocokit.kernels.members",
    "cocokit.kernels.values",
    "cocokit.kernels.outlines",
    "cocokit.kernels.scan",
    "cocokit.kernels.spans",
    "cocokit.kernels.rings",
    "cocokit.kernels.hamming",
    "cocokit.eval.kernels.order",
    "cocokit.eval.kernels.boxes",
    "cocokit.eval.kernels.matching",
    "cocokit.eval.kernels.curves",
    "cocokit.eval.kernels.keypoints",
    "cocokit.eval.kernels.census",
    "cocokit.eval.kernels.masks",
    "cocokit.eval.kernels.detail",
    "cocokit.baselines.kernels.moves",
)

_DTYPES = {"u1": "|u1", "i4": "<i4", "i8": "<i8", "u4": "<u4", "f4": "<f4", "f8": "<f8"}
_LARGEST = (1 << 63) - 1

_Function = TypeVar("_Function", bound=Callable[..., Any])

KERNELS: dict[str, Kernel] = {}
HELPERS: list[Callable[..., Any]] = []
INLINED: set[int] = set()


def helper(function: _Function) -> _Function:
    """Mark a plain function that kernels call; it is inlined when they are compiled."""
    HELPERS.append(function)
    return function


def inlined(function: _Function) -> _Function:
    """Mark a helper that is put into its caller however large it is: a call would pass seven words an array."""
    INLINED.add(id(function))
    return helper(function)


def kernel(signature: str) -> Callable[[Callable[..., int]], Kernel]:
    """Mark a plain function as a kernel.

    Args:
        signature: one word per argument: ``u1[:]``, ``i4[:]``, ``i8[:]``, ``u4[:]``, ``f4[:]``, ``f8[:]`` for
            one-dimensional contiguous arrays, ``i8`` and ``f8`` for scalars. The result is an int64.

    Raises:
        KernelError: another module has a kernel of this name.
    """

    def mark(function: Callable[..., int]) -> Kernel:
        made = Kernel(function, signature)
        same = KERNELS.setdefault(made.name, made)
        if same.plain.__module__ != function.__module__:
            raise KernelError(f"{function.__module__} and {same.plain.__module__} both have a kernel {made.name}")
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
            if word == "i8":
                flat.append(self._whole(value))
            elif word == "f8":
                flat.append(float(value))
            else:
                self._check_array(word, value)
                flat.append(value.__array_interface__["data"][0])
                flat.append(value.size)
        return flat

    def _whole(self, value: Any) -> int:
        number = int(value)
        if not -_LARGEST - 1 <= number <= _LARGEST:
            raise KernelError(f"kernel {self.name} wants an int64, got {number}")
        return number

    def _check_array(self, word: str, value: Any) -> None:
        try:
            good = value.dtype.str == _DTYPES[word[:-3]] and value.ndim == 1 and value.flags.c_contiguous
        except AttributeError:
            raise KernelError(f"kernel {self.name} wants {word}, got {type(value).__name__}") from None
        if not good:
            layout = "" if value.flags.c_contiguous else ", not contiguous"
            raise KernelError(f"kernel {self.name} wants {word}, got {value.dtype} with shape {value.shape}{layout}")


# ---------------------------------------------------------------- the three ways to run


class _Plain:
    """The functions as they are, over memoryviews (Python numbers in, Python numbers out)."""

    name = "python"

    def bind(self, k: Kernel) -> Callable[..., int]:
        def run(*args: Any) -> int:
            k.flatten(args)
            makers = {"i8": int, "f8": float}
            return int(k.plain(*(makers.get(w, memoryview)(a) for w, a in zip(k.words, args, strict=True))))

        return run


class _Njit:
    """Numba in this process."""

    name = "njit"

    def __init__(self) -> None:
        from . import compiling

        self._compiling = compiling
        _import_kernels(MODULES)

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
            kinds += (
                [ctypes.c_void_p, ctypes.c_int64]
                if word.endswith("[:]")
                else [ctypes.c_int64 if word == "i8" else ctypes.c_double]
            )
        call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *kinds)(address)

        def run(*args: Any) -> int:
            result, trouble = ctypes.c_int64(), ctypes.c_void_p()
            status = call(ctypes.addressof(result), ctypes.addressof(trouble), *k.flatten(args))
            if status:
                raise KernelError(f"kernel {k.name} stopped with status {status}")
            return result.value

        return run


_chosen: _Plain | _Njit | _Object | None = None
#: Two threads that begin at once must not each load the code: what the loser has bound would be freed under it.
_choosing = threading.Lock()


def _backend() -> _Plain | _Njit | _Object:
    global _chosen
    if _chosen is None:
        with _choosing:
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
        except (ImportError, OSError, KernelError) as error:
            if wanted == "object":
                raise KernelError(f"no compiled kernels: {error}") from error
            _warn("no compiled kernel object (%s); compiling in this process", error)
    try:
        return _Njit()
    except ImportError as error:
        if wanted == "njit":
            raise KernelError(f"COCOKIT_KERNELS is njit, but Numba cannot be used: {error}") from error
        _warn("Numba cannot be used (%s); kernels run uncompiled, hundreds of times slower", error)
        return _Plain()


# ---------------------------------------------------------------- finding and making the object


def source_path(module: str) -> str:
    """The file of a kernel module, in an installed package or in a bare clone, without importing it.

    Raises:
        KernelError: there is no such file.
    """
    parts = module.split(".")[1:]
    for root in (object_file.HERE, os.path.dirname(object_file.HERE)):
        path = os.path.join(root, *parts) + ".py"
        if os.path.isfile(path):
            return path
    raise KernelError(f"the source of {module} is missing; reinstall cocokit")


def object_name() -> str:
    """File name of the object: a digest of every kernel's source, the compiler's own and the platform."""
    return object_file.name([*map(source_path, MODULES), os.path.join(object_file.HERE, "compiling.py")])


def cache_dir() -> str:
    """The folder for compiled objects: ``COCOKIT_CACHE_DIR``, the user's cache, or a private temporary folder.

    The first one that is, or can be made, a writable folder of this user's own is taken.

    Raises:
        KernelError: there is none.
    """
    return object_file.writable_folder()


def _load_or_build() -> _Object:
    name = object_name()
    for path in (os.path.join(object_file.HERE, "kernels", name), *object_file.cached(name)):
        loaded = _load_if_good(path)
        if loaded is not None:
            return loaded
    path = os.path.join(cache_dir(), name)
    with object_file.lock(path + ".lock"):
        loaded = _load_if_good(path)  # another process was faster
        if loaded is None:
            object_file.build_apart(path, MODULES)
            loaded = _load(path)
    return loaded


def _load(path: str) -> _Object:
    return _Object(*object_file.read(path))


def _load_if_good(path: str) -> _Object | None:
    """An absent, unreadable or damaged file is none; the next place is tried, or the file is made again."""
    try:
        return _load(path)
    except FileNotFoundError:
        return None
    except (OSError, KernelError) as error:
        _warn("%s; it will not be used", error)
        return None


def _import_kernels(modules: tuple[str, ...]) -> None:
    from importlib import import_module

    for module in modules:
        import_module(module)


def build(path: str, *modules: str) -> None:
    """Compile all kernels into the object file ``path``, in this process; it is written whole or not at all.

    Args:
        path: where the object goes; its folder exists.
        modules: the modules whose kernels are meant; all of ``MODULES`` by default.

    Raises:
        KernelError: a kernel does not compile, refers to something outside itself, or gives a wrong answer.
    """
    from . import compiling

    _import_kernels(modules or MODULES)
    symbols, code, versions = compiling.compile_object(KERNELS)
    object_file.write(path, symbols, code, versions, check=lambda partial: _check(_load(partial)))


def ship() -> str:
    """Compile the kernels into the package's own folder, for a wheel of this platform; returns the file's path."""
    path = os.path.join(object_file.HERE, "kernels", object_name())
    object_file.build_apart(path, MODULES)
    return path


def _check(loaded: _Object) -> None:
    """A known answer, computed by the plain function, before an object is allowed into the cache."""
    from .kernels.selftest import selftest

    plain = _Plain().bind(selftest)
    run = loaded.bind(selftest)
    import numpy as np

    for seed in (1, 12345, -7):
        if run(seed, np.zeros(64, np.uint8)) != plain(seed, np.zeros(64, np.uint8)):
            raise KernelError("freshly compiled kernels give a wrong answer on this machine")


def _warn(message: str, *args: object) -> None:
    import logging

    logging.getLogger(__name__).warning(message, *args)
