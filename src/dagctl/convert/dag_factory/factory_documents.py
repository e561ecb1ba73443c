"""A file of dag-factory as one mapping a DAG, with the defaults of all files merged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.reader import Fields, refused, size_of
from dagctl.convert.outcome.report import Place
from dagctl.findings.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.convert.outcome.report import Report

_DEFAULT = "default"
_NO_DAGS = frozenset({_DEFAULT, "task_groups"})
"""Keys at the top of a file that are no DAGs."""
_NOWHERE = Place("", 0)
_MOST_WRITTEN_OUT = 2_000_000
"""Values of the defaults, counted once for each DAG."""


def dags_of(document: Fields, defaults: Sequence[Fields]) -> Iterator[tuple[str, Fields, bool]]:
    """Yield the id and the merged mapping of each DAG, and whether tasks of two lists were joined.

    dag-factory joins tasks that are written as a mapping. Of two lists it takes the nearer one,
    and refuses a task of it without an operator; such a list is joined with that of the defaults.

    Args:
        document: The file.
        defaults: The `defaults.yml` files that hold for it, the nearest last.

    Raises:
        SpecError: The defaults are too large to be written out for each DAG.
    """
    files = _merged_files(defaults)
    own = document.get(_DEFAULT)
    default = _merged_default(own if isinstance(own, Fields) else Fields(document.place), files)
    count = sum(isinstance(written, Fields) for written in document.values())
    if count * (size_of(default) + size_of(files)) > _MOST_WRITTEN_OUT:
        message = f"its defaults, written out for {count:,} DAGs, are too large"
        place = document.at(_DEFAULT)
        raise refused(place.file, place.line, Code.TOO_MANY_VALUES, message)
    above = files.copy()
    above.pop("default_args", None)  # they are in `default` already
    for dag_id, written in document.items():
        if dag_id not in _NO_DAGS and isinstance(written, Fields):
            own_keys = above.copy()
            _overlay(own_keys, written, deep=False)
            dag = Fields(document.at(dag_id))
            joined = _joined_tasks(default.get("tasks"), own_keys.get("tasks"))
            if joined is not None:
                own_keys.put("tasks", joined, own_keys.at("tasks"))
            _overlay(dag, default, deep=False)
            _overlay(dag, own_keys, deep=True)
            yield dag_id, dag, joined is not None


def _joined_tasks(default: object, own: object) -> list[Fields] | None:
    """Return the tasks of two lists joined by their ids, where an own one needs the other."""
    if not isinstance(default, list) or not isinstance(own, list):
        return None
    rows = [row for row in (*default, *own) if isinstance(row, Fields)]
    if len(rows) < len(default) + len(own) or all(_says_its_kind(row) for row in own):
        return None
    joined: dict[str, Fields] = {}
    for row in rows:
        target = joined.setdefault(str(row.get("task_id")), Fields(row.place))
        _overlay(target, row, deep=True)
    return list(joined.values())


def _says_its_kind(task: Fields) -> bool:
    return "operator" in task or "decorator" in task


def _merged_files(defaults: Sequence[Fields]) -> Fields:
    """Return what the defaults files say together: the nearest wins, tags are joined."""
    merged = Fields(defaults[0].place) if defaults else Fields(_NOWHERE)
    for document in defaults:
        for key, value in document.items():
            if key == "default_args" and isinstance(merged.get(key), Fields):
                _overlay(merged[key], value, deep=False)
            elif key == "tags" and isinstance(value, list):
                known = merged.get("tags")
                tags = sorted(
                    {*map(str, known if isinstance(known, list) else ()), *map(str, value)}
                )
                merged.put(key, tags, document.at(key))
            else:
                kept = value.copy() if isinstance(value, Fields) else value
                merged.put(key, kept, document.at(key))
    return merged


def _merged_default(own: Fields, files: Fields) -> Fields:
    """Return the `default` of a file, its `default_args` laid over those of the defaults files."""
    merged, shared = own.copy(), files.get("default_args")
    if isinstance(shared, Fields):
        arguments = shared.copy()
        if isinstance(own.get("default_args"), Fields):
            _overlay(arguments, own["default_args"], deep=False)
        merged.put("default_args", arguments, own.at("default_args"))
    return merged


def _overlay(target: Fields, source: Fields, *, deep: bool) -> None:
    """Lay the keys of one mapping over another; mappings within are joined if `deep`."""
    for key, value in source.items():
        known = target.get(key)
        if (
            deep
            and isinstance(known, Fields)
            and isinstance(value, Fields)
            and "__type__" not in value
        ):
            inner = known.copy()
            _overlay(inner, value, deep=True)
            target.put(key, inner, source.at(key))
        else:
            target.put(key, value, source.at(key))


def listed(fields: Fields, key: str, report: Report) -> list[Any]:
    """Return the items of a list; a text alone is one item, and anything else is reported."""
    value = fields.get(key)
    if value is None or value is False:
        return []
    if isinstance(value, str | list | tuple | set):
        return [value] if isinstance(value, str) else list(value)
    report.gap(fields.at(key), key, "it must be a list")
    return []


def named_entries(value: object, key: str, place: Place, report: Report) -> dict[str, Fields]:
    """Return tasks or groups by name; they are written as a mapping, or as a list with names."""
    entries: Iterator[tuple[str | None, object]]
    if isinstance(value, Fields):
        entries = iter(value.items())
    elif isinstance(value, list):
        entries = ((_name(entry, key), entry) for entry in value)
    else:
        return {}
    named: dict[str, Fields] = {}
    for name, entry in entries:
        if not isinstance(entry, Fields) or name is None:
            report.gap(place, key, f"an entry has no `{key}`, or is no mapping")
        else:
            named[name] = entry
    return named


def _name(entry: object, key: str) -> str | None:
    name = entry.get(key) if isinstance(entry, Fields) else None
    return None if name is None else str(name)
