"""Small specs for the tests of drawings."""

from __future__ import annotations

import re

from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import BashTask


def spec(**tasks: str) -> DagSpec:
    """Return a spec from `task="its dependencies"`."""
    return DagSpec(
        dag_name="Drawn",
        tasks=tuple(
            BashTask(
                task_id=task,
                task_type="bash",
                bash_command="true",
                dependencies=tuple(waits.split()),
            )
            for task, waits in tasks.items()
        ),
    )


def tasks_of(item: str) -> list[str]:
    """Return the tasks that an item of the short form of a list stands for."""
    run = re.fullmatch(r"(\S+) \.\.\. (\S+) \(([0-9]+)\)", item)
    if run is None:
        return [item]
    head, number, tail = re.fullmatch(r"(.*?)([0-9]+)([^0-9]*)", run[1]).groups()  # type: ignore[union-attr] # it has a number
    numbers = range(int(number), int(number) + int(run[3]))
    tasks = [f"{head}{each:0{len(number)}}{tail}" for each in numbers]
    assert tasks[-1] == run[2]
    return tasks
