"""The order of the tasks in the module, and which edges their arguments make by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operators import Operator, lookup
from dagctl.spec.tasks import OperatorTask
from dagctl.spec.tasks.base import outputs_used

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.spec.target import Target
    from dagctl.spec.tasks import TaskBase


def defined_in_order(tasks: Sequence[TaskBase]) -> list[TaskBase]:
    """Return the tasks so that each stands behind those whose outputs it uses.

    Otherwise they keep the order of the document. There is no circle: a spec with one is refused.
    """
    by_id = {task.task_id: task for task in tasks}
    ordered: dict[str, TaskBase] = {}
    for task in tasks:
        stack = [task]
        while stack:
            last = stack[-1]
            missing = [each for each in _used(last) if each not in ordered]
            if missing:
                stack += (by_id[each] for each in reversed(missing))
            else:
                ordered.setdefault(last.task_id, stack.pop())
    return list(ordered.values())


def _used(task: TaskBase) -> dict[str, None]:
    return dict.fromkeys(name for _, name in outputs_used(task.values))


def implied_by_outputs(task: TaskBase, target: Target) -> set[str]:
    """Return the tasks that Airflow puts before a task because its arguments use their outputs.

    It does so in what it renders. What a class of the project's own renders is not known, so that
    such a task gets its edges written out.
    """
    used = set(_used(task))
    if used and isinstance(task, OperatorTask):
        known = lookup(task.operator, target.name)
        if not isinstance(known, Operator) or known.template_fields is None:
            return set()
    return used
