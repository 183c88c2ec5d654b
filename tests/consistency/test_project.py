"""The project itself: dependencies with a reason, settings documented, linear migrations, sizes."""

import ast
import re
import subprocess

import pytest
from django.db.migrations.loader import MigrationLoader

from tests.consistency.tree import PROJECT, SOURCE, python_files

LONGEST_FILE = 600
LONGEST_FUNCTION = 60


def _tracked_files():
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the tracked files cannot be listed")
    return [PROJECT / name for name in listed.stdout.splitlines() if (PROJECT / name).is_file()]


def test_every_dependency_has_its_reason_beside_it():
    block = re.compile(r'^\s+"[a-z0-9-]+(\[[a-z,-]+\])?[<>=].*$', re.MULTILINE)
    lines = [match.group(0) for match in block.finditer((PROJECT / "pyproject.toml").read_text())]

    assert len(lines) > 20
    assert [line for line in lines if "#" not in line] == []


def test_every_setting_read_from_the_environment_is_documented():
    documented = (PROJECT / "docs" / "reference" / "settings.md").read_text()
    names = set()
    for path in python_files():
        names |= set(
            re.findall(r'environ(?:\.get|\.setdefault)?[\[(]"(PASSERELLE_[A-Z_]+|DATABASE_URL)"', path.read_text())
        )

    assert names
    assert {name for name in names if f"`{name}`" not in documented} == set()


def test_migrations_are_linear():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = [app for app in loader.migrated_apps if (SOURCE / "..").resolve() in _app_path(app).parents]

    assert ours
    assert {app: leaves for app in ours if len(leaves := loader.graph.leaf_nodes(app)) > 1} == {}


def _app_path(label):
    from pathlib import Path

    from django.apps import apps

    return Path(apps.get_app_config(label).path).resolve()


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_files_and_functions_stay_readable(path):
    text = path.read_text()
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [node.name for node in functions if _length_without_docstring(node) > LONGEST_FUNCTION]

    assert len(text.splitlines()) <= LONGEST_FILE
    assert too_long == []


def _length_without_docstring(node):
    length = node.end_lineno - node.lineno + 1
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        length -= docstring.end_lineno - docstring.lineno + 1
    return length


def test_nothing_tells_of_a_machine_or_of_a_registry():
    registries = "|".join(["py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js.org"])
    folders = "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]+/"])
    pattern = re.compile(rf"{folders}|{registries}")
    told = [
        str(path.relative_to(PROJECT))
        for path in _tracked_files()
        if path.suffix in {".py", ".md", ".toml", ".html", ".yaml", ".json", ".lock", ".txt", ".yml", ".cfg"}
        and pattern.search(path.read_text(errors="ignore"))
    ]

    assert told == []
