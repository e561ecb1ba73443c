"""The JSON Schema of operators, for editors: class names, and the parameters of the chosen one.

Draft-07, as the schema of a spec is. It completes, explains, and finds misspelt names and what is
missing. What a mapped task lacks only `check_call` knows: `expand` may bring it.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Need, Operator
from dagctl.operators.package_data import keys, line
from dagctl.operators.search import search
from dagctl.operators.value_kinds import (
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

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from dagctl.operators.model import Parameter
    from dagctl.operators.search import Match
    from dagctl.operators.value_kinds import Kind

Schema = dict[str, Any]
"""A part of a JSON Schema."""

PREFIX = "operator."
"""What the names of the definitions of operators begin with."""
SHARED = "parameter."
"""What the names of the definitions of parameters begin with that several operators have."""
_WORTH_SHARING = 60
"""Characters of a parameter's schema, from which on it is written once."""

_HAS_OLD = ("airflow.providers.standard.", "airflow.providers.smtp.", "airflow.operators.")
"""What the paths of classes begin with that many DAGs name by an older path."""
_MAPPED = ("expand", "expand_kwargs")
_IS_MAPPED = "mapped"
"""The definition of a task that is called several times: its mapping brings it parameters too."""
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


@frozen
class OperatorSchema:
    """What the schema of a task needs to know operators."""

    operator: Schema
    """The schema of the key `operator`: it takes the names of all operators, and import paths."""
    conditions: tuple[Schema, ...]
    """For `allOf` of a task: if this operator, then these parameters in `with`."""
    notifier: Schema
    """The schema of the key `notifier` of a callback."""
    of_notifiers: tuple[Schema, ...]
    """For `allOf` of a callback: if this notifier, then these parameters in `with`."""
    definitions: dict[str, Schema]
    """For `definitions` of the document, one for each operator."""


def operator_schema(
    providers: Collection[str], target: str, *, complete: bool = True
) -> OperatorSchema:
    """Return the schema of the operators of some providers on a target.

    Args:
        providers: Those whose parameters it has, by their short names, as `amazon`; those of
            Airflow itself and of `standard` are always there.
        target: A version of Airflow.
        complete: Whether a parameter that is required and missing is wrong; false where files with
            defaults may give it.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    matches = search("", target)
    of_tasks = [match for match in matches if match.kind != "notifier"]
    of_callbacks = [match for match in matches if match.kind == "notifier"]
    known = {*providers, "airflow", "standard"}
    operators = _operators(of_tasks, known, target)
    notifiers = _operators(of_callbacks, known, target)
    return OperatorSchema(
        operator=_names(_of_others(of_tasks, known), operators),
        conditions=(_conditions("operator", operators, complete=complete),),
        notifier=_names(_of_others(of_callbacks, known), notifiers),
        of_notifiers=(_conditions("notifier", notifiers, complete=complete),),
        definitions={
            _IS_MAPPED: {"anyOf": [{"required": [key]} for key in _MAPPED]},
            **_definitions({**operators, **notifiers}),
        },
    )


def _definitions(operators: Mapping[str, Operator]) -> dict[str, Schema]:
    """Return the definition of each operator, and those of the parameters that several have.

    Half of the text would be repetitions else: 200 classes of a provider have its connection.
    """
    made = {PREFIX + name: _definition(operators[name]) for name in sorted(operators)}
    texts = Counter(
        json.dumps(schema) for each in made.values() for schema in each["properties"].values()
    )
    shared: dict[str, str] = {}
    for each in made.values():
        for name, schema in each["properties"].items():
            text = json.dumps(schema)
            if texts[text] > 1 and len(text) > _WORTH_SHARING:
                key = shared.setdefault(text, f"{SHARED}{name}.{len(shared)}")
                each["properties"][name] = {"$ref": f"#/definitions/{key}"}
    return made | {key: json.loads(text) for text, key in shared.items()}


def _of_others(matches: Iterable[Match], providers: Collection[str]) -> set[str]:
    """Return the names of classes of other providers: no slips, but without parameters."""
    return {match.name for match in matches if match.provider not in providers}


def _names(of_others: set[str], known: Collection[str]) -> Schema:
    """Return what takes the names of classes, those of other providers too, and import paths."""
    names = sorted(known)
    others = sorted(of_others.difference(names))
    each_known = [{"enum": each} for each in (names, others) if each]
    return {"anyOf": [*each_known, {"type": "string", "pattern": _PATH}]}


def _conditions(key: str, operators: Mapping[str, Operator], *, complete: bool) -> Schema:
    chosen = [
        _condition(key, name, operators[name], complete=complete) for name in sorted(operators)
    ]
    return {"if": {"required": [key]}, "then": {"allOf": chosen}} if chosen else {}


def _operators(
    matches: Iterable[Match], providers: Collection[str], target: str
) -> dict[str, Operator]:
    """Return the operators by short name; Airflow's own class before a provider's."""
    chosen: dict[str, Operator] = {}
    for match in matches:
        if match.provider in providers:
            result = lookup(match.path, target)
            if isinstance(result, Operator):
                old = chosen.get(result.name)
                if old is None or result.provider in ("airflow", "standard"):
                    chosen[result.name] = result
    return chosen


@cache
def _old_paths() -> dict[str, list[str]]:
    """Return the import paths that classes of Airflow itself had before, by those they have."""
    paths: dict[str, list[str]] = {}
    for old in keys("_moved"):
        for own in json.loads(line("_moved", old) or "{}"):
            if own.startswith(_HAS_OLD):
                paths.setdefault(own, []).append(old)
    return paths


def _condition(key: str, name: str, operator: Operator, *, complete: bool) -> Schema:
    names = [name, f"{operator.provider}.{name}", operator.path]
    names += [path for path in _old_paths().get(operator.path, ()) if path != operator.path]
    reference = {"$ref": f"#/definitions/{PREFIX}{name}"}
    needed = _needed(operator) if complete else []
    then: Schema = {"properties": {"with": reference}}
    if needed:  # where a name is wrong, it may be the one that is missing
        right = {"not": {"$ref": f"#/definitions/{_IS_MAPPED}"}, "properties": {"with": reference}}
        then |= {"if": right, "then": _given(needed)}
    return {"if": {"properties": {key: {"enum": names}}}, "then": then}


def _given(needed: list[str]) -> Schema:
    return {"required": ["with"], "properties": {"with": {"required": needed}}}


def _needed(operator: Operator) -> list[str]:
    """Return the parameters that must stand under `with`: those of every task may stand beside."""
    beside = base_parameters("operator", operator.target) if operator.takes_base else {}
    return [
        name
        for name, parameter in operator.parameters.items()
        if parameter.need is Need.REQUIRED and parameter.certain and name not in beside
    ]


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
