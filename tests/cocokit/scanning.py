"""For the scanner's tests: text to columns by the scanner and by json, and a comparison of the two."""

from __future__ import annotations

import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cocokit import chunks
from cocokit.columns import ALL, Annotations, Field, Ragged
from cocokit.kernels import scan
from cocokit.rows import rows_to_annotations
from cocokit.scanner import scan_results

SAMPLE = """[{"image_id": 42, "category_id": 18, "bbox": [258.15, 41.29, 348.26, 243.78], "score": 0.236},
 {"image_id":73,"category_id":11,"bbox":[61,22.75,504.0,609.67e0],"score":1e-3,"extra":{"a":[1,{"b":"]}\\\\\\""}]},
  "x":null},
 {"score" : 0.1234567890123456789 , "segmentation" : {"counts" : "a\\\\b`0\\\\\\\\1", "size" : [ 3 , 4 ] } ,
  "image_id" : -5 },
 {"image_id": 1, "segmentation": [[1, 2.5, 3, 4, 5.25, 6], [7, 8, 9, 10, 11, 12.125]], "iscrowd": 0, "area": 12.5},
 {"segmentation": {"size": [2, 3], "counts": [0, 3, 3]}, "iscrowd": 1, "ignore": true, "image_id": 2, "id": 7},
 {"image_id": 3, "keypoints": [1.5, 2, 2, 0, 0, 0], "num_keypoints": 1, "segmentation": [], "keypoints_x": [true]},
 {"image_id": 4, "caption": "a \\u00e9 \\"quoted\\" dög", "filen": false}, {"image_id": 5, "keypoints": []}]"""


def by_scanner(folder: Path, text: str | bytes, want: Field = ALL, extras: bool = True) -> Annotations:
    """What the scanner makes of a results file with this text; raises Odd."""
    file = folder / "results.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return scan_results(file, want, extras)


def by_json(text: str | bytes, want: Field = ALL) -> Annotations:
    """What the ordinary reader makes of the same text; raises ValueError or DataError."""
    return rows_to_annotations(json.loads(text), want, "results.json", "results", extras=True)


def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scanner run its kernels uncompiled."""

    def uncompiled(kernel: Any) -> Any:
        return lambda *args: kernel.plain(*(memoryview(a) if isinstance(a, np.ndarray) else a for a in args))

    monkeypatch.setattr(scan, "scan_records", uncompiled(scan.scan_records))
    monkeypatch.setattr(chunks, "skip_json", uncompiled(scan.skip_json))


def bits(x: float) -> bytes:
    return struct.pack("<d", x)


def assert_same(one: Annotations, other: Annotations) -> None:
    """Column by column, floats bit by bit; unknown members as JSON, because the scanner keeps their spaces."""
    for field in dataclasses.fields(Annotations):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "extras":
            assert [json.loads(b"{" + a[i].tobytes() + b"}") for i in range(len(one))] == [
                json.loads(b"{" + b[i].tobytes() + b"}") for i in range(len(other))
            ]
        elif field.name == "segmentation" and a is not None and b is not None:
            for part in dataclasses.fields(a):
                assert_equal(getattr(a, part.name), getattr(b, part.name), part.name)
        else:
            assert_equal(a, b, field.name)


def assert_equal(a: Any, b: Any, name: str) -> None:
    if isinstance(a, Ragged) and isinstance(b, Ragged):
        assert_equal(a.values, b.values, name)
        assert_equal(a.offsets, b.offsets, name)
    elif isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        assert (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()), name
    else:
        assert a == b, name
