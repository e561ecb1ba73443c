"""A bash task as a `BashOperator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.expressions import call, name, plain

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.scope import Scope
    from dagctl.spec.tasks import BashTask

_MODULE = {
    "2": "airflow.operators.bash",
    "3": "airflow.providers.standard.operators.bash",
}


def bash_call(task: BashTask, scope: Scope) -> ast.Call:
    """Return the operator that runs the command."""
    arguments = {
        "task_id": plain(task.task_id),
        "bash_command": plain(task.bash_command),
        "dag": name("dag"),
    }
    return call(scope.use(_MODULE, "BashOperator"), [], arguments)
