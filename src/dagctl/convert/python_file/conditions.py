"""What decides which statements run: whether a value counts as true, and whether it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.python_file.objects import (
    Dag,
    Function,
    Group,
    Made,
    Name,
    Output,
    Task,
    settled,
)
from dagctl.convert.python_file.uncertain import (
    is_about_surroundings,
    is_about_the_path,
    only_imports,
)
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    import ast

    from dagctl.convert.python_file.machine import Machine

_FLAG = lazy_pattern(r"AIRFLOW_V_(\d+)_(\d+)_PLUS$")


def truth(value: object) -> bool | None:
    """Return whether a value counts as true; None where only Python knows."""
    value = settled(value)
    if value is None or isinstance(value, bool | int | float | str | list | tuple | dict | set):
        return bool(value)
    if isinstance(value, Made) and not value.target.path.rpartition(".")[2][:1].isupper():
        return None
    if isinstance(value, Dag | Group | Task | Output | Function | Made):
        return True
    if isinstance(value, Name):  # a module, a function or a class; not a constant
        return True if not value.path.rpartition(".")[2].isupper() else None
    return None


def version_test(machine: Machine, value: object) -> object:
    """Return whether the target is at least what a flag such as `AIRFLOW_V_3_0_PLUS` names."""
    match = _FLAG.search(value.path) if isinstance(value, Name) else None
    if match is None:
        return value
    given = [int(part) for part in f"{machine.target}.99".split(".")[:2]]
    return given >= [int(match[1]), int(match[2])]


def changes_nothing(node: ast.If) -> bool:
    """Return whether it does not matter for a DAG which branch of an `if` is taken."""
    if not node.orelse:
        return only_imports(node.body) or is_about_the_path(node.body)
    is_of_imports = only_imports(node.body) and only_imports(node.orelse)
    return is_of_imports and not is_about_surroundings(node.test)
