"""Values of any shape, as `with` holds them: JSON data with markers, each kept exactly."""

from __future__ import annotations

import keyword
import math
from typing import TYPE_CHECKING, Any

from dagctl.findings.characters import IN_PROSE, MAX_TEXT, character_problems, length_problems
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields.markers import (
    MOST_ARGUMENTS,
    marker_problems,
    markers_in,
    too_many_arguments,
)
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.walk import Path

DEPTH = 50
"""Levels of lists and mappings in one value."""
_BITS = 64
"""Larger numbers are kept by no database that stores a spec."""


def argument_problems(arguments: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with arguments: their names, and their values of any nesting."""
    if not isinstance(arguments, dict):
        return  # the model says it
    if len(arguments) > MOST_ARGUMENTS:
        yield too_many_arguments(len(arguments)).at(*path)
        return
    yield from name_problems(arguments, path)
    yield from value_problems(arguments, path)


def name_problems(arguments: Mapping[object, object], path: Path) -> Iterator[Problem]:
    """Yield the names of arguments that Python does not take."""
    for name in arguments:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            message = f"{quoted(str(name))} cannot be the name of an argument"
            hint = "use a name of Python: letters, digits and `_`"
            yield Problem(Code.BAD_ARGUMENT, message, hint).at(*path, str(name))


def early_argument_problems(
    arguments: object, path: Path, message: str, hint: str
) -> Iterator[Problem]:
    """Yield what is wrong with arguments that are used before any task runs, or outside of tasks.

    Args:
        arguments: Raw data.
        path: Where they stand.
        message: Why they cannot have the output of a task.
        hint: What to write instead of it.
    """
    if not isinstance(arguments, dict):
        yield wrong_type(path, MAPPING, arguments).at(*path)
        return
    problems = list(argument_problems(arguments, path))
    yield from problems
    known = {item.path for item in problems}
    for where, _ in markers_in(arguments, "$xcom", path):
        if (*where, "$xcom") not in known:
            yield Problem(Code.BAD_MARKER, message, hint).at(*where, "$xcom")


def value_problems(value: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with a value: what JSON does not have, and markers."""
    stack: list[tuple[Path, Any]] = [(path, value)]
    refused: set[Path] = set()
    while stack:
        here, item = stack.pop()
        if len(here) - len(path) > DEPTH:
            message = f"the value has more than {DEPTH} levels"
            yield Problem(Code.TOO_DEEP, message, "make it flatter").at(*path)
            return
        for problem in _of_scalar(item):
            refused.add(here)
            yield problem.at(*here)
        if isinstance(item, dict):
            texts = [(key, inner) for key, inner in item.items() if isinstance(key, str)]
            for key, _ in texts:
                for problem in _of_scalar(key):
                    refused.add((*here, key))
                    yield problem.at(*here, key)
            stack += [((*here, key), inner) for key, inner in reversed(texts)]
        elif isinstance(item, list | tuple):
            stack += [((*here, place), inner) for place, inner in reversed([*enumerate(item)])]
    yield from (item for item in marker_problems(value, path) if item.path not in refused)


def _of_scalar(value: object) -> Iterator[Problem]:
    """Yield why a text or a number cannot be kept; lists and mappings are walked through."""
    match value:
        case None | bool() | dict() | list() | tuple():
            return
        case str():
            yield from length_problems(value, MAX_TEXT)
            yield from character_problems(value, IN_PROSE)
        case int() if value.bit_length() > _BITS:
            yield Problem(Code.OUT_OF_RANGE, "the number is too large", "write it as text")
        case float() if not math.isfinite(value):
            yield Problem(Code.OUT_OF_RANGE, "the number is not finite", "write another number")
        case int() | float():
            return
        case _:
            message = f"a spec cannot hold a value of the type {type(value).__name__}"
            yield Problem(Code.WRONG_TYPE, message, "write text, or a marker such as `$ref`")
