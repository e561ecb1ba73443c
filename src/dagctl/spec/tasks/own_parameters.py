"""What operators and decorators share: parameters of their own stand under `with`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, quoted
from dagctl.spec.validation.unknown_keys import is_other_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_LIKENESS = 0.75
"""How near to a key of a task a key must be to be meant for it: `sql` is nearer to `with`."""


def set_by_dagctl(given: object, reasons: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each parameter under `with` that dagctl sets.

    Args:
        given: The value of `with`, in raw data.
        reasons: The parameters, each with why it cannot stand there.
    """
    for name in reasons.keys() & (given.keys() if isinstance(given, dict) else ()):
        message = f"`{name}` cannot stand under `with`: {reasons[name]}"
        yield Problem(Code.MISPLACED_PARAMETER, message, "take it out").at("with", name)


def belongs_under_with(key: str, keys: Collection[str], owner: str) -> Problem | None:
    """Return the problem of a key that belongs under `with`; None where another key was meant.

    Args:
        key: The key that stands beside `with`.
        keys: The keys that may stand there.
        owner: Whose parameters stand under `with`, such as `operator`.
    """
    if nearest(key, keys, likeness=_LIKENESS) or is_other_name(key):
        return None
    hint = f"the {owner}'s own parameters stand under `with`: `with: {{{key}: ...}}`"
    return Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(key)}", hint)
