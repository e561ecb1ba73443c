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
    imported_paths,
    is_about_the_path,
    is_about_versions,
    only_imports,
)
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping, Sequence

    from dagctl.convert.python_file.machine import Machine
    from dagctl.convert.python_file.scope import Scope

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


def changes_nothing(node: ast.If, scope: Scope) -> bool:
    """Return whether it does not matter for a DAG which branch of an `if` is taken."""
    if is_about_the_path(node.body) and not node.orelse:
        return True
    if not only_imports(node.body) or not only_imports(node.orelse):
        return False
    branches = imported_paths(node.body), imported_paths(node.orelse)
    names = {*branches[0], *branches[1]}
    return is_about_versions(node.test) or all(_is_one(name, branches, scope) for name in names)


def _is_one(name: str, branches: Sequence[Mapping[str, str]], scope: Scope) -> bool:
    """Return whether a name means the same after each branch: one path, or one of Airflow's."""
    paths = {branch[name] for branch in branches if name in branch}
    holder = scope.holder(name)
    if holder is not None:
        value = holder.values[name]
        paths.add(value.path if isinstance(value, Name) else "")
    is_renamed = len({path.rpartition(".")[2] for path in paths}) == 1
    is_of_airflow = all(path.startswith("airflow.") for path in paths)
    return name != "*" and (len(paths) == 1 or (is_renamed and is_of_airflow))
