"""A bash task as a `BashOperator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.task_source import TaskSource
from dagctl.codegen.values import Import, Reference, Target

if TYPE_CHECKING:
    from dagctl.spec.tasks import BashTask

_OPERATOR: dict[Target, Import] = {
    "2": Import("airflow.operators.bash", "BashOperator"),
    "3": Import("airflow.providers.standard.operators.bash", "BashOperator"),
}


def bash_source(task: BashTask, stem: str, target: Target) -> TaskSource:
    """Return the operator that runs the command."""
    return TaskSource(
        task_type=task.task_type,
        stem=stem,
        operator=_OPERATOR[target],
        arguments={
            "task_id": task.task_id,
            "bash_command": task.bash_command,
            "dag": Reference("dag"),
        },
    )
