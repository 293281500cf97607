"""setup.cfg names every package folder, so that a wheel cannot miss one."""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).parents[1]


def listed(key: str) -> list[str]:
    """The lines of a list option of setup.cfg's [options]."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [line.strip() for line in config["options"][key].splitlines() if line.strip()]


def package_map() -> dict[str, str]:
    """Package name -> folder, as setup.cfg's package_dir has it."""
    return dict(map(str.strip, line.split("=")) for line in listed("package_dir"))  # type: ignore[misc]


def folders_with_code() -> set[str]:
    """Installed names of all folders below the mapped ones that hold Python files."""
    names = set()
    for package, folder in package_map().items():
        for file in (ROOT / folder).rglob("*.py"):
            inside = file.parent.relative_to(ROOT / folder).parts
            names.add(".".join([package, *inside]))
    return names


def test_every_package_folder_is_named_in_setup_cfg() -> None:
    assert set(listed("packages")) == folders_with_code()


def test_every_package_folder_has_an_init_file() -> None:
    for package in listed("packages"):
        home = max((p for p in package_map() if package == p or package.startswith(p + ".")), key=len)
        folder = ROOT / package_map()[home] / Path(*package.removeprefix(home).strip(".").split("."))
        assert (folder / "__init__.py").is_file(), folder


def test_every_top_level_folder_with_code_is_mapped_or_is_no_package() -> None:
    with_code = {p.parent.name for p in ROOT.glob("*/__init__.py")}
    assert with_code - {"tests"} == set(package_map().values())
