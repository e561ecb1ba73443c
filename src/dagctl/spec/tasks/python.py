"""A task that calls a Python function."""

from typing import Literal

from dagctl.spec.tasks.base import TaskBase


class PythonTask(TaskBase):
    """Runs `python_code`: a function body with `return`, or exactly one `def`."""

    task_type: Literal["python"]
    python_code: str
