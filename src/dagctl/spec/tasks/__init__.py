"""The task types: one model class a type, listed here once."""

from typing import Annotated

from pydantic import Field

from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.python import PythonTask

Task = Annotated[PythonTask | BashTask, Field(discriminator="task_type")]

TASK_TYPES: dict[str, type[TaskBase]] = {"python": PythonTask, "bash": BashTask}
"""The model class of each task type."""

__all__ = ["TASK_TYPES", "BashTask", "PythonTask", "Task", "TaskBase"]
