"""A Python task as a function and the `PythonOperator` that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.names import function
from dagctl.codegen.task_source import FunctionSource, TaskSource
from dagctl.codegen.values import Import, Reference, Target
from dagctl.spec.python_code import (
    as_function,
    function_tree,
    input_statements,
)

if TYPE_CHECKING:
    from dagctl.spec.tasks import PythonTask

_OPERATOR: dict[Target, Import] = {
    "2": Import("airflow.operators.python", "PythonOperator"),
    "3": Import("airflow.providers.standard.operators.python", "PythonOperator"),
}


def python_source(task: PythonTask, stem: str, target: Target) -> TaskSource:
    """Return the function with the user's code, and the operator that calls it."""
    return TaskSource(
        task_type=task.task_type,
        stem=stem,
        operator=_OPERATOR[target],
        arguments={
            "task_id": task.task_id,
            "python_callable": Reference(function(stem)),
            "dag": Reference("dag"),
        },
        function=_function(task, function(stem)),
    )


def _function(task: PythonTask, name: str) -> FunctionSource:
    """Return the text made of the checked code, and the tree made of the untouched one."""
    context = task.provide_context
    statements = input_statements(task.python_code)
    return FunctionSource(
        as_function(task.code, name, provide_context=context),
        function_tree(task.code, statements, name, provide_context=context),
    )
