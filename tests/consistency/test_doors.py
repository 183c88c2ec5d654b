"""Packages meet only at their `api`."""

import ast
from pathlib import Path

import pytest

from tests.consistency.tree import FLOORS, SOURCE, packages, python_files


def _package_of(parts: tuple[str, ...]) -> tuple[str, str] | None:
    return (parts[0], parts[1]) if len(parts) > 1 and parts[0] in FLOORS else None


def _imported_modules(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def _passes_by_the_window(importer: tuple[str, str] | None, module: str) -> bool:
    parts = tuple(module.removeprefix("passerelle.").split("."))
    target = _package_of(parts)
    if not module.startswith("passerelle.") or target is None or target == importer:
        return False
    return len(parts) < 3 or parts[2] != "api"


def _bound_by_doors():
    """Return every file but those of `config`, the one place that may import everything."""
    return [path for path in python_files() if path.relative_to(SOURCE).parts[0] != "config"]


@pytest.mark.parametrize("path", _bound_by_doors(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_package_enters_another_by_its_api_only(path):
    relative = path.relative_to(SOURCE).parts
    importer = _package_of(relative)

    windows = [
        f"{module} (ligne {line})"
        for module, line in _imported_modules(path)
        if _passes_by_the_window(importer, module)
    ]

    assert windows == []


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_a_package_says_what_it_owns(package):
    readme = package / "README.md"
    assert readme.exists()
    assert len(readme.read_text().splitlines()) >= 5


@pytest.mark.parametrize("package", [p for p in packages() if (p / "api.py").exists()], ids=lambda path: path.name)
def test_an_api_lists_what_it_offers(package):
    tree = ast.parse((package / "api.py").read_text())
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert "__all__" in names
