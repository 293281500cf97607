"""Datasets made from datasets: merged, filtered, sampled, renumbered, cut into tiles.

Each function takes datasets and gives one, with the map of every id that changed. Rows that were not changed keep the
bytes that they have in their file.
"""

from __future__ import annotations

from .filtering import Wanted, filter_dataset
from .grid import Grid
from .id_map import IdMap, SourceMap
from .merging import merge
from .ranges import Range, parse_area, parse_range
from .remapping import Mapped, read_mapping, remap
from .sampling import sample
from .tile_files import cut_photos
from .tiling import tile

__all__ = [
    "Grid", "IdMap", "Mapped", "Range", "SourceMap", "Wanted", "cut_photos", "filter_dataset", "merge", "parse_area",
    "parse_range", "read_mapping", "remap", "sample", "tile",
]  # fmt: skip
