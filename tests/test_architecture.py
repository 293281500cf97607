"""Who may import whom (ARCHITECTURE.md): imports point one way, and a heavy library has one home."""

from __future__ import annotations

import ast

import pytest

from tests.sources import Source, imports, ours, sources

# A module belongs to the layer with the longest name that it starts with ("cocokit": the rest of the core); a layer may
# import itself and those named.
LAYERS = {
    "cocokit.errors": (),
    "cocokit.types": (),
    "cocokit.columns": ("cocokit.errors",),
    "cocokit.column_checks": ("cocokit.errors", "cocokit.columns"),
    "cocokit.atomic": ("cocokit.errors",),
    "cocokit.regular": ("cocokit.errors",),
    "cocokit.jpeg_parts": (),
    "cocokit.cut_off": ("cocokit.jpeg_parts",),
    "cocokit.config": ("cocokit.errors", "cocokit.types"),
    "cocokit.compiled": ("cocokit.errors", "cocokit.object_file", "cocokit.kernels", "cocokit.compiling"),
    "cocokit.compiling": ("cocokit.errors", "cocokit.compiled", "cocokit.kernels"),
    "cocokit.object_file": ("cocokit.errors",),
    "cocokit.kernels": ("cocokit.compiled",),
    "cocokit.masks": ("ground",),
    "cocokit.rle": ("ground", "cocokit.masks"),
    "cocokit.geometry": ("ground", "cocokit.masks", "cocokit.rle"),
    "cocokit.imageio": ("ground",),
    "cocokit": ("ground", "cocokit.masks", "cocokit.rle", "cocokit.geometry", "cocokit.imageio"),
    "cocokit.formats": ("core",),
    "cocokit.statistics": ("core",),
    "cocokit.gallery": ("core", "cocokit.statistics"),
    "cocokit.near": ("core",),
    "cocokit.edits": ("core",),
    "cocokit.repair": ("core",),
    "cocokit.splitting": ("core", "cocokit.near"),
    "cocokit.collection": ("core", "cocokit.near"),
    "cocokit.publishing": ("core", "cocokit.statistics", "cocokit.splitting", "cocokit.near", "cocokit.formats"),
    # brings photographs into campaigns
    "cocokit.bulk": ("core", "cocokit.near", "cocokit.collection", "cocokit.eval", "cocokit.campaign"),
    "cocokit.domain": ("cocokit.errors", "cocokit.types"),
    "cocokit.pipeline": ("cocokit.errors", "cocokit.types", "cocokit.domain"),
    "cocokit.store": ("cocokit.errors", "cocokit.types", "cocokit.domain"),
    "cocokit.eval": ("core",),
    "cocokit.campaign": ("core", "cocokit.domain", "cocokit.pipeline", "cocokit.store"),
    "cocokit.crowd": ("core", "cocokit.domain", "cocokit.pipeline", "cocokit.campaign", "cocokit.eval"),
    # tells the time as the engine does, refuses an older database, writes campaign files, simulates workers
    "cocokit.annotate_ui": ("core", "cocokit.domain", "cocokit.campaign", "cocokit.crowd", "cocokit.pipeline.settings",
                            "cocokit.pipeline.presets", "cocokit.pipeline.campaign_file", "cocokit.pipeline.leases",
                            "cocokit.migrations"),
    "cocokit.baselines": (),  # what is shared: batches
    "cocokit.baselines.ops": (),
    "cocokit.baselines.parts": ("cocokit.errors", "cocokit.baselines", "cocokit.baselines.ops"),
    "cocokit.baselines.kernels": ("cocokit.compiled", "cocokit.kernels"),
    "cocokit.baselines.classic": ("cocokit.errors", "cocokit.compiled", "cocokit.baselines", "cocokit.baselines.ops",
                                  "cocokit.baselines.kernels"),
    "cocokit.baselines.detectors": ("cocokit.errors", "cocokit.baselines", "cocokit.baselines.ops",
                                    "cocokit.baselines.parts", "cocokit.baselines.classic"),
    "cocokit.baselines.train": ("core", "cocokit.eval", "cocokit.baselines", "cocokit.baselines.ops",
                                "cocokit.baselines.detectors"),
    "cocokit.baselines.analysis": ("core", "cocokit.eval", "cocokit.baselines", "cocokit.baselines.ops",
                                   "cocokit.baselines.parts", "cocokit.baselines.classic",
                                   "cocokit.baselines.detectors", "cocokit.baselines.train"),
    "cocokit.migrations": ("cocokit.errors", "cocokit.store"),
    "cocokit.cli": ("everyone",),
    "cocokit.__main__": ("cocokit.cli",),
}
GROUND = ("cocokit.errors", "cocokit.types", "cocokit.columns", "cocokit.column_checks", "cocokit.atomic",
          "cocokit.regular", "cocokit.config", "cocokit.compiled", "cocokit.kernels", "cocokit.object_file",
          "cocokit.jpeg_parts", "cocokit.cut_off")
