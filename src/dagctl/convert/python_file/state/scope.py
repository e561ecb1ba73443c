"""Names of a DAG file: what each means, and the statement that says so."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.value_uses import Uses

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator


class SourceFile(NamedTuple):
    """The file whose names a scope has."""

    file: str
    text: str
    module: str = ""
    """Its dotted name, where another file imports it by that."""


_NOTHING = object()
_NOWHERE = SourceFile("", "")


class Holder(Protocol):
    """An object that may hold lists of the file."""

    is_old: bool
    """Whether the file changes one of them later."""


@dataclass(eq=False, slots=True)
class Changes:
    """When lists, mappings and sets were changed, and names got their values."""

    _moment: int = 0
    _last: int = 0
    """When a container was changed last."""
    _containers: dict[int, tuple[object, int]] = field(default_factory=dict)
    _copies: dict[int, tuple[object, int, Any]] = field(default_factory=dict)
    """Copies of containers of plain data, and when these were changed before."""
    _held: dict[int, tuple[object, list[Holder]]] = field(default_factory=dict)
    """Containers that objects may hold, and these."""

    def now(self) -> int:
        """Return a moment that is later than all before."""
        self._moment += 1
        return self._moment

    def is_any_changed(self, since: int) -> bool:
        """Return whether any container was changed later."""
        return self._last > since

    def note(self, container: object) -> None:
        """Note that a container is changed now. It is held, so that its identity stays its own."""
        self._last = self.now()
        self._containers[id(container)] = container, self._last
        _, holders = self._held.pop(id(container), (None, []))
        for holder in holders:
            holder.is_old = True

    def copy_of(self, container: list[Any] | dict[Any, Any] | set[Any]) -> Any:  # noqa: ANN401 - of its type
        """Return a copy of plain data, the same one until it is changed; None: it holds more."""
        changed = self._containers.get(id(container), (None, 0))[1]
        _, moment, made = self._copies.get(id(container), (None, -1, None))
        if moment != changed:
            values = container.values() if isinstance(container, dict) else container
            is_plain = all(isinstance(item, str | int | float | None) for item in values)
            made = container.copy() if is_plain else None
            self._copies[id(container)] = container, changed, made
        return made

    def hold(self, holder: Holder, container: object) -> None:
        """Note that an object may hold a container: it has what is changed in it later."""
        self._held.setdefault(id(container), (container, []))[1].append(holder)

    def is_changed(self, value: object, since: int) -> bool:
        """Return whether a container in a value was changed later; True if it has too many."""
        if not self._containers:
            return False
        for count, item in enumerate(containers_in(value)):
            if self._containers.get(id(item), (None, 0))[1] > since or count > MOST_LOOKED_AT:
                return True
        return False


def containers_in(value: object) -> Iterator[object]:
    """Yield the lists, mappings and sets that a value is, or has in it; each once."""
    stack, seen = [value], set[int]()
    while stack:
        item = stack.pop()
        if id(item) in seen or not isinstance(item, dict | list | tuple | set | Record):
            continue
        seen.add(id(item))
        yield item
        item = item.fields if isinstance(item, Record) else item
        stack += item.values() if isinstance(item, dict) else item


def items_in(value: object) -> int:
    """Return how many items the containers in a value have."""
    return sum(len(each) for each in containers_in(value) if isinstance(each, Sized))


MOST_LOOKED_AT = 10_000
"""Values of a container that are looked at for changes."""


@dataclass(eq=False, slots=True)
class Fallback:
    """What a name is where the import that gives it fails."""

    is_none: bool
    """Whether it is `None`: a call of it fails then, in the old file and in the new one."""
    said: set[int] = field(default_factory=set)
    """The reports that name it."""


class Earlier:
    """The values that the names of a scope had, however many it has."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._changed: dict[str, object] = {}
        self._looked = len(scope.given)

    def changed(self) -> dict[str, object]:
        """Return the names that got values since, with those of before, if they had any."""
        for name, value in self._scope.given[self._looked :]:
            self._changed.setdefault(name, value)
        self._looked = len(self._scope.given)
        return self._changed

    def __contains__(self, name: str) -> bool:
        """Return whether a name had a value."""
        return self.changed().get(name, self._scope.values.get(name, _NOTHING)) is not _NOTHING

    def __getitem__(self, name: str) -> object:
        """Return the value that a name had, which had one."""
        return self.changed().get(name, self._scope.values.get(name))


