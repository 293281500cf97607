"""Masks in plain loops, one point and one character at a time: the slow twins of the kernels. Only tests use this."""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Sequence

WORD = 1 << 32


def c_int(x: float) -> int:
    """C's ``(int)x`` on x86: towards zero; the smallest int where that does not fit."""
    if x != x or not -2147483649.0 < x < 2147483648.0:
        return -2147483648
    return int(x)


def boundary(ring: Sequence[float]) -> list[tuple[int, int]]:
    """Every point of a ring's outline at five times the resolution, edge after edge."""
    corners = [(c_int(5 * x + 0.5), c_int(5 * y + 0.5)) for x, y in zip(ring[0::2], ring[1::2], strict=False)]
    points = []
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        wide, high = abs(x1 - x0), abs(y1 - y0)
        if wide >= high:
            turned = x0 > x1
            (a, b), (c, d) = ((x1, y1), (x0, y0)) if turned else ((x0, y0), (x1, y1))
            slope = (d - b) / wide if wide else math.nan
            line = [(a + t, c_int(b + slope * t + 0.5)) for t in range(wide + 1)]
        else:
            turned = y0 > y1
            (a, b), (c, d) = ((x1, y1), (x0, y0)) if turned else ((x0, y0), (x1, y1))
            slope = (c - a) / high
            line = [(c_int(a + slope * t + 0.5), b + t) for t in range(high + 1)]
        points += line[::-1] if turned else line
    return points


def draw(ring: Sequence[float], height: int, width: int) -> list[int]:
    """Run lengths of a polygon."""
    crossings = []
    points = boundary(ring)
    for (u, v), (next_u, next_v) in itertools.pairwise(points):
        if u == next_u:
            continue
        column = (min(u, next_u) + 0.5) / 5 - 0.5
        if column != math.floor(column) or column < 0 or (width > 0 and column > width - 1):
            continue
        row = math.ceil(min(max((min(v, next_v) + 0.5) / 5 - 0.5, 0), height))
        crossings.append((int(column) * height + row) % WORD)
    places = sorted([*crossings, height * width])
    steps = [b - a for a, b in zip([0, *places], places, strict=False)]
    runs = [steps[0]]
    rest = iter(steps[1:])
    for step in rest:
        if step > 0:
            runs.append(step)
        else:
            runs[-1] += next(rest, 0)
    return runs


def pixels(runs: Sequence[int]) -> list[int]:
    """0 and 1, pixel by pixel."""
    return [i % 2 for i, run in enumerate(runs) for _ in range(run)]


def runs_of_pixels(bits: Sequence[int]) -> list[int]:
    """The other way round."""
    runs, value = [0], 0
    for bit in bits:
        if bit != value:
            runs.append(0)
            value = bit
        runs[-1] += 1
    return runs


def write(runs: Sequence[int]) -> bytes:
    """Compressed text of run lengths (G1, G2)."""
    text = bytearray()
    for i, run in enumerate(runs):
        x = run - (runs[i - 2] if i > 2 else 0)
        while True:
            low, x = x & 31, x >> 5
            done = x == (-1 if low & 16 else 0)
            text.append(48 + low + (0 if done else 32))
            if done:
                break
    return bytes(text)


def read(text: bytes) -> list[int]:
    """Run lengths of compressed text in C's arithmetic: ints of 32 bits inside a number, longs between (G3, X11)."""
    codes = [(c - 48) % 256 for c in text.split(b"\0")[0]] + [208]
    runs: list[int] = []
    p = 0
    while p < len(codes) - 1:
        x, k, more = 0, 0, True
        while more:
            code = codes[p]
            more = bool(code & 32)
            x |= int32((code & 31) << (5 * k % 32))
            p, k = p + 1, k + 1
            if not more and code & 16:
                x |= int32(-1 << (5 * k % 32))
        runs.append((x + (runs[-2] if len(runs) > 2 else 0)) % WORD)
    return runs


def int32(x: int) -> int:
    """The low 32 bits as a signed number."""
    return int(struct.unpack("<i", struct.pack("<I", x % WORD))[0])


def box(runs: Sequence[int], height: int) -> list[float]:
    """[x, y, w, h] around the foreground of whole masks; zeros without any."""
    on = [i for i, bit in enumerate(pixels(runs)) if bit]
    if not on:
        return [0.0] * 4
    xs, ys = [i // height for i in on], [i % height for i in on]
    return [float(v) for v in (min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)]


def iou(a: Sequence[int], b: Sequence[int], crowd: bool) -> float:
    """IoU of two masks of one size, pixel by pixel."""
    pairs = list(zip(pixels(a), pixels(b), strict=True))
    shared = sum(x & y for x, y in pairs)
    return shared / (sum(x if crowd else x | y for x, y in pairs) if shared else 1)
