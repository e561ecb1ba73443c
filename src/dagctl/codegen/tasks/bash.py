"""A bash task as a `BashOperator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.arguments import task_arguments
from dagctl.codegen.expressions import attribute, call, name, plain
from dagctl.codegen.mapping import expanded
from dagctl.codegen.values import value_expression
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks import BashTask

_MODULE = {
    "2": "airflow.operators.bash",
    "3": "airflow.providers.standard.operators.bash",
}


def bash_call(task: BashTask, scope: ModuleScope) -> ast.Call:
    """Return the operator that runs the command."""
    arguments = {
        "task_id": plain(task.task_id),
        "bash_command": plain(task.bash_command),
        **_surroundings(task, scope),
        **task_arguments(task, scope),
        "dag": name("dag"),
    }
    operator = scope.use(_MODULE, "BashOperator")
    if not is_mapped(task):
        return call(operator, [], arguments)
    partial = call(attribute(operator, "partial"), [], arguments)
    return expanded(partial, task, lambda _, value: value_expression(value, scope))


def _surroundings(task: BashTask, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return where the command runs, as far as the spec says it."""
    given = {"env": task.env, "append_env": task.append_env, "cwd": task.cwd}
    return {key: value_expression(value, scope) for key, value in given.items() if value}
