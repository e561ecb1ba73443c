"""Airflow's decorators: `@dag`, `@task` in all its kinds, `@task_group`, `@setup`, `@teardown`."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import assets, making
from dagctl.convert.python_file.certainty.uncertain import only_wraps, spoil
from dagctl.convert.python_file.state.binding import bind
from dagctl.convert.python_file.state.inlining import argument_scope
from dagctl.convert.python_file.state.items import (
    Bound,
    Decorated,
    Decorator,
    Function,
    Late,
    Made,
    Name,
    Opaque,
    Output,
    Partial,
    TaskGroup,
    is_bare,
)
from dagctl.convert.python_file.state.source_tree import words
from dagctl.spec.fields.import_path import is_import_path

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_ASSET = (".asset", ".asset.multi")
_DOCS = ("doc", "doc_json", "doc_md", "doc_rst", "doc_yaml")
_KINDS = ("dag", "task_group", "setup", "teardown", "task")


def kind_of(path: str) -> str | None:
    """Return which of Airflow's decorators an import path means, or None."""
    if not path.startswith("airflow."):
        return None
    parts = path.split(".")
    if parts[-1] in _KINDS and parts[-2] in {"decorators", "sdk", "dag", "task_group", "models"}:
        return parts[-1]
    if "task" in parts and parts[parts.index("task") - 1] in {"decorators", "sdk"}:
        return ".".join(parts[parts.index("task") :])
    if parts[-1].endswith("_task") and "decorators" in parts:  # airflow.operators.python.task
        return None
    return None


def decorated(machine: Machine, function: Function, scope: Scope) -> Any:  # noqa: ANN401
    """Return a function with its decorators."""
    value: Any = function
    for node in reversed(getattr(function.node, "decorator_list", [])):
        value = wrapped(machine, machine.evaluate(node, scope), value, node)
    return value


def wrapped(
    machine: Machine,
    decorator: object,
    value: Any,  # noqa: ANN401 - a function, or a decorated one
    node: ast.expr | None = None,
) -> Any:  # noqa: ANN401
    """Return a function under one more decorator."""
    if isinstance(decorator, Name):
        kind = kind_of(decorator.path)
        decorator = Decorator(kind, {}, {}) if kind else decorator
    if isinstance(decorator, Name | Made) and _path_of(decorator).endswith(_ASSET):
        return assets.materialised(machine, decorator, value, node or value.node)
    if not isinstance(decorator, Decorator):
        function = value.function if isinstance(value, Decorated) else value
        if isinstance(function, Function):
            is_only = function is value and function.strange is None
            function.under = None
            if is_only and isinstance(decorator, Name | Made):
                function.under = decorator
            function.strange = words(node) if node is not None else "a decorator"
            _note_own(machine, decorator, function)
        return value
    if decorator.kind in {"setup", "teardown"}:
        if isinstance(value, Function):
            value = Decorated(value, Decorator("task", {}, {}))
        if isinstance(value, Decorated):
            value.setup = value.setup or decorator.kind == "setup"
            value.teardown = value.teardown or decorator.kind == "teardown"
            value.decorator.kwargs |= decorator.kwargs
        return value
    if isinstance(value, Function):
        return Decorated(value, decorator)
    return value


def _note_own(machine: Machine, decorator: object, function: Function) -> None:
    """Report a decorator of the project that does more at each parse than to wrap a function."""
    if isinstance(decorator, Name):
        decorator = machine.definition(decorator.path)
    if isinstance(decorator, Function):
        if only_wraps(decorator.node):
            return
        if not isinstance(decorator.node, ast.Lambda):
            why = f"`{decorator.name}` runs where it decorates"
            spoil(machine, decorator.node, decorator.scope, why)
    elif decorator is None or isinstance(decorator, Made):
        return  # a library's
    elif isinstance(decorator, Bound) and isinstance(decorator.owner, Made | Name):
        return  # as above
    text = f"what the decorator `{function.strange}` does at each parse is not followed"
    machine.file_report.gap(function.place, function.name, text)


def as_task(machine: Machine, function: Function, made: Call) -> Decorated | None:
    """Return a function under the decorator of a package, if a call of it makes a task.

    Such a function gets outputs of tasks, which no plain function can take while Airflow reads
    the file. Decorators of packages that make tasks take what those of Airflow's providers take.
    """
    by = function.under
    path = by.path if isinstance(by, Name) else by.target.path if by else ""
    given = [*made.args, *made.kwargs.values()]
    is_clear = path.startswith(_MAKING) or any(
        isinstance(each, Output) or is_bare(each) for each in given
    )
    is_taken = is_clear and bool(machine.around) and is_import_path(path) and not made.unknown
    if by is None or not is_taken or machine.definition(path) is not None:
        return None
    kwargs: dict[str, Any] = {}
    if isinstance(by, Made):
        if by.args or by.is_old:
            return None
        by.is_used, kwargs = True, dict(by.kwargs)
    text = "it is taken for a decorator that makes a task, as those of Airflow's providers do"
    machine.report.assumed(function.place, str(function.strange)[:60], text)
    plain = replace(function, strange=None, under=None)
    return Decorated(plain, Decorator(path, kwargs, {}))


