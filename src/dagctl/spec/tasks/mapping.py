"""Mapping: a task or a group that Airflow runs once for each of several values."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.markers import MARKERS, call_by_place_problems, marker_of
from dagctl.spec.fields.nested_values import argument_problems, name_problems, value_problems
from dagctl.spec.tasks.argument_types import without_default
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.walk import Path

_LISTS = ("$zip", "$concat")
_OF_OUTPUTS = frozenset({"$xcom", "$map", *_LISTS})
_ALLOWED = frozenset({"$ref", "$const", *_OF_OUTPUTS})
_NAME = 60
"""Characters of the name of a task that a hint repeats."""
_LONG = 200
_OUTPUT = lazy_pattern(
    r"""xcom_pull\((?:task_ids=)?\[?["']([\w.-]{1,60})["']\]?\)|^([A-Za-z_]\w{0,59})\.output$"""
)
"""A text that names the output of a task as a template, or as Python does."""
_NO_SOURCE = ("builtins.", "math.")
"""Modules whose functions are not written in Python."""
_HINT = "write a list, `{$xcom: ...}`, `{$zip: [...]}` or `{$concat: [...]}`"


class Mapped(CheckedModel):
    """What a task or a group is mapped over."""

    expand: dict[str, Any] = Field(
        default={},
        description="Arguments with a list of values each: it runs once for every combination.",
        examples=[{"region": ["emea", "amer"]}, {"region": {"$xcom": "list_regions"}}],
        json_schema_extra=lambda schema: without_default(schema, minProperties=1),
    )
    expand_kwargs: Annotated[
        list[Any] | dict[str, Any] | None,  # anything else is a finding of `_source_problems`
        PlainValidator(lambda value: value, json_schema_input_type=list[Any] | dict[str, Any]),
    ] = Field(
        default=None,
        description="A list of mappings: it runs once with the arguments of each.",
        examples=[[{"region": "emea", "size": 2}], {"$xcom": "list_jobs"}],
        json_schema_extra=without_default,
    )


def mapping_problems(data: Mapping[str, Any], beside: object) -> Iterator[Problem]:
    """Yield what is wrong with what a raw task or group is mapped over.

    Args:
        data: The task or the group.
        beside: Its arguments that are not mapped.
    """
    expand, kwargs = data.get("expand"), data.get("expand_kwargs")
    if "expand" in data and "expand_kwargs" in data:
        problem = Problem(
            Code.GIVEN_TWICE, "`expand` and `expand_kwargs` are both given", "keep one"
        )
        yield problem.at("expand_kwargs")
    yield from argument_problems(expand, ("expand",))
    yield from value_problems(kwargs, ("expand_kwargs",))
    if isinstance(expand, dict):
        yield from _expand_problems(expand, beside)
    if "expand_kwargs" in data:
        yield from _source_problems(kwargs, ("expand_kwargs",))
        yield from _item_problems(kwargs)


def _expand_problems(expand: Mapping[str, Any], beside: object) -> Iterator[Problem]:
    if not expand:
        message = "`expand` has no arguments to map over"
        yield Problem(Code.BAD_MAPPING, message, "add one, or remove the key").at("expand")
    for name, value in expand.items():
        yield from _source_problems(value, ("expand", str(name)))
        if isinstance(beside, dict) and name in beside:
            message = f"{quoted(str(name))} is given twice: in `with` and in `expand`"
            problem = Problem(Code.GIVEN_TWICE, message, "take it out of one of them")
            yield problem.at("expand", name)


def _source_problems(value: object, path: Path) -> Iterator[Problem]:
    """Yield why Airflow cannot map over a value: it needs a list, or the output of a task."""
    marker = marker_of(value)
    if marker is None and not isinstance(value, list | tuple | dict):
        message = f"Airflow maps over a list, not over {_words(value)}"
        is_name = isinstance(value, str) and len(value) <= _NAME and value.isidentifier()
        named = _OUTPUT.search(value) if isinstance(value, str) and len(value) <= _LONG else None
        task = (named[1] or named[2]) if named else value
        hint = f"write `{{$xcom: {task}}}` for what this task returns, or a list"
        yield Problem(Code.BAD_MAPPING, message, hint if is_name or named else _HINT).at(*path)
    elif marker is not None and marker not in _ALLOWED and marker in MARKERS:
        message = f"Airflow does not map over {quoted(marker)}"
        yield Problem(Code.BAD_MAPPING, message, _HINT).at(*path)
    elif isinstance(value, dict) and marker == "$xcom" and "key" in value:
        message = "Airflow maps only over what a task returns, not over another key"
        yield Problem(Code.BAD_MAPPING, message, "remove `key`").at(*path, "key")
    elif isinstance(value, dict) and marker in _LISTS:
        parts = value[marker]
        for place, part in enumerate(parts if isinstance(parts, list | tuple) else ()):
            yield from _output_problems(part, (*path, marker, place), "joins only")
    elif isinstance(value, dict) and marker == "$map":
        yield from _output_problems(value[marker], (*path, marker), "calls a function only for")
        yield from _function_problems(value.get("function"), (*path, "function"))


def _output_problems(part: object, path: Path, does: str) -> Iterator[Problem]:
    """Yield what is wrong with a part of `$zip`, `$concat` or `$map`."""
    if marker_of(part) in _OF_OUTPUTS:
        yield from _source_problems(part, path)
    else:
        message = f"Airflow {does} outputs of tasks"
        hint = "write `{$xcom: ...}`; values that you know can stand in one list"
        if isinstance(part, str) and len(part) <= _NAME and part.isidentifier():
            hint = f"write `{{$xcom: {part}}}`"
        yield Problem(Code.BAD_MAPPING, message, hint).at(*path)


def _function_problems(function: object, path: Path) -> Iterator[Problem]:
    """Yield why Airflow cannot call the function of `$map`, or cannot show its source."""
    marker = marker_of(function)
    if isinstance(function, dict) and marker == "$python_code":
        for problem in call_by_place_problems(function, "value"):
            yield problem.at(*path, marker)
    elif isinstance(function, dict) and marker == "$ref":
        name = function[marker]
        if isinstance(name, str) and name.startswith(_NO_SOURCE):
            message = f"Airflow shows the source of this function, and {quoted(name)} has none"
            called = f"def one(value): return {name.rpartition('.')[2]}(value)"
            hint = f"write `{{$python_code: '{called}'}}`"
            yield Problem(Code.BAD_MAPPING, message, hint).at(*path, marker)


def _item_problems(kwargs: object) -> Iterator[Problem]:
    if isinstance(kwargs, dict) and marker_of(kwargs) is None:
        message = "`expand_kwargs` takes a list of mappings"
        yield Problem(Code.BAD_MAPPING, message, "write a list").at("expand_kwargs")
    for place, item in enumerate(kwargs if isinstance(kwargs, list | tuple) else ()):
        path = ("expand_kwargs", place)
        if not isinstance(item, dict):
            message = f"each item must be a mapping, not {_words(item)}"
            hint = "write `- {name: value, ...}`"
            yield Problem(Code.BAD_MAPPING, message, hint).at(*path)
        elif marker_of(item) is None:
            yield from name_problems(item, path)


def _words(value: object) -> str:
    if isinstance(value, str):
        return "text"
    return "a truth value" if isinstance(value, bool) else "null" if value is None else "a number"


def mapped_path(item: Mapping[str, Any], name: str) -> Path:
    """Return where a raw task or group is mapped over an argument."""
    return ("expand", name) if item.get("expand") else ("expand_kwargs", 0, name)


def mapped_names(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the arguments that a raw task or group is certainly mapped over, as they stand."""
    expand, kwargs = item.get("expand"), item.get("expand_kwargs")
    first = kwargs[0] if isinstance(kwargs, list | tuple) and kwargs else None
    names = expand if isinstance(expand, dict) and expand else first
    return tuple(names) if isinstance(names, dict) and marker_of(names) is None else ()
