"""A Python task as a function and the `PythonOperator` that calls it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.arguments import task_arguments
from dagctl.codegen.expressions import attribute, call, name, plain
from dagctl.codegen.mapping import DECORATORS, mapped
from dagctl.codegen.module_scope import function_piece
from dagctl.codegen.names import function
from dagctl.codegen.values import length, reference, value_expression
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, LENGTHS, FunctionSettings
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks import DecoratorTask, PythonTask

    Function = PythonTask | DecoratorTask

_OPERATORS = {
    "2": "airflow.operators.python",
    "3": "airflow.providers.standard.operators.python",
}
_SENSORS = {
    "2": "airflow.sensors.python",
    "3": "airflow.providers.standard.sensors.python",
}


def python_call(task: PythonTask, scope: ModuleScope) -> ast.Call:
    """Return the operator; the function that it calls is added to the scope."""
    if is_mapped(task):
        given = {key: value_expression(each, scope) for key, each in task.arguments.items()}
        return mapped(decorated(task, scope), task, scope, given)
    arguments = {
        "task_id": plain(task.task_id),
        "python_callable": function_of(task, scope),
        **_keywords(task, scope),
        **_settings(task, scope),
        **task_arguments(task, scope),
        "dag": name("dag"),
    }
    return call(scope.use(_module(task), FUNCTION_CLASSES[task.task_type]), [], arguments)


def _module(task: PythonTask) -> Mapping[str, str]:
    return _SENSORS if task.task_type == "sensor" else _OPERATORS


def decorated(task: PythonTask, scope: ModuleScope) -> ast.Call:
    """Return `task(...)(function)`: what maps over arguments of a function is its decorator."""
    arguments = {
        "task_id": plain(task.task_id),
        **_settings(task, scope),
        **_one_output(task),
        **task_arguments(task, scope),
        "dag": name("dag"),
    }
    decorator: ast.expr = scope.use(DECORATORS, "task")
    if task.task_type != "python":
        decorator = attribute(decorator, task.task_type)
    return ast.Call(call(decorator, [], arguments), [function_of(task, scope)], [])


def _settings(task: PythonTask, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return what the operator takes beside the function, as far as the spec gives it."""
    given = {key: getattr(task, key) for key in FunctionSettings.model_fields}
    return {
        key: length(value, scope) if key in LENGTHS else value_expression(value, scope)
        for key, value in given.items()
        if value is not None
    }


def _one_output(task: PythonTask) -> dict[str, ast.expr]:
    """Return what keeps the decorator from making several outputs, as it does by an annotation."""
    if task.task_type != "python" or task.multiple_outputs is not None:
        return {}
    if not (task.python_callable or "->" in task.code.text):
        return {}
    return {"multiple_outputs": plain(value=False)}


def function_of(task: Function, scope: ModuleScope) -> ast.expr:
    """Return the name of the function of a task; one of the spec's own code is added."""
    if task.python_callable:
        return reference(task.python_callable, scope)
    identifier = function(scope.stem)
    context = task.provide_context
    scope.functions.append(
        function_piece(task.code, task.python_code, identifier, provide_context=context)
    )
    return name(identifier)


def _keywords(task: PythonTask, scope: ModuleScope) -> dict[str, ast.expr]:
    return {"op_kwargs": value_expression(task.arguments, scope)} if task.arguments else {}
