"""DAGs as Airflow serialises them: where a hand-written one and dagctl's differ."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.source_tree import code_module
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OWN = {"owner": "airflow", "retry_delay": 300.0}
"""What Airflow gives to a task that nothing says it for: one form leaves it out."""
_OUTPUT = lazy_pattern(r"'[^'<>]*'(?!:)|(?<![\w.'])-?[0-9.]+(?![\w.'])|<[^<>]*>: [^ ),]+")
"""A text, a number, or the output of a task in what Airflow 2 writes."""
_OF_THE_FILE = lazy_pattern(r"unusual_prefix_[0-9a-f]{40}_(.+)")
"""What Airflow calls a DAG file as a module."""
_DATES = ("start_date", "end_date")
_MAIL = ("email_on_failure", "email_on_retry")
_KINDS = ("task_type", "_task_type")
"""The class of an operator, in Airflow 3 and in 2."""
_DECORATED = {
    "_PythonDecoratedOperator": "PythonOperator",
    "_BranchPythonDecoratedOperator": "BranchPythonOperator",
    "_ShortCircuitDecoratedOperator": "ShortCircuitOperator",
    "DecoratedSensorOperator": "PythonSensor",
    "_PythonVirtualenvDecoratedOperator": "PythonVirtualenvOperator",
    "_PythonExternalDecoratedOperator": "ExternalPythonOperator",
}
"""The operators that decorators make: the report names that a task is made by the operator."""


def differences(report: Mapping[str, Any], dag_id: str) -> Iterator[str]:
    """Yield what differs between two DAGs that Airflow has serialised.

    Args:
        report: What it makes of the original, then of the generated file, each below a folder of
            that name: a DAG may be named after its file.
        dag_id: The id of both.
    """
    dags = []
    for name, made in report.items():
        if dag_id not in made.get("dags", {}):
            yield f"Airflow cannot read the {name.partition('/')[0]} file: {_last(made)}"
            return
        dags.append(_plain_form(made["dags"][dag_id]))
    yield from _differing(dags[0], dags[1], "")


def _last(made: Mapping[str, Any]) -> str:
    return str(made.get("error", "the DAG is not in it")).strip().rpartition("\n")[2]


def _plain_form(dag: Mapping[str, Any]) -> dict[str, Any]:
    """Return a DAG with what Airflow takes for said, in each of the forms that mean the same."""
    tasks = [_task(each) for each in dag.get("tasks", ())]
    made = {key: value for key, value in dag.items() if (key, value) != ("_default_view", "grid")}
    for key in _DATES:
        dates = [task.pop(key, None) or dag.get(key) for task in tasks]
        known = [date for date in dates if date is not None]
        if known:
            made.setdefault(key, min(known))
            made[f"{key} of tasks"] = dates
    return made | {"tasks": tasks}


def _task(serialised: Mapping[str, Any]) -> dict[str, Any]:
    """Return a task with Airflow's own values, and as the operator that its decorator makes."""
    inner = serialised.get("__var")
    task = dict(inner if isinstance(inner, dict) else serialised)
    kind = next((key for key in _KINDS if key in task), "")
    is_mapped = bool(task.get("_is_mapped"))
    own = _OF_THE_FILE.fullmatch(str(task.get("_task_module")))
    if own:  # a class of the file, which stands in the module beside the new one
        task["_task_module"] = code_module(own[1])
    if not is_mapped and task.get(kind) in _DECORATED:
        task[kind] = _DECORATED[task[kind]]
        task.pop("_operator_name", None)
    if not is_mapped and task.get(kind) in _DECORATED.values():
        task.pop("_task_module", None)
        task |= _arguments(task.pop("op_args", []), task.pop("op_kwargs", {}))
    shared = task.get("partial_kwargs")
    if isinstance(shared, dict):
        task["partial_kwargs"] = _with_own(shared)
    return task if is_mapped else _with_own(task)


def _with_own(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments of a task with what Airflow gives it where nothing says it."""
    made = dict(given)
    delay = made.get("retry_delay")
    if isinstance(delay, dict) and delay.get("__type") == "timedelta":
        made["retry_delay"] = delay["__var"]
    for key in _MAIL if not made.get("email") else ():
        made.pop(key, None)  # mail goes nowhere
    return _OWN | made


def _arguments(args: Any, kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON data
    """Return the arguments of a function without names: one form has them by place.

    Airflow 2 writes some as the text of objects, of other classes in each form. What is an output
    there is in the edges.
    """
    if isinstance(args, str) or isinstance(kwargs, str):
        return {"arguments": sorted(_OUTPUT.findall(f"{args} {kwargs}"))}
    return {
        "arguments": sorted(json.dumps(each, sort_keys=True) for each in [*args, *kwargs.values()])
    }


def _differing(given: Any, other: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - JSON data
    if isinstance(given, dict) and isinstance(other, dict):
        for key in sorted({*given, *other}):
            yield from _differing(given.get(key), other.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(given, list) and isinstance(other, list):
        for place, (item, back) in enumerate(zip_longest(given, other)):
            yield from _differing(item, back, f"{path}.{place}")
    elif given != other:
        yield f"{path}: {str(given)[:60]} is {str(other)[:60]}"
