"""The variables of a workspace: what `${{ vars.bucket }}` stands for, and what said so."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING, Any

from dagctl.findings.wording import quoted
from dagctl.frozen import frozen
from dagctl.spec.resolution.placeholders import BEGIN, NAME
from dagctl.text.lines import MAX_BYTES, MAX_DEPTH
from dagctl.token_formats import find_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_VARIABLES = 1_000
MAX_VALUES = 10_000
"""Values in one variable."""


@frozen
class Variable:
    """The value of a variable."""

    value: Any
    """JSON data."""
    said_by: str
    """What gives it: `dagctl.toml:12`, `--var`."""
    text: str | None = None
    """What stands for it inside of a longer text, where that is not how JSON writes the value."""


@frozen
class Variables:
    """All variables that count."""

    values: Mapping[str, Variable] = field(default_factory=dict)
    environment: str | None = None
    """The environment whose values count; None: none was chosen."""
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Variables that only other environments have, each with their names."""
    of_request: str | None = None
    """How to get a variable, for the sender of a request, who has no command line here; None: the
    spec comes from no request."""


def variables_of(values: Mapping[str, Any]) -> Variables:
    """Return variables that a program gives.

    Raises:
        ValueError: A name or a value cannot be one.
    """
    for name, value in values.items():
        problem = variable_problem(name, value)
        if problem:
            raise ValueError(problem)
    if len(values) > MAX_VARIABLES:
        raise ValueError(f"there are more than {MAX_VARIABLES:,} variables")
    return Variables({name: Variable(value, "the program") for name, value in values.items()})


def variable_problem(name: object, value: object) -> str | None:
    """Return why this cannot be a variable, or None."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"{quoted(str(name))} cannot be the name of a variable: use letters, digits, _, -"
    problem = next(_value_problems(value), None)
    return problem and f"the variable {quoted(name)} {problem}"


def text_of(variable: Variable) -> str | None:
    """Return what stands for a variable inside of a longer text; None: nothing can."""
    if variable.text is not None:
        return variable.text
    return scalar_text(variable.value)


def scalar_text(value: object) -> str | None:
    """Return a text, a number or a truth value as text; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def is_secret(variable: Variable) -> bool:
    """Return whether a text looks like a token or a key."""
    return isinstance(variable.value, str) and any(True for _ in find_tokens(variable.value))


def _value_problems(value: object) -> Iterator[str]:
    """Yield why data cannot be the value of a variable; no more is looked at than allowed."""
    stack, count, characters = [(value, 1)], 0, 0
    while stack:
        item, depth = stack.pop()
        count += 1
        characters += len(item) if isinstance(item, str) else 0
        if depth > MAX_DEPTH or count > MAX_VALUES or characters > MAX_BYTES:
            yield "is too large"
            return
        if isinstance(item, dict):
            stack += [(inner, depth + 1) for pair in item.items() for inner in pair]
        elif isinstance(item, list):
            stack += [(inner, depth + 1) for inner in item]
        else:
            yield from _scalar_problems(item)


def _scalar_problems(value: object) -> Iterator[str]:
    if isinstance(value, str) and BEGIN in value:
        yield f"has `{BEGIN}` in its value: variables do not name variables"
    elif isinstance(value, float) and not math.isfinite(value):
        yield "is no finite number"
    elif not isinstance(value, str | bool | int | float) and value is not None:
        yield "is a date or a time: write it as text, in quotes"