@dataclass(eq=False, slots=True)
class Scope:
    """The names of the file, or of a call of one of its functions."""

    parent: Scope | None = None
    own_origin: SourceFile | None = None
    """The file; None in the scope of a call."""
    values: dict[str, Any] = field(default_factory=dict)
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    """What gives each name its value, in the order of the file."""

    named_at: dict[str, int] = field(default_factory=dict)
    """When assignments gave the names their values."""
    is_of_a_comprehension: bool = False
    """Whether `:=` names something in the scope around it."""
    is_of_a_class: bool = False
    """Whether it is the body of a class: functions and comprehensions in it see past its names."""
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    """The scopes of the names that are `global` or `nonlocal` here."""
    fallbacks: dict[str, Fallback] = field(default_factory=dict)
    """Imported names that are something else where the import fails."""
    unsure: dict[str, object] = field(default_factory=dict)
    """Names that a part of one DAG may have changed, with its report, which says so."""
    followed_at: int = 0
    """When all of a module was followed."""
    given: list[tuple[str, object]] = field(default_factory=list)
    """Each name that got a value, in turn, with the value that it had before."""
    root: Scope = field(init=False)
    """The scope of the file."""
    uses: Uses = field(default_factory=Uses)
    """How code of the file that may run at any time uses its names."""

    def __post_init__(self) -> None:
        """Take over what the scopes of a file have together."""
        while self.parent is not None and self.parent.is_of_a_class:
            self.parent = self.parent.parent
        self.root = self if self.parent is None else self.parent.root
        if self.parent is not None:
            self.uses = self.parent.uses

    def around(self) -> Iterator[Scope]:
        """Yield the scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @property
    def origin(self) -> SourceFile:
        """The file that the scope belongs to."""
        known = (scope.own_origin for scope in self.around())
        return next(filter(None, known), _NOWHERE)

    def holder(self, name: str) -> Scope | None:
        """Return the scope that has a name, or None."""
        for scope in self.around():
            if name in scope.elsewhere:
                return scope.elsewhere[name].holder(name)
            if name in scope.values:
                return scope
        return None

    def names_of(self, value: object) -> Iterator[str]:
        """Yield each name that has this very value."""
        for scope in self.around():
            yield from (name for name, held in scope.values.items() if held is value)

    def names_by_container(self) -> dict[int, dict[str, object]]:
        """Return the names that lead to each list, mapping and set, with their values.

        A parameter leads to what its default is.
        """
        made: dict[int, dict[str, object]] = {}
        for name, value in self.values.items():
            for way, begin in {**getattr(value, "defaults", {}), name: value}.items():
                for container in containers_in(begin):
                    made.setdefault(id(container), {})[way] = begin
        return made

    def stars(self) -> Iterator[ast.ImportFrom]:
        """Yield each `import *`."""
        for scope in self.around():
            yield from scope.statements.get("*", ())  # type: ignore[misc] # only these have the name

    def remove(self, name: str) -> None:
        """Let a name have no value any more."""
        if name in self.values:
            self.given.append((name, self.values.pop(name)))

    def put(self, name: str, value: object, statement: ast.stmt | None = None) -> None:
        """Give a name its value."""
        if name in self.elsewhere:
            self.elsewhere[name].put(name, value)
            # No statement of the file itself gives it: it is not copied into a function.
            self.elsewhere[name].statements[name] = []
            return
        self.given.append((name, self.values.get(name, _NOTHING)))
        self.values[name] = value
        self.fallbacks.pop(name, None)
        self.unsure.pop(name, None)
        if statement is not None:
            known = self.statements.setdefault(name, [])
            if statement not in known[-2:]:
                known.append(statement)
