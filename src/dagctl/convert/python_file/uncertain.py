"""Statements that may run or not: what a module changes in them is not known."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.convert.python_file.objects import Decorated, Function, LocalClass, Name, Opened
from dagctl.convert.python_file.source_of import words
from dagctl.convert.python_file.texts import weight
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.convert.python_file.machine import Machine
    from dagctl.convert.python_file.scope import Scope

_VERSIONS = lazy_pattern(
    r"\b(sys\.version|sys\.platform|platform\.|AIRFLOW_V_|__version__|airflow_version|AIRFLOW_VERSION)"
)
_SURROUNDINGS = lazy_pattern(r"environ|getenv|Variable")
_SAYS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "exit", "write"}
)


def spoil(machine: Machine, node: ast.stmt, scope: Scope, why: str) -> None:
    """Let no name have a value that a statement of a module may have changed.

    In the DAG file itself a gap says so; the report of a module is read by no person.
    """
    nodes = [*ast.walk(node)]
    machine.charge(len(nodes) // 8)
    if machine.is_beside:
        for name in changed_names(nodes):
            if name == "*":
                forget(machine, scope, node, why)
            elif (holder := scope.holder(name)) is not None:
                holder.put(name, machine.opaque(node, why))


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


def imported_paths(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Return the names that imports bind, each with its import path."""
    made: dict[str, str] = {}
    for statement in body:
        for alias in getattr(statement, "names", ()):
            module = "." * getattr(statement, "level", 0) + (getattr(statement, "module", "") or "")
            path = f"{module}.{alias.name}" if module else alias.name
            made[alias.asname or (alias.name if module else path.partition(".")[0])] = path
    return made


def forget(machine: Machine, scope: Scope, node: ast.stmt, why: str) -> None:
    """Let no name of a file have its value any more: `import *` may give each another one.

    A module gives what it has from Airflow and from Python itself under the names of these.
    """
    machine.charge(len(scope.values))
    for name, value in [*scope.values.items()]:
        is_named = isinstance(value, Function | LocalClass | Decorated) or (
            isinstance(value, Name) and value.path.partition(".")[0] not in _SHARED
        )
        if is_named or isinstance(value, list | dict | set) or weight(value) is not None:
            scope.put(name, machine.opaque(node, why), node)


_SHARED = sys.stdlib_module_names | {"airflow", "builtins"}


def makes(statement: ast.stmt) -> bool:
    """Return whether a statement may make something that a DAG has."""
    if isinstance(statement, ast.Expr):
        value = statement.value
        is_quiet = isinstance(value, ast.Call) and only_says(value.func)
        return not isinstance(value, ast.Constant) and not is_quiet
    return not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass | ast.Raise)


def only_says(function: ast.expr) -> bool:
    """Return whether a function writes a message, or ends the program, by its name."""
    name = function.attr if isinstance(function, ast.Attribute) else ""
    return name in _SAYS or (isinstance(function, ast.Name) and function.id in {"print", "exit"})


def changed_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names whose values nodes may change.

    They are stored, defined, imported or matched; an item or an attribute of theirs is stored; a
    method of theirs is called; or a function gets them, which may change what it gets.
    """
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.alias(name=path, asname=asname):
                yield asname or path.partition(".")[0]
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Attribute() | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from root(node)
            case ast.Call(func=function) if not only_says(function):
                yield from _given(node)


def _given(node: ast.Call) -> Iterator[str]:
    """Yield the names that a call gives to its function."""
    for given in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from root(given)


def root(node: ast.expr) -> Iterator[str]:
    """Yield the name that an attribute, an item or a starred value begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id
