"""What the operator catalogue has: a search, and all about one operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import NotFoundError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import Command, Fix
from dagctl.operators.decorators import lookup_decorator
from dagctl.operators.example import example
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Unresolved
from dagctl.operators.search import search
from dagctl.operators.targets import release, targets
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.model import Operator
    from dagctl.operators.search import Match


MOST_WORDS = 20
"""Words of a search: each of them is looked for in thousands of operators."""


@frozen
class Explained:
    """An operator, with a task that calls it."""

    operator: Operator
    example: str
    """A task of a spec, in YAML."""


def find_operators(word: str, airflow: str) -> list[Match]:
    """Return the operators that a word is about, or whose names are near it, the best first.

    Raises:
        UsageError: There is no such Airflow, or these are more words than a search has.
    """
    target, versions = _target(airflow)
    if len(word.split()) > MOST_WORDS:
        raise UsageError(f"a search has at most {MOST_WORDS} words", hint="leave some of them out")
    return search(word, target, versions)


def explain_operator(name: str, airflow: str) -> Explained:
    """Return what an operator takes, with a task that calls it; as for `load_operator`."""
    operator = load_operator(name, airflow=airflow)
    return Explained(operator, example(operator))


def load_operator(name: str, *, airflow: str = "3") -> Operator:
    """Return what the catalogue has of an operator, sensor, notifier or decorator.

    Neither Airflow nor a provider need be installed.

    Args:
        name: The name of its class, its import path, or `task.docker` for a decorator.
        airflow: The Airflow, with versions of providers where they matter: `"3.1"`,
            `"3.1 amazon==9.4.0"`.

    Raises:
        UsageError: There is no such Airflow, or the name is no text.
        NotFoundError: That Airflow has no such operator; the hint has the nearest names, or what
            has it.
    """
    if not isinstance(name, str):
        raise UsageError(f"the name of an operator is text, not {type(name).__name__}")
    target, versions = _target(airflow)
    is_decorator = name.startswith("task.")
    result = lookup_decorator(name, target) if is_decorator else lookup(name, target, versions)
    if isinstance(result, Unresolved):
        hint = result.hint or Fix(Command("operators"))
        if result.allowed:
            raise NotFoundError(f"`{name}` is not in the catalogue", hint=hint)
        raise NotFoundError(result.message, hint=hint)
    return result


def _target(airflow: str) -> tuple[str, Mapping[str, str]]:
    """Return the release of the catalogue, and the versions of providers, of a target's name."""
    name, *_ = airflow.split(" ")
    try:
        return release(name), target_of(airflow).providers if " " in airflow else {}
    except ValueError as error:
        known = f"2, 3, or one of {', '.join(targets())}"
        raise UsageError(str(error), hint=f"the catalogue knows {known}") from error
