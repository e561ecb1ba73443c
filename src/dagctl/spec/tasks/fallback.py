"""Tasks whose type is missing or unknown: their other fields are checked all the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagctl.spec.checked_model import Family
from dagctl.spec.codes import Code
from dagctl.spec.problem import Located, Problem
from dagctl.spec.tasks import TASK_TYPES
from dagctl.spec.walk import raw_tasks
from dagctl.spec.wording import nearest, quoted


def untyped_task_problems(data: object, family: Family) -> Iterator[Located]:
    """Yield the problems of the raw tasks that no model of a task type has looked at."""
    for path, task in raw_tasks(data):
        if isinstance(task, dict) and not _has_type(task):
            yield from (
                Located((*path, *item.path), item.problem) for item in _problems(task, family)
            )


def _has_type(task: Mapping[str, Any]) -> bool:
    name = task.get("task_type")
    return isinstance(name, str) and name in TASK_TYPES


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
    carried = (kind for kind, model in TASK_TYPES.items() if model.code_field in task)
    return near or next(carried, None)


def _missing(task: Mapping[str, Any], meant: str | None) -> Problem:
    task_id = task.get("task_id")
    who = f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""
    hint = f"add `task_type: {meant}`" if meant else f"one of: {', '.join(sorted(TASK_TYPES))}"
    return Problem(Code.MISSING_KEY, f"{who}`task_type` is missing", hint)


def _other_name() -> Problem:
    return Problem(Code.UNKNOWN_KEY, "unknown key `type`", "did you mean `task_type`?")


def _unknown(name: str) -> Problem:
    near = nearest(name, TASK_TYPES)
    hint = f"did you mean `{near}`?" if near else f"known types: {', '.join(sorted(TASK_TYPES))}"
    return Problem(Code.UNKNOWN_TASK_TYPE, f"unknown task type {quoted(name)}", hint)


def _problems_as(kind: str, task: Mapping[str, Any], family: Family) -> Iterator[Located]:
    _, problems = TASK_TYPES[kind].check({**task, "task_type": kind}, family)
    yield from problems
