"""The graph of tasks and groups: every id once, every dependency there, and no cycle.

It looks at raw data, so that a slip in one field hides no slip in the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import Names, in_yaml, question, quoted
from dagctl.spec.dependencies.branches import branch_problems
from dagctl.spec.dependencies.cycles import MENTIONED, cycle_problems, holds
from dagctl.spec.dependencies.mapped_checks import mapped_problems
from dagctl.spec.dependencies.outline import outline_of, said_id
from dagctl.spec.fields.ids import MAX_TASK_ID
from dagctl.spec.walk import field, mapping_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.dependencies.outline import Entry, Outline, Wait

_SHOWN = 200
"""Characters of a list that a hint repeats."""
_JOINTS = ("upstream_join_id", "downstream_join_id")
"""What Airflow 2 calls the two ends of a group in the ids of its drawing."""


def graph_problems(data: object) -> Iterator[Problem]:
    """Yield what is wrong with the graph of raw entries; ids that are not text are skipped."""
    outline = outline_of(data)
    yield from _id_problems(outline)
    named = [entry for entry in outline.entries if _says_id(entry)]
    ids = Names(name for entry in named for name in (entry.name, entry.address))
    for entry in outline.entries:
        yield from _bad_waits(entry, outline, ids)
        yield from _bad_labels(entry, outline)
    yield from cycle_problems(outline)
    yield from mapped_problems(outline)
    yield from branch_problems(outline)


def _key(entry: Entry) -> str:
    return "group_id" if entry.is_group else "task_id"


def _has_name(entry: Entry) -> bool:
    return isinstance(field(entry.item, _key(entry)), str)


def _says_id(entry: Entry) -> bool:
    """Return whether an entry has an id, also under a wrong key; else it is named by its place."""
    return said_id(entry.item, _key(entry)) is not None


def _id_problems(outline: Outline) -> Iterator[Problem]:
    """Yield the ids that are there before, that groups make too long, and that Airflow takes."""
    first: dict[str, Entry] = {}
    for entry in filter(_has_name, outline.entries):
        key = _key(entry)
        taken = first.setdefault(entry.address, entry)
        taken = first.setdefault(entry.id, entry) if taken is entry else taken
        if taken is not entry:
            yield _taken(entry, taken).at(*entry.path, key)
        elif len(entry.id) > MAX_TASK_ID >= len(entry.name) and not entry.is_group:
            message = f"with its groups the id has {len(entry.id)} characters"
            hint = f"Airflow takes at most {MAX_TASK_ID}: shorten the ids of the groups"
            yield Problem(Code.BAD_TASK_ID, message, hint).at(*entry.path, key)
        elif entry.name in _JOINTS and entry.id != entry.name:
            message = f"{quoted(entry.name)} in a group is an id of Airflow's own"
            yield Problem(Code.BAD_TASK_ID, message, "choose another").at(*entry.path, key)


def _taken(entry: Entry, taken: Entry) -> Problem:
    if entry.group is None and taken.group is None and not entry.is_group and not taken.is_group:
        name, where = entry.name, f"by task {taken.path[-1] + 1} in the list"  # type: ignore[operator] # an index
    else:
        name, where = entry.id, f"by the {'group' if taken.is_group else 'task'} at {_at(taken)}"
    kind = "group" if entry.is_group else "task"
    message = f"the {kind} id {quoted(name)} is already used {where}"
    return Problem(Code.DUPLICATE_TASK_ID, message, f"give each {kind} its own id")


def _at(entry: Entry) -> str:
    numbers = [f"{step + 1}" for step in entry.path if isinstance(step, int)]
    return f"place {'.'.join(numbers)} of the list"


def _bad_waits(entry: Entry, outline: Outline, ids: Names) -> Iterator[Problem]:
    seen: set[Entry] = set()
    problem: Problem | None
    for wait, target in outline.waits(entry):
        if target is None:
            problem = _unknown(entry, wait, outline, ids)
        elif target in seen and wait.place[0] == "dependencies":
            message = f"{_kind(entry)} lists the dependency {quoted(wait.name)} twice"
            problem = Problem(Code.DUPLICATE_DEPENDENCY, message, "remove one of them")
        elif holds(target, entry) or holds(entry, target):
            problem = _of_itself(entry, target, wait)
        else:
            problem = _no_output(target, wait)
        if target is not None:
            seen.add(target)
        if problem is not None:
            yield problem.at(*entry.path, *wait.place)


def _bad_labels(entry: Entry, outline: Outline) -> Iterator[Problem]:
    """Yield the texts at edges that are not there, and second ones at one edge."""
    labels = mapping_in(entry.item, "edge_labels")
    if not labels:
        return
    upstream: dict[Entry | None, None] = dict.fromkeys(outline.upstream(entry))
    left = {**upstream}
    names = Names(each.name for each in upstream if each)
    unknown = {wait.name for wait, target in outline.waits(entry) if target is None}
    for name in labels:
        known = outline.resolve(str(name), entry.group)
        if known in left or name in unknown:
            left.pop(known, None)
            continue
        message = f"{_kind(entry)} does not wait for {quoted(str(name))}"
        hint = question(names.nearest(str(name)))
        if known in upstream:
            message = f"{quoted(str(name))} is labelled twice"
            hint = "remove one of them"
        elif hint is None:
            hint = "a label stands at an edge: add the id to `dependencies`, or remove the label"
        yield Problem(Code.BAD_LABEL, message, hint).at(*entry.path, "edge_labels", name)


def _kind(entry: Entry) -> str:
    return f"{'group' if entry.is_group else 'task'} {quoted(entry.address)}"


def _unknown(entry: Entry, wait: Wait, outline: Outline, ids: Names) -> Problem:
    message = f"{_kind(entry)} depends on {quoted(wait.name)}, which does not exist"
    around = outline.resolve(wait.name.rpartition(".")[0], entry.group)
    if around is not None and field(around.item, "group_callable"):
        message = f"{_kind(entry)} depends on a task that only a function knows"
        hint = f"name the group: {quoted(around.address)}"
        return Problem(Code.UNKNOWN_DEPENDENCY, message, hint)
    if around is not None and wait.name.endswith(".output"):
        return Problem(Code.UNKNOWN_DEPENDENCY, message, f"write {quoted(around.address)}")
    near = ids.ending_in(wait.name) or ids.nearest(wait.name)
    if near is not None and outline.resolve(near, entry.group) in {None, entry}:
        near = None
    others = [each for each in filter(_says_id, outline.entries) if each is not entry]
    addresses = dict.fromkeys(each.address for each in others[:MENTIONED])
    listed = ", ".join(map(quoted, addresses))
    hint = question(near) or (f"the tasks are: {listed}" if listed else "there is no other task")
    if "," in wait.name:
        hint = f"write each id as an item of its own: {in_yaml(_split(wait.name))}"
    return Problem(Code.UNKNOWN_DEPENDENCY, message, hint)


def _split(names: str) -> list[str]:
    return [name.strip() for name in names[:_SHOWN].split(",") if name.strip()]


def _of_itself(entry: Entry, target: Entry, wait: Wait) -> Problem:
    hint = f"remove it from `{wait.place[0]}`"
    if target is entry and wait.place[0] not in {"dependencies", "teardown"}:
        message = f"{_kind(entry)} depends on itself: it takes its own output"
        hint = "name another task under `$xcom`"
    elif target is entry:
        message = f"{_kind(entry)} depends on itself"
    elif holds(target, entry):
        message = f"{_kind(entry)} depends on {quoted(target.address)}, the group that it is in"
    else:
        message = f"{_kind(entry)} depends on {quoted(target.address)}, which is in it"
    return Problem(Code.SELF_DEPENDENCY, message, hint)


def _no_output(target: Entry, wait: Wait) -> Problem | None:
    """Return the problem of a group where only a task can be named."""
    if not target.is_group or wait.place[0] == "dependencies":
        return None
    if field(target.item, "without_group") is True and wait.place[0] != "teardown":
        return None  # it stands for what the function returns
    message = f"{quoted(wait.name)} is a group, which has no output"
    if wait.place[0] == "teardown":
        message = f"{quoted(wait.name)} is a group; a teardown names the setup tasks"
    hint = f"name a task in it: `{wait.name}.{target.children[0].name}`" if target.children else ""
    return Problem(Code.BAD_MARKER, message, hint or "name a task")
