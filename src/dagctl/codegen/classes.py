"""Calls of classes that the catalogue may know: operators, sensors, notifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import attribute, call, mapping, sequence
from dagctl.codegen.mapping import expanded
from dagctl.codegen.values import reference, typed_value, value_expression
from dagctl.operators.model import Operator
from dagctl.spec.catalogue import is_rendered, known_class, text_meaning
from dagctl.spec.fields.markers import marker_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks.mapping import Mapped


def class_call(  # noqa: PLR0913 - what a call can have
    given: str,
    arguments: Mapping[str, Any],
    scope: ModuleScope,
    *,
    before: Mapping[str, ast.expr] | None = None,
    behind: Mapping[str, ast.expr] | None = None,
    mapped: Mapped | None = None,
) -> ast.Call:
    """Return the call of a class, under the import path that the target has.

    Args:
        given: The name of the class, as the spec has it.
        arguments: What it is called with: checked values.
        scope: What the module has.
        before: Arguments that stand before these.
        behind: Arguments that stand behind these.
        mapped: What the class is mapped over; None: it is called once.
    """
    known = known_class(given, scope.target)
    operator = known if isinstance(known, Operator) else None
    values = {key: argument_value(operator, key, item, scope) for key, item in arguments.items()}
    path = operator.path if operator else given
    made = reference(path, scope)
    options = {**(before or {}), **values, **(behind or {})}
    if mapped is None:
        return call(made, [], options)
    partial = call(attribute(made, "partial"), [], options)
    return expanded(partial, mapped, lambda key, value: _values(operator, key, value, scope))


def _values(operator: Operator | None, key: str, value: object, scope: ModuleScope) -> ast.expr:
    """Return the values that a parameter is mapped over, or mappings of parameters."""
    if not isinstance(value, list | tuple):
        return value_expression(value, scope)
    if key:
        return sequence([argument_value(operator, key, item, scope) for item in value])
    return sequence([_keywords(operator, item, scope) for item in value])


def _keywords(operator: Operator | None, item: object, scope: ModuleScope) -> ast.expr:
    if not isinstance(item, dict) or marker_of(item):
        return value_expression(item, scope)
    return mapping({key: argument_value(operator, key, each, scope) for key, each in item.items()})


def class_reference(given: str, scope: ModuleScope) -> ast.expr:
    """Return the name of a class that the catalogue may know, under the path of the target."""
    known = known_class(given, scope.target)
    return reference(known.path if isinstance(known, Operator) else given, scope)


def argument_value(
    operator: Operator | None, key: str, value: object, scope: ModuleScope
) -> ast.expr:
    """Return the value of a parameter; its type says what text means.

    Args:
        operator: Whose parameter it is; None: of a class that the catalogue does not know.
        key: The parameter.
        value: Its value, checked.
        scope: What the module has.
    """
    if operator is None:
        return value_expression(value, scope)
    meaning = text_meaning(operator, key, value)
    return typed_value(value, meaning, scope, rendered=is_rendered(operator, key))
