"""A Python task as a function and the `PythonOperator` that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.expressions import call, name, plain
from dagctl.codegen.names import function
from dagctl.codegen.scope import Piece
from dagctl.spec.python_code import as_function, function_tree, input_statements

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.scope import Scope
    from dagctl.spec.tasks import PythonTask

_MODULE = {
    "2": "airflow.operators.python",
    "3": "airflow.providers.standard.operators.python",
}


def python_call(task: PythonTask, scope: Scope) -> ast.Call:
    """Return the operator; the function that it calls is added to the scope."""
    identifier = function(scope.names[task.task_id])
    scope.functions.append(_function(task, identifier))
    arguments = {
        "task_id": plain(task.task_id),
        "python_callable": name(identifier),
        "dag": name("dag"),
    }
    return call(scope.use(_MODULE, "PythonOperator"), [], arguments)


def _function(task: PythonTask, identifier: str) -> Piece:
    """Return the text made of the checked code, and the tree made of the untouched one."""
    context = task.provide_context

    def tree() -> ast.FunctionDef:
        statements = input_statements(task.python_code)
        return function_tree(task.code, statements, identifier, provide_context=context)

    return Piece(as_function(task.code, identifier, provide_context=context), tree)
