"""The three ways to run a kernel agree on every intrinsic, and refuse what they cannot take."""

from __future__ import annotations

import itertools
import math
import random
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cocokit import compiled
from cocokit.compiled import Kernel, KernelError
from cocokit.kernels import bits

I64 = [0, 1, -1, 2, 7, 63, 64, 255, 256, -256, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 52, 1 << 53, (1 << 62) + 12345,
       (1 << 63) - 1, -(1 << 63), -(1 << 63) + 1, 0x5555555555555555, -0x5555555555555556]
F64 = [0.0, -0.0, 1.0, -1.0, 0.1, 1e308, -1e308, 5e-324, -5e-324, 2.2250738585072014e-308, math.inf, -math.inf,
       math.nan, math.pi, 1e16, 4503599627370497.5]

# A kernel returns an int64: what is a float comes back as its bits, what is a bool as 0 or 1.
ONE: dict[str, tuple[str, Callable[..., int]]] = {
    "shr": ("i8 i8", lambda a, b: bits.shr(a, b & 63)),
    "shl": ("i8 i8", lambda a, b: bits.shl(a, b & 63)),
    "ctz": ("i8", lambda a: bits.ctz(a)),
    "clz": ("i8", lambda a: bits.clz(a)),
    "popcount": ("i8", lambda a: bits.popcount(a)),
    "wadd": ("i8 i8", lambda a, b: bits.wadd(a, b)),
    "wmul": ("i8 i8", lambda a, b: bits.wmul(a, b)),
    "mulhi": ("i8 i8", lambda a, b: bits.mulhi(a, b)),
    "ult": ("i8 i8", lambda a, b: 1 if bits.ult(a, b) else 0),
    "f64_from_bits": ("i8", lambda a: bits.f64_to_bits(bits.f64_from_bits(a))),
    "f64_to_bits": ("f8", lambda a: bits.f64_to_bits(a)),
    "fdiv": ("f8 f8", lambda a, b: bits.f64_to_bits(bits.fdiv(a, b))),
    "trunc": ("f8", lambda a: bits.trunc(a) if -9.2e18 < a < 9.2e18 else -1),
}
ARRAYS = {"u1": np.uint8, "i4": np.int32, "i8": np.int64, "u4": np.uint32, "f4": np.float32, "f8": np.float64}


def _swap(a: Any, i: int, j: int) -> int:
    kept = bits.at(a, i)
    bits.put(a, i, bits.at(a, j))
    bits.put(a, j, kept)
    return 0


def _load8(a: Any, i: int) -> int:
    return bits.load8(a, i)


def _move8(a: Any, i: int, j: int) -> int:
    """Copies eight bytes within an array; returns the first of them."""
    bits.store8(a, j, bits.load8(a, i))
    return bits.byte(a, j)


def named(name: str, signature: str, function: Callable[..., int]) -> Kernel:
    """A kernel outside the registry, so that no object file ever holds it."""
    made = Kernel(function, signature)
    made.name = name
    return made


@pytest.fixture(scope="module")
def all_kernels() -> dict[str, Kernel]:
    made = {f"one_{n}": named(f"one_{n}", s, f) for n, (s, f) in ONE.items()}
    made |= {f"swap_{w}": named(f"swap_{w}", f"{w}[:] i8 i8", _swap) for w in ARRAYS}
    made["load8"] = named("load8", "u1[:] i8", _load8)
    made["move8"] = named("move8", "u1[:] i8 i8", _move8)
    return made


@pytest.fixture(scope="module", params=["object", "njit", "python"])
def bind(request: pytest.FixtureRequest, all_kernels: dict[str, Kernel]) -> Callable[[str], Callable[..., int]]:
    """From a kernel's name to the function that runs it, for each backend."""
    if request.param == "object":
        from cocokit import compiling

        symbols, code, _ = compiling.compile_object(all_kernels)
        backend: Any = compiled._Object(symbols, code)
    else:
        backend = compiled._Njit() if request.param == "njit" else compiled._Plain()
    return lambda name: backend.bind(all_kernels[name])


