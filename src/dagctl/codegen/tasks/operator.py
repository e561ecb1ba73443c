"""An operator task as a call of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.arguments import task_arguments
from dagctl.codegen.expressions import call, name, plain
from dagctl.codegen.values import length, reference, time_of, value_expression
from dagctl.operators import Operator, lookup
from dagctl.spec.operator_checks import is_rendered, text_meaning

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.scope import Scope
    from dagctl.spec.tasks import OperatorTask


def operator_call(task: OperatorTask, scope: Scope) -> ast.Call:
    """Return the call of the class, under the import path that the target has."""
    known = lookup(task.operator, scope.target.name)
    operator = known if isinstance(known, Operator) else None
    arguments = {
        "task_id": plain(task.task_id),
        **{key: _value(operator, key, item, scope) for key, item in task.arguments.items()},
        **task_arguments(task, scope),
        "dag": name("dag"),
    }
    path = operator.path if operator else task.operator
    return call(reference(path, scope), [], arguments)


def _value(operator: Operator | None, key: str, value: object, scope: Scope) -> ast.expr:
    if operator is None:
        return value_expression(value, scope)
    meaning = text_meaning(operator, key, value)
    if meaning == "duration":
        return length(str(value), scope)
    if meaning == "time":
        return time_of(str(value), scope)
    return value_expression(value, scope, rendered=is_rendered(operator, key))
