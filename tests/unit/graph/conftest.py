"""Small specs for the tests of drawings."""

from __future__ import annotations

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
