"""Kernels: plain functions over one-dimensional arrays, compiled by :mod:`cocokit.compiled`.

The rules that every kernel keeps, because the compiled form relies on them:

* arguments are one-dimensional contiguous arrays and scalars, the result is one ``int``;
* every output is an array that the caller allocated; nothing is allocated inside;
* nothing is raised inside: a kernel returns a negative code, its caller makes the message;
* arithmetic that must wrap or be unsigned goes through :mod:`cocokit.kernels.bits`;
* no fused multiply-add and no fast-math: results are compared bit for bit (PARITY I7).

The same functions run uncompiled (over memoryviews) with ``COCOKIT_KERNELS=python`` and as ordinary
Numba functions with ``COCOKIT_KERNELS=njit``; the tests do both.
"""
