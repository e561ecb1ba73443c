"""Operators as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from dagctl.operators.model import Need
from dagctl.views.form import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.commands.operators import Explained
    from dagctl.operators.model import Parameter
    from dagctl.operators.search import Match


class MatchData(TypedDict):
    """An operator that a search has come upon."""

    name: str
    path: str
    """Its import path."""
    kind: Annotated[str, rules(enum=("operator", "sensor", "notifier", "decorated"))]
    provider: str
    deprecated: bool
    description: str


class OperatorsData(TypedDict):
    """What `operators` says."""

    airflow: str
    operators: list[MatchData]


class ArgumentData(TypedDict):
    """A parameter of an operator."""

    name: str
    type: str
    required: bool
    default: Any
    default_source: str | None
    """The default as the class has it, where it is no plain value."""
    origin: str | None
    """The base class that has the parameter, or null."""
    description: str
    deprecated: str | None
    """Why not to use it, or null."""


class OperatorData(TypedDict):
    """All about an operator."""

    name: str
    path: str
    """Its import path."""
    kind: Literal["operator", "sensor", "notifier", "decorated"]
    airflow: str
    provider: str
    distribution: str
    """What to install."""
    version: str
    """The version of the distribution that this was read from."""
    targets: list[str]
    """The versions of Airflow that have it at this path."""
    deferrable: Literal["parameter", "always"] | None
    description: str
    deprecated: str | None
    """Why not to use it, or null."""
    use: str | None
    """What to use in its place, or null."""
    takes_others: bool
    """Whether it may take parameters that are not listed."""
    template_fields: list[str] | None
    """What Airflow renders; null: that is not known."""
    parameters: list[ArgumentData]
    example: str
    """A task that uses it."""


class OperatorsShowData(TypedDict):
    """What `operators show` says."""

    operator: OperatorData


def operators_data(target: str, matches: Iterable[Match]) -> OperatorsData:
    """Return what a search has come upon.

    Args:
        target: The full name of the target.
        matches: The operators.
    """
    return {
        "airflow": target.partition(" ")[0],
        "operators": [_match_data(match) for match in matches],
    }


def _match_data(match: Match) -> MatchData:
    return {
        "name": match.name,
        "path": match.path,
        "kind": match.kind,
        "provider": match.provider,
        "deprecated": match.deprecated,
        "description": match.doc,
    }


def operator_data(explained: Explained) -> OperatorData:
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
        "parameters": [_argument_data(p) for p in operator.parameters.values()],
        "example": explained.example,
    }


def _argument_data(parameter: Parameter) -> ArgumentData:
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
