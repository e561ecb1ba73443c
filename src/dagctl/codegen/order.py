"""The order of the tasks in the module, and which edges their arguments make by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators import Operator, lookup
from dagctl.spec.tasks import OperatorTask
from dagctl.spec.uses import outputs_used

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.spec.outline import Entry, Outline
    from dagctl.spec.target import Target


def creation_order(outline: Outline, entries: Sequence[Entry]) -> list[Entry]:
    """Return the tasks in the entries so that each stands behind those whose outputs it uses.

    Otherwise they keep the order of the document. There is no circle: a spec with one is refused.
    """
    ordered: dict[Entry, None] = {}
    tasks = [task for entry in entries for task in entry.tasks()]
    inside = set(tasks)
    for task in tasks:
        stack = [task]
        while stack:
            last = stack[-1]
            used = (each for each in used_by(outline, last) if each in inside)
            missing = [each for each in used if each not in ordered]
            if missing:
                stack += reversed(missing)
            else:
                ordered.setdefault(stack.pop())
    return list(ordered)


def used_by(outline: Outline, entry: Entry) -> dict[Entry, None]:
    """Return the tasks whose outputs an entry uses, in the order of the spec."""
    used = (outline.resolve(name, entry.group) for _, name in outputs_used(entry.item))
    return dict.fromkeys(each for each in used if each is not None)


def explicit_upstream(outline: Outline, entry: Entry, target: Target) -> Iterator[Entry]:
    """Yield what an entry waits for, but for what Airflow puts before it by itself.

    It does so for outputs in what it renders. What a class of the project's own renders is not
    known, so that such a task gets its edges written out.
    """
    implied = set(used_by(outline, entry))
    if implied and isinstance(entry.item, OperatorTask):
        known = lookup(entry.item.operator, target.name)
        if not isinstance(known, Operator) or known.template_fields is None:
            implied = set()
    return (each for each in outline.upstream(entry) if each not in implied)
