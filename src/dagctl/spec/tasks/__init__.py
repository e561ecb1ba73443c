"""The task types: one model class a type, listed here once."""

from typing import Annotated, get_args

from pydantic import Field

from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.python import PythonTask
from dagctl.spec.walk import raw_tasks

Task = Annotated[PythonTask | BashTask, Field(discriminator="task_type")]
"""Every task type: the one list of them."""

TASK_TYPES: dict[str, type[TaskBase]] = {
    model.type_name(): model for model in get_args(get_args(Task)[0])
}
"""The model class of each task type, by its word."""

_CODE_FIELDS = tuple(model.code_field for model in TASK_TYPES.values())


def code_size(data: object) -> int:
    """Return how many characters of code the tasks of raw data hold in all."""
    return sum(
        len(task[name])
        for _, task in raw_tasks(data)
        for name in _CODE_FIELDS
        if isinstance(task, dict) and isinstance(task.get(name), str)
    )


__all__ = ["TASK_TYPES", "BashTask", "PythonTask", "Task", "TaskBase", "code_size"]
