"""The arguments that every task takes, as expressions of the generated module."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dagctl.codegen.callbacks import callback_expression, stem_of
from dagctl.codegen.expressions import duration
from dagctl.codegen.values import length, params_expression, time_of, typed_value, value_expression
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.tasks.arguments import LENGTHS, MOMENTS, SingleTaskArguments

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks.arguments import DefaultArgs, TaskArguments
    from dagctl.spec.walk import Path


def task_arguments(given: TaskArguments, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return the arguments that a task, or `default_args`, gives: under Airflow's names."""
    own = given.__dict__  # not every model has all of them
    minutes = own.get("retry_delay_minutes")
    owner = scope.stem if scope.here else "task"
    arguments: dict[str, ast.expr] = {}
    order = _order()
    given_names = own.keys() & order.keys()
    if minutes is not None:
        given_names.add("retry_delay")
    for name in sorted(given_names, key=order.__getitem__):
        value = own.get(name)
        if name == "retry_delay" and minutes is not None:
            arguments[name] = duration(scope.imports, minutes=minutes)
        elif value is None or name == "retry_delay_minutes":
            continue
        elif name in TASK_CALLBACKS:
            arguments[name] = callback_expression(value, stem_of(owner, name), scope)
        elif name in LENGTHS:
            arguments[name] = length(value, scope)
        elif name in MOMENTS:
            arguments[name] = time_of(value, scope)
        elif name == "params":
            arguments |= {name: params_expression(value, scope)} if value else {}
        else:
            arguments[name] = value_expression(value, scope, rendered=False)
    return arguments


@cache
def _order() -> dict[str, int]:
    """Return the places that arguments have in the file: most tasks give few of them."""
    return {name: place for place, name in enumerate(SingleTaskArguments.model_fields)}


def shared_arguments(given: DefaultArgs, path: Path, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return what `default_args` gives: the arguments of every task, and those of operators.

    Args:
        given: What the spec says.
        path: Where the DAG or the group stands that has it.
        scope: What the module has.
    """
    arguments = task_arguments(given, scope)
    shared = scope.shared.get((*path, "default_args", "with"))
    for key, value in given.parameters.items():
        meaning = shared.meaning(key) if shared else None
        arguments[key] = typed_value(value, meaning, scope, rendered=False)
    return arguments
