"""Tasks whose type is missing or unknown: their other fields are checked all the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagctl.spec.checked_model import Family
from dagctl.spec.codes import Code
from dagctl.spec.problem import Located, Problem
from dagctl.spec.tasks import KINDS, TASK_TYPES, TaskBase
from dagctl.spec.walk import raw_tasks
from dagctl.spec.wording import nearest, quoted
from dagctl.spec.wrong_type import MAPPING, wrong_type


def untyped_task_problems(data: object, family: Family) -> Iterator[Located]:
    """Yield the problems of the raw tasks that no model of a task type has looked at."""
    for path, task in raw_tasks(data):
        if not isinstance(task, dict | TaskBase):
            yield Located(path, wrong_type(path, MAPPING, task))
        elif isinstance(task, dict) and KINDS.tag_of(task) is None:
            yield from (
                Located((*path, *item.path), item.problem) for item in _problems(task, family)
            )


def _problems(task: Mapping[str, Any], family: Family) -> Iterator[Located]:
    name = task.get("task_type")
    meant = _meant(task)
    if "task_type" not in task and task.get("type") in TASK_TYPES:
        yield Located(("type",), _other_name())
        task = {key: value for key, value in task.items() if key != "type"}
    elif "task_type" not in task:
        yield Located(("task_type",), _missing(task, meant))
    elif isinstance(name, str):
        yield Located(("task_type",), _unknown(name))
    else:
        message = f"`task_type` must be one of: {', '.join(sorted(TASK_TYPES))}"
        yield Located(("task_type",), Problem(Code.WRONG_TYPE, message, "write one of these words"))
    if meant:
        yield from _problems_as(meant, task, family)


def _meant(task: Mapping[str, Any]) -> str | None:
    """Return the type that the task would have: the near word, or the one whose code it carries."""
    name = task.get("task_type", task.get("type"))
    near = nearest(name, TASK_TYPES) if isinstance(name, str) else None
    carried = KINDS.tag_of({key: value for key, value in task.items() if key != "task_type"})
    return near or carried


def _missing(task: Mapping[str, Any], meant: str | None) -> Problem:
    task_id = task.get("task_id")
    who = f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""
    keys = [key for model in KINDS.by_tag.values() for key in model.own_keys]
    hint = f"add `task_type: {meant}`" if meant else f"add one of: {', '.join(keys)}"
    return Problem(Code.MISSING_KEY, f"{who}nothing says what kind of task it is", hint)


def _other_name() -> Problem:
    return Problem(Code.UNKNOWN_KEY, "unknown key `type`", "did you mean `task_type`?")


def _unknown(name: str) -> Problem:
    near = nearest(name, TASK_TYPES)
    hint = f"did you mean `{near}`?" if near else f"known types: {', '.join(sorted(TASK_TYPES))}"
    return Problem(Code.UNKNOWN_TASK_TYPE, f"unknown task type {quoted(name)}", hint)


def _problems_as(kind: str, task: Mapping[str, Any], family: Family) -> Iterator[Located]:
    _, problems = TASK_TYPES[kind].check({**task, "task_type": kind}, family)
    yield from problems
