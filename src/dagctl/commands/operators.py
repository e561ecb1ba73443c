"""What the operator catalogue has: a search, and all about one operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagctl.errors import NotFoundError, UsageError
from dagctl.operators import Need, Unresolved, lookup, release, targets
from dagctl.operators.decorators import lookup_decorator
from dagctl.operators.example import example
from dagctl.operators.search import search

if TYPE_CHECKING:
    from dagctl.operators import Operator, Parameter
    from dagctl.operators.search import Match


@dataclass(frozen=True, slots=True)
class Explained:
    """An operator, with a task that calls it."""

    operator: Operator
    example: str
    """A task of a spec, in YAML."""


def find_operators(word: str, airflow: str) -> list[Match]:
    """Return the operators that a word is about, the best first.

    Raises:
        UsageError: There is no such Airflow.
        NotFoundError: No operator is about the word, and no name is near it.
    """
    matches = search(word, _target(airflow))
    if not matches:
        raise NotFoundError(f"no operator is about `{word}`", hint="dagctl operators")
    return matches


def explain_operator(name: str, airflow: str) -> Explained:
    """Return what an operator, notifier or decorator (`task.docker`) takes on an Airflow.

    Raises:
        UsageError: There is no such Airflow.
        NotFoundError: That Airflow has no such operator.
    """
    target = _target(airflow)
    look = lookup_decorator if name.startswith("task.") else lookup
    result = look(name, target)
    if isinstance(result, Unresolved):
        hint = result.hint or "dagctl operators"
        if result.allowed:
            raise NotFoundError(f"`{name}` is not in the catalogue", hint=hint)
        raise NotFoundError(result.message, hint=hint)
    return Explained(result, example(result))


def _target(airflow: str) -> str:
    try:
        return release(airflow)
    except ValueError as error:
        known = f"2, 3, or one of {', '.join(targets())}"
        raise UsageError(str(error), hint=f"the catalogue knows {known}") from error


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
