"""An operator task as a call of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.arguments import task_arguments
from dagctl.codegen.classes import class_call
from dagctl.codegen.expressions import name, plain
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks import OperatorTask


def operator_call(task: OperatorTask, scope: ModuleScope) -> ast.Call:
    """Return the call of the class, under the import path that the target has."""
    return class_call(
        task.operator,
        task.arguments,
        scope,
        mapped=task if is_mapped(task) else None,
        before={"task_id": plain(task.task_id)},
        behind={**task_arguments(task, scope), "dag": name("dag")},
    )
