"""The one way through the tasks of a spec: of models, and of data that no model has checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
Path = tuple[str | int, ...]
"""Where something stands in a spec: keys and indexes, as `("tasks", 2, "task_id")`."""


def walk(entries: Iterable[T]) -> Iterator[tuple[Path, T]]:
    """Yield each task with its path, in the order of the document."""
    for index, entry in enumerate(entries):
        yield ("tasks", index), entry


def raw_tasks(data: object) -> Iterator[tuple[Path, Any]]:
    """Yield each entry of `tasks` in raw data of a DAG, whatever it is, with its path."""
    entries = data.get("tasks") if isinstance(data, dict) else None
    if isinstance(entries, list | tuple):
        yield from walk(entries)
