"""Calls of classes that the catalogue may know: operators, sensors, notifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import call
from dagctl.codegen.values import length, reference, time_of, value_expression
from dagctl.operators import Operator, lookup
from dagctl.spec.operator_checks import is_rendered, text_meaning

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.scope import Scope


def class_call(
    given: str,
    arguments: Mapping[str, Any],
    scope: Scope,
    *,
    before: Mapping[str, ast.expr] | None = None,
    behind: Mapping[str, ast.expr] | None = None,
) -> ast.Call:
    """Return the call of a class, under the import path that the target has.

    Args:
        given: The name of the class, as the spec has it.
        arguments: What it is called with: checked values.
        scope: What the module has.
        before: Arguments that stand before these.
        behind: Arguments that stand behind these.
    """
    known = lookup(given, scope.target.name)
    operator = known if isinstance(known, Operator) else None
    values = {key: _value(operator, key, item, scope) for key, item in arguments.items()}
    path = operator.path if operator else given
    return call(reference(path, scope), [], {**(before or {}), **values, **(behind or {})})


def class_reference(given: str, scope: Scope) -> ast.Name:
    """Return the name of a class that the catalogue may know, under the path of the target."""
    known = lookup(given, scope.target.name)
    return reference(known.path if isinstance(known, Operator) else given, scope)


def _value(operator: Operator | None, key: str, value: object, scope: Scope) -> ast.expr:
    if operator is None:
        return value_expression(value, scope)
    meaning = text_meaning(operator, key, value)
    if meaning == "duration":
        return length(str(value), scope)
    if meaning == "time":
        return time_of(str(value), scope)
    return value_expression(value, scope, rendered=is_rendered(operator, key))
