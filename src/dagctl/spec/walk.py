"""The one way through the entries of a spec: of models, and of data that no model has checked.

An entry of `tasks` is a task, or a group with further entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Path = tuple[str | int, ...]
"""Where something stands in a spec: keys and indexes, as `("tasks", 2, "task_id")`."""
_GROUP_KEYS = ("group_id", "group_callable", "tasks")


class Placed(NamedTuple):
    """An entry, and where it stands."""

    path: Path
    item: Any
    """A model, or raw data of any kind."""
    groups: tuple[Any, ...]
    """The groups around it, the outermost first."""


def field(item: object, name: str) -> Any:  # noqa: ANN401 - raw input
    """Return what a model, or a mapping, has under a name; None if it has nothing."""
    # not `getattr`: where there is nothing, a model takes long to say so
    held = item if isinstance(item, dict) else getattr(item, "__dict__", None)
    return held.get(name) if held is not None else None


def value_at(data: Any, path: Path) -> Any:  # noqa: ANN401 - raw input
    """Return the value at a path of raw data; None where there is nothing."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def mapping_in(item: object, name: str) -> Mapping[Any, Any]:
    """Return the mapping that a model, or raw data, has under a name; else an empty one."""
    held = field(item, name)
    return held if isinstance(held, dict) else {}


def is_group(item: object) -> bool:
    """Return whether an entry is a group, by the keys that it has."""
    if isinstance(item, dict):
        return "task_id" not in item and not item.keys().isdisjoint(_GROUP_KEYS)
    return "group_id" in getattr(item, "__dict__", ())


MAPPED_BY = ("expand", "expand_kwargs")
"""The keys of what is mapped over."""


def is_mapped(item: object) -> bool:
    """Return whether a task or a group is mapped over values."""
    return bool(field(item, "expand")) or field(item, "expand_kwargs") is not None


def walk(entries: Iterable[Any]) -> Iterator[Placed]:
    """Yield each entry, a group before what it holds, in the order of the document."""
    stack: list[tuple[Iterator[tuple[int, Any]], Path, tuple[Any, ...]]]
    stack = [(enumerate(entries), ("tasks",), ())]
    while stack:
        level, path, groups = stack[-1]
        for index, entry in level:
            here = (*path, index)
            yield Placed(here, entry, groups)
            if is_group(entry):
                stack.append((enumerate(_entries(entry)), (*here, "tasks"), (*groups, entry)))
                break
        else:
            stack.pop()


def _entries(item: object) -> Sequence[Any]:
    entries = field(item, "tasks")
    return entries if isinstance(entries, list | tuple) else ()


def raw_entries(data: object) -> Iterator[Placed]:
    """Return each task and each group in raw data of a DAG, whatever it is."""
    return walk(_entries(data))


def raw_tasks(data: object) -> Iterator[tuple[Path, Any]]:
    """Yield each task in raw data of a DAG, whatever it is, with its path."""
    return ((placed.path, placed.item) for placed in raw_entries(data) if not is_group(placed.item))
