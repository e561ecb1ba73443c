"""What is checked of the entries of a spec in raw data: how many there are, and each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.spec.fields import types as fields
from dagctl.spec.tasks import GROUP, KINDS, Group, code_size, tag_of_entry
from dagctl.spec.walk import is_group, raw_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_CODE = 400_000
"""Characters of the code and the commands of all tasks together."""


def size_problems(data: object) -> Iterator[Problem]:
    """Yield why raw data are too large for all other checks."""
    for problem in (*_entry_problems(*_counts(data)), *_code_problems(data)):
        yield problem.at("tasks")


def _entry_problems(nesting: int, tasks: int, entries: int) -> Iterator[Problem]:
    """Yield why a spec has too many entries, or too deep ones, for all other checks."""
    if nesting > fields.MAX_NESTING:
        message = f"the groups are nested {nesting} deep; at most {fields.MAX_NESTING} are allowed"
        yield Problem(Code.TOO_DEEP, message, "make fewer groups in one another")
    if tasks > fields.MAX_TASKS:
        message = f"the DAG has {tasks:,} tasks; at most {fields.MAX_TASKS:,} are allowed"
        yield Problem(Code.TOO_MANY_TASKS, message, "split it into several DAGs")
    if entries > fields.MAX_ENTRIES:
        message = f"the DAG has {entries:,} tasks and groups; at most {fields.MAX_ENTRIES:,}"
        yield Problem(Code.TOO_MANY_TASKS, message, "split it into several DAGs")


def _code_problems(data: object) -> Iterator[Problem]:
    size = code_size(data)
    if size > MAX_CODE:
        message = f"the tasks have {size:,} characters of code; at most {MAX_CODE:,} in all"
        hint = "move long code into modules or scripts, or split the DAG"
        yield Problem(Code.TOO_MUCH_CODE, message, hint)


def _counts(data: object) -> tuple[int, int, int]:
    """Return how deep groups are nested, and how many tasks, and entries, there are."""
    nesting = tasks = entries = 0
    for placed in raw_entries(data):
        inside = is_group(placed.item)
        nesting = max(nesting, len(placed.groups) + inside)
        tasks += not inside
        entries += 1
        if nesting > fields.MAX_NESTING:
            break
    return nesting, tasks, entries


def further_entry_problems(data: object) -> Iterator[Problem]:
    """Yield what is wrong with several fields of an entry together."""
    for path, entry, _ in raw_entries(data):
        tag = tag_of_entry(entry)
        if tag is None or not isinstance(entry, dict):
            continue
        if tag == GROUP:
            problems: Iterable[Problem] = Group.further_problems(entry)
        else:
            problems = (*KINDS.disagreement(entry), *KINDS.by_tag[tag].further_problems(entry))
        for item in problems:
            yield item.under(*path)
