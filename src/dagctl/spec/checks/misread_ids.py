"""Ids that YAML reads as a number, a date or a truth: the slip is that of the id, not of its names.

An author writes `task_id: 1` and then `dependencies: [1]`. Both need quotes; the finding at the id
says so for both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.spec.walk import value_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.findings.problem import Problem
    from dagctl.spec.walk import Path

_MISREAD = {
    *(Code.WRONG_TYPE, Code.BAD_MARKER, Code.YAML_WORD, Code.YAML_DATE, Code.YAML_NUMBER),
}
_IDS = {"task_id", "group_id"}
_NAMES = {"dependencies", "teardown", "edge_labels"}


def without_named_again(findings: Sequence[Problem], data: object) -> Sequence[Problem]:
    """Return the findings without those at a name that repeats an id which was misread.

    The finding at the id then says that its names are meant too.
    """
    words = {
        place: word
        for place, each in enumerate(findings)
        if each.code in _MISREAD
        and each.document is None
        and (word := _word(data, each.path)) is not None
    }
    ids = {place: word for place, word in words.items() if findings[place].path[-1] in _IDS}
    again = {
        place: word
        for place, word in words.items()
        if _is_name(findings[place].path) and word in ids.values()
    }
    if not again:
        return findings
    named = set(again.values())
    return [
        _of_all_names(each) if ids.get(place) in named else each
        for place, each in enumerate(findings)
        if place not in again
    ]


def _is_name(path: Path) -> bool:
    """Return whether a task or a group is named at a path."""
    return path[-1] == "$xcom" or not _NAMES.isdisjoint(path[-2:-1])


def _word(data: object, path: Path) -> tuple[type, object] | None:
    """Return the word at a path with its type, so that 1 is not true; None: it is no word."""
    value = path[-1] if path[-2:-1] == ("edge_labels",) else value_at(data, path)
    return (type(value), value) if path and isinstance(value, str | int | float) else None


def _of_all_names(finding: Problem) -> Problem:
    return replace(finding, hint=f"{finding.best_hint}, here and where it is named", near=None)
