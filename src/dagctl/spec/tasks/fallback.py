"""Tasks whose type is missing or unknown: their other fields are checked all the same."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, question, quoted
from dagctl.spec.tasks import KINDS, TASK_TYPES, TaskBase
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.gone import GONE
from dagctl.spec.validation.unknown_keys import other_name
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type
from dagctl.spec.walk import raw_tasks

_OPERATORS = {
    "sql": "SQLExecuteQueryOperator",
    **dict.fromkeys(("kubernetes", "k8s", "pod", "kubernetes_pod"), "KubernetesPodOperator"),
    "http": "HttpOperator",
    "email": "EmailOperator",
    **dict.fromkeys(("empty", "dummy"), "EmptyOperator"),
    "docker": "DockerOperator",
    "trigger": "TriggerDagRunOperator",
    "latest_only": "LatestOnlyOperator",
    "spark": "SparkSubmitOperator",
    "bigquery": "BigQueryInsertJobOperator",
    "file_sensor": "FileSensor",
    "external_task": "ExternalTaskSensor",
    "dbt": "DbtCloudRunJobOperator",
}
"""Operators that people call a type of task."""
_IN_A_FILE = ("python_callable_name", "python_callable_file")
"""How dag-factory names a function in a file."""
_CLASSES = {"bash": "BashOperator", "python": "PythonOperator"}
"""The operators that a spec has types of tasks for."""
_LIKENESS = 0.66
"""`callable` is nearer to `python_callable`; `python_version` is less near to `python_code`."""
_COMPARED_KEYS = 20
"""Keys of a task that are compared: an entry may have any number."""
_OF_A_KIND = {Code.MISSING_KEY, Code.OTHER_TASK_TYPE, Code.UNKNOWN_KEY}
"""What is wrong only if the guess about the type is right."""


def untyped_task_problems(data: object, family: Family) -> Iterator[Problem]:
    """Yield the problems of the raw tasks that no model of a task type has looked at."""
    for path, task in raw_tasks(data):
        if not isinstance(task, dict | TaskBase):
            yield wrong_type(path, MAPPING, task).at(*path)
        elif isinstance(task, dict) and KINDS.tag_of(task) is None:
            yield from (item.under(*path) for item in _problems(task, family))


def _problems(task: Mapping[str, Any], family: Family) -> Iterator[Problem]:
    name = task.get("task_type")
    meant = _meant(task)
    if "task_type" not in task and task.get("type") in TASK_TYPES:
        yield _other_name("did you mean `task_type`?").at("type")
        task = {key: value for key, value in task.items() if key != "type"}
    elif "task_type" not in task and not _carried(task) and _operator_of(task.get("type")):
        yield _other_name(_as_operator(task["type"])).at("type")
        return
    elif "task_type" not in task and (misspelt := _misspelt(task)):
        key, own_key = misspelt
        yield Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(key)}", question(own_key)).at(key)
        task = {own_key if name == key else name: value for name, value in task.items()}
        meant = KINDS.tag_of(task)
    elif "tasks" in task and "group_id" not in task:
        yield _of_a_group(task.get("task_id")).at("task_id")
        return
    elif "task_type" not in task:
        yield _missing(task, meant).at("task_type")
    elif isinstance(name, str):
        yield _unknown(name, _carried(task)).at("task_type")
    else:
        message = f"`task_type` must be one of: {', '.join(sorted(TASK_TYPES))}"
        yield Problem(Code.WRONG_TYPE, message, "write one of these words").at("task_type")
    if meant:
        certain = name is None or (_carried(task) is not None and not _operator_of(name))
        for item in _problems_as(meant, task, family):
            if certain or item.code not in _OF_A_KIND:
                yield item


def _meant(task: Mapping[str, Any]) -> str | None:
    """Return the type that the task would have: the one whose code it carries, or the near word."""
    name = task.get("task_type", task.get("type"))
    near = nearest(name, TASK_TYPES) if isinstance(name, str) else None
    return _carried(task) or near


def _carried(task: Mapping[str, Any]) -> str | None:
    """Return the type that the task's own key shows."""
    return KINDS.tag_of({key: value for key, value in task.items() if key != "task_type"})


def _misspelt(task: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return a key that is nearly one that shows the kind, and that one, or None."""
    known = _known_keys()
    strange = (str(key) for key in task if key not in known)
    for key in islice(strange, _COMPARED_KEYS):
        near = other_name(key, KINDS.owners) or nearest(key, KINDS.owners, likeness=_LIKENESS)
        if near:
            return key, near
    return None


def _known_keys() -> set[str]:
    return {*GONE}.union(*(model.key_names() for model in KINDS.by_tag.values()))


def _missing(task: Mapping[str, Any], meant: str | None) -> Problem:
    task_id = task.get("task_id")
    who = f"task {quoted(task_id)}: " if isinstance(task_id, str) else ""
    keys = KINDS.owners
    if "group_id" in task:
        message = f"{who}an entry is a task or a group, not both"
        return Problem(Code.GIVEN_TWICE, message, "remove `task_id` or `group_id`")
    hint = f"add `task_type: {meant}`" if meant else f"add one of: {', '.join(keys)}"
    known = _known_keys()
    strange = next((str(key) for key in task if key not in known), None)
    if "python" in task:
        hint = "write `python_code` in place of `python`"
    elif any(key in task for key in _IN_A_FILE):
        hint = "write `python_callable: package.module.function`"
    elif strange and not meant:
        hint += f"; what an operator takes, such as {quoted(strange)}, stands under `with`"
    problem = Problem(Code.MISSING_KEY, f"{who}nothing says what kind of task it is", hint)
    return problem.at("python") if "python" in task else problem


def _of_a_group(name: object) -> Problem:
    message = "an entry with `tasks` is a group, and its id is `group_id`"
    return Problem(Code.UNKNOWN_KEY, message, f"write `group_id: {str(name)[:60]}`")


def _other_name(hint: str) -> Problem:
    return Problem(Code.UNKNOWN_KEY, "unknown key `type`", hint)


def _as_operator(name: str) -> str:
    operator = _operator_of(name) or name
    return f"write `operator: {operator[:60]}` and its parameters under `with`"


def _operator_of(name: object) -> str | None:
    """Return the operator that a word for a type of task means, or None."""
    if not isinstance(name, str):
        return None
    return name if name.endswith(("Operator", "Sensor")) else _OPERATORS.get(name.casefold())


def _unknown(name: str, carried: str | None) -> Problem:
    near = nearest(name, TASK_TYPES)
    operator = _operator_of(name)
    hint = question(near) or f"known types: {', '.join(sorted(TASK_TYPES))}"
    if operator:
        hint = _as_operator(name)
    if carried and operator == _CLASSES.get(carried):
        hint = f"write `task_type: {carried}`, or remove the line"
    return Problem(Code.UNKNOWN_TASK_TYPE, f"unknown task type {quoted(name)}", hint)


def _problems_as(kind: str, task: Mapping[str, Any], family: Family) -> Iterator[Problem]:
    _, problems = TASK_TYPES[kind].check({**task, "task_type": kind}, family)
    yield from problems
