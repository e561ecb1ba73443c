"""Arguments of `DAG` that need more than their value: by target, with markers, deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import attribute, call, mapping, plain, sequence
from dagctl.codegen.values import (
    length,
    reference,
    time_of,
    unrendered,
    value_expression,
)
from dagctl.spec.dag.deadlines import REFERENCES, deadlines_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.model import DagSpec

_PLAIN = (
    "access_control",
    "template_searchpath",
    "owner_links",
    "disable_bundle_versioning",
    "allowed_run_types",
    "rerun_with_latest_version",
    "default_view",
    "orientation",
)
_VALUES = (
    "template_undefined",
    "user_defined_macros",
    "user_defined_filters",
    "jinja_environment_kwargs",
)
_FAIL_FAST = {"2": "fail_stop", "3": "fail_fast"}
_DEADLINES = "airflow.sdk.definitions.deadline"
"""On 3.1 airflow.sdk does not have them."""


def further_arguments(spec: DagSpec, scope: ModuleScope) -> dict[str, ast.expr]:
    """Return the arguments that the spec gives of those that few DAGs have."""
    arguments: dict[str, ast.expr] = {}
    if spec.fail_fast is not None:
        arguments[_FAIL_FAST[scope.target.series]] = plain(spec.fail_fast)
    for name in _PLAIN:
        value = getattr(spec, name)
        if value is not None:
            made = name == "template_searchpath"  # others are data, whatever keys they have
            arguments[name] = value_expression(value, scope) if made else plain(value)
    for name in _VALUES:
        value = getattr(spec, name)
        if value:
            arguments[name] = value_expression(value, scope, rendered=False)
    deadlines = [_deadline(item, scope) for item in deadlines_of(spec.deadline)]
    if deadlines:
        is_many = isinstance(spec.deadline, list)
        arguments["deadline"] = sequence(deadlines) if is_many else deadlines[0]
    return arguments


def _deadline(given: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    use = scope.imports.use
    kind = use(_DEADLINES, "DeadlineReference")
    word = given["reference"]
    if word in REFERENCES:
        begins: ast.expr = attribute(kind, REFERENCES[word])
    else:
        begins = call(attribute(kind, "FIXED_DATETIME"), [time_of(word, scope)], {})
    options = {
        "reference": begins,
        "interval": length(given["interval"], scope),
        "callback": _callback(given["callback"], scope),
    }
    return call(use(_DEADLINES, "DeadlineAlert"), [], options)


def _callback(given: Mapping[str, Any], scope: ModuleScope) -> ast.expr:
    if "notifier" in given:
        from dagctl.codegen.classes import class_reference

        target: ast.expr = class_reference(given["notifier"], scope)
    else:
        target = reference(given["callable"], scope)
    arguments = unrendered(given.get("with", {}), scope)
    options = {"kwargs": mapping(arguments)} if arguments else {}
    return call(scope.imports.use(_DEADLINES, "AsyncCallback"), [target], options)
