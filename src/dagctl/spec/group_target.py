"""Ids of groups that not every Airflow takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.codes import Code
from dagctl.spec.outline import outline_of
from dagctl.spec.problem import Problem
from dagctl.spec.walk import is_group, raw_entries
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.outline import Entry
    from dagctl.spec.target import Target


def group_id_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each group in a group whose own id is the whole id of something before it.

    Airflow 2 compares the own id with the whole ids that the DAG has so far, and does not load the
    file (`TaskGroup._check_for_group_id_collisions`); Airflow 3 compares whole ids.
    """
    if target.series != "2":
        return
    nested = any(placed.groups and is_group(placed.item) for placed in raw_entries(data))
    before: dict[str, Entry] = {}
    for entry in outline_of(data).entries if nested else ():
        taken = before.get(entry.name) if entry.is_group and entry.id != entry.name else None
        before.setdefault(entry.id, entry)
        if taken is not None:
            what = "group" if taken.is_group else "task"
            message = f"Airflow 2 takes no group {quoted(entry.name)} in another one behind the "
            message += f"{what} {quoted(taken.id)}; the target is {target.name}"
            hint = "give it an id of its own, or write it before"
            if taken in entry.where:
                hint = "give it an id of its own"
            yield Problem(Code.NOT_IN_TARGET, message, hint).at(*entry.path, "group_id")
