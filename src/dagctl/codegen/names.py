"""The names in a generated module."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.spec.dependencies.outline import Outline

_NOT_IN_IDENTIFIER = lazy_pattern(r"[^A-Za-z0-9_]")


def labels(outline: Outline) -> dict[str, str]:
    """Return what names are made of for each id: the own id in a group, if only one has it."""
    count = Counter(entry.name for entry in outline.entries)
    return {
        entry.id: entry.name if count[entry.name] == 1 else entry.id for entry in outline.entries
    }


def stems(labelled: Mapping[str, str]) -> dict[str, str]:
    """Return an identifier for each id, all different; a label that is one stays as it is.

    The names made of it end in `_task`, `_group` and `_function`, as no keyword, built-in or other
    name of the module does.

    Args:
        labelled: The ids with their labels, which are all different too.
    """
    names = {each: label for each, label in labelled.items() if _identifier(label) == label}
    taken = set(names.values())
    numbers: dict[str, int] = {}
    for each, label in labelled.items():
        if each not in names:
            names[each] = _free(_identifier(label), taken, numbers)
            taken.add(names[each])
    return names


def variable(stem: str) -> str:
    """Return the name of a task's variable."""
    return f"{stem}_task"


def group_variable(stem: str) -> str:
    """Return the name of a group's variable."""
    return f"{stem}_group"


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
