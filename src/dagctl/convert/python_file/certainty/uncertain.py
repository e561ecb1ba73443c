"""Statements that may run or not: what a module changes in them is not known."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.convert.python_file.state.bound_names import changed_names, only_says
from dagctl.convert.python_file.state.items import Decorated, Function, LocalClass, Name, Opened
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values.texts import weight
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_VERSIONS = lazy_pattern(
    r"\b(sys\.version|sys\.platform|platform\.|AIRFLOW_V_|__version__|airflow_version|AIRFLOW_VERSION)"
)
_SURROUNDINGS = lazy_pattern(r"environ|getenv|Variable")


_DATA = (str, int, float, type(None), list, tuple, dict, set)


def spoil(machine: Machine, node: ast.stmt, scope: Scope, why: str) -> None:
    """Let no name have a value that a statement of a module may have changed.

    In the DAG file itself a gap says so; the report of a module is read by no person.
    """
    nodes = [*ast.walk(node)]
    machine.charge(len(nodes) // 8)
    report = machine.report
    for name in changed_names(nodes):
        if name == "*" and machine.is_beside:
            forget(machine, scope, node, why)
        elif (holder := scope.holder(name)) is None:
            continue
        elif machine.is_beside:
            holder.put(name, machine.opaque(node, why))
        elif report is not machine.file_report and isinstance(holder.values[name], _DATA):
            holder.unsure[name] = report  # for other DAGs


def only_wraps(node: ast.AST) -> bool:
    """Return whether a decorator does no more than give its function, or one that it defines."""
    if isinstance(node, ast.Lambda):
        return isinstance(node.body, ast.Name)
    return all(map(_is_of_a_wrapper, getattr(node, "body", ())))


def _is_of_a_wrapper(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Return(value=None | ast.Name() | ast.Constant()):
            return True
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            given = [*args.defaults, *filter(None, args.kw_defaults)]
            names = [words(decorator) for decorator in statement.decorator_list]
            only_names = all(name.startswith(("functools.wraps(", "wraps(")) for name in names)
            return only_names and all(isinstance(item, ast.Constant) for item in given)
        case _:
            return False


def cannot_fail(machine: Machine, body: Sequence[ast.stmt], scope: Scope) -> bool:
    """Return whether statements did nothing but give names data, so that no `except` is reached."""
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign | ast.With) for statement in body):
        return False
    nodes = [node for statement in body for node in ast.walk(statement)]
    machine.charge(len(nodes) // 8)
    if any(isinstance(node, ast.Expr) for node in nodes):
        return False  # it stands there for what it does
    if any(isinstance(node, ast.Attribute | ast.Subscript) and _is_stored(node) for node in nodes):
        return False  # what was put there is not looked at
    names = [node.id for node in nodes if isinstance(node, ast.Name) and _is_stored(node)]
    if len(names) != len(set(names)):
        return False  # only the last value of a name is looked at
    holders = [(name, scope.holder(name)) for name in names]
    return bool(names) and all(holder and _is_data(holder.values[name]) for name, holder in holders)


def _is_data(value: object) -> bool:
    return isinstance(value, Opened) or weight(value) is not None


def _is_stored(node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def only_imports(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements only import, or do nothing."""
    return all(isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass) for statement in body)


def is_about_the_path(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements only change where Python looks for modules."""
    return all(
        isinstance(statement, ast.Expr) and words(statement.value).startswith("sys.path.")
        for statement in body
    )


@lru_cache(maxsize=256)  # a loop may ask again and again
def is_about_versions(test: ast.expr) -> bool:
    """Return whether a test asks for a version or a machine: then both branches do the same."""
    try:
        text = ast.unparse(test)  # all of it: its end may ask for the environment
    except (RecursionError, ValueError):
        return False
    return _VERSIONS.search(text) is not None and _SURROUNDINGS.search(text) is None


def imported_paths(body: Sequence[ast.AST]) -> dict[str, str]:
    """Return the names that imports bind, each with its import path."""
    made: dict[str, str] = {}
    for statement in body:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        for alias in statement.names:
            module = "." * getattr(statement, "level", 0) + (getattr(statement, "module", "") or "")
            path = f"{module}.{alias.name}" if module else alias.name
            made[alias.asname or (alias.name if module else path.partition(".")[0])] = path
    return made


def forget(machine: Machine, scope: Scope, node: ast.AST, why: str) -> None:
    """Let no name of a file have its value any more: `import *` may give each another one.

    A module gives what it has from Airflow and from Python itself under the names of these.
    """
    machine.charge(len(scope.values))
    for name, value in [*scope.values.items()]:
        if name == "*":
            continue
        is_named = isinstance(value, Function | LocalClass | Decorated) or (
            isinstance(value, Name) and value.path.partition(".")[0] not in _SHARED
        )
        if is_named or isinstance(value, list | dict | set) or weight(value) is not None:
            scope.put(name, machine.opaque(node, why))
            scope.statements[name] = []


_SHARED = sys.stdlib_module_names | {"airflow", "builtins"}


def makes(statement: ast.stmt) -> bool:
    """Return whether a statement may make something that a DAG has."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        is_quiet = isinstance(value, ast.Call) and only_says(value.func)
        return not isinstance(value, ast.Constant) and not is_quiet
    return not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass | ast.Raise)
