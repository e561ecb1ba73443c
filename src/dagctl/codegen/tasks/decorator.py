"""A function with a decorator of a provider: `task.docker(...)(function)(...)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.codegen.arguments import task_arguments
from dagctl.codegen.classes import argument_value
from dagctl.codegen.expressions import attribute, call, name, plain
from dagctl.codegen.mapping import DECORATORS, mapped
from dagctl.codegen.tasks.python import function_of
from dagctl.codegen.values import reference, value_expression
from dagctl.operators.model import Operator
from dagctl.spec.catalogue import known_decorator
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks import DecoratorTask

OWN = "task."
"""The beginning of the names of decorators that Airflow collects from its providers."""


def decorator_call(task: DecoratorTask, scope: ModuleScope) -> ast.Call:
    """Return the call of the decorated function; the function is added to the scope."""
    known = known_decorator(task.decorator, scope.target)
    operator = known if isinstance(known, Operator) else None
    options = {
        "task_id": plain(task.task_id),
        **{key: argument_value(operator, key, v, scope) for key, v in task.arguments.items()},
        **task_arguments(task, scope),
        "dag": name("dag"),
    }
    decorator = call(_decorator(task.decorator, scope), [], options)
    function = ast.Call(decorator, [function_of(task, scope)], [])
    given = {key: value_expression(value, scope) for key, value in task.op_kwargs.items()}
    if is_mapped(task):
        return mapped(function, task, scope, given)
    return call(function, [], given)


def _decorator(given: str, scope: ModuleScope) -> ast.expr:
    if not given.startswith(OWN):
        return reference(given, scope)
    return attribute(scope.use(DECORATORS, "task"), given.removeprefix(OWN))
