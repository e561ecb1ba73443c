"""Calls of `create_dag` and `create_dags` in Python files: the arguments that gusty gets.

Nothing of a file is run: its tree is followed, as that of a DAG file is.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.report import Place, Report
from dagctl.convert.python_file.interpreter import interpreter
from dagctl.convert.python_file.state.items import Late, Made, Name, Opaque
from dagctl.convert.python_file.state.scope import SourceFile
from dagctl.convert.python_file.state.source_tree import read_python
from dagctl.errors import SpecError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dagctl.convert.python_file.state.machine import Machine

_PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "gusty.create_dag": (
        *("dag_dir", "task_group_defaults", "wait_for_defaults", "latest_only", "parse_hooks"),
        *("dag_constructors", "extra_tags", "render_on_create"),
    ),
    "gusty.create_dags": (
        *("dags_dir", "caller_env", "concurrent", "concurrent_timeout", "max_concurrency"),
        "current_dag_id",
    ),
}
"""The functions that make DAGs, and their parameters in order."""
_OF_BATCHES = frozenset(_PARAMETERS["gusty.create_dags"])
_BEST = 3
"""How well a call fits that names the folder."""
_JOINS = frozenset({"os.path.join", "pathlib.Path", "operator.truediv", "builtins.str"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@frozen(eq=False)
class GustyCall:
    """A call that makes a DAG of a folder, or of each folder in one."""

    place: Place
    folder: str | None
    """The name of the folder that it is given; None: only Python knows it."""
    is_batch: bool
    """Whether each folder in that one becomes a DAG."""
    arguments: Mapping[str, Any]
    """What else it is given, as values of the interpreter, by name."""
    places: Mapping[str, Place]
    """Where each argument stands."""


def is_named(callers: Mapping[str, str], root: PurePosixPath, airflow: str, today: date) -> bool:
    """Return whether a call in Python files near a folder names it: then it is one DAG."""
    calls = calls_for(callers, root, Report(), airflow, today)
    return any(_fit(call, root) == _BEST for call in calls)


def calls_for(
    callers: Mapping[str, str], root: PurePosixPath, report: Report, airflow: str, today: date
) -> list[GustyCall]:
    """Return the calls that fit a folder best; more than one if several fit as well.

    A call that names the folder fits best, then one for all folders beside it, then one whose
    folder only Python knows.

    Args:
        callers: Python files near the folder, with their texts, by their paths.
        root: The folder of the DAG.
        report: Where it goes that a file cannot be read.
        airflow: The Airflow that is meant, as `3` or `2`.
        today: What relative dates count from.
    """
    ranked: dict[int, list[GustyCall]] = {}
    for file, text in callers.items():
        try:
            for call in _calls(text, file, airflow, today):
                ranked.setdefault(_fit(call, root), []).append(call)
        except SpecError as error:
            report.gap(
                Place(file, 1),
                "create_dag",
                f"the file cannot be read: {error.diagnostics[0].message}",
            )
    best = max(ranked, default=0)
    return ranked[best] if best else []


def _fit(call: GustyCall, root: PurePosixPath) -> int:
    if call.folder is None:
        return 1
    if call.is_batch:
        return 2 if call.folder == root.parent.name else 0
    return _BEST if call.folder == root.name else 0


@lru_cache(maxsize=32)  # each folder beside a file asks for its calls
def _calls(text: str, file: str, airflow: str, today: date) -> tuple[GustyCall, ...]:
    """Return the calls of a file, which is gone through once."""
    tree = read_python(text, file)
    names = _imported(tree)
    machine = interpreter(SourceFile(file, text), airflow, today)
    made: list[GustyCall] = []
    later: list[tuple[ast.Call, str, ast.stmt]] = []
    for statement in tree.body:
        nodes = [
            (node, path)
            for node in ast.walk(statement)
            if isinstance(node, ast.Call) and (path := names.get(_dotted(node.func)))
        ]
        if not _only_calls(statement, names):
            machine.run([statement], machine.scope)
        if isinstance(statement, _FUNCTIONS):  # called when the names of the file have their values
            later += [(node, path, statement) for node, path in nodes]
            continue
        for node, path in nodes:
            made += _followed(machine, node, path) or [_read(machine, node, path, statement)]
    for node, path, statement in later:
        made += _followed(machine, node, path) or [_read(machine, node, path, statement)]
    return tuple(made)


def _dotted(function: ast.expr) -> str:
    """Return `name` or `module.name`, or an empty text: what is called has no such name."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
    return ""


def _only_calls(statement: ast.stmt, names: Mapping[str, str]) -> bool:
    """Return whether a statement does nothing but let gusty make DAGs: it changes no argument."""
    if not isinstance(statement, ast.Assign | ast.Expr):
        return False
    value = statement.value
    return isinstance(value, ast.Call) and _dotted(value.func) in names


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return what the file calls the functions of gusty, with their import paths."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gusty":
            for alias in node.names:
                names[alias.asname or alias.name] = f"gusty.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "gusty":
                    for path in _PARAMETERS:
                        names[path.replace("gusty", alias.asname or "gusty", 1)] = path
    return {name: path for name, path in names.items() if path in _PARAMETERS}


def _followed(machine: Machine, node: ast.Call, path: str) -> list[GustyCall]:
    """Return a call once for each time that the file makes it, as far as that could be followed."""
    return [
        _call(node, path, unknown.value.args, unknown.value.kwargs, machine)
        for unknown in machine.unknown
        if isinstance(unknown.value, Made)
        and unknown.value.target == Name(path)
        and unknown.place == machine.place(node)
    ]


def _read(machine: Machine, node: ast.Call, path: str, statement: ast.stmt) -> GustyCall:
    """Return a call that stands where the file was not followed: in a loop, in a function."""
    inner = {
        each.id if isinstance(each, ast.Name) else each.arg
        for each in ast.walk(statement)
        if isinstance(each, ast.arg) or (isinstance(each, ast.Name) and _is_bound(each))
    }

    def value(part: ast.expr) -> Any:  # noqa: ANN401 - any value of Python
        names = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
        return machine.only_python(part) if names & inner else machine.evaluate(part, machine.scope)

    args = [value(part) for part in node.args]
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        given = value(keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = given
        elif isinstance(given, dict):
            kwargs |= given
        else:
            kwargs["**"] = given
    return _call(node, path, args, kwargs, machine)


def _is_bound(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _call(
    node: ast.Call, path: str, args: list[Any], kwargs: Mapping[str, Any], machine: Machine
) -> GustyCall:
    given = dict(zip(_PARAMETERS[path], args, strict=False)) | dict(kwargs)
    folder = _last_part(given.pop(_PARAMETERS[path][0], None))
    is_batch = path.endswith("create_dags")
    only = given.get("current_dag_id") if is_batch else None
    places = {word.arg: machine.place(word.value) for word in node.keywords if word.arg}
    arguments = {key: value for key, value in given.items() if key not in _OF_BATCHES}
    if isinstance(only, str):
        folder, is_batch = only, False
    return GustyCall(machine.place(node), folder, is_batch, arguments, places)


def _last_part(value: object) -> str | None:
    """Return the name of the folder at the end of a path, or None if only Python knows it."""
    if isinstance(value, Made) and value.target.path in _JOINS and value.args:
        return _last_part(value.args[-1])
    text = value.template if isinstance(value, Late) else value
    if not isinstance(text, str) or isinstance(value, Opaque):
        return None
    name = PurePosixPath(text).name
    return name if name and "}}" not in name else None
