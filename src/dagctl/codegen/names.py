"""The names in a generated module."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_IN_IDENTIFIER = re.compile(r"[^A-Za-z0-9_]")


def stems(task_ids: Iterable[str]) -> dict[str, str]:
    """Return an identifier for each task id, all different; an id that is one keeps it.

    The names made of it end in `_task` and `_function`, as no keyword, built-in or other name of
    the module does.
    """
    ids = list(task_ids)
    names = {task_id: task_id for task_id in ids if _identifier(task_id) == task_id}
    taken = set(names)
    numbers: dict[str, int] = {}
    for task_id in ids:
        if task_id not in names:
            names[task_id] = _free(_identifier(task_id), taken, numbers)
            taken.add(names[task_id])
    return names


def variable(stem: str) -> str:
    """Return the name of a task's variable."""
    return f"{stem}_task"


def function(stem: str) -> str:
    """Return the name of a task's function."""
    return f"{stem}_function"


def _identifier(task_id: str) -> str:
    stem = _NOT_IN_IDENTIFIER.sub("_", task_id)
    return f"_{stem}" if stem[0].isdigit() else stem


def _free(stem: str, taken: set[str], numbers: dict[str, int]) -> str:
    """Return the stem, or it with the first free number; `numbers` remembers where to go on."""
    name = stem
    while name in taken:
        numbers[stem] = numbers.get(stem, 1) + 1
        name = f"{stem}_{numbers[stem]}"
    return name
