"""A task that runs a shell command."""

from typing import Literal

from dagctl.spec.tasks.base import TaskBase


class BashTask(TaskBase):
    """Runs `bash_command`, after Airflow has rendered its Jinja."""

    task_type: Literal["bash"]
    bash_command: str
