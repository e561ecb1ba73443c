"""The JSON Schema of operators, for editors: class names, and the parameters of the chosen one.

Draft-07, as the schema of a spec is. It completes, explains and finds misspelt names; what must be
given, and where, `check_call` knows: `default_args` and `expand` may bring it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagctl.operators.kinds import (
    CALLABLE,
    CLOCK,
    DATE,
    DURATION,
    LIST,
    MAPPING,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
    shape_of,
)
from dagctl.operators.lookup import at_path
from dagctl.operators.model import Operator
from dagctl.operators.search import search
from dagctl.operators.targets import release

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dagctl.operators.kinds import Kind
    from dagctl.operators.model import Parameter

Schema = dict[str, Any]
"""A part of a JSON Schema."""

PREFIX = "operator."
"""What the names of the definitions begin with."""

_PATH = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$"
"""An import path: a class that the schema does not know."""

_TYPES = {
    TEXT: "string",
    WHOLE: "integer",
    NUMBER: "number",
    TRUTH: "boolean",
    NULL: "null",
    LIST: "array",
    MAPPING: "object",
    **dict.fromkeys((DURATION, TIME, DATE, CLOCK), "string"),
    CALLABLE: "object",  # {$ref: ...}
}


@dataclass(frozen=True, slots=True)
class OperatorSchema:
    """What the schema of a task needs to know operators."""

    operator: Schema
    """The schema of the key `operator`: it takes the names of all operators, and import paths."""
    conditions: tuple[Schema, ...]
    """For `allOf` of a task: if this operator, then these parameters in `with`."""
    definitions: dict[str, Schema]
    """For `definitions` of the document, one for each operator."""


def operator_schema(providers: Collection[str], target: str) -> OperatorSchema:
    """Return the schema of the operators of some providers on a target.

    Args:
        providers: Those whose parameters it has, by their short names, as `amazon`; those of
            Airflow itself and of `standard` are always there.
        target: A version of Airflow.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    version = release(target)
    operators = _operators({*providers, "airflow", "standard"}, version)
    names = sorted(operators)
    others = sorted(_names(version).difference(names))
    known = [{"enum": each} for each in (names, others) if each]
    return OperatorSchema(
        operator={"anyOf": [*known, {"type": "string", "pattern": _PATH}]},
        conditions=tuple(_condition(name, operators[name]) for name in names),
        definitions={PREFIX + name: _definition(operators[name]) for name in names},
    )


def _names(target: str) -> set[str]:
    """Return the names of all operators: that of another provider is no slip."""
    return {match.name for match in search("", target) if match.kind != "notifier"}


def _operators(providers: Collection[str], target: str) -> dict[str, Operator]:
    """Return the operators by short name; Airflow's own class before a provider's."""
    chosen: dict[str, Operator] = {}
    for match in search("", target):
        if match.provider in providers and match.kind != "notifier":
            result = at_path(match.path, target, {})
            if isinstance(result, Operator):
                old = chosen.get(result.name)
                if old is None or result.provider in ("airflow", "standard"):
                    chosen[result.name] = result
    return chosen


def _condition(name: str, operator: Operator) -> Schema:
    names = [name, f"{operator.provider}.{name}", operator.path]
    return {
        "if": {"properties": {"operator": {"enum": names}}, "required": ["operator"]},
        "then": {"properties": {"with": {"$ref": f"#/definitions/{PREFIX}{name}"}}},
    }


def _definition(operator: Operator) -> Schema:
    fields = operator.template_fields or frozenset()
    properties = {
        name: _property(parameter, rendered=name in fields)
        for name, parameter in operator.parameters.items()
    }
    schema: Schema = {"type": "object", "properties": properties}
    if operator.doc:
        schema["description"] = operator.doc
    if not operator.open:
        schema["additionalProperties"] = False
    return schema


def _property(parameter: Parameter, *, rendered: bool) -> Schema:
    schema = _values(parameter.kind, rendered=rendered)
    if parameter.doc:
        schema["description"] = parameter.doc
    if parameter.default is not None:
        schema["default"] = parameter.default
    if parameter.deprecated:
        schema["deprecationMessage"] = parameter.deprecated.reason
    return schema


def _values(kind: Kind, *, rendered: bool) -> Schema:
    """Return what values are taken; a marker, a mapping with a `$` key, stands for any of them."""
    if kind.silent:
        return {}
    types = {_TYPES[shape] for shape in kind.shapes if shape in _TYPES} | {"null", "object"}
    if kind.values and not rendered and "string" not in types:
        return {"anyOf": [{"enum": list(kind.values)}, {"type": _ordered(types)}]}
    if kind.values or rendered:
        types.add("string")
    types |= {_TYPES[shape] for shape in map(shape_of, kind.values) if shape in _TYPES}
    if "number" in types:
        types.discard("integer")
    return {"type": _ordered(types)} if len(types) < len(set(_TYPES.values())) - 1 else {}


def _ordered(types: Iterable[str]) -> list[str]:
    return sorted(types)
