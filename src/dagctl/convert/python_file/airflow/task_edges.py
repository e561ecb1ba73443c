"""Edges of a DAG file: `>>`, `set_upstream`, `chain`, lists of tasks, setups and teardowns."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import (
    Dag,
    Label,
    Made,
    Opaque,
    Output,
    Task,
    TaskGroup,
    dag_of,
    is_bare,
)
from dagctl.convert.python_file.state.source_tree import words

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from dagctl.convert.python_file.state.machine import Machine

METHODS = frozenset({"set_upstream", "set_downstream", "as_setup", "as_teardown"})
Node = Task | TaskGroup
End = Node | Label
_MOST = 20_000
"""Items of a list of tasks that are looked at."""


def shifted(machine: Machine, before: object, after: object, node: ast.AST) -> None:
    """Follow `>>` and `<<`: an edge, or in Airflow 1 what puts a task into a DAG."""
    dag, item = (before, after) if isinstance(before, Dag) else (after, before)
    if isinstance(dag, Dag) and isinstance(item, Task) and dag_of(item) in {None, dag}:
        _adopt(machine, dag, item)
        text = "it put the task into the DAG in Airflow 1; later ones refuse that line"
        dag.report.changed(machine.place(node), words(node), text)
    else:
        connect(machine, before, after, node)


def connect(machine: Machine, before: object, after: object, node: ast.AST) -> None:
    """Let everything in `after` wait for everything in `before`."""
    uppers, lowers = _ends(machine, before, node), _ends(machine, after, node)
    machine.charge(len(uppers) * len(lowers))
    machine.effects += 1
    for lower in lowers:
        for upper in uppers:
            _join(machine, upper, lower)


def _join(machine: Machine, upper: End, lower: End, text: str = "") -> None:
    """Make an edge. A label makes those between all before and all behind it, as Airflow's does."""
    if isinstance(upper, Label):
        upper.after.append(lower)
        machine.charge(len(upper.before))
        for each in upper.before:
            _join(machine, each, lower, upper.text)
    elif isinstance(lower, Label):
        lower.before.append(upper)
        machine.charge(len(lower.after))
        for each in lower.after:
            _join(machine, upper, each, lower.text)
    else:
        _adopt(machine, upper, lower)
        lower.upstream[upper] = text or lower.upstream.get(upper, "")


def _adopt(machine: Machine, first: Node | Dag, second: Node) -> None:
    """Put a task without a DAG into the DAG of the other."""
    for item, other in ((first, second), (second, first)):
        dag = dag_of(other)
        if dag_of(item) is None and dag is not None:
            top: Any = item
            while getattr(top, "parent", None) is not None:
                top = top.parent
            top.parent = dag
            dag.children.append(top)
            if isinstance(top, Task):
                top.is_outside = True
            machine.orphans = [orphan for orphan in machine.orphans if orphan is not top]


def _ends(machine: Machine, value: object, node: ast.AST) -> list[End]:
    """Return the tasks, groups and labels at an end of an edge."""
    if isinstance(value, End):
        return [value]
    if isinstance(value, Output):
        return [value.task]
    if isinstance(value, list | tuple | set):
        machine.charge(len(value))
        return [end for item in value for end in _ends(machine, item, node)]
    if isinstance(value, dict):
        return [end for item in value.values() for end in _ends(machine, item, node)]
    place = machine.place(node)
    if isinstance(value, Opaque):
        machine.report.gap(place, words(node), f"the edge leads to something unknown: {value.why}")
    elif value is not None:
        _note_calls(machine, value)
        machine.report.gap(place, words(node), "the edge leads to something that is no task")
    return []


def _note_calls(machine: Machine, value: object) -> None:
    """Note the calls that give the end of an edge: they make tasks."""
    stack: list[Any] = [value]
    for _ in range(_MOST):
        item = stack.pop() if stack else None
        if not isinstance(item, Made):
            break
        machine.edge_values.add(id(item))
        stack += [each for each in item.args if isinstance(each, Made)]


def tasks_in(value: object) -> list[Task]:
    """Return the tasks that a value names: itself, or those of a list."""
    made: list[Task] = []
    stack: list[Any] = [value]
    for _ in range(_MOST):
        if not stack:
            break
        item = stack.pop()
        if isinstance(item, Task | Output):
            made.append(item if isinstance(item, Task) else item.task)
        elif isinstance(item, list | tuple):
            stack += reversed(item)
    return made


def method(  # noqa: PLR0913, PLR0917 - the parts of a call
    machine: Machine,
    owner: object,
    name: str,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    node: ast.AST,
) -> Any:  # noqa: ANN401
    """Call one of `METHODS`."""
    given = args[0] if args else next(iter(kwargs.values()), None)
    if name == "set_upstream":
        connect(machine, given, owner, node)
        return None
    if name == "set_downstream":
        connect(machine, owner, given, node)
        return None
    if is_bare(owner) or is_bare(kwargs.get("setups")):
        text = "what a function returns is no setup and no teardown of a spec"
        machine.report.gap(machine.place(node), words(node), text)
    for task in tasks_in(owner):
        _stage(machine, task, name, kwargs)
    return owner


def _stage(machine: Machine, task: Task, name: str, kwargs: dict[str, Any]) -> None:
    fails = kwargs.get("on_failure_fail_dagrun") is True
    if name == "as_setup":
        task.setup = True
        return
    task.teardown, task.fails_run = True, fails
    for setup in tasks_in(kwargs.get("setups")):
        setup.setup = True
        if setup not in task.tears_down:
            task.tears_down.append(setup)
    machine.charge(len(task.tears_down))


def chain(machine: Machine, parts: Sequence[Any], node: ast.AST) -> None:
    """Connect each part to the next; two lists of one length pairwise, as Airflow does."""
    for before, after in pairwise(parts):
        is_list = any(isinstance(part, list | tuple) for part in (before, after))
        if is_list and (is_bare(before) or is_bare(after)):
            text = "whether the function returns a list, which a chain joins pairwise, is not known"
            machine.report.gap(machine.place(node), "chain", text)
        if isinstance(before, list | tuple) and isinstance(after, list | tuple):
            if len(before) != len(after):
                text = "Airflow refuses a chain of lists that have different lengths"
                machine.report.gap(machine.place(node), "chain", text)
                continue
            for upper, lower in zip(before, after, strict=True):
                connect(machine, upper, lower, node)
        else:
            connect(machine, before, after, node)


def chain_linear(machine: Machine, parts: Sequence[Any], node: ast.AST) -> None:
    """Connect all of each part to all of the next."""
    for before, after in pairwise(parts):
        connect(machine, before, after, node)