def signed(x: int) -> int:
    return struct.unpack("<q", struct.pack("<Q", x & (1 << 64) - 1))[0]


EXPECTED: dict[str, Callable[..., int]] = {
    "shr": lambda a, b: signed((a % (1 << 64)) >> (b & 63)),
    "shl": lambda a, b: signed(a << (b & 63)),
    "ctz": lambda a: next((i for i in range(64) if a >> i & 1), 64),
    "clz": lambda a: next((i for i in range(64) if a >> (63 - i) & 1), 64),
    "popcount": lambda a: sum(a >> i & 1 for i in range(64)),
    "wadd": lambda a, b: signed(a + b),
    "wmul": lambda a, b: signed(a * b),
    "mulhi": lambda a, b: signed((a % (1 << 64)) * (b % (1 << 64)) >> 64),
    "ult": lambda a, b: int(a % (1 << 64) < b % (1 << 64)),
    "f64_from_bits": lambda a: a,
    "f64_to_bits": lambda a: struct.unpack("<q", struct.pack("<d", a))[0],
    "trunc": lambda a: math.trunc(a) if -9.2e18 < a < 9.2e18 else -1,
}


@pytest.mark.parametrize("name", [n for n in ONE if n != "fdiv"])
def test_an_intrinsic_equals_its_definition_on_hostile_and_random_values(name: str, bind: Any) -> None:
    random_ints = random.Random(name)
    words = ONE[name][0].split()
    values = F64 if words[0] == "f8" else I64
    rows = list(itertools.product(values, repeat=len(words)))
    if words[0] == "i8":
        rows += [tuple(random_ints.getrandbits(64) - (1 << 63) for _ in words) for _ in range(300)]
    else:
        rows += [(random_ints.uniform(-1e19, 1e19),) for _ in range(300)]
    if name == "f64_from_bits":  # hardware may set the quiet bit of a signalling NaN
        rows = [(a,) for (a,) in rows if not math.isnan(bits.f64_from_bits(a))]
    run = bind(f"one_{name}")
    for row in rows:
        assert run(*row) == EXPECTED[name](*row), row


def test_division_is_ieee_division(bind: Any) -> None:
    run = bind("one_fdiv")
    for a, b in itertools.product(F64, repeat=2):
        with np.errstate(all="ignore"):
            expected = float(np.float64(a) / np.float64(b))
        got = bits.f64_from_bits(run(a, b))
        assert (math.isnan(got) and math.isnan(expected)) or bits.f64_to_bits(got) == bits.f64_to_bits(expected), (a, b)


@pytest.mark.parametrize("word", ARRAYS)
def test_unchecked_reads_and_writes_keep_every_value_of_every_dtype(word: str, bind: Any) -> None:
    dtype = np.dtype(ARRAYS[word])
    low, high = (np.iinfo(dtype) if dtype.kind != "f" else np.finfo(dtype)).min, np.array(7.5).astype(dtype)
    array = np.array([low, high, 3], dtype=dtype)
    assert bind(f"swap_{word}")(array, 0, 2) == 0
    assert array.tolist() == np.array([3, high, low], dtype=dtype).tolist()


def test_eight_bytes_are_read_at_any_alignment(bind: Any) -> None:
    data = np.random.default_rng(1).integers(0, 256, 64, dtype=np.uint8)
    run = bind("load8")
    for i in range(57):
        assert run(data, i) == int.from_bytes(data[i : i + 8].tobytes(), "little", signed=True)


def test_store8_puts_eight_bytes_anywhere_and_byte_reads_one(bind: Callable[[str], Callable[..., int]]) -> None:
    for i, j in ((0, 8), (3, 17), (9, 5)):
        array = np.arange(240, 272, dtype=np.int64).astype(np.uint8)
        wanted = array.copy()
        wanted[j : j + 8] = array[i : i + 8].copy()
        assert bind("move8")(array, i, j) == wanted[j]
        assert array.tolist() == wanted.tolist()


# ---------------------------------------------------------------- what a kernel refuses


