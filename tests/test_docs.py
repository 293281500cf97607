"""The documents keep pace: commands and flags exist, links lead somewhere, public names are described."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cocokit.cli import COMMANDS, cli
from tests.sources import Source, sources
from tests.test_packaging import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Documents about this release; the changelog may name commands that are gone.
PRESENT = [d for d in DOCUMENTS if d.name != "CHANGELOG.md"]


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def command_lines(text: str) -> Iterator[list[str]]:
    """The words of each line in a block that runs cocokit, and of each `cocokit ...` in the prose."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            if match := re.search(r"(?:^|\s)(?:\$ )?(?:python -m )?cocokit (.*)", line):
                yield shlex.split(match[1].rstrip("\\"), comments=True)
        else:
            yield from (shlex.split(found) for found in re.findall(r"`cocokit ([^`]+)`", line))


def named(words: list[str]) -> click.Command | None:
    """The command that words name: a group and its command, or a command."""
    context = click.Context(cli)
    command: click.Command | None = cli
    for word in (w for w in words if not w.startswith("-")):
        if not isinstance(command, click.Group):
            break
        command = command.get_command(context, word)
    return command


def every_command() -> list[str]:
    """All commands, those of groups as well, as they are typed."""
    names = []
    for name in COMMANDS:
        command = named([name])
        inner = list(command.commands) if isinstance(command, click.Group) else []
        names += [name, *(f"{name} {verb}" for verb in inner)]
    return names


def flags_of(command: click.Command) -> set[str]:
    names = {flag for p in command.params for flag in (*p.opts, *p.secondary_opts)}
    return names | set(command.context_settings.get("help_option_names", ["--help"])) | {"-h"}


@pytest.mark.parametrize("document", PRESENT, ids=by_name)
def test_every_command_and_flag_in_a_document_exists(document: Path) -> None:
    for words in command_lines(document.read_text(encoding="utf-8")):
        verb = next((w for w in words if not w.startswith("-")), None)
        if verb is None or not re.fullmatch(r"[a-z]+", verb):
            continue  # cocokit --help, cocokit VERB
        command = named(words)
        assert command is not None, f"{document.name} names the command {' '.join(words)}"
        used = {w.partition("=")[0] for w in words if re.match(r"--?[a-zA-Z]", w)}
        assert used <= flags_of(command), f"{document.name}: cocokit {' '.join(words)}"


@pytest.mark.parametrize("document", PRESENT, ids=by_name)
def test_every_make_target_in_a_document_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for target in re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.M):
        assert target in targets


def anchors(document: Path) -> set[str]:
    """The names under which headings can be linked, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (document.parent / file).resolve() if file else document
        assert path.exists(), f"{document.name} links to {target}"
        assert not anchor or path.suffix != ".md" or anchor in anchors(path), f"{document.name} links to {target}"


@pytest.mark.parametrize("folder", ["cocokit", "eval"])
def test_the_architecture_has_a_place_for_every_file(folder: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`\n]+`", text))))
    assert {path.stem for path in (ROOT / folder).glob("[a-z]*.py")} - named == set()


#: Words of GLOSSARY.md's last column that have no other use, in prose or in code.
NOT_OURS = re.compile(r"\b(data sets?|confidences?|landmarks?|bitmaps?|submissions?)\b", re.I)


@pytest.mark.parametrize("document", [d for d in PRESENT if d.name != "GLOSSARY.md"], ids=by_name)
def test_documents_use_the_words_of_the_glossary(document: Path) -> None:
    assert NOT_OURS.findall(document.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.module)
def test_code_uses_the_words_of_the_glossary(source: Source) -> None:
    text = re.sub(r"https://\S+", "", source.path.read_text(encoding="utf-8"))  # an address has its owner's words
    text = text.replace('"Confidence"', "")  # and so has a column of Open Images
    assert NOT_OURS.findall(text) == []


def public(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    """A module, class or function and what is public in it."""
    yield name, node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef)) and not child.name.startswith("_"):
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{name}.{child.name}")
            else:
                yield f"{name}.{child.name}", child


def property_of_another(node: ast.AST) -> bool:
    """A setter shares the docstring of its property; an overload that of its function."""
    names = [ast.unparse(d) for d in getattr(node, "decorator_list", [])]
    return any(n.endswith((".setter", "overload")) for n in names)


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.module)
def test_every_public_name_has_a_docstring(source: Source) -> None:
    bare = [name for name, node in public(source.tree, source.module)
            if not ast.get_docstring(node) and not property_of_another(node)]  # type: ignore[arg-type]
    assert bare == []


#: How the annotation of an array looks, and a shape in prose: (N,), (H, W), (D, 4), (T, R, K, A, M), (E + F + 1,).
ARRAY = re.compile(r"\b(NDArray|(Int|UInt|Float)\d+|Bools)\b")
SHAPE = re.compile(r"\(\w+(?: [+*x] \w+)*,(?: \w+,?)*\)")


def entry(docstring: str, argument: str) -> str:
    """What the Args section says of one argument, with its continuation lines; all of the docstring without one."""
    found = re.search(rf"^    (?:\w+, )*{argument}(?:, \w+)*:.*(?:\n {{8}}.*)*", docstring, re.M)
    return found[0] if found else docstring


def shapeless(function: ast.FunctionDef) -> list[str]:
    """Array arguments, and an array that comes back, of which the docstring does not say the shape."""
    text = ast.get_docstring(function) or ""
    if re.search(r"arguments (and errors )?as |as for :func:", text):
        return []  # another docstring has them
    arguments = [*function.args.args, *function.args.kwonlyargs]
    arrays = [a.arg for a in arguments if a.annotation and ARRAY.search(ast.unparse(a.annotation))]
    returned = function.returns is not None and ARRAY.search(ast.unparse(function.returns))
    bare = [name for name in arrays if not SHAPE.search(entry(text, name))]
    return bare + ["what comes back"] * bool(returned and not SHAPE.search(text))


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.module)
def test_every_array_of_a_public_function_has_a_shape_in_its_docstring(source: Source) -> None:
    functions = [(name, node) for name, node in public(source.tree, source.module) if isinstance(node, ast.FunctionDef)]
    found = {name: bare for name, node in functions if (bare := shapeless(node))}
    assert found == {}


def test_an_array_without_a_shape_is_noticed() -> None:
    code = '''
def area(boxes: Float64, scale: float) -> Float64:
    """Areas of boxes.

    Args:
        boxes: x, y, w, h px.
        scale: times this.
    """
'''
    (function,) = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert shapeless(function) == ["boxes", "what comes back"]


@pytest.mark.parametrize("name", every_command())
def test_every_command_says_what_it_does_and_ends_with_an_example(name: str) -> None:
    command = named(name.split())
    assert command is not None
    assert command.help
    assert command.epilog
    assert f"cocokit {name}" in command.epilog
    assert all(getattr(p, "help", "") for p in command.params if isinstance(p, click.Option))
