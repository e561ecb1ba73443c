"""What `default_args` give to tasks one by one, where no spec says it for all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.operator_names import renamed_operator
from dagctl.convert.python_file.state.items import Dag, Name, Task, TaskGroup
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.model import Operator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.convert.outcome.report import Place, Report

_OF_DAGS_ALONE = frozenset(
    {
        *("catchup", "schedule", "schedule_interval", "timetable", "max_active_runs", "tags"),
        *("dagrun_timeout", "is_paused_upon_creation", "template_searchpath", "concurrency"),
        *("render_template_as_native_obj", "max_active_tasks"),
    }
)
"""Arguments that no operator has; Airflow gives none of them to a task."""
_OF_DECORATORS = {
    "task.virtualenv": "PythonVirtualenvOperator",
    "task.external_python": "ExternalPythonOperator",
    "task.sensor": "PythonSensor",
    "task.bash": "BashOperator",
    **dict.fromkeys(("task", "task.python", "task.branch", "task.short_circuit"), "PythonOperator"),
}
"""The operators whose arguments the tasks of decorators take."""
_WITH_OWN_WORDS = ("Bash", "Python", "ExternalPython", "BranchPython", "ShortCircuit")
"""The beginnings of operators whose parameters a spec says in another way than under `with`."""
_OF_AIRFLOW = {
    "owner": "airflow",
    "retries": 0,
    "retry_delay": timedelta(minutes=5),
    "trigger_rule": "all_success",
    "priority_weight": 1,
    "pool": "default_pool",
    "queue": "default",
    **dict.fromkeys(("depends_on_past", "wait_for_downstream"), False),
    **dict.fromkeys(("email_on_failure", "email_on_retry"), True),
}
"""What Airflow gives to a task that nothing says it for."""


class Shares:
    """Gives tasks what `default_args` say for them."""

    def __init__(self, report: Report, target: str) -> None:
        self._report = report
        self._target = target

    def keep_from_outside(self, defaults: Mapping[str, Any], tasks: list[Task]) -> None:
        """Write into tasks that were made outside of the DAG what Airflow gives them instead."""
        own = base_parameters("operator", self._target)
        keys = [key for key, value in defaults.items() if value is not None and key in own]
        for item in tasks if keys else ():
            if not item.is_outside:
                continue
            names = [key for key in keys if item.kwargs.get(key) is None]
            lost = [key for key in names if key not in _OF_AIRFLOW]
            if lost:
                text = f"{item.task_id} is made outside of the DAG: Airflow gives it none of this"
                self._report.gap(item.place, f"default_args.{lost[0]}", text)
            item.kwargs |= {key: _OF_AIRFLOW[key] for key in names if key in _OF_AIRFLOW}
            text = "it is made outside of the DAG: Airflow gives it nothing of `default_args`"
            self._report.changed(item.place, item.task_id, text)

    def give(
        self, defaults: Mapping[str, Any], place: Place, around: Dag | TaskGroup
    ) -> dict[str, Any]:
        """Give what some operators take to their tasks; return what Airflow gives to all alike."""
        tasks, is_all = [*tasks_in(around)], not has_unseen(around)
        return {
            key: value
            for key, value in defaults.items()
            if value is not None and self._is_alike(key, value, place, tasks, is_all=is_all)
        }

    def _is_alike(
        self, key: str, value: object, place: Place, tasks: list[Task], *, is_all: bool
    ) -> bool:
        """Give an argument to those of the tasks that take it, or return that all shall have it."""
        operators = [renamed_operator(_operator_of(item), self._target) for item in tasks]
        subject = f"default_args.{key}"
        if key in _OF_DAGS_ALONE:
            text = "it is an argument of the DAG: in `default_args` Airflow never reads it"
            self._report.dropped(place, subject, text)
            return False
        pairs = [
            (item, operator)
            for item, operator in zip(tasks, operators, strict=True)
            if isinstance(operator, Operator) and key in operator.parameters
        ]
        is_unknown = not is_all or not all(map(_is_known, operators))
        is_own = key in base_parameters("operator", self._target)
        if not pairs and not is_unknown and not is_own:
            text = "no task takes it, so Airflow gives it to none"
            self._report.dropped(place, subject, text)
            return False
        is_outside = any(item.is_outside for item in tasks)
        plain = [operator for item, operator in pairs if item.mapped is None]
        words = [operator.path.rpartition(".")[2] for operator in plain]
        has_words = any(word.startswith(_WITH_OWN_WORDS) for word in words)
        if not (is_own or has_words or is_outside):
            return True
        if is_own or is_unknown or is_outside or len(plain) < len(pairs):
            self._report.gap(place, subject, "a spec cannot set it for all tasks")
            return False
        for item, _ in pairs:
            item.kwargs.setdefault(key, value)
        self._report.changed(place, subject, "it stands in each task that takes it")
        return False


def _is_known(operator: object) -> bool:
    return isinstance(operator, Operator)


def has_unseen(container: Dag | TaskGroup) -> bool:
    """Return whether a function or a class makes tasks in a DAG or a group that nothing follows."""
    groups = [item for item in container.children if isinstance(item, TaskGroup)]
    return any(bool(group.maker) or has_unseen(group) for group in groups)


def _operator_of(item: Task) -> str:
    """Return the import path, or the name, of the operator of a task."""
    if isinstance(item.callee, Name):
        return item.callee.path
    kind: str = item.callee.decorator.kind
    return _OF_DECORATORS.get(kind, kind)


def tasks_in(container: Dag | TaskGroup) -> Iterator[Task]:
    """Yield the tasks of a DAG or a group, those of its groups too."""
    for item in container.children:
        if isinstance(item, TaskGroup):
            yield from tasks_in(item)
        else:
            yield item
