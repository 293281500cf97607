"""``campaign.toml``: a campaign as one file that can be read, compared and kept (PROTOCOL, opening).

::

    [campaign]
    name = "pets"
    preset = "coco"
    categories = [17, 18]     # optional: ids; without it, all that the workspace has

    [numbers]                 # what differs from the preset; the writer writes every one
    k_label = 6

    [[edge]]                  # optional: these edges replace the preset's graph
    source = "label"
    outcome = "present"       # without a target: it leaves the graph
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from cocokit.domain.stages import Outcome, Stage
from cocokit.errors import CocokitError, DataError, ParamsError

from .graph import Edge, StageGraph
from .presets import find_preset
from .settings import NAMES, CampaignSettings, Value, from_mapping

#: The heading above the first number of each group.
_HEADINGS = {
    "filter_page": "filter", "k_label": "label", "k_spot": "spot", "training": "segment", "page_size": "verify",
    "crowd_after": "crowd", "k_caption": "caption", "line_precision": "workers", "lease_filter": "leases, s",
    "currency": "pay, cents an answer", "adaptive": "adaptive redundancy", "prior_filter": "priors, s an answer",
}


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """What a ``campaign.toml`` says.

    Attributes:
        name: one line of at most 100 characters.
        preset: where the settings and the graph come from, unless the file says otherwise.
        settings: all numbers.
        graph: the stages and their edges.
        categories: ids of the categories to annotate, or None for all.

    Raises:
        ParamsError: a name, preset or list of categories that cannot work.
    """

    name: str
    preset: str
    settings: CampaignSettings
    graph: StageGraph
    categories: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isprintable() or not 0 < len(self.name.strip()) <= 100:
            raise ParamsError("name", self.name, "one line of 1 to 100 characters is needed")
        find_preset(self.preset)
        if self.categories is not None and not _are_ids(self.categories):
            raise ParamsError("categories", self.categories, "a list of ids is needed: whole numbers from 1, each once")


def read_campaign(text: str, path: str = "campaign.toml") -> CampaignFile:
    """What the text of a ``campaign.toml`` says.

    Args:
        text: TOML.
        path: what errors call it.

    Raises:
        DataError: no TOML, an unknown name, or a value that cannot work, with its place.
    """
    tables = _parsed(text, path)
    _only(tables, ("campaign", "numbers", "edge"), path, "")
    head, numbers = _table(tables, "campaign", path), _table(tables, "numbers", path)
    _only(head, ("name", "preset", "categories", "stages"), path, "campaign.")
    preset_name, ids = head.get("preset", "coco"), head.get("categories")
    if not isinstance(preset_name, str):
        raise DataError(path, "campaign.preset", f"{preset_name!r} is no text")
    try:
        preset = find_preset(preset_name)
    except CocokitError as error:
        raise DataError(path, "campaign.preset", str(error)) from None
    graph = _read_graph(tables, head, path) or preset.graph
    try:
        settings = from_mapping(numbers, preset.settings)
    except ParamsError as error:
        raise _at(path, f"numbers.{error.field}", error) from None
    try:
        categories = tuple(ids) if isinstance(ids, list) else ids
        return CampaignFile(head.get("name", ""), preset_name, settings, graph, categories)  # type: ignore[arg-type]
    except ParamsError as error:
        raise _at(path, f"campaign.{error.field}", error) from None


def write_campaign(campaign: CampaignFile) -> str:
    """The text of a ``campaign.toml`` from which :func:`read_campaign` makes the same campaign.

    Every number is written, in the same order always, so that two files can be compared line by line; the graph only
    if it is not the preset's.
    """
    own_graph = campaign.graph != find_preset(campaign.preset).graph
    lines = ["[campaign]", f"name = {_toml(campaign.name)}", f"preset = {_toml(campaign.preset)}"]
    if campaign.categories is not None:
        lines.append(f"categories = [{', '.join(map(str, campaign.categories))}]")
    if own_graph:
        lines.append(f"stages = {_toml(tuple(str(stage) for stage in campaign.graph.stages))}")
    lines += ["", "[numbers]"]
    for name in NAMES:
        if name in _HEADINGS:
            lines.append(f"# {_HEADINGS[name]}")
        lines.append(f"{name} = {_toml(getattr(campaign.settings, name))}")
    for edge in campaign.graph.edges if own_graph else ():
        lines += ["", "[[edge]]", f'source = "{edge.source}"', f'outcome = "{edge.outcome}"']
        lines += [f'target = "{edge.target}"'] if edge.target else []
    return "\n".join(lines) + "\n"


def _parsed(text: str, path: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise DataError(path, "", f"is no TOML: {error}", "compare it with a file that cocokit wrote") from None


def _table(tables: Mapping[str, object], name: str, path: str) -> dict[str, object]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise DataError(path, name, f"{table!r} is no table", f"write [{name}] on a line of its own")
    return table


def _only(table: Mapping[str, object], known: tuple[str, ...], path: str, place: str) -> None:
    for name in table:
        if name not in known:
            raise DataError(path, f"{place}{name}", "there is no such name", f"known ones are {', '.join(known)}")


def _read_graph(tables: Mapping[str, object], head: Mapping[str, object], path: str) -> StageGraph | None:
    """The file's own graph: its edges, between the stages that it lists or that the edges name; None if it has none."""
    rows, listed = tables.get("edge", []), head.get("stages")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(path, "edge", "is no list of tables", "write [[edge]] above each edge")
    if not rows and listed is None:
        return None
    edges = tuple(_read_edge(row, f"edge[{i}]", path) for i, row in enumerate(rows))
    if listed is None:
        named = {edge.source for edge in edges} | {edge.target for edge in edges}
        stages = tuple(stage for stage in Stage if stage in named)
    elif isinstance(listed, list):
        stages = tuple(_stage(word, "campaign.stages", path) for word in listed)
    else:
        raise DataError(path, "campaign.stages", f"{listed!r} is no list")
    try:
        return StageGraph(stages, edges)
    except ParamsError as error:
        raise _at(path, error.field, error) from None


def _read_edge(row: Mapping[str, object], place: str, path: str) -> Edge:
    _only(row, ("source", "outcome", "target"), path, f"{place}.")
    outcome, target = row.get("outcome"), row.get("target")
    if outcome not in list(Outcome):
        raise DataError(path, f"{place}.outcome", f"{outcome!r} is none", f"use one of {', '.join(Outcome)}")
    source = _stage(row.get("source"), f"{place}.source", path)
    return Edge(source, Outcome(str(outcome)), None if target is None else _stage(target, f"{place}.target", path))


def _stage(word: object, place: str, path: str) -> Stage:
    if word not in list(Stage):
        raise DataError(path, place, f"{word!r} is no stage", f"use one of {', '.join(Stage)}")
    return Stage(str(word))


def _at(path: str, place: str, error: ParamsError) -> DataError:
    return DataError(path, place, f"{error.value!r} cannot be used", error.hint)


def _are_ids(ids: object) -> bool:
    if not isinstance(ids, tuple) or not ids or not all(type(i) is int and 1 <= i < 2**53 for i in ids):
        return False
    return len(set(ids)) == len(ids)


def _toml(value: Value) -> str:
    """A value as TOML writes it; a printable text needs no escapes but those that JSON has too."""
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else repr(value)
