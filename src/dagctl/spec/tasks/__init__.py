"""The entries of `tasks`: one model class a kind of task, listed here once, and the group."""

from typing import Annotated

from pydantic import Discriminator, Tag

from dagctl.spec.callbacks import callbacks_in
from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.decorator import DecoratorTask
from dagctl.spec.tasks.function import FunctionSource
from dagctl.spec.tasks.group import Group
from dagctl.spec.tasks.kinds import Kinds
from dagctl.spec.tasks.operator import OperatorTask
from dagctl.spec.tasks.python import PythonTask
from dagctl.spec.walk import is_group, raw_tasks

KINDS = Kinds((PythonTask, BashTask, OperatorTask, DecoratorTask))
"""Every kind of task: the one list of them."""

GROUP = "group"
"""What marks a group among the entries; no `task_type`."""


def tag_of_entry(entry: object) -> str | None:
    """Return the tag of the model that an entry is for, or None where nothing shows it."""
    return GROUP if is_group(entry) else KINDS.tag_of(entry)


Task = PythonTask | BashTask | OperatorTask | DecoratorTask
"""A task of any kind."""

Entry = Annotated[
    Annotated[PythonTask, Tag("python")]
    | Annotated[BashTask, Tag("bash")]
    | Annotated[OperatorTask, Tag("operator")]
    | Annotated[DecoratorTask, Tag("decorator")]
    | Annotated[Group, Tag(GROUP)],
    Discriminator(tag_of_entry),
]
"""A task of any kind, or a group."""
Group.model_rebuild(_types_namespace={"Entry": Entry})

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
