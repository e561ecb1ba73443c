"""Operators as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators import Need

if TYPE_CHECKING:
    from dagctl.commands.operators import Explained
    from dagctl.operators import Parameter
    from dagctl.operators.search import Match


def match_data(match: Match) -> dict[str, Any]:
    """Return a match as JSON has it."""
    return {
        "name": match.name,
        "path": match.path,
        "kind": match.kind,
        "provider": match.provider,
        "deprecated": match.deprecated,
        "description": match.doc,
    }


def operator_data(explained: Explained) -> dict[str, Any]:
    """Return all about an operator as JSON has it."""
    operator = explained.operator
    return {
        "name": operator.name,
        "path": operator.path,
        "kind": operator.kind,
        "airflow": operator.target,
        "provider": operator.provider,
        "distribution": operator.distribution,
        "version": operator.version,
        "targets": list(operator.targets),
        "deferrable": operator.deferrable,
        "description": operator.doc,
        "deprecated": None if operator.deprecated is None else operator.deprecated.reason,
        "use": None if operator.deprecated is None else operator.deprecated.use,
        "takes_others": operator.open,
        "template_fields": None
        if operator.template_fields is None
        else sorted(operator.template_fields),
        "parameters": [_parameter_data(p) for p in operator.parameters.values()],
        "example": explained.example,
    }


def _parameter_data(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "required": parameter.need is Need.REQUIRED,
        "default": parameter.default,
        "default_source": parameter.default_source,
        "origin": parameter.origin,
        "description": parameter.doc,
        "deprecated": None if parameter.deprecated is None else parameter.deprecated.reason,
    }
