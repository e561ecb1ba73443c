"""The outline of a spec: its tasks and groups with their whole ids, and what each waits for.

It is made of models, or of raw data, so that a slip in one field hides no slip in the graph.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.frozen import mutable
from dagctl.spec import walk
from dagctl.spec.dependencies.uses import outputs_used
from dagctl.spec.validation.unknown_keys import meant_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.spec.walk import Path

LONGEST_NAME = 6_000
"""Characters of a name in `dependencies` that is looked for: more than the longest address has."""


class Wait(NamedTuple):
    """Something that an entry waits for: where it says so below its own path, and the name."""

    place: Path
    name: str


@mutable(eq=False)
class Entry:
    """A task or a group."""

    number: int
    """Its place among all entries of the document, from 0."""
    path: Path
    item: Any
    """The model, or the raw data."""
    name: str
    """Its own id."""
    id: str
    """The id that Airflow knows it by: with the ids of the groups around it."""
    address: str
    """Its own id behind those of all groups around it, by which the whole spec can name it."""
    group: Entry | None
    is_group: bool
    mapped_group: Entry | None = field(default=None, init=False)
    """The outermost group around it, or itself, that is mapped: Airflow needs a function."""
    children: list[Entry] = field(default_factory=list)
    """What a group holds, in the order of the document."""

    @cached_property
    def outputs(self) -> list[tuple[Path, str]]:
        """The outputs that it uses (`outputs_used`)."""
        return list(outputs_used(self.item))

    @property
    def where(self) -> tuple[Entry, ...]:
        """The groups around it, the outermost first."""
        outer: list[Entry] = []
        here = self.group
        while here is not None:
            outer.append(here)
            here = here.group
        return tuple(reversed(outer))

    def __post_init__(self) -> None:
        """Look once for the mapped group: it is asked for often."""
        around = self.group and self.group.mapped_group
        itself = self if self.is_group and walk.is_mapped(self.item) else None
        self.mapped_group = around or itself

    def tasks(self) -> Iterator[Entry]:
        """Yield the task itself, or all tasks in the group, in the order of the document."""
        stack = [self]
        while stack:
            entry = stack.pop()
            if not entry.is_group:
                yield entry
            stack += reversed(entry.children)


class Outline:
    """The tasks and groups of a spec, in the order of the document."""

    def __init__(self, entries: Iterable[Any]) -> None:
        """Read the entries of `tasks`; those that say no id have their place as a name."""
        self.entries: list[Entry] = []
        self._waits: dict[int, list[tuple[Wait, Entry | None]]] = {}
        groups: dict[int, Entry] = {}
        for placed in walk.walk(entries):
            group = groups[id(placed.groups[-1])] if placed.groups else None
            entry = self._entry(placed, group)
            self.entries.append(entry)
            if group is not None:
                group.children.append(entry)
            if entry.is_group:
                groups[id(placed.item)] = entry

    @cached_property
    def read(self) -> frozenset[Entry | None]:
        """The entries whose outputs others use."""
        used = ((name, entry.group) for entry in self.entries for _, name in entry.outputs)
        return frozenset(self.resolve(name, group) for name, group in used)

    def _entry(self, placed: walk.Placed, group: Entry | None) -> Entry:
        is_group = walk.is_group(placed.item)
        number = len(self.entries)
        said = said_id(placed.item, "group_id" if is_group else "task_id")
        name = f"tasks[{placed.path[-1]}]" if said is None else said
        address = f"{group.address}.{name}" if group else name
        whole = _whole_id(name, group)
        return Entry(number, placed.path, placed.item, name, whole, address, group, is_group)

    @cached_property
    def tasks(self) -> list[Entry]:
        """The tasks."""
        return [entry for entry in self.entries if not entry.is_group]

    @cached_property
    def top(self) -> list[Entry]:
        """The entries that stand in no group."""
        return [entry for entry in self.entries if entry.group is None]

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """The entries by the ids that Airflow knows, the first of each."""
        entries: dict[str, Entry] = {}
        for entry in self.entries:
            entries.setdefault(entry.id, entry)
        return entries

    @cached_property
    def by_address(self) -> dict[str, Entry]:
        """The entries by their addresses, the first of each.

        Space around an id is one slip: what names the entry without it is no second one.
        """
        entries: dict[str, Entry] = {}
        for entry in self.entries:
            entries.setdefault(entry.address, entry)
        for entry in self.entries:
            entries.setdefault(entry.address.strip(), entry)
        return entries

    @cached_property
    def by_path(self) -> dict[Path, Entry]:
        """The entries by where they stand."""
        return {entry.path: entry for entry in self.entries}

    def around(self, path: Path) -> Entry | None:
        """Return the entry at a path or, if none stands there, the innermost one around it."""
        ends = (path[:end] for end in range(len(path), 0, -1))
        return next((self.by_path[end] for end in ends if end in self.by_path), None)

    def resolve(self, name: str, group: Entry | None) -> Entry | None:
        """Return what a name means inside of a group, or of none: looked for there, then outwards.

        Args:
            name: An id, or several joined by dots: `group.task`.
            group: The group whose members the name is used by.
        """
        if len(name) > LONGEST_NAME:
            return None
        while group is not None:
            known = self.by_address.get(f"{group.address}.{name}")
            if known is not None:
                return known
            group = group.group
        return self.by_address.get(name) or self.by_id.get(name)

    def waits(self, entry: Entry) -> Sequence[tuple[Wait, Entry | None]]:
        """Return what an entry waits for as the spec names it, and which entry that is."""
        known = self._waits.get(entry.number)
        if known is None:  # each check asks again
            named = waits_of(entry.item)
            known = [(wait, self.resolve(wait.name, entry.group)) for wait in named]
            self._waits[entry.number] = known
        return known

    def labels(self, entry: Entry) -> dict[Entry, str]:
        """Return the texts at the edges that lead to an entry, by what it waits for."""
        given = walk.mapping_in(entry.item, "edge_labels").items()
        named = ((self.resolve(name, entry.group), text) for name, text in given)
        return {other: text for other, text in named if other is not None}

    def upstream(self, entry: Entry) -> list[Entry]:
        """Return what an entry waits for, each once, in the order of the spec."""
        known = (target for _, target in self.waits(entry) if target is not None)
        return list(dict.fromkeys(known))


def said_id(item: object, key: str) -> str | None:
    """Return the id of an entry, also where its key or its type is a slip; or None.

    What depends on it is no second slip.
    """
    given = walk.field(item, key)
    if given is None and isinstance(item, dict):
        keys = (each for each in item if isinstance(each, str) and meant_key(each, (key,)))
        given = item.get(next(keys, None))
    is_id = isinstance(given, str | int) and not isinstance(given, bool)
    return str(given) if is_id else None


def unit_of(entry: Entry) -> Entry:
    """Return what an entry is made with: the mapped group around it, or itself."""
    return entry.mapped_group or (entry.group and entry.group.mapped_group) or entry


def made_of(outline: Outline, entry: Entry) -> list[Entry]:
    """Return the tasks that must be made before an entry: it uses their outputs, or clears them."""
    names = [*(name for _, name in entry.outputs), *torn_down(entry.item)]
    known = (outline.resolve(name, entry.group) for name in names)
    return list(dict.fromkeys(each for each in known if each is not None))


def torn_down(item: object) -> list[str]:
    """Return the names of the setups that a task tears down."""
    return [wait.name for wait in _listed(item, "teardown")]


def waits_of(item: object) -> Iterator[Wait]:
    """Yield what a task or a group names: dependencies, outputs it uses, what it tears down."""
    yield from _listed(item, "dependencies")
    yield from _listed(item, "teardown")
    for place, name in outputs_used(item):
        if name.isprintable():  # what is not, the marker's own check refuses
            yield Wait(place, name)


def _listed(item: object, key: str) -> Iterator[Wait]:
    names = walk.field(item, key)
    for place, name in enumerate(names if isinstance(names, list | tuple) else ()):
        if isinstance(name, str):
            yield Wait((key, place), name)


def _whole_id(name: str, group: Entry | None) -> str:
    """Return the id as `TaskGroup.child_id` of Airflow makes it."""
    if group is None or walk.field(group.item, "prefix_group_id") is False:
        return name
    return f"{group.id}.{name}"


def innermost_common(first: Entry, second: Entry) -> Entry | None:
    """Return the innermost group that holds both entries; None: only the whole DAG does."""
    common = None
    for here, there in zip(first.where, second.where, strict=False):
        if here is not there:
            break
        common = here
    return common


def outline_of(data: object) -> Outline:
    """Return the outline of a spec, or of raw data of any kind."""
    entries = walk.field(data, "tasks")
    return Outline(entries if isinstance(entries, list | tuple) else ())
