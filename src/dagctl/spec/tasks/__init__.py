"""The entries of `tasks`: one model class a kind of task, listed once in `kinds`, and the group."""

from dagctl.spec.fields.callbacks import callbacks_in
from dagctl.spec.fields.markers import markers_in
from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.decorator import DecoratorTask
from dagctl.spec.tasks.function import FunctionSource
from dagctl.spec.tasks.group import GROUP, Entry, Group, tag_of_entry
from dagctl.spec.tasks.kinds import KINDS, Task
from dagctl.spec.tasks.operator import OperatorTask
from dagctl.spec.tasks.python import PythonTask
from dagctl.spec.walk import raw_tasks

TASK_TYPES = KINDS.by_word
"""The model class of each word of `task_type`."""

_CODE_FIELDS = ("python_code", "bash_command")


def code_size(data: object) -> int:
    """Return how many characters of code the tasks of raw data hold in all."""
    owners = (task for _, task in raw_tasks(data) if isinstance(task, dict))
    code = (owner.get(name) for owner in owners for name in _CODE_FIELDS)
    called = (callback.get("python_code") for _, callback in callbacks_in(data))
    given = (item["$python_code"] for _, item in markers_in(data, "$python_code"))
    return sum(len(text) for text in (*code, *called, *given) if isinstance(text, str))


__all__ = [
    "GROUP",
    "KINDS",
    "TASK_TYPES",
    "BashTask",
    "DecoratorTask",
    "Entry",
    "FunctionSource",
    "Group",
    "OperatorTask",
    "PythonTask",
    "Task",
    "TaskBase",
    "code_size",
    "tag_of_entry",
]
