"""The params of a DAG as expressions of the generated module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.expressions import call, mapping, plain

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.scope import Scope

_PARAM = {"2": "airflow.models.param", "3": "airflow.sdk"}


def params_expression(params: Mapping[str, object], scope: Scope) -> ast.Dict:
    """Return the mapping of params: plain defaults, and a `Param` for each with rules."""
    return mapping({name: _param(value, scope) for name, value in params.items()})


def _param(value: object, scope: Scope) -> ast.expr:
    if not isinstance(value, dict):
        return plain(value)
    default = [plain(value["default"])] if "default" in value else []
    options = {key: plain(item) for key, item in value.items() if key != "default"}
    return call(scope.use(_PARAM, "Param"), default, options)
