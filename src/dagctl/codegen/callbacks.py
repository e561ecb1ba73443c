"""Callbacks as expressions of the generated module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import call, name, sequence
from dagctl.codegen.module_scope import function_piece
from dagctl.codegen.values import reference, unrendered
from dagctl.spec.fields.callback_form import DAG_CALLBACKS
from dagctl.spec.fields.callbacks import code_of

if TYPE_CHECKING:
    import ast

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.fields.callback_form import Callback
    from dagctl.spec.model import DagSpec


def callback_expression(value: Any, stem: str, scope: ModuleScope) -> ast.expr:  # noqa: ANN401 - JSON data
    """Return the callbacks of one event; functions made of code are added to the scope.

    Args:
        value: One callback or several, checked.
        stem: What the names of such functions begin with.
        scope: What the module has.
    """
    if isinstance(value, list):
        return sequence([_one(item, stem, scope) for item in value])
    return _one(value, stem, scope)


def dag_callbacks(spec: DagSpec, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return the callbacks of the DAG itself, by their arguments."""
    given = {key: getattr(spec, key) for key in DAG_CALLBACKS}
    return {
        key: callback_expression(value, stem_of("dag", key), scope)
        for key, value in given.items()
        if value is not None
    }


def stem_of(owner: str, key: str) -> str:
    """Return what the name of a function begins with: `load_on_failure`."""
    return f"{owner}_{key.removesuffix('_callback')}"


def _one(callback: Callback, stem: str, scope: ModuleScope) -> ast.expr:
    if "python_code" in callback:
        return _function(callback, stem, scope)
    if "notifier" in callback:
        from dagctl.codegen.classes import class_call

        return class_call(callback["notifier"], callback.get("with", {}), scope)
    function = reference(callback["callable"], scope)
    given = callback.get("with")
    if not given:
        return function
    partial = scope.imports.use("functools", "partial")
    return call(partial, [function], unrendered(given, scope))


def _function(callback: Callback, stem: str, scope: ModuleScope) -> ast.Name:
    identifier = scope.free_function(stem)
    code, text = code_of(callback), callback["python_code"]
    scope.functions.append(function_piece(code, text, identifier, provide_context=False))
    return name(identifier)
