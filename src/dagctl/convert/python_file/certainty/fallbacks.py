"""Names that an import gives in a `try`, and that are something else where the import fails."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from dagctl.convert.operators.operator_names import SUCCESSORS
from dagctl.convert.python_file.certainty.uncertain import imported_paths, only_imports
from dagctl.convert.python_file.state.items import Name
from dagctl.convert.python_file.state.scope import Fallback
from dagctl.convert.python_file.values.kept import has_calls

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Earlier, Scope

_NONE, _OTHER = "None", ""
"""What stands for `None`, and for anything that is no import, among import paths."""
_WHY = "it is something else where its import fails: which of the two only Python knows"
_ENDS = (ast.Raise, ast.Return, ast.Continue, ast.Break)


def note(machine: Machine, node: ast.Try, scope: Scope, before: Earlier) -> None:
    """Note what the names of a `try` are where one of its imports fails.

    A function that needs such a name gets the whole `try`; anything else that uses it is a gap,
    unless it is of Airflow in any case.

    Args:
        machine: Reads the file.
        node: The `try`, of which the body only imports.
        scope: Has the names.
        before: The values that names had before it.
    """
    bodies = [handler.body for handler in node.handlers if not _ends(handler.body)]
    given = [_paths(body) for body in bodies]
    paths = imported_paths(node.body)
    machine.charge(len(paths) + sum(map(len, given)))
    for name, path in paths.items():
        value = scope.values.get(name)
        if not given or not isinstance(value, Name) or machine.definition(value.path):
            continue  # a module of the project is there
        statements = scope.statements.get(name, [])
        scope.statements[name] = [*statements[:-1], node]
        scope.named_at[name] = machine.changes.now()
        others = {names.get(name, _before(name, before)) for names in given} - {None, path}
        if not others or _is_sure(path, others):
            continue
        if machine.is_beside or (name in before and not all(name in names for names in given)):
            scope.put(name, machine.opaque(node, _WHY), node)
        else:
            scope.fallbacks[name] = Fallback(is_none=others == {_NONE})
    in_the_end = _paths(node.orelse)
    if not is_sure_to_pass(machine, node):
        _forget_the_end(machine, node, scope, before, {*in_the_end})
    for name in {name: None for names in given for name in names if name not in paths}:
        if name in in_the_end:
            scope.statements.pop(name, None)
        scope.put(name, machine.opaque(node, _WHY), node)
        scope.named_at[name] = machine.changes.now()


def always_ends(node: ast.Try) -> bool:
    """Return whether no line behind a `try` is reached where it fails."""
    return all(_ends(handler.body) for handler in node.handlers)


def is_sure_to_pass(machine: Machine, node: ast.Try) -> bool:
    """Return whether Python goes past a `try` of imports only where these do not fail."""
    if always_ends(node):
        return True
    return are_sure(machine, node.body)


def are_sure(machine: Machine, body: Sequence[ast.stmt]) -> bool:
    """Return whether no import of some statements can fail."""
    paths = imported_paths([node for part in body for node in ast.walk(part)]).values()
    return all(_is_of_python(path) or bool(machine.definition(path)) for path in paths)


def does_more_than_name(body: Sequence[ast.stmt]) -> bool:
    """Return whether an `else` does more than to import, and to give names values."""
    return not all(only_names(statement, ()) for statement in body)


def _forget_the_end(
    machine: Machine,
    node: ast.Try,
    scope: Scope,
    before: Earlier,
    names: Collection[str],
) -> None:
    """Let no name that was there before have the value of an `else`, which may not run."""
    machine.charge(len(names))
    for name in names:
        is_other = name in before and scope.values.get(name) is not before[name]
        if is_other or name in scope.elsewhere:
            scope.put(name, machine.opaque(node, _WHY), node)
            scope.named_at[name] = machine.changes.now()


def note_use(machine: Machine, node: ast.Name, holder: Scope) -> None:
    """Report that a name is used which may be something else; once for each DAG."""
    fallback = holder.fallbacks[node.id]
    if fallback.is_none and machine.asked is node:
        return  # the old file fails without the import too
    if id(machine.report) not in fallback.said:
        fallback.said.add(id(machine.report))
        machine.report.gap(machine.place(node), node.id, _WHY)


def only_names(statement: ast.stmt, imported: Collection[str] | None) -> bool:
    """Return whether a statement of an `except` does no more than to give names values.

    Args:
        statement: The statement.
        imported: The names of the imports before it; None: they are not all that stands there.
    """
    if imported is None:
        return False
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Raise():
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.Assign(targets=targets, value=value):
            names = {each.id if isinstance(each, ast.Name) else None for each in targets}
            return names <= {*imported} or (None not in names and not has_calls(value))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=last):
            inner = [*body, *orelse, *last, *(part for each in handlers for part in each.body)]
            return all(only_names(part, imported) for part in inner)
    return False


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Return whether statements end with an error, or with the program."""
    last = body[-1]
    is_exit = isinstance(last, ast.Expr) and ast.unparse(last).startswith(("sys.exit(", "exit("))
    return isinstance(last, _ENDS) or is_exit


def _is_sure(path: str, others: set[str | None]) -> bool:
    """Return whether it makes no difference: Python has the first, or all are one of Airflow."""
    if _is_of_python(path):
        return True
    words = {path.rpartition(".")[2] for path in {path, *others} if path is not None}
    now = {SUCCESSORS.get(word, word).replace("Dataset", "Asset") for word in words}
    is_one = len(now) == 1
    return is_one and all(
        other is not None and other.startswith("airflow.") for other in {path, *others}
    )


def _is_of_python(path: str) -> bool:
    return path.partition(".")[0] in sys.stdlib_module_names


def _before(name: str, before: Earlier) -> str | None:
    """Return what a name was before; None: it had no value, and Python would stop."""
    if name not in before:
        return None
    value = before[name]
    return value.path if isinstance(value, Name) else _OTHER


def _paths(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Return the names that statements give values, each with its import path where it has one."""
    made: dict[str, str] = {}
    for statement in body:
        if only_imports([statement]):
            made |= imported_paths([statement])
            continue
        value = getattr(statement, "value", None)
        is_none = isinstance(value, ast.Constant) and value.value is None
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                made[node.id] = _NONE if is_none else _OTHER
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                made[node.name] = _OTHER
            elif isinstance(node, ast.Import | ast.ImportFrom):
                made |= imported_paths([node])
    return made
