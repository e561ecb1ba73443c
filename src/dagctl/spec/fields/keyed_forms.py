"""Mappings whose own key says what they are: `{callable: ...}`, `{cron: ..., timezone: ...}`.

And lists of such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import question, quoted
from dagctl.spec.validation.unknown_keys import meant_key
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dagctl.spec.walk import Path

    Forms = Mapping[str, Collection[str]]
    """Each own key, with the keys that may stand beside it."""


def form_of(value: object, forms: Forms) -> str | None:
    """Return the own key of a mapping, the first one of several, or None."""
    return next((key for key in forms if isinstance(value, dict) and key in value), None)


def form_problems(value: object, path: Path, forms: Forms, what: str) -> Iterator[Problem]:
    """Yield why a value is not a mapping of exactly one form, with only the keys of that form.

    Args:
        value: Raw data.
        path: Where it stands.
        forms: The forms.
        what: What it shall be, for messages: `a callback`.
    """
    if not isinstance(value, dict):
        yield wrong_type(path, MAPPING, value).at(*path)
        return
    own = form_of(value, forms)
    names = ", ".join(f"`{key}`" for key in forms)
    if own is None:
        around = {key for keys in forms.values() for key in keys}
        foreign = {key: item for key, item in value.items() if key not in around}
        words = [*forms, *around]
        yield from _unknown(foreign, path, words, f"{what} has one of the keys {names}")
        if not foreign:
            message = (
                f"{what} has one of the keys {names}" if len(forms) > 1 else f"{what} needs {names}"
            )
            first = next(iter(forms))
            hint = "add one of them" if len(forms) > 1 else f"add `{first}: ...`"
            yield Problem(Code.MISSING_KEY, message, hint).at(*path, first)
        return
    for key in value:
        if key != own and key in forms and key not in forms[own]:
            message = f"`{own}` and `{key}` are two forms of {what}"
            yield Problem(Code.GIVEN_TWICE, message, "keep one of them").at(*path, key)
    of_others = {key for other in forms if other in value for key in forms[other]}
    foreign = {key: item for key, item in value.items() if key not in {*forms, *of_others}}
    beside = ", ".join(f"`{key}`" for key in forms[own])
    hint = f"beside `{own}` there may be {beside}" if beside else f"`{own}` stands alone"
    if tuple(forms[own]) == ("with",):
        hint = "write it under `with`"
    yield from _unknown(foreign, path, forms[own], hint, own=own)


def _unknown(
    value: Mapping[Any, object], path: Path, known: Collection[str], hint: str, own: str = ""
) -> Iterator[Problem]:
    for key in value:
        if key != own and key not in known:
            near = question(meant_key(key, known) if isinstance(key, str) else None)
            problem = Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(str(key))}", near or hint)
            yield problem.at(*path, str(key))


def list_problems(
    items: Sequence[object],
    path: Path,
    most: int,
    noun: str,
    problems_of: Callable[[object, Path], Iterable[Problem]],
) -> Iterator[Problem]:
    """Yield what is wrong with a list.

    Args:
        items: The list.
        path: Where it stands.
        most: How many items it may have.
        noun: What the items are, in the plural.
        problems_of: Gives what is wrong with an item, by its path.
    """
    if not 0 < len(items) <= most:
        message = f"the list has {len(items):,} {noun}; it must have from 1 to {most}"
        yield Problem(Code.OUT_OF_RANGE, message, "remove the key, or some of them").at(*path)
        return
    for place, item in enumerate(items):
        yield from problems_of(item, (*path, place))
