"""`params`: values that a person may change when they start a run, each with a JSON Schema.

A value that is no mapping is a default without rules. A default may be `{$new: ...}`, which Python
works out when Airflow reads the file; Airflow alone can check it then. A mapping has JSON Schema
keywords, as Airflow's `Param` takes them: `{type: integer, minimum: 1, default: 5}`. Airflow checks
a default with the package jsonschema when it loads the DAG, and so does this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.findings.characters import name_of
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import did_you_mean, question, quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.fields.nested_values import value_problems
from dagctl.spec.validation.read_by import absent
from dagctl.spec.walk import raw_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from dagctl.spec.walk import Path

MAX_PARAMS = 200
MAX_NAME = 250
RULES = (
    *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"),
    *("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    *("patternProperties", "propertyNames", "anyOf", "oneOf", "allOf"),
)
"""The keywords of JSON Schema that a param may have."""
SHOWN = (
    *("description", "title", "examples", "values_display", "description_md", "section"),
    "custom_html_form",
)
"""What Airflow's form for starting a run shows."""
KEYWORDS = ("default", *RULES, *SHOWN)
_OTHER_WORDS = {
    **dict.fromkeys(("choices", "options", "values", "allowed_values"), "enum"),
    **dict.fromkeys(("min", "min_value"), "minimum"),
    **dict.fromkeys(("max", "max_value"), "maximum"),
    **dict.fromkeys(("desc", "help", "doc"), "description"),
    **dict.fromkeys(("regex", "regexp"), "pattern"),
}
"""What people call the keywords of a param."""
_OBJECTS = ("$new",)
_IN_OBJECTS = (*_OBJECTS, "$ref", "$duration", "$datetime", "$const")
_PLAIN_TYPES = {"integer", "number", "boolean", "null"}
_PLAIN_WORD = lazy_pattern(r"[\w.:/@%+=,-]+", re.ASCII)
"""What a shell takes as it is."""


