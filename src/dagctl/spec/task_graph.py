"""The graph of tasks: every id once, every dependency there, and no cycle.

It looks at raw data, so that a slip in one field hides no slip in the graph.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagctl.spec.codes import Code
from dagctl.spec.problem import Located, Problem
from dagctl.spec.tasks.base import outputs_used
from dagctl.spec.walk import raw_tasks
from dagctl.spec.wording import Names, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.spec.walk import Path

_MENTIONED = 12
_CYCLES = 10
"""So many cycles are reported at once; the others are reported once these are fixed."""


@dataclass(frozen=True, slots=True)
class Node:
    """A task: where it stands, its id, and its dependencies with their places."""

    number: int
    """Its place among all tasks, from 0."""
    path: Path
    task_id: str
    dependencies: tuple[tuple[Path, str], ...]
    """What it waits for: where it says so below its own path, and the id."""


def graph_problems(data: object) -> Iterator[Located]:
    """Yield what is wrong with the graph of raw tasks; ids that are not text are skipped."""
    nodes = list(_nodes(data))
    yield from _duplicate_ids(nodes)
    ids = Names(node.task_id for node in nodes)
    for node in nodes:
        yield from _bad_dependencies(node, ids)
    first: dict[str, Node] = {}
    for node in nodes:
        first.setdefault(node.task_id, node)
    yield from _cycles(first)


def _nodes(data: object) -> Iterator[Node]:
    for number, (path, task) in enumerate(raw_tasks(data)):
        task_id = _field(task, "task_id")
        if isinstance(task_id, str):
            yield Node(number, path, task_id, tuple(_waits(task)))


def _waits(task: object) -> Iterator[tuple[Path, str]]:
    """Yield each task that a raw task waits for, and where it says so: outputs it uses too."""
    items = _field(task, "dependencies")
    for place, item in enumerate(items if isinstance(items, list | tuple) else ()):
        if isinstance(item, str):
            yield ("dependencies", place), item
    yield from outputs_used(task if isinstance(task, dict) else getattr(task, "values", {}))


def _field(task: object, name: str) -> Any:  # noqa: ANN401 - raw input
    return task.get(name) if isinstance(task, dict) else getattr(task, name, None)


def _duplicate_ids(nodes: Sequence[Node]) -> Iterator[Located]:
    first: dict[str, int] = {}
    for node in nodes:
        if first.setdefault(node.task_id, node.number) != node.number:
            taken = first[node.task_id] + 1
            message = (
                f"the task id {quoted(node.task_id)} is already used by task {taken} in the list"
            )
            problem = Problem(Code.DUPLICATE_TASK_ID, message, "give each task its own id")
            yield _at(node, ("task_id",), problem)


def _bad_dependencies(node: Node, ids: Names) -> Iterator[Located]:
    seen: set[str] = set()
    me = quoted(node.task_id)
    for place, name in node.dependencies:
        if name in seen and place[0] == "dependencies":
            message = f"task {me} lists the dependency {quoted(name)} twice"
            yield _at(
                node, place, Problem(Code.DUPLICATE_DEPENDENCY, message, "remove one of them")
            )
        elif name == node.task_id:
            message = f"task {me} depends on itself"
            yield _at(
                node, place, Problem(Code.SELF_DEPENDENCY, message, "remove it from `dependencies`")
            )
        elif name not in ids:
            message = f"task {me} depends on {quoted(name)}, which does not exist"
            yield _at(node, place, Problem(Code.UNKNOWN_DEPENDENCY, message, _known(name, ids)))
        seen.add(name)


def _known(name: str, ids: Names) -> str:
    near = ids.nearest(name)
    listed = ", ".join(quoted(known) for known in ids.ordered[:_MENTIONED])
    return f"did you mean {quoted(near)}?" if near else f"the tasks are: {listed}"


def _at(node: Node, where: Path, problem: Problem) -> Located:
    return Located((*node.path, *where), problem)


def _cycles(nodes: Mapping[str, Node]) -> Iterator[Located]:
    """Yield one problem for each circle of tasks, at the first dependency on the way round."""
    left = _without_acyclic(nodes)
    for _ in range(_CYCLES):
        if not left:
            return
        path = _walk_round(left)
        first = min(range(len(path)), key=lambda i: left[path[i]].number)
        path = path[first:] + path[:first]
        node = left[path[0]]
        follower = path[1 % len(path)]
        place = next(place for place, name in node.dependencies if name == follower)
        yield _at(node, place, _cycle_problem([*path, path[0]]))
        shown = set(path)
        left = _without_acyclic({name: node for name, node in left.items() if name not in shown})


def _cycle_problem(path: list[str]) -> Problem:
    names = path if len(path) <= _MENTIONED else [*path[: _MENTIONED - 1], "...", path[-1]]
    way = " -> ".join(quoted(name)[1:-1] for name in names)
    return Problem(
        Code.CYCLE,
        f"dependency cycle: {way}",
        "each task waits for the one after the arrow; remove one dependency",
    )


def _without_acyclic(nodes: Mapping[str, Node]) -> dict[str, Node]:
    """Return the tasks that could never start: each waits for another one of them."""
    waits = {name: _waits_for(node, nodes) for name, node in nodes.items()}
    followers: dict[str, list[str]] = {name: [] for name in nodes}
    for name, others in waits.items():
        for other in others:
            followers[other].append(name)
    count = Counter({name: len(others) for name, others in waits.items()})
    ready = [name for name in nodes if not count[name]]
    for name in ready:
        for follower in followers[name]:
            count[follower] -= 1
            if not count[follower]:
                ready.append(follower)
    return {name: node for name, node in nodes.items() if count[name]}


def _waits_for(node: Node, nodes: Mapping[str, Node]) -> set[str]:
    return {name for _, name in node.dependencies if name in nodes and name != node.task_id}


def _walk_round(left: Mapping[str, Node]) -> list[str]:
    """Return a cycle, each name depending on the next; each task left waits for another."""
    place: dict[str, int] = {}
    path: list[str] = []
    name = next(iter(left))
    while name not in place:
        place[name] = len(path)
        path.append(name)
        name = next(
            other for _, other in left[name].dependencies if other in left and other != name
        )
    return path[place[name] :]
