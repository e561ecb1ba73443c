"""The task types: one model class a type, listed here once."""

from typing import Annotated

from pydantic import Field

from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.python import PythonTask

Task = Annotated[PythonTask | BashTask, Field(discriminator="task_type")]

__all__ = ["BashTask", "PythonTask", "Task", "TaskBase"]
