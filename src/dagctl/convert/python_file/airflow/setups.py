"""`with teardown:` of a DAG file: what is made in it stands between the setups and the teardown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Each, Joined, Output, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.convert.python_file.state.machine import Machine

_MOST = 2_000


def outputs_in(value: object) -> Iterator[Task]:
    """Yield the tasks whose outputs a value holds."""
    stack: list[Any] = [value]
    for _ in range(_MOST):
        if not stack:
            return
        item = stack.pop()
        if isinstance(item, Output):
            yield item.task
        elif isinstance(item, Joined):
            stack += item.parts
        elif isinstance(item, Each):
            stack.append(item.output)
        elif isinstance(item, list | tuple):
            stack += item
        elif isinstance(item, dict):
            stack += item.values()


def before(task: Task) -> set[Any]:
    """Return what a task waits for, by an edge or by an output."""
    given = [task.kwargs, task.given, task.mapped or {}]
    return {*task.upstream, *outputs_in(given)}


def enclose(machine: Machine, teardown: Task, work: Sequence[Task]) -> None:
    """Put tasks between the setups of a teardown and itself, as Airflow does."""
    machine.charge(8 * len(work))
    inside = set(work)
    waits = {task: before(task) & inside for task in work}
    followed = {each for others in waits.values() for each in others}
    inner = [task for task in work if not task.setup and not task.teardown]
    for setup in [task for task in before(teardown) if isinstance(task, Task) and task.setup]:
        for task in inner:
            if not waits[task]:
                task.upstream.setdefault(setup, "")
    for task in inner:
        if task not in followed:
            teardown.upstream.setdefault(task, "")
