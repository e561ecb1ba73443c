"""The kinds of tasks: one model class a kind, listed here once."""

from typing import Annotated

from pydantic import Discriminator, Tag

from dagctl.spec.callbacks import callbacks_in
from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.kinds import Kinds
from dagctl.spec.tasks.operator import OperatorTask
from dagctl.spec.tasks.python import PythonTask
from dagctl.spec.walk import raw_tasks

KINDS = Kinds((PythonTask, BashTask, OperatorTask))
"""Every kind of task: the one list of them."""

Task = Annotated[
    Annotated[PythonTask, Tag("python")]
    | Annotated[BashTask, Tag("bash")]
    | Annotated[OperatorTask, Tag("operator")],
    Discriminator(KINDS.tag_of),
]
"""A task of any kind."""

TASK_TYPES = KINDS.by_word
"""The model class of each word of `task_type`."""

_CODE_FIELDS = ("python_code", "bash_command")


def code_size(data: object) -> int:
    """Return how many characters of code the tasks of raw data hold in all."""
    owners = (task for _, task in raw_tasks(data) if isinstance(task, dict))
    code = (owner.get(name) for owner in owners for name in _CODE_FIELDS)
    called = (callback.get("python_code") for _, callback in callbacks_in(data))
    return sum(len(text) for text in (*code, *called) if isinstance(text, str))


__all__ = [
    "KINDS",
    "TASK_TYPES",
    "BashTask",
    "OperatorTask",
    "PythonTask",
    "Task",
    "TaskBase",
    "code_size",
]
