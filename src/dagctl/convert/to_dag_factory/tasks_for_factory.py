"""The tasks of a spec as those of dag-factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MISSING, without_missing
from dagctl.convert.to_dag_factory.function_tasks import FunctionTasks
from dagctl.convert.to_dag_factory.values_for_factory import KEYS_OF_TASKS, length
from dagctl.operators.model import Operator
from dagctl.spec.catalogue import known_class, text_meaning
from dagctl.spec.fields.durations import duration_problem, length_of
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.tasks import bash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.to_dag_factory.arguments_for_factory import ArgumentsForFactory
    from dagctl.convert.to_dag_factory.function_module import FunctionModule
    from dagctl.convert.to_dag_factory.values_for_factory import ValuesForFactory
    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.walk import Path

_STAGES = ("setup", "teardown", "on_failure_fail_dagrun")


class TasksForFactory:
    """Turns tasks into those of dag-factory."""

    def __init__(
        self, values: ValuesForFactory, arguments: ArgumentsForFactory, module: FunctionModule
    ) -> None:
        """Take what turns values and arguments, and where functions are written."""
        self._values = values
        self._arguments = arguments
        self._functions = FunctionTasks(values, module)

    def task(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task, without its dependencies.

        Args:
            entry: Where it stands.
            given: What the spec says of it, as JSON data.
        """
        for key in _STAGES:
            if given.get(key):
                text = "dag-factory has no setup and no teardown"
                self._values.losses.gap((*entry.path, key), text)
        made = self._kind(entry, given) | self._arguments.made(given, entry.path)
        return made | ({"task_group_name": entry.group.name} if entry.group else {})

    def _kind(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        kind = given["task_type"]
        if kind == "bash":
            return self._bash(entry, given)
        if kind == "operator":
            return self._operator(entry, given)
        if kind == "decorator":
            text = f"dag-factory cannot make a task of the decorator {given['decorator']}"
            self._values.losses.gap((*entry.path, "decorator"), text)
        return self._functions.task(entry, given)

    def _bash(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        own = {key: given[key] for key in bash.FIELDS if given.get(key)}
        made = {key: self._values.value(own[key], (*entry.path, key)) for key in own}
        operator = {"operator": self._values.path_of("BashOperator")}
        return operator | without_missing(made) | self._mapped(entry, given, None)

    def _operator(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        known = known_class(given["operator"], self._values.target)
        operator = known if isinstance(known, Operator) else None
        made: dict[str, Any] = {"operator": operator.path if operator else given["operator"]}
        for key, value in given.get("with", {}).items():
            path = (*entry.path, "with", key)
            if key in KEYS_OF_TASKS:
                self._values.refuse_key(path)
            else:
                made[key] = self._argument(operator, key, value, path)
        return without_missing(made) | self._mapped(entry, given, operator)

    def _argument(self, operator: Operator | None, key: str, value: Any, path: Path) -> Any:  # noqa: ANN401
        """Return the value of a parameter; its type says what text means."""
        if marker_of(value) == "$ref" and key in {"python_callable", "execution_date_fn"}:
            return value["$ref"]
        if key == "execution_delta":
            return _relative(value) or self._values.value(value, path)
        meaning = text_meaning(operator, key, value) if operator else None
        if meaning == "duration":
            return length(value)
        if meaning == "time":
            return self._values.moment(value)
        return self._values.value(value, path)

    def _mapped(
        self, entry: Entry, given: Mapping[str, Any], operator: Operator | None
    ) -> dict[str, Any]:
        """Return what an operator is mapped over."""
        if given.get("expand_kwargs") is not None:
            text = "dag-factory maps over each parameter alone: write `expand`"
            self._values.losses.gap((*entry.path, "expand_kwargs"), text)
        made = {
            key: self._over(entry, operator, key, value)
            for key, value in given.get("expand", {}).items()
        }
        made = without_missing(made)
        return {"expand": made} if made else {}

    def _over(self, entry: Entry, operator: Operator | None, key: str, value: Any) -> Any:  # noqa: ANN401
        path = (*entry.path, "expand", key)
        if marker_of(value) == "$xcom":
            task = self._functions.outline.resolve(value["$xcom"], entry.group)
            if task is not None and task.group is None and not self._functions.is_decorated(task):
                return f"{task.name}.output"
            text = "dag-factory maps an operator only over an operator that stands in no group"
            self._values.losses.gap(path, text)
            return MISSING
        if isinstance(value, list | tuple):
            items = (
                self._argument(operator, key, item, (*path, place))
                for place, item in enumerate(value)
            )
            return [item for item in items if item is not MISSING]
        return self._values.value(value, path)


def _relative(value: Any) -> str | None:  # noqa: ANN401 - JSON data
    """Return a length of time as the text that dag-factory takes for some parameters, or None."""
    text = value.get("$duration") if isinstance(value, dict) else value
    if not isinstance(text, str) or duration_problem(text) is not None:
        return None
    seconds = int(length_of(text).total_seconds())
    return f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds"
