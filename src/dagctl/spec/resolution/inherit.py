"""What files with defaults add to a spec: never anything that the spec says itself.

Of several files the nearest to the spec wins, key by key. `tags` are joined. In a few mappings
each name counts for itself (`MERGED`, `MERGED_IN_TASKS`); every other value is taken as a whole.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.spec.resolution import ALL, TASK_DEFAULTS
from dagctl.spec.resolution.defaults import MERGED_IN_TASKS
from dagctl.spec.tasks import KINDS
from dagctl.spec.tasks.arguments import AT_THE_TOP
from dagctl.spec.walk import is_group
from dagctl.text.document import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dagctl.spec.resolution.defaults import Defaults
    from dagctl.text.document import Entries
    from dagctl.text.lines import Span

    Entry = tuple[Span, Node]

MERGED = frozenset(
    {
        *("default_args", "params", "user_defined_macros", "user_defined_filters"),
        *("owner_links", "access_control", "jinja_environment_kwargs"),
    }
)
"""Mappings of a DAG in which each name counts for itself."""
_OF_ALL = "default_args"
_SHARED = "with"
"""The key of `default_args` in which each name counts for itself: parameters of operators."""
OTHER_NAMES = {
    "schedule": "schedule_interval",
    "schedule_interval": "schedule",
    "retry_delay": "retry_delay_minutes",
    "retry_delay_minutes": "retry_delay",
}
"""Two names of one thing: a spec has one of them."""
_OF_TASKS = frozenset({*AT_THE_TOP, "retry_delay_minutes"})
"""Fields of a DAG that its tasks take over."""


@frozen
class Inherited:
    """What all files with defaults above a spec say together."""

    fields: Entries = field(default_factory=dict)
    tags: tuple[Node, ...] = ()
    """Of the outermost file first."""
    tasks: Mapping[str, Entries] = field(default_factory=dict)
    files: tuple[Defaults, ...] = ()
    """The nearest first."""
    farther: Sequence[Entries] = ()
    """Fields to join with those of nearer files once the variables are in them."""
    farther_of_tasks: Mapping[str, Sequence[Entries]] = field(default_factory=dict)
    """Likewise, by what selects the tasks."""


def joined(files: Sequence[Defaults]) -> Inherited:
    """Return what several files say together.

    Args:
        files: The nearest to the spec first.
    """
    fields: Entries = {}
    tasks: dict[str, Entries] = {}
    tags: list[Node] = []
    farther: list[Entries] = []
    of_tasks: dict[str, list[Entries]] = {}
    for defaults in files:
        farther += _add(fields, defaults.fields, MERGED, farther)
        for word, entries in defaults.tasks.items():
            later = of_tasks.setdefault(word, [])
            later += _add(tasks.setdefault(word, {}), entries, MERGED_IN_TASKS, later)
        if "tags" in defaults.fields:
            tags.insert(0, defaults.fields["tags"][1])
    return Inherited(fields, tuple(tags), tasks, tuple(files), farther, of_tasks)


def inherit(root: Node, inherited: Inherited, fill: Callable[[Node], Node]) -> Node:
    """Return a spec with what it inherits.

    Args:
        root: The spec, its variables and loops in place.
        inherited: What the files with defaults say.
        fill: Puts variables into a value of these files.
    """
    heir = _Heir(inherited, fill)
    keys = dict(root.keys)
    fields = dict(inherited.fields)
    shared = [fields.pop(_OF_ALL)] if _OF_ALL in fields else []
    shared += [entries[_OF_ALL] for entries in inherited.farther if _OF_ALL in entries]
    own = frozenset(_all_names(name for name in root.keys if name in _OF_TASKS))
    said = own | _names_in(root.keys.get("default_args"))
    heir.add(keys, fields, MERGED, said={*keys, *(said & _OF_TASKS)})
    if inherited.tags:
        heir.join_tags(keys)
    for_all = inherited.tasks.get(ALL, {})
    taken = said | _names(for_all)
    for span, node in shared:
        filled = node if node.kind == "mapping" else fill(node)
        if filled.kind == "mapping" and not _is_marker(filled):
            heir.add_default_args(keys, filled.keys, taken)
            taken |= _names(filled.keys)
        else:
            keys.setdefault(_OF_ALL, (span, filled))
    for entries in inherited.farther:
        others = {name: entry for name, entry in entries.items() if name != _OF_ALL}
        heir.add(keys, others, MERGED, said=keys)
    for entries in (for_all, *inherited.farther_of_tasks.get(ALL, ())):
        heir.add_default_args(keys, entries, said)
    if "tasks" in keys and len(inherited.tasks) > (ALL in inherited.tasks):
        span, tasks = keys["tasks"]
        keys["tasks"] = (span, heir.entries(tasks, said))
    return root.with_keys(keys)


def inherit_own(root: Node, tasks: Mapping[str, Entries], add: Callable[[Node], Node]) -> Node:
    """Return a spec with what its own `task_defaults` say in its tasks, and without them.

    Args:
        root: The spec, its variables and loops in place.
        tasks: What they say, by what selects the tasks.
        add: Is given each value that is added, and returns it.
    """
    heir = _Heir(Inherited(tasks=tasks), add)
    keys = {name: entry for name, entry in root.keys.items() if name != TASK_DEFAULTS}
    own = frozenset(_all_names(name for name in keys if name in _OF_TASKS))
    heir.add_default_args(keys, tasks.get(ALL, {}), own | _names_in(keys.get("default_args")))
    if "tasks" in keys:
        span, entries = keys["tasks"]
        keys["tasks"] = (span, heir.entries(entries, frozenset()))
    return root.with_keys(keys)


def selects(task: Mapping[str, object], words: Collection[str]) -> Iterator[str]:
    """Yield the words that select a task, the most particular first."""
    operator = task.get("operator")
    if isinstance(operator, str):
        for word in words:
            if word == operator or ("." not in word and operator.endswith(f".{word}")):
                yield word
    tag = KINDS.tag_of(task)
    given = task.get("task_type", tag)
    for kind in (given, tag) if given != tag else (tag,):
        if isinstance(kind, str) and kind in words and kind != ALL:
            yield kind


@frozen
class _Heir:
    """Adds to the mappings of one spec."""

    inherited: Inherited
    fill: Callable[[Node], Node]

    def add(
        self, keys: Entries, more: Entries, merged: frozenset[str], said: Iterable[str]
    ) -> None:
        """Add the keys that are not said, and the names of mappings in which each counts."""
        taken = frozenset(_all_names(said))
        for name, (span, node) in more.items():
            if name in merged and name in keys:
                mine = keys[name][1]
                if mine.kind == "mapping" and not _is_marker(mine):
                    new = self._filled(node, frozenset(mine.keys))
                    keys[name] = (keys[name][0], mine.with_keys({**mine.keys, **new}))
            elif name not in taken and name != "tags":
                keys[name] = (span, self.fill(node))

    def _filled(self, node: Node, taken: frozenset[str]) -> Entries:
        """Return the entries of a mapping that are not taken, or of a variable that holds one."""
        if node.kind == "mapping":
            new = _without(node, taken).keys.items()
            return {key: (at, self.fill(value)) for key, (at, value) in new}
        filled = self.fill(node)
        is_mapping = filled.kind == "mapping" and not _is_marker(filled)
        return _without(filled, taken).keys if is_mapping else {}

    def join_tags(self, keys: Entries) -> None:
        """Put the tags of the files before those of the spec, each once."""
        own = keys.get("tags")
        if own is not None and own[1].kind != "list":
            return
        lists = [self.fill(node) for node in self.inherited.tags]
        wrong = next((node for node in lists if node.kind != "list"), None)
        if wrong is not None:
            keys["tags"] = (wrong.span, wrong)
            return
        mine = own[1].items if own else []
        values = [item.value for item in mine]
        added: list[Node] = []
        for node in lists:
            new = [item for item in node.items if item.value not in values]
            values += (item.value for item in new)
            added += new
        items = [*added, *mine]
        if not items:
            return
        base = own[1] if own else lists[0]
        numbers = [*([0] * len(added)), *range(len(mine))]
        made = base.with_items(items, numbers)
        keys["tags"] = (own[0] if own else self.inherited.fields["tags"][0], made)

    def add_default_args(self, keys: Entries, entries: Entries, said: frozenset[str]) -> None:
        """Add what counts for all tasks to the arguments that the DAG gives them."""
        new = {name: entry for name, entry in entries.items() if name not in said}
        if _SHARED in new and new[_SHARED][1].kind == "mapping":
            span, node = new.pop(_SHARED)
            left = _without(node, _shared_names(said))
            new |= {_SHARED: (span, left)} if left.keys else {}
        for name in [name for name in new if name in _OF_TASKS]:  # the DAG has a field for it
            span, node = new.pop(name)
            keys[name] = (span, self.fill(node))
        if not new:
            return
        if "retry_delay" in new:
            keys.pop("retry_delay_minutes", None)
        if "default_args" not in keys:
            span, first = next(iter(new.values()))
            empty = Node({}, span, "mapping", document=first.document)
            keys["default_args"] = (span, empty)
        span, mine = keys["default_args"]
        if mine.kind == "mapping":
            inner = dict(mine.keys)
            if _SHARED in inner and _SHARED in new:
                self.add(inner, {_SHARED: new.pop(_SHARED)}, frozenset({_SHARED}), said=())
            for name, (where, node) in new.items():
                inner[name] = (where, self.fill(node))
            keys["default_args"] = (span, mine.with_keys(inner))

    def entries(self, tasks: Node, said: frozenset[str]) -> Node:
        """Return the entries of `tasks`, each with what its type and its operator add."""
        if tasks.kind != "list":
            return tasks
        items = [self._entry(item, said) for item in tasks.items]
        return tasks.with_items(items, tasks.numbers)

    def _entry(self, entry: Node, said: frozenset[str]) -> Node:
        if entry.kind != "mapping":
            return entry
        if is_group(entry.value):
            around = said | _names_in(entry.keys.get("default_args"))
            if "tasks" not in entry.keys:
                return entry
            span, inside = entry.keys["tasks"]
            return entry.with_keys({**entry.keys, "tasks": (span, self.entries(inside, around))})
        chosen = list(self._chosen(entry.value))
        if not chosen:
            return entry
        keys = dict(entry.keys)
        for entries in chosen:
            self._add_to_task(keys, entries, said)
        return entry.with_keys(keys)

    def _add_to_task(self, keys: Entries, entries: Entries, said: frozenset[str]) -> None:
        elsewhere = _names_in(keys.get("expand")) | _shared_names(said)
        more: Entries = {}
        for name, (span, node) in entries.items():
            if name not in elsewhere:
                left = _without(node, elsewhere) if name in MERGED_IN_TASKS else node
                more[name] = (span, left)
        self.add(keys, more, MERGED_IN_TASKS, said={*keys, *said})

    def _chosen(self, task: Mapping[str, object]) -> Iterator[Entries]:
        """Yield what counts for a task, the most particular first."""
        for word in selects(task, self.inherited.tasks):
            yield self.inherited.tasks[word]
            yield from self.inherited.farther_of_tasks.get(word, ())


def _add(
    entries: Entries, more: Entries, merged: frozenset[str], farther: Sequence[Entries]
) -> list[Entries]:
    """Add what a file farther away says; return what is to be joined when variables are known.

    Args:
        entries: What nearer files say.
        more: What this file says.
        merged: The names of mappings in which each key counts.
        farther: What of nearer files is to be joined later.
    """
    taken = frozenset(_all_names(entries))
    later: list[Entries] = []
    for name, (span, node) in more.items():
        if name not in taken:
            entries[name] = (span, node)
        elif name in merged and name in entries:
            nearer = entries[name][1]
            if _is_variable(nearer) or _is_variable(node) or any(name in it for it in farther):
                later.append({name: (span, node)})
            elif nearer.kind == node.kind == "mapping" and not _is_marker(nearer):
                inner = {**node.keys, **nearer.keys}
                if name == _OF_ALL and _SHARED in nearer.keys and _SHARED in node.keys:
                    known = {_SHARED: node.keys[_SHARED]}
                    rest = _add(inner, known, frozenset({_SHARED}), ())
                    later += ({name: (span, node.with_keys(left))} for left in rest)
                entries[name] = (entries[name][0], nearer.with_keys(inner))
    return later


def _is_variable(node: Node) -> bool:
    return isinstance(node.value, str) and "${{" in node.value


def _all_names(names: Iterable[str]) -> Iterator[str]:
    """Yield names, and the other names of the same things."""
    for name in names:
        yield name
        if name in OTHER_NAMES:
            yield OTHER_NAMES[name]


def _names_in(entry: Entry | None) -> frozenset[str]:
    return _names(entry[1].keys) if entry else frozenset()


def _names(entries: Entries) -> frozenset[str]:
    """Return what arguments of tasks say; `with.x` is the parameter `x` of operators."""
    names = set(_all_names(entries))
    if _SHARED in entries:
        names.discard(_SHARED)
        names |= {f"{_SHARED}.{name}" for name in entries[_SHARED][1].keys}
    return frozenset(names)


def _shared_names(said: frozenset[str]) -> frozenset[str]:
    """Return the parameters of operators among what is said."""
    before = f"{_SHARED}."
    return frozenset(name.removeprefix(before) for name in said if name.startswith(before))


def _without(node: Node, names: frozenset[str]) -> Node:
    """Return a mapping without some of its keys."""
    if names.isdisjoint(node.keys):
        return node
    return node.with_keys({key: inner for key, inner in node.keys.items() if key not in names})


def _is_marker(node: Node) -> bool:
    return any(name.startswith("$") for name in node.keys)