CORE = (*GROUND, "cocokit.compiling", "cocokit.masks", "cocokit.rle", "cocokit.geometry", "cocokit.imageio", "cocokit")

HOMES = {
    "numba": ("cocokit.compiling",),
    "llvmlite": ("cocokit.compiling", "cocokit.compiled"),
    "click": ("cocokit.cli",),
    "shapely": ("cocokit.geometry",),
    "pycocotools": (),  # the oracle of the tests, not a part of the package
    "torch": ("cocokit.baselines",),
    "torchvision": (),
    "flask": ("cocokit.annotate_ui",),
    "pyarrow": ("cocokit.formats",),
    "sqlalchemy": ("cocokit.store", "cocokit.migrations"),
    "psycopg": (),  # SQLAlchemy loads it by the database's URL
    "alembic": ("cocokit.migrations",),
    "procrastinate": ("cocokit.bulk",),
    "fsspec": ("cocokit.bulk",),
}
FOLDERS = ("eval", "baselines", "annotate_ui", "migrations")


def layer(module: str) -> str:
    return max((name for name in LAYERS if module == name or module.startswith(name + ".")), key=len)


def allowed(name: str) -> set[str]:
    """The layers that a layer may import, with the group names filled in."""
    groups = {"ground": GROUND, "core": CORE, "everyone": tuple(LAYERS)}
    return {name}.union(*(groups.get(other, (other,)) for other in LAYERS[name]))


def forbidden(source: Source) -> list[str]:
    """Each import of ours that the table does not allow."""
    may = allowed(layer(source.module))
    return [
        f"{source.path.name}:{line} imports {name}"
        for name, line, _ in imports(source)
        if (target := ours(name)) and target != "cocokit" and layer(target) not in may and not named(target, may)
    ]


def named(target: str, may: set[str]) -> bool:
    """Whether the table allows one module of a layer without the rest."""
    return any(target == module or target.startswith(f"{module}.") for module in may - LAYERS.keys())


def every(source: Source) -> str:
    return source.module


@pytest.mark.parametrize("source", sources(), ids=every)
def test_imports_point_one_way(source: Source) -> None:
    assert forbidden(source) == []


@pytest.mark.parametrize("source", sources(), ids=every)
def test_a_heavy_library_is_imported_only_at_its_home(source: Source) -> None:
    for name, line, _ in imports(source):
        homes = HOMES.get(name.partition(".")[0])
        if homes is not None:
            assert any(f"{source.module}.".startswith(f"{home}.") for home in homes), f"line {line} imports {name}"


@pytest.mark.parametrize("source", sources(), ids=every)
def test_nobody_imports_a_folder_by_its_bare_name(source: Source) -> None:
    bare = [f"line {line}: {name}" for name, line, _ in imports(source) if name.partition(".")[0] in FOLDERS]
    assert bare == []


@pytest.mark.parametrize("source", sources(), ids=every)
def test_relative_imports_stay_inside_the_folder(source: Source) -> None:
    home = next((f"cocokit.{f}" for f in FOLDERS if f"{source.module}.".startswith(f"cocokit.{f}.")), "cocokit")
    depth = source.package.count(".") - home.count(".") + 1
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level <= depth, f"line {node.lineno} climbs out of {home}"


def test_there_are_no_cycles_at_import_time() -> None:
    graph = {s.module: {ours(n) for n, _, top in imports(s) if top} - {None, s.module} for s in sources()}
    while leaves := [m for m, uses in graph.items() if not uses & graph.keys()]:
        for module in leaves:
            del graph[module]
    assert not graph, f"a cycle among {sorted(graph)}"


@pytest.mark.parametrize("source", sources(), ids=every)
def test_no_file_is_longer_than_400_lines(source: Source) -> None:
    assert len(source.path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_table_would_notice() -> None:
    wrong = ast.parse("def f():\n    from cocokit.eval import evaluate\n    import numba\n")
    core = next(s for s in sources() if s.module == "cocokit.errors")
    assert forbidden(Source("cocokit.errors", core.path, wrong)) == ["errors.py:2 imports cocokit.eval.evaluate"]
