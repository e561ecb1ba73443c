"""What a loop of a DAG file goes over, and lists of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Opaque, settled

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TURNS = 20_000


def turns(value: object) -> list[Any] | None:
    """Return the values that a loop goes over, or None where only Python knows."""
    value = settled(value)
    if isinstance(value, Lazy):
        return value.turns()
    if isinstance(value, range):
        return list(value) if len(value) <= MAX_TURNS else None
    if isinstance(value, list | tuple | str | dict):
        return list(value)
    if isinstance(value, set | frozenset):
        try:
            return sorted(value)
        except TypeError:
            return None
    return None


def lost_in(value: object) -> Opaque | None:
    """Return why nothing in a list, a mapping or a set is known; None: it is known."""
    if isinstance(value, list | dict | set) and len(value) == 1:
        (first,) = value
        return first if isinstance(first, Opaque) and first.is_lost else None
    return None


class Lazy(list[Any]):
    """What Python works out only when a loop goes over it: `enumerate(names)`, `prices.keys()`."""

    def __init__(self, items: Iterable[Any], *, is_once: bool) -> None:
        super().__init__(items)
        self.is_once = is_once
        """Whether a second loop gets nothing."""
        self.is_old = False
        """Whether the file changed what it goes over, or a loop went over it."""

    def turns(self) -> list[Any] | None:
        """Return its items; None: they are not known."""
        if self.is_old:
            return None
        self.is_old = self.is_once
        return [*self]
