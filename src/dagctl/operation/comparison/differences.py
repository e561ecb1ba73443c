"""What is new in a spec since the version that is recorded, field by field. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.difference import Difference
from dagctl.spec.dependencies.outline import outline_of
from dagctl.spec.walk import is_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.ports import DagRecord

    Data = Mapping[str, Any]

_MISSING = object()


def differences(before: Data, after: Data) -> tuple[Difference, ...]:
    """Return how two specs differ, both as JSON data, in the order of the fields.

    Tasks are compared by their ids, mappings such as `default_args` key by key. If tasks that stay
    stand in another order, that is a change of `("tasks",)` between two lists of ids.
    """
    old, new = _tasks(before), _tasks(after)
    groups = {name for entries in (old, new) for name, item in entries.items() if is_group(item)}
    entries = _fields(("tasks",), old, new)
    return (
        *_fields((), {**before, "tasks": None}, {**after, "tasks": None}),
        *(replace(each, of_group=each.path[1] in groups) for each in entries),
        *_order([task for task in old if task in new], [task for task in new if task in old]),
    )


def changes_between(before: DagRecord | None, after: DagRecord) -> tuple[Difference, ...] | None:
    """Return what a version changed in an older one's spec; None if one of both has none."""
    if before is None or not before.spec or not after.spec:
        return None
    return differences(
        {"airflow": before.airflow, **before.spec}, {"airflow": after.airflow, **after.spec}
    )


def _tasks(spec: Data) -> dict[str, Data]:
    """Return the tasks and groups by their whole ids; a group without what it holds."""
    return {entry.id: _own_fields(entry.item) for entry in outline_of(spec).entries}


def _own_fields(item: object) -> Data:
    """Return the fields of an entry; of what is none, as a row may hold it, there are none."""
    if not isinstance(item, dict):
        return {}
    return {key: value for key, value in item.items() if key != "tasks"}


def _fields(path: tuple[str, ...], old: Data, new: Data) -> Iterator[Difference]:
    """Yield what differs between two mappings, and in the mappings that both have."""
    for name in {**old, **new}:
        before, after = old.get(name, _MISSING), new.get(name, _MISSING)
        here = (*path, name)
        if before is _MISSING:
            yield Difference(kind="added", path=here, after=after)
        elif after is _MISSING:
            yield Difference(kind="removed", path=here, before=before)
        elif _is_same(before, after):
            continue
        elif path == ("tasks",) or _is_looked_into(here, before, after):
            yield from _fields(here, before, after)
        else:
            yield Difference(kind="changed", path=here, before=before, after=after)


def _is_same(before: object, after: object) -> bool:
    """Return whether two values are one as JSON: to Python, `True`, `1` and `1.0` are equal."""
    if before != after:
        return False
    return json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)


def _is_looked_into(path: tuple[str, ...], before: object, after: object) -> bool:
    """Return whether two values are compared key by key: as settings are, and no one value is.

    A schedule is one value, a mapping with a `$` key too, and so are two that share no key.
    """
    if path == ("schedule_interval",) or not isinstance(before, dict):
        return False
    if not isinstance(after, dict) or before.keys().isdisjoint(after):
        return False
    return not any(key.startswith("$") for key in (*before, *after))


def _order(before: list[str], after: list[str]) -> Iterator[Difference]:
    if before != after:
        yield Difference(kind="changed", path=("tasks",), before=before, after=after)
