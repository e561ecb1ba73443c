"""What kind of task an entry of `tasks` is: its own key says it, and `task_type` must agree."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.tasks.base import TaskBase
from dagctl.spec.tasks.bash import BashTask
from dagctl.spec.tasks.decorator import DecoratorTask
from dagctl.spec.tasks.operator import OperatorTask
from dagctl.spec.tasks.python import PythonTask

_ARTICLES = {"operator": "an"}


class Kinds:
    """The kinds of tasks, by the words of `task_type` and by the keys that only one of them has."""

    def __init__(self, models: tuple[type[TaskBase], ...]) -> None:
        self.by_tag = {model.type_names()[0]: model for model in models}
        self.by_word = {word: model for model in models for word in model.type_names()}
        self.owners = {key: tag for tag, model in self.by_tag.items() for key in model.own_keys}
        """The keys that show what a task is, each with the tag of its model."""
        self._beside = {
            (tag, self.owners[key])
            for tag, model in self.by_tag.items()
            for key in model.keys_of_others
        }

    def tag_of(self, task: object) -> str | None:
        """Return the tag of the model that an entry is for, or None where nothing shows it."""
        if isinstance(task, TaskBase):
            return task.type_names()[0]
        if not isinstance(task, dict):
            return None
        shown = self._shown(task)
        if "task_type" not in task:
            return shown[0] if shown else None
        word = task["task_type"]
        model = self.by_word.get(word) if isinstance(word, str) else None
        if model is None:
            return None
        tag = model.type_names()[0]
        return shown[0] if len(shown) == 1 and tag not in shown else tag

    def disagreement(self, task: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem where `task_type` is another kind's than the one the task's key shows."""
        tag, word = self.tag_of(task), task.get("task_type")
        if tag and isinstance(word, str) and word not in self.by_tag[tag].type_names():
            key = next(key for key in self.by_tag[tag].own_keys if key in task)
            if not isinstance(task[key], str) and marker_of(task[key]) is None:
                return  # the model says it: the key may show nothing
            made = f"{_ARTICLES.get(tag, 'a')} {tag} task"
            message = f"`task_type` is {quoted(word)}, and `{key}` makes it {made}"
            hint = f"write `task_type: {tag}`, or remove the line: `{key}` says it"
            yield Problem(Code.OTHER_TASK_TYPE, message, hint).at("task_type")

    def _shown(self, task: Mapping[str, Any]) -> list[str]:
        """Return the kinds whose own keys a task has, in the order of its keys."""
        owners = self.owners
        shown = [owners[key] for key in task if key in owners]  # it is asked of each task often
        if len(shown) < 2:  # noqa: PLR2004 - of two, the key of another may belong to the first
            return shown
        shown = list(dict.fromkeys(shown))
        return [tag for tag in shown if not any((other, tag) in self._beside for other in shown)]


KINDS = Kinds((PythonTask, BashTask, OperatorTask, DecoratorTask))
"""Every kind of task: the one list of them."""

Task = PythonTask | BashTask | OperatorTask | DecoratorTask
"""A task of any kind."""