_FORMATS = (
    *("date", "date-time", "time", "multiline", "duration", "regex", "color", "uuid"),
    *("email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "ip-address", "host-name"),
    *("uri", "uri-reference", "uri-template", "iri", "iri-reference"),
    *("json-pointer", "relative-json-pointer"),
)
"""The formats of JSON Schema, and those for which Airflow has a field of its own."""
_RULES_SCHEMA: dict[str, JsonValue] = {
    "type": {"description": "The JSON type of its values, or several."},
    "enum": {"type": "array", "description": "The values that may be chosen."},
    "format": {"type": "string", "description": "Such as `date`, `date-time` or `multiline`."},
    "pattern": {"type": "string", "description": "A regular expression for its text."},
}
PARAM_SCHEMA: dict[str, JsonValue] = {
    "maxProperties": MAX_PARAMS,
    "additionalProperties": {
        "anyOf": [
            {"type": ["string", "number", "boolean", "array", "null"]},
            {
                "type": "object",
                "properties": {key: _RULES_SCHEMA.get(key, {}) for key in KEYWORDS},
                "additionalProperties": False,
            },
        ]
    },
}
"""What editors know of params."""


def finish_schema(schema: dict[str, JsonValue]) -> None:
    """Add what editors know of params to the schema of the field."""
    absent(schema)
    schema |= PARAM_SCHEMA


def param_problems(params: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the params of a DAG."""
    if not isinstance(params, dict):
        return  # the model says it
    too_many = _too_many(params)
    if too_many is not None:
        yield too_many.at(*path)
        return
    for name, value in params.items():
        yield from _of_param(name, value, (*path, str(name)))


def required_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each param without a value in a DAG that Airflow starts by itself.

    A default of null that breaks the rules is no value: a person who starts a run must give one.
    Airflow checks the params as it loads a DAG where its timetable can be scheduled: that is any
    schedule, one of assets alone too, but null.
    """
    schedule = data.get("schedule", data.get("schedule_interval"))
    if schedule is None:
        return
    for path, owner in (((), data), *raw_tasks(data)):
        params = owner.get("params") if isinstance(owner, dict) else None
        if not isinstance(params, dict) or _too_many(params) is not None:
            continue  # that has its own error
        for name, value in params.items():
            if isinstance(value, dict) and {*value} <= {*KEYWORDS} and not _has_value(value):
                param = f"the param {quoted(str(name))}"
                lacks = (
                    "has the default null, which breaks its rules"
                    if "default" in value
                    else "has no default"
                )
                message = f"{param} {lacks}, and the DAG has a schedule"
                hint = "add `default: ...`, or write `schedule: null`"
                yield Problem(Code.NO_DEFAULT, message, hint).at(*path, "params", str(name))


def format_warnings(params: object, path: Path) -> Iterator[Problem]:
    """Yield a warning for each format of a param that neither Airflow nor JSON Schema has."""
    for name, rules in params.items() if isinstance(params, dict) else ():
        word = rules.get("format") if isinstance(rules, dict) else None
        if isinstance(word, str) and word not in _FORMATS:
            message = f"there is no format {quoted(word)}: Airflow takes any text"
            hint = did_you_mean(word, _FORMATS) or "write a `pattern`, or remove it"
            yield warning(Code.BAD_PARAM, message, hint).at(*path, str(name), "format")


def plain_params(params: object) -> set[str]:
    """Return the params of which each value that Airflow takes is plain: no code of a shell.

    A number, true or false by its type, or one of some plain words by its `enum`.
    """
    rules = params.items() if isinstance(params, dict) else ()
    return {name for name, rule in rules if isinstance(rule, dict) and _is_plain(rule)}


def _is_plain(rule: Mapping[str, Any]) -> bool:
    words = rule.get("enum")
    if isinstance(words, list) and words:
        return all(_PLAIN_WORD.fullmatch(str(word)) for word in words)
    types = rule.get("type")
    types = types if isinstance(types, list) else [types]
    return all(each in _PLAIN_TYPES for each in types)


def _too_many(params: Mapping[str, Any]) -> Problem | None:
    """Return why params are not checked one by one, or None."""
    from dagctl.spec.fields.param_rules import MAX_WORK

    if len(params) > MAX_PARAMS:
        message = f"the DAG has {len(params):,} params; at most {MAX_PARAMS} are allowed"
        return Problem(Code.TOO_MANY_VALUES, message, "group them into mappings")
    if sum(map(_work, params.values())) > MAX_WORK:
        message = "the rules and the values of `params` are too many to be checked"
        return Problem(Code.TOO_MANY_VALUES, message, "make them fewer")
    return None


def _has_value(param: Mapping[str, Any]) -> bool:
    """Return whether a param has a value to start with; wrong rules have their own error."""
    from dagctl.spec.fields.param_rules import default_problem, rule_problem

    if "default" not in param or param["default"] is not None:
        return "default" in param
    rules = _rules(param)
    return bool(rule_problem(rules)) or default_problem(rules, None) is None


def _of_param(name: object, value: object, path: Path) -> Iterator[Problem]:
    try:
        name_of(MAX_NAME)(str(name))
    except ValueError as error:  # pydantic's own errors are
        yield _problem_of(error).at(*path)
    marked = list(_dollar_keys({name: value}, path[:-1]))
    yield from marked
    if marked:
        return
    if not isinstance(value, dict):
        yield from value_problems(value, path)
        return
    unknown = [key for key in value if key not in KEYWORDS]
    for key in unknown:
        meant = _OTHER_WORDS.get(str(key))
        hint = question(meant) or (did_you_mean(key, KEYWORDS) if isinstance(key, str) else None)
        problem = Problem(
            Code.UNKNOWN_KEY,
            f"{quoted(str(key))} is no keyword of a param",
            hint or "a mapping as a value is written `{default: {...}}`",
        )
        yield problem.at(*path, str(key))
    wrong = list(value_problems(value, path))
    yield from wrong
    if not unknown and not wrong:
        yield from _of_rules(value, path)


def _of_rules(value: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the rules of a param, or else with its default."""
    rules = _rules(value)
    if not rules:
        return
    from dagctl.spec.fields.param_rules import default_problem, rule_problem

    wrong = rule_problem(rules)
    if wrong is not None:
        yield wrong.under(*path)
    elif value.get("default") is not None and not _is_worked_out(value["default"]):
        problem = default_problem(rules, value["default"])
        if problem is not None:
            yield problem.at(*path, "default")


def _is_worked_out(default: object) -> bool:
    return next(markers_in(default, "$new"), None) is not None


def _rules(param: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in param.items() if key in RULES}


def _dollar_keys(value: object, path: Path) -> Iterator[Problem]:
    """Yield each key that begins with `$`: a default may have objects of Python, and no others."""
    stack: list[tuple[Path, Any, tuple[str, ...]]] = [(path, value, ())]
    while stack:
        here, item, allowed = stack.pop()
        is_object = "$new" in allowed and marker_of(item) == "$new"
        for step, inner in _inner(item):
            if isinstance(step, str) and step.startswith("$") and step not in allowed:
                message = f"{quoted(step)} cannot stand in a param: its values are plain data"
                yield Problem(Code.BAD_MARKER, message, "write the value itself").at(*here, step)
                continue
            is_default = len(here) == len(path) + 1 and step == "default"
            below = _IN_OBJECTS if is_object else _OBJECTS if is_default else allowed
            stack.append(((*here, step), inner, below))


def _work(value: object) -> int:
    """Return how often the rules of a param may have to look at its values."""
    from dagctl.spec.fields.param_rules import work

    if not isinstance(value, dict):
        return 1
    data = {key: item for key, item in value.items() if key in {"default", "enum", "const"}}
    return work(_rules(value), data)


def _inner(value: object) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from ((str(key), item) for key, item in value.items())
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def _problem_of(error: ValueError) -> Problem:
    context = getattr(error, "context", None) or {}
    problem = context.get("problem")
    if isinstance(problem, Problem):
        return problem
    return Problem(Code.BAD_CHARACTER, "this cannot be the name of a param", "write plain text")
