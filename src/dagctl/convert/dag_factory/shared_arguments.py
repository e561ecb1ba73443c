"""Arguments in `default_args` that only some operators have: each stands in the tasks that take it.

Airflow gives an argument of `default_args` to every operator that has a parameter of that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.dag_factory.documents import named_entries
from dagctl.convert.foreign_yaml import Fields
from dagctl.convert.operator_names import renamed_operator
from dagctl.operators import Operator, Unresolved, base_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.convert.report import Report

_OF_FACTORIES = frozenset({"concurrency", "schedule_interval", "timetable", "dagrun_timeout_sec"})
"""Arguments of a DAG under names that other tools have; no operator has one of them."""


def tasks_of(dag: Fields, report: Report) -> dict[str, Fields]:
    """Return the tasks of a DAG by their ids, as they are written."""
    return named_entries(dag.get("tasks"), "task_id", dag.at("tasks"), report)


def copies_of_tasks(dag: Fields, report: Report) -> dict[str, Fields]:
    """Return copies of the tasks of a DAG by their ids, for `put_tasks`."""
    return {name: task.copy() for name, task in tasks_of(dag, report).items()}


def put_tasks(dag: Fields, tasks: Mapping[str, Fields]) -> None:
    """Give a DAG other tasks."""
    made = Fields(dag.at("tasks"))
    for name, task in tasks.items():
        made.put(name, task, task.place)
    dag.put("tasks", made, dag.at("tasks"))


def spread(defaults: Fields, dag: Fields, report: Report, target: str) -> None:
    """Write what `default_args` says into the tasks that take it, and report it; `dag` gets them.

    Args:
        defaults: What is left of `default_args`: arguments that not every task has.
        dag: The DAG.
        report: It gets a line for each argument.
        target: The Airflow that the spec is for.
    """
    tasks = copies_of_tasks(dag, report)
    if spread_into(tasks, defaults, report, target, within=tasks):
        put_tasks(dag, tasks)


def spread_into(
    tasks: Mapping[str, Fields],
    defaults: Fields,
    report: Report,
    target: str,
    *,
    within: Iterable[str],
) -> bool:
    """Write what `default_args` says into those tasks within that take it; return if it says any.

    It takes the time of the tasks within, not of all: a DAG has many groups.
    """
    left = [key for key, value in defaults.items() if value is not None]
    operators = {
        name: renamed_operator(str(tasks[name]["operator"]), target)
        for name in (within if left else ())
        if "operator" in tasks[name]
    }
    for key in left:
        _spread_one(key, defaults, tasks, operators, report=report, target=target)
    return bool(left)


def _spread_one(  # noqa: PLR0913 - the argument, the tasks and where it is reported
    key: str,
    defaults: Fields,
    tasks: Mapping[str, Fields],
    operators: Mapping[str, Operator | Unresolved],
    *,
    report: Report,
    target: str,
) -> None:
    """Write one argument into the tasks that take it, and report it."""
    place, subject = defaults.at(key), f"default_args.{key}"
    takers = [
        name
        for name, operator in operators.items()
        if isinstance(operator, Operator) and key in operator.parameters
    ]
    for name in takers:
        if tasks[name].get(key) is None and not _is_mapped_over(tasks[name], key):
            tasks[name].put(key, defaults[key], place)
    if takers:
        report.changed(place, subject, "it stands in each task that takes it")
    unknown = [name for name, known in operators.items() if not isinstance(known, Operator)]
    of_dags = {*base_parameters("dag", target), *base_parameters("dag", "2.11"), *_OF_FACTORIES}
    if unknown and key not in of_dags:
        text = (
            f"whether the operators of {_names(unknown)} take it is not known: write it into them"
        )
        report.gap(place, subject, text)
    elif not takers:
        text = "it is no argument of its tasks, so Airflow gives it to none"
        report.dropped(place, subject, text)


def _is_mapped_over(task: Fields, key: str) -> bool:
    """Return whether each run of a task has a value of its own, which Airflow takes."""
    return any(key in _keys(task.get(word)) for word in ("expand", "expand_kwargs"))


def _keys(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        yield from item if isinstance(item, Fields) else ()


def _names(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:3]) + (f" and {len(every) - 3} more" if len(every) > 3 else "")  # noqa: PLR2004 - as it says
