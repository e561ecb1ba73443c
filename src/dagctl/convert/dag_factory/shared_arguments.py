"""Arguments in `default_args` that only some operators have.

Airflow gives an argument of `default_args` to every operator that has a parameter of that name.
Each stands in the tasks that take it; where the parameters of some operators are not known, it
stays in `default_args` too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_documents import named_entries
from dagctl.convert.dag_factory.factory_tasks import FUNCTIONS
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.operators.databases import SUCCESSOR, is_of_a_database, own_arguments
from dagctl.convert.operators.old_arguments import argument_now, old_names
from dagctl.convert.operators.operator_names import renamed_operator
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Parameter
from dagctl.spec.tasks.arguments import NOT_SHARED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.convert.dag_factory.factory_values import FactoryValues
    from dagctl.convert.outcome.report import Report

_OF_FACTORIES = frozenset({"concurrency", "schedule_interval", "timetable", "dagrun_timeout_sec"})
"""Arguments of a DAG under names that other tools have; no operator has one of them."""


def tasks_of(dag: Fields, report: Report) -> dict[str, Fields]:
    """Return the tasks of a DAG by their ids, as they are written."""
    return named_entries(dag.get("tasks"), "task_id", dag.at("tasks"), report)


class Spreading:
    """Writes what `default_args` says for some operators into the tasks of one DAG."""

    def __init__(self, dag: Fields, values: FactoryValues) -> None:
        """Take the DAG, and what turns its values."""
        self._values, self._report, self._target = values, values.report, values.target
        self._tasks = {name: task.copy() for name, task in tasks_of(dag, values.report).items()}

    def put(self, dag: Fields) -> None:
        """Give a DAG the tasks with what was written into them."""
        made = Fields(dag.at("tasks"))
        for name, task in self._tasks.items():
            made.put(name, task, task.place)
        dag.put("tasks", made, dag.at("tasks"))

    def spread(self, defaults: Fields, within: Iterable[str] | None = None) -> dict[str, Any]:
        """Write arguments into the tasks that take them; return what stays in `default_args`.

        Args:
            defaults: What is left of `default_args`: arguments that not every task has.
            within: The tasks that they count for. Default: all.
        """
        left = [key for key, value in defaults.items() if value is not None]
        tasks = {name: self._tasks[name] for name in (within or self._tasks if left else ())}
        names = {
            name: self._parameters(str(task["operator"]))
            for name, task in tasks.items()
            if "operator" in task  # a decorated function has arguments of its own beside them
        }
        kept = {}
        for key in left:
            if self._spread_one(key, defaults, tasks, names):
                kept[key] = self._values.value(defaults[key], defaults.at(key), key)
        return {"with": kept} if kept else {}

    def _parameters(self, path: str) -> Mapping[str, Parameter] | None:
        """Return the parameters that an operator has, or had; None: it is not known."""
        if is_of_a_database(path) and not isinstance(lookup(path, self._target), Operator):
            successor = lookup(SUCCESSOR, self._target)
            assert isinstance(successor, Operator)  # noqa: S101 - a test holds it
            own = {name: Parameter(name) for name in own_arguments(path)}
            parameters = {**successor.parameters, **own}
            del parameters["conn_id"]  # the operator gave this to its base itself
            return parameters
        known = renamed_operator(path, self._target)
        return known.parameters if isinstance(known, Operator) else None

    def _spread_one(
        self,
        key: str,
        defaults: Fields,
        tasks: Mapping[str, Fields],
        parameters: Mapping[str, Mapping[str, Parameter] | None],
    ) -> bool:
        """Write one argument into the tasks that take it; return whether it stays where it is."""
        place, subject = defaults.at(key), f"default_args.{key}"
        of_every_task = key in base_parameters("operator", self._target)
        takers = [
            name
            for name in tasks
            if of_every_task or _takes(tasks[name], parameters.get(name), key, defaults[key])
        ]
        if any(old_names(str(tasks[name].get("operator"))).get(key) in defaults for name in takers):
            self._report.gap(place, subject, "its new name is there too: write it into the tasks")
            return False
        if key == "params" and any(tasks[name].get(key) is not None for name in takers):
            self._report.gap(place, subject, "Airflow joins them with the `params` of its tasks")
            return False
        of_dags = {*base_parameters("dag", self._target), *base_parameters("dag", "2.11")}
        is_unknown = None in parameters.values() and key not in of_dags | _OF_FACTORIES
        if is_unknown and key in NOT_SHARED and not of_every_task:
            self._report.gap(place, subject, "write it into the tasks that take it")
            return False
        value = defaults[key]
        as_it_is = {
            name
            for name in takers
            if _is_taken_as_it_is(tasks[name], parameters.get(name), key, value)
        }
        stays = not of_every_task and (is_unknown or as_it_is == {*takers} != set())
        for name in takers:
            is_given = tasks[name].get(key) is not None or _is_mapped_over(tasks[name], key)
            if not is_given and not (stays and name in as_it_is):
                tasks[name].put(key, defaults[key], place)
        if stays:
            text = "it stands under `with` there: each operator that has such a parameter takes it"
            self._report.changed(place, subject, text)
            return True
        if takers:
            self._report.changed(place, subject, "it stands in each task that takes it")
        else:
            text = "it is no argument of its tasks, so Airflow gives it to none"
            self._report.dropped(place, subject, text)
        return False


def _takes(
    task: Fields, parameters: Mapping[str, Parameter] | None, key: str, value: object
) -> bool:
    """Return whether an operator has a parameter, or a truth that has other words now.

    An old name counts only for an operator that took it: Airflow gives it to no other.
    """
    known = parameters or {}
    if key in known or key in old_names(str(task.get("operator"))):
        return True
    return isinstance(value, bool) and argument_now(key, value, {}, known)[0] in known


def _is_taken_as_it_is(
    task: Fields, known: Mapping[str, Parameter] | None, key: str, value: object
) -> bool:
    """Return whether a task can take a value from `default_args` as the file says it."""
    parameters = known or {}
    is_plain = isinstance(value, str | int | float) and key not in {*FUNCTIONS, *NOT_SHARED}
    is_same = key in parameters and argument_now(key, value, {}, parameters) == (key, value)
    return is_plain and is_same and not is_of_a_database(str(task.get("operator")))


def _is_mapped_over(task: Fields, key: str) -> bool:
    """Return whether each run of a task has a value of its own, which Airflow takes."""
    return any(key in _keys(task.get(word)) for word in ("expand", "expand_kwargs"))


def _keys(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        yield from item if isinstance(item, Fields) else ()
