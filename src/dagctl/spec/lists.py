"""Lists of a bounded length, each item checked at its place: callbacks, deadlines, assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dagctl.spec.walk import Path


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
