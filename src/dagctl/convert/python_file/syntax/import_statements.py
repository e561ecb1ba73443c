"""The imports of a DAG file: paths, and data of the modules of the project."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.calls.project_modules import UNKNOWN, absolute
from dagctl.convert.python_file.certainty.uncertain import forget
from dagctl.convert.python_file.state.items import LocalClass, Name
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope


_OF_PYTHON = {f"airflow.utils.dates.{name}": name for name in ("datetime", "timedelta")}
"""What a module of Airflow 2 hands on of `datetime`, by its import path."""
_OF_PLUGINS = lazy_pattern(r"airflow\.(operators|sensors|hooks)\.(?:\w+\.)?(\w+)")
"""Where Airflow 1 has the classes of plugins."""


def follow(machine: Machine, node: ast.Import, scope: Scope) -> None:
    """Give the names of `import` their import paths."""
    for alias in node.names:
        first = alias.name.partition(".")[0]
        path = Name(alias.name if alias.asname else first)
        _put(machine, scope, alias.asname or first, path, node)


def follow_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> None:
    """Give the names of `from ... import` their data, or their import paths."""
    module = "." * node.level + (node.module or "")
    known: list[str] = []
    for alias in node.names:
        if module == "__future__":
            continue
        if alias.name == "*" and not module.startswith("airflow"):
            _follow_all(machine, node, module, scope)
        path = f"{module}{'' if module.endswith('.') else '.'}{alias.name}"
        path = absolute(path, scope.origin)
        line = node
        if path in _OF_PYTHON:  # Airflow 3 has it no more
            path = f"datetime.{_OF_PYTHON[path]}"
            line = ast.copy_location(ast.ImportFrom("datetime", [alias], 0), node)
        elif (package := _package_of_a_plugin(machine, path)) is not None:
            text = f"Airflow 2 gives no class of a plugin there: it is imported from `{package}`"
            machine.file_report.changed(machine.place(node), path, text)
            path = f"{package}.{alias.name}"
            line = ast.copy_location(ast.ImportFrom(package, [alias], 0), node)
        value = machine.imported(path)
        given = Name(path) if value is UNKNOWN else value
        _put(machine, scope, alias.asname or alias.name, given, line)
        known += [] if value is UNKNOWN or isinstance(value, Name) else [alias.name]
    if known:
        text = f"the values of {', '.join(known)} are those that the module has now"
        machine.file_report.changed(machine.place(node), module, text)


def _package_of_a_plugin(machine: Machine, path: str) -> str | None:
    """Return the package of the project that has a class which only a plugin of Airflow 1 gives.

    Airflow has the folder `plugins` on the path of Python, so `operators.Load` is
    `plugins/operators/`, which plugins name in `airflow.operators`.
    """
    match = _OF_PLUGINS.fullmatch(path)
    if match is None or isinstance(lookup(path, machine.target), Operator):
        return None
    package, name = match.groups()
    return package if isinstance(machine.definition(f"{package}.{name}"), LocalClass) else None


def _put(machine: Machine, scope: Scope, name: str, value: object, node: ast.stmt) -> None:
    """Give a name what is imported; a line before it may have used what the name was."""
    known = scope.values.get(name, value)
    if known is not value and not (isinstance(value, Name) and known == value):
        scope.named_at[name] = machine.changes.now()
    scope.put(name, value, node)


def _follow_all(machine: Machine, node: ast.ImportFrom, module: str, scope: Scope) -> None:
    """Give the names that `import *` has what the module has there, as far as that is known."""
    module = absolute(module, scope.origin)
    names = machine.modules.star_names(machine, module)
    if names is None:
        return forget(machine, scope, node, f"`from {module} import *` may give it another value")
    for name in filter(scope.values.keys().__contains__, names):
        machine.charge()
        single = ast.ImportFrom(node.module, [ast.alias(name)], node.level)
        follow_from(machine, ast.copy_location(single, node), scope)
    return None