def _first(a: Any, i: int) -> int:
    return int(a[0]) + i


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    monkeypatch.setattr(compiled, "_chosen", compiled._Plain())
    return named("first", "i8[:] i8", _first)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((np.zeros(2, np.int32), 1), r"kernel first wants i8\[:\], got int32 with shape \(2,\)"),
        ((np.zeros(2, np.uint64), 1), "got uint64"),
        ((np.zeros(2, ">i8"), 1), "got >i8"),
        ((np.zeros((2, 2), np.int64), 1), r"shape \(2, 2\)"),
        ((np.zeros(4, np.int64)[::2], 1), "not contiguous"),
        (([1, 2], 1), "got list"),
        ((np.zeros(2, np.int64), 1 << 63), "wants an int64, got 9223372036854775808"),
        ((np.zeros(2, np.int64),), "takes 2 arguments, got 1"),
    ],
)
def test_a_wrong_argument_is_refused_before_the_kernel_runs(plain: Kernel, args: tuple[Any, ...], says: str) -> None:
    with pytest.raises(KernelError, match=says):
        plain(*args)


def test_a_numpy_scalar_is_taken_as_a_plain_number(plain: Kernel) -> None:
    assert plain(np.array([(1 << 62)]), np.int64(1 << 62)) == 1 << 63  # no wrapping, no warning


def test_an_unknown_choice_of_backend_is_refused() -> None:
    with pytest.raises(KernelError, match="COCOKIT_KERNELS is 'fast'; use object, njit or python"):
        compiled._choose("fast")


def test_the_python_backend_is_chosen_on_request() -> None:
    assert compiled._choose("python").name == "python"


# ---------------------------------------------------------------- what the compiler refuses


def _calls_outside(x: float) -> int:
    return int(math.erf(x))


def _allocates(n: int) -> int:
    kept = [n]
    kept.append(n)
    return len(kept)


def test_a_kernel_that_needs_a_symbol_from_outside_fails_the_build() -> None:
    from cocokit import compiling

    with pytest.raises(KernelError, match="symbols outside themselves: .*erf"):
        compiling.compile_object({"outside": named("outside", "f8", _calls_outside)})


def test_a_kernel_that_allocates_fails_the_build() -> None:
    from numba.core.errors import NumbaError

    from cocokit import compiling

    with pytest.raises((NumbaError, KernelError)):
        compiling.compile_object({"allocates": named("allocates", "i8", _allocates)})


def test_there_must_be_a_kernel_to_compile() -> None:
    from cocokit import compiling

    with pytest.raises(KernelError, match="no kernel"):
        compiling.compile_object({})


# ---------------------------------------------------------------- the registry


def test_two_modules_cannot_have_a_kernel_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "KERNELS", {})
    compiled.kernel("i8[:] i8")(_first)

    def other(a: Any, i: int) -> int:
        return 0

    other.__name__, other.__module__ = "_first", "elsewhere"
    with pytest.raises(KernelError, match="elsewhere and .*test_compiled both have a kernel _first"):
        compiled.kernel("i8[:] i8")(other)


def test_every_kernel_module_can_be_found_and_holds_kernels_or_helpers() -> None:
    compiled._import_kernels(compiled.MODULES)
    homes = {k.plain.__module__ for k in compiled.KERNELS.values()} | {h.__module__ for h in compiled.HELPERS}
    for module in compiled.MODULES:
        assert compiled.source_path(module).endswith(module.rpartition(".")[2] + ".py")
        assert module in homes or module == "cocokit.kernels.bits"


def test_a_missing_kernel_source_says_what_to_do() -> None:
    with pytest.raises(KernelError, match=r"cocokit\.kernels\.gone is missing; reinstall"):
        compiled.source_path("cocokit.kernels.gone")


def test_threads_that_begin_at_once_share_one_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def choose(_wanted: str) -> object:
        time.sleep(0.02)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(compiled, "_chosen", None)
    monkeypatch.setattr(compiled, "_choose", choose)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(compiled._backend())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert found == made * 8
