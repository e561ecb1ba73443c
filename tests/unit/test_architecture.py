"""What keeps the house easy to read: sizes of files and functions, names of files, exact exports.

The order of the layers is held by import-linter (`make layers`).
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dagctl

SOURCE = Path(dagctl.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
FILE_LINES = 400
FUNCTION_LINES = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
"""Names that do not say what stands in a file."""


def relative(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def functions(module: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(module.read_text())
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def test_the_modules_are_seen() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_file_has_at_most_400_lines(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= FILE_LINES


@pytest.mark.parametrize("module", MODULES, ids=relative)
def test_a_function_has_at_most_60_lines(module: Path) -> None:
    long = {
        function.name: (function.end_lineno or 0) - function.lineno + 1
        for function in functions(module)
    }
    assert {name: lines for name, lines in long.items() if lines > FUNCTION_LINES} == {}


def test_no_file_is_a_drawer_for_things_without_a_name() -> None:
    assert [relative(path) for path in MODULES if path.stem in DRAWERS] == []


def test_every_public_name_exists_and_every_other_is_private() -> None:
    assert sorted(dagctl.__all__) == dagctl.__all__
    public = {name: getattr(dagctl, name) for name in dagctl.__all__}
    assert all(value is not None for value in public.values())
    assert set(dir(dagctl)) == set(dagctl.__all__)
