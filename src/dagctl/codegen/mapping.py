"""What is mapped: `.partial(...).expand(...)`, and decorators of Airflow around functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import attribute, call
from dagctl.codegen.values import value_expression

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks.mapping import Mapped

    Write = Callable[[str, Any], ast.expr]

DECORATORS = {"2": "airflow.decorators", "3": "airflow.sdk"}


def mapped(
    function: ast.expr, item: Mapped, scope: ModuleScope, given: Mapping[str, ast.expr]
) -> ast.Call:
    """Return the call that maps a decorated function over values.

    Args:
        function: The function, with its decorator.
        item: A task or a group.
        scope: What the module has.
        given: The arguments that are the same for all.
    """

    def write(_key: str, value: object) -> ast.expr:
        return value_expression(value, scope)

    if given:
        function = call(attribute(function, "partial"), [], given)
    return expanded(function, item, write)


def expanded(partial: ast.expr, item: Mapped, write: Write) -> ast.Call:
    """Return `partial.expand(...)`, or `partial.expand_kwargs(...)`.

    Args:
        partial: What has all arguments that are the same for all.
        item: A task or a group.
        write: Makes the expression of a value for an argument of a name.
    """
    if item.expand_kwargs is not None:
        return call(attribute(partial, "expand_kwargs"), [write("", item.expand_kwargs)], {})
    values = {key: write(key, value) for key, value in item.expand.items()}
    return call(attribute(partial, "expand"), [], values)
