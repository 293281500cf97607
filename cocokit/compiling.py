"""The compiler of kernels: the only module that imports Numba.

A kernel over arrays is wrapped in an entry over addresses and lengths, so that ctypes can call it. Compilation is for
a portable baseline (x86-64-v2), not for the machine at hand, so that the object may travel in a wheel. ``_nrt=False``
makes any hidden allocation a compile-time error, and an undefined symbol fails the build rather than the run.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .compiled import HELPERS, INLINED
from .errors import KernelError

if TYPE_CHECKING:
    from .compiled import Kernel

_BASELINE = {"x86_64": "x86-64-v2", "AMD64": "x86-64-v2", "aarch64": "generic", "arm64": "generic"}
os.environ.setdefault("NUMBA_CPU_NAME", _BASELINE.get(platform.machine(), "generic"))
os.environ.setdefault("NUMBA_CPU_FEATURES", "")

import llvmlite
import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload, register_jitable
from numba.np.arrayobj import populate_array

from .kernels import bits

if numba.config.DISABLE_JIT:
    raise ImportError("NUMBA_DISABLE_JIT is set")

#: Nobody calls a helper or a kernel's body from Python: without its wrappers half of the compiler's work is gone.
_OPTIONS = {"_nrt": False, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_TYPES = {
    "u1": types.uint8,
    "i4": types.int32,
    "i8": types.int64,
    "u4": types.uint32,
    "f4": types.float32,
    "f8": types.float64,
}
#: Symbols that every platform's C library has and that LLVM may call for loops that copy or fill.
_ALLOWED = re.compile(r"^(llvm\..*|memset|memcpy|memmove)$")


# ---------------------------------------------------------------- intrinsics, twins of cocokit.kernels.bits


def _scalar(result: Any, arguments: int, emit: Callable[..., Any]) -> Any:
    """An intrinsic over int64 (or float64 where ``result`` says so) whose body is ``emit(builder, *args)``."""
    names = ", ".join("abc"[:arguments])
    space: dict[str, Any] = {"emit": emit, "result": result, "types": types}
    exec(  # a Numba intrinsic is typed by its parameter names, so it must be written out
        f"def made(typing_context, {names}):\n"
        f"    def code(context, builder, signature, args):\n"
        f"        return emit(builder, *args)\n"
        f"    return result({names}), code\n",
        space,
    )
    return intrinsic(space["made"])


_I1, _I64, _I128 = ir.IntType(1), ir.IntType(64), ir.IntType(128)
_F64 = ir.DoubleType()


def _ctpop(b: Any, x: Any) -> Any:
    return b.call(b.module.declare_intrinsic("llvm.ctpop", [_I64]), [x])


def _count_zeros(name: str) -> Callable[..., Any]:
    def emit(b: Any, x: Any) -> Any:
        kind = ir.FunctionType(_I64, [_I64, _I1])
        return b.call(b.module.declare_intrinsic(name, [_I64], kind), [x, ir.Constant(_I1, 0)])

    return emit


def _mulhi(b: Any, x: Any, y: Any) -> Any:
    wide = b.mul(b.zext(x, _I128), b.zext(y, _I128))
    return b.trunc(b.lshr(wide, ir.Constant(_I128, 64)), _I64)


_INTEGER = {
    bits.shr: _scalar(types.int64, 2, lambda b, x, n: b.lshr(x, n)),
    bits.shl: _scalar(types.int64, 2, lambda b, x, n: b.shl(x, n)),
    bits.ctz: _scalar(types.int64, 1, _count_zeros("llvm.cttz")),
    bits.clz: _scalar(types.int64, 1, _count_zeros("llvm.ctlz")),
    bits.popcount: _scalar(types.int64, 1, _ctpop),
    bits.wadd: _scalar(types.int64, 2, lambda b, x, y: b.add(x, y)),
    bits.wmul: _scalar(types.int64, 2, lambda b, x, y: b.mul(x, y)),
    bits.mulhi: _scalar(types.int64, 2, _mulhi),
    bits.ult: _scalar(types.boolean, 2, lambda b, x, y: b.icmp_unsigned("<", x, y)),
    bits.f64_from_bits: _scalar(types.float64, 1, lambda b, x: b.bitcast(x, _F64)),
}
_FLOAT = {
    bits.f64_to_bits: _scalar(types.int64, 1, lambda b, x: b.bitcast(x, _I64)),
    bits.trunc: _scalar(types.int64, 1, lambda b, x: b.fptosi(x, _I64)),
    bits.fdiv: _scalar(types.float64, 2, lambda b, x, y: b.fdiv(x, y)),
}


@intrinsic
def _at(typing_context, a, i):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return context.unpack_value(builder, signature.args[0].dtype, builder.gep(array.data, [args[1]]))

    return a.dtype(a, types.int64), code


@intrinsic
def _put(typing_context, a, i, value):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, args[0])
        kind = signature.args[0].dtype
        context.pack_value(builder, kind, args[2], builder.gep(array.data, [args[1]]))
        return context.get_dummy_value()

    return types.void(a, types.int64, a.dtype), code


@intrinsic
def _load8(typing_context, a, i):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.bitcast(builder.gep(array.data, [args[1]]), _I64.as_pointer())
        return builder.load(place, align=1)

    return types.int64(a, types.int64), code


@intrinsic
def _store8(typing_context, a, i, x):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.bitcast(builder.gep(array.data, [args[1]]), _I64.as_pointer())
        builder.store(args[2], place, align=1)
        return context.get_dummy_value()

    return types.void(a, types.int64, types.int64), code


def _register() -> None:
    """Teach Numba the functions of ``bits`` (as intrinsics) and every helper (as itself)."""

    def one(plain: Any, compiled: Any, cast: str, count: int) -> None:
        names = ", ".join("abc"[:count])
        inner = ", ".join(f"{cast}({n})" for n in "abc"[:count])
        space: dict[str, Any] = {"compiled": compiled, "i8": types.int64, "f8": types.float64}
        exec(f"def made({names}):\n    return lambda {names}: compiled({inner})\n", space)
        overload(plain, jit_options=_OPTIONS)(space["made"])

    for table, cast in ((_INTEGER, "i8"), (_FLOAT, "f8")):
        for plain, compiled in table.items():
            one(plain, compiled, cast, plain.__code__.co_argcount)

    overload(bits.at, jit_options=_OPTIONS)(lambda a, i: lambda a, i: _at(a, i))
    overload(bits.byte, jit_options=_OPTIONS)(lambda a, i: lambda a, i: types.int64(_at(a, i)))
    overload(bits.load8, jit_options=_OPTIONS)(lambda a, i: lambda a, i: _load8(a, i))
    overload(bits.store8, jit_options=_OPTIONS)(lambda a, i, x: lambda a, i, x: _store8(a, i, x))
    overload(bits.put, jit_options=_OPTIONS)(lambda a, i, value: lambda a, i, value: _put(a, i, value))


_register()


# ---------------------------------------------------------------- entries over addresses


def _view_maker(kind: Any) -> Any:
    """An intrinsic: (address, length) -> one-dimensional array of ``kind`` that owns nothing."""
    array_type = types.Array(kind, 1, "C")

    @intrinsic
    def view(typing_context, address, length):  # type: ignore[no-untyped-def]
        def code(context, builder, signature, args):  # type: ignore[no-untyped-def]
            item = context.get_data_type(kind)
            size = context.get_constant(types.intp, context.get_abi_sizeof(item))
            made = context.make_array(array_type)(context, builder)
            populate_array(
                made,
                data=builder.inttoptr(args[0], item.as_pointer()),
                shape=[args[1]],
                strides=[size],
                itemsize=size,
                meminfo=None,
            )
            return made._getvalue()

        return array_type(types.int64, types.int64), code

    return view


_VIEWS = {word: _view_maker(kind) for word, kind in _TYPES.items()}
_known_helpers: set[int] = set()


def entry(k: Kernel) -> Any:
    """The compiled entry of a kernel: arrays as address and length, scalars as they are, an int64 back."""
    for function in HELPERS:
        if id(function) not in _known_helpers:
            _known_helpers.add(id(function))
            register_jitable(**_OPTIONS, forceinline=id(function) in INLINED)(function)
    parameters, inner, kinds = [], [], []
    for i, word in enumerate(k.words):
        if word.endswith("[:]"):
            parameters += [f"a{i}", f"n{i}"]
            inner.append(f"view_{word[:-3]}(a{i}, n{i})")
            kinds += [types.int64, types.int64]
        else:
            parameters.append(f"x{i}")
            inner.append(f"x{i}")
            kinds.append(_TYPES[word])
    space: dict[str, Any] = {f"view_{w}": v for w, v in _VIEWS.items()}
    space["body"] = numba.njit(**_OPTIONS)(k.plain)
    exec(f"def {k.name}({', '.join(parameters)}):\n    return body({', '.join(inner)})\n", space)
    options = {**_OPTIONS, "no_cpython_wrapper": False}
    compiled = numba.njit(types.int64(*kinds), nogil=True, **options)(space[k.name])
    return compiled


def compile_object(kernels: dict[str, Kernel]) -> tuple[dict[str, str], bytes, dict[str, str]]:
    """Compile kernels into one relocatable object.

    Returns:
        Symbol of each kernel, the object's bytes, and the versions it was made with.

    Raises:
        KernelError: a kernel refers to something outside itself and the C library.
    """
    symbols, module = {}, None
    for name, k in kernels.items():
        compiled = next(iter(entry(k).overloads.values()))
        symbols[name] = compiled.fndesc.llvm_func_name
        part = llvm.parse_assembly(compiled.library.get_llvm_str())
        if module is None:
            module = part
        else:
            module.link_in(part)
    if module is None:
        raise KernelError("there is no kernel to compile")
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=os.environ["NUMBA_CPU_NAME"], features="", opt=3, reloc="pic", codemodel="small"
    )
    _drop_unused(module, machine, set(symbols.values()))
    outside = [f.name for f in module.functions if f.is_declaration and not _ALLOWED.match(f.name)]
    if outside:
        raise KernelError(f"kernels refer to symbols outside themselves: {', '.join(outside[:5])}")
    versions = {"numba": numba.__version__, "llvmlite": llvmlite.__version__, "cpu": os.environ["NUMBA_CPU_NAME"]}
    return symbols, machine.emit_object(module), versions


def _drop_unused(module: Any, machine: Any, wanted: set[str]) -> None:
    """Python wrappers and inlined helpers come along from Numba; what no kernel reaches goes."""
    for function in module.functions:
        if not function.is_declaration and function.name not in wanted:
            function.linkage = "internal"
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=0))
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
