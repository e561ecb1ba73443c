"""The order of the tasks in the module, and which edges their arguments make by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.spec.catalogue import known_class, known_decorator
from dagctl.spec.dependencies.outline import made_of, torn_down
from dagctl.spec.tasks import DecoratorTask, OperatorTask
from dagctl.spec.walk import MAPPED_BY, is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.target import Target


def creation_order(outline: Outline, entries: Sequence[Entry]) -> list[Entry]:
    """Return the tasks and mapped groups in the entries, each behind what it is made of.

    Otherwise they keep the order of the document. There is no circle: a spec with one is refused.
    """
    units = list(_units(entries))
    owner = {member: unit for unit in units for member in _inside(unit)}
    needs = {unit: _needs(outline, unit, owner) for unit in units}
    ordered: dict[Entry, None] = {}
    for unit in units:
        stack = [unit]
        while stack:
            missing = [each for each in needs[stack[-1]] if each not in ordered]
            if missing:
                stack += reversed(missing)
            else:
                ordered.setdefault(stack.pop())
    return list(ordered)


def _units(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield what is made by one statement: tasks, and mapped groups as a whole."""
    stack = [*reversed([*entries])]
    while stack:
        entry = stack.pop()
        if entry.is_group and not is_mapped(entry.item) and not entry.item.group_callable:
            stack += reversed(entry.children)
        else:
            yield entry


def _inside(unit: Entry) -> Iterator[Entry]:
    yield unit
    if unit.is_group:
        for child in unit.children:
            yield from _inside(child)


def _needs(outline: Outline, unit: Entry, owner: dict[Entry, Entry]) -> list[Entry]:
    made = (each for member in _inside(unit) for each in made_of(outline, member))
    units = (owner[each] for each in made if each in owner)
    return [each for each in dict.fromkeys(units) if each is not unit]


def explicit_upstream(outline: Outline, entry: Entry, target: Target) -> Iterator[Entry]:
    """Yield what an entry waits for, but for what Airflow puts before it by itself.

    It does so for setups that a task tears down, for what it is mapped over, and for outputs in
    what it renders. What a class of the project's own renders is not known, so that such a task
    gets those edges written out; so does a group, which renders nothing. A function that stands for
    what it returns puts outputs where Airflow sees them, or not, as it likes.
    """
    names = [*torn_down(entry.item), *_implied_names(entry, target)]
    implied = {outline.resolve(name, entry.group) for name in names}
    said = {outline.resolve(name, entry.group) for name in entry.item.dependencies}
    used = {outline.resolve(name, entry.group) for _, name in entry.outputs}
    for each in outline.upstream(entry):
        is_left = _is_bare(entry) or _is_bare(each)
        if each not in (used - said if is_left else implied):
            yield each


def _is_bare(entry: Entry) -> bool:
    """Return whether an entry stands for what a function returns, which Airflow may render."""
    return entry.is_group and bool(entry.item.without_group)


def _implied_names(entry: Entry, target: Target) -> Iterator[str]:
    renders = bool(entry.outputs) and not entry.is_group and _renders(entry, target)
    for path, name in entry.outputs:
        if path[0] in MAPPED_BY or renders:
            yield name


def _renders(entry: Entry, target: Target) -> bool:
    """Return whether it is known what Airflow renders of a task."""
    from dagctl.operators.model import Operator

    if isinstance(entry.item, DecoratorTask):
        known = known_decorator(entry.item.decorator, target)
        return isinstance(known, Operator)
    if not isinstance(entry.item, OperatorTask):
        return True
    known = known_class(entry.item.operator, target)
    return isinstance(known, Operator) and known.template_fields is not None
