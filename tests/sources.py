"""The project's own source files as the guards see them: installed module name, path, syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.test_packaging import ROOT, package_map


@dataclass(frozen=True)
class Source:
    """One Python file of the package."""

    module: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports of this file start from."""
        return self.module if self.path.name == "__init__.py" else self.module.rpartition(".")[0]


@cache
def sources() -> tuple[Source, ...]:
    """Every file of every mapped folder, by its installed name."""
    found = []
    for package, folder in package_map().items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = [package, *path.relative_to(ROOT / folder).with_suffix("").parts]
            module = ".".join(parts).removesuffix(".__init__")
            found.append(Source(module, path, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imports(source: Source) -> Iterator[tuple[str, int, bool]]:
    """(absolute name, line, at import time) of everything a file imports; ``from a import b`` gives ``a.b``."""

    def walk(node: ast.AST, top: bool) -> Iterator[tuple[str, int, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from ((alias.name, child.lineno, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                start = _start(source, child)
                yield from ((f"{start}.{alias.name}", child.lineno, top) for alias in child.names)
            elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or _only_for_types(child):
                yield from walk(child, False)
            else:
                yield from walk(child, top)

    yield from walk(source.tree, True)


def _start(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = source.package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def _only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def ours(name: str) -> str | None:
    """The module of ours that an imported name lies in, or None for somebody else's."""
    modules = {s.module for s in sources()}
    while name:
        if name in modules:
            return name
        name = name.rpartition(".")[0]
    return None