_MAKING = ("astro.sql.", "astro.dataframe")
"""Packages whose decorators make tasks."""


def _path_of(decorator: Name | Made) -> str:
    path = decorator.target.path if isinstance(decorator, Made) else decorator.path
    return path if path.startswith("airflow.") else ""


def called(machine: Machine, callee: Decorated | Partial, made: Call) -> Any:  # noqa: ANN401
    """Return what a call of a decorated function makes: a DAG, a group, a task."""
    decorated_function = callee.callee if isinstance(callee, Partial) else callee
    if isinstance(callee, Partial):
        made.kwargs = callee.kwargs | made.kwargs
    kind = decorated_function.decorator.kind
    if kind == "dag":
        return _dag(machine, decorated_function, made)
    if kind == "task_group":
        return _group(machine, decorated_function, made)
    return task(machine, decorated_function, made)


def docstring(function: Function) -> str | None:
    """Return the text that stands first in a function, as Python keeps it."""
    node = function.node
    return None if isinstance(node, ast.Lambda) else ast.get_docstring(node, clean=False)


def _dag(machine: Machine, callee: Decorated, made: Call) -> Any:  # noqa: ANN401
    function, kwargs = callee.function, dict(callee.decorator.kwargs)
    kwargs.setdefault("dag_id", function.name)
    text = docstring(function)
    if text and not kwargs.get("doc_md"):
        kwargs["doc_md"] = text
    dag = making.dag(machine, kwargs, callee.decorator.places, function.place)
    machine.around.append(dag)
    scope = argument_scope(machine, function, made)
    parameters = function.node.args
    own = (*parameters.args, parameters.vararg, *parameters.kwonlyargs, parameters.kwarg)
    native = dag.kwargs.get("render_template_as_native_obj") is True
    for name in [parameter.arg for parameter in own if parameter]:
        params = dag.kwargs.setdefault("params", {})
        if isinstance(params, dict):
            params.setdefault(name, scope.values.get(name))
        is_text = native or isinstance(scope.values.get(name), str)
        scope.put(name, Late(f"{{{{ params.{name} }}}}", is_text=is_text, of_param=True))
    assert not isinstance(function.node, ast.Lambda)  # noqa: S101 - it has a decorator
    machine.run(function.node.body, scope)
    machine.around.pop()
    return dag


def _group(machine: Machine, callee: Decorated, made: Call) -> Any:  # noqa: ANN401
    function = callee.function
    kwargs = {"group_id": function.name, **callee.decorator.kwargs}
    text = docstring(function)
    if text and not kwargs.get("tooltip"):
        kwargs["tooltip"] = text
        if not machine.target.startswith("2"):
            why = "Airflow 3 shows it as the documentation too: a group of a spec has it once"
            machine.report.changed(function.place, "tooltip", why)
    group = making.group(machine, kwargs, callee.decorator.places, made.node, repeated=True)
    machine.around.append(group)
    scope = argument_scope(machine, function, made)
    assert not isinstance(function.node, ast.Lambda)  # noqa: S101 - it has a decorator
    end = machine.run(function.node.body, scope)
    machine.around.pop()
    return result_of(group, end)


def result_of(group: TaskGroup, end: object) -> Any:  # noqa: ANN401 - any value of Python
    """Return what a call of a decorated group gives: what its function returns, or the group."""
    value = getattr(end, "value", None)
    return group if value is None or isinstance(value, Opaque) else value


def task(machine: Machine, callee: Decorated, made: Call, *, is_mapped: bool = False) -> Any:  # noqa: ANN401
    """Return the output of the task that a call of a decorated function makes."""
    function, kwargs = callee.function, dict(callee.decorator.kwargs)
    kwargs.setdefault("task_id", function.name)
    text = docstring(function)
    if text and not is_mapped and not any(kwargs.get(key) for key in _DOCS):
        kwargs["doc_md"] = text
    bindings = bind(function.node.args, made.args, made.kwargs)
    item = making.task(machine, callee, kwargs, callee.decorator.places, made.node, repeated=True)
    item.given = bindings.values | bindings.unknown
    item.setup, item.teardown = callee.setup, callee.teardown
    item.fails_run = kwargs.pop("on_failure_fail_dagrun", False) is True
    if bindings.left:  # of `*`, which have no names
        item.given, item.kwargs["op_args"] = dict(made.kwargs), [*made.args]
    if made.unknown:
        report = making.report_of(machine, item)
        report.gap(machine.place(made.node), item.task_id, made.unknown.why)
    return making.output(item)
