"""The tasks of a spec as those of dag-factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MISSING, without_missing
from dagctl.convert.to_dag_factory.functions import Functions
from dagctl.convert.to_dag_factory.values import length
from dagctl.operators import Operator
from dagctl.spec.catalogue import known_class, text_meaning
from dagctl.spec.fields.durations import duration_problem, length_of
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.tasks import bash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.convert.to_dag_factory.arguments import Arguments
    from dagctl.convert.to_dag_factory.module import FunctionModule
    from dagctl.convert.to_dag_factory.values import Values
    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_OWN = frozenset({"operator", "decorator", "dependencies", "task_group_name", "expand", "partial"})
"""Keys of dag-factory that a parameter of an operator cannot have."""
_STAGES = ("setup", "teardown", "on_failure_fail_dagrun")


class Tasks:
    """Turns tasks into those of dag-factory."""

    def __init__(  # noqa: PLR0913, PLR0917 - what all tasks share
        self,
        outline: Outline,
        losses: Losses,
        values: Values,
        arguments: Arguments,
        target: Target,
        module: FunctionModule,
    ) -> None:
        """Take what all tasks of a DAG share.

        Args:
            outline: The tasks and groups of the spec.
            losses: Where losses are noted.
            values: Turns values.
            arguments: Turns the arguments that every task has.
            target: The Airflow that the file is for.
            module: Where functions are to be written that the spec has as code.
        """
        self._losses = losses
        self._values = values
        self._arguments = arguments
        self._target = target
        self._functions = Functions(outline, losses, values, self._path_of, module)

    def task(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task, without its dependencies.

        Args:
            entry: Where it stands.
            given: What the spec says of it, as JSON data.
        """
        for key in _STAGES:
            if given.get(key):
                text = "dag-factory has no setup and no teardown"
                self._losses.gap((*entry.path, key), text)
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
            self._losses.gap((*entry.path, "decorator"), text)
        return self._functions.task(entry, given)

    def _bash(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        own = {key: given[key] for key in bash.FIELDS if given.get(key)}
        made = {key: self._values.value(own[key], (*entry.path, key)) for key in own}
        operator = {"operator": self._path_of("BashOperator")}
        return operator | without_missing(made) | self._mapped(entry, given, None)

    def _operator(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        known = known_class(given["operator"], self._target)
        operator = known if isinstance(known, Operator) else None
        made: dict[str, Any] = {"operator": operator.path if operator else given["operator"]}
        for key, value in given.get("with", {}).items():
            path = (*entry.path, "with", key)
            if key in _OWN:
                self._losses.gap(path, "dag-factory reads this key as its own")
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
            self._losses.gap((*entry.path, "expand_kwargs"), text)
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
            self._losses.gap(path, text)
            return MISSING
        if isinstance(value, list | tuple):
            items = (
                self._argument(operator, key, item, (*path, place))
                for place, item in enumerate(value)
            )
            return [item for item in items if item is not MISSING]
        return self._values.value(value, path)

    def _path_of(self, name: str) -> str:
        """Return the import path of one of Airflow's own operators."""
        known = known_class(name, self._target)
        return known.path if isinstance(known, Operator) else name


def _relative(value: Any) -> str | None:  # noqa: ANN401 - JSON data
    """Return a length of time as the text that dag-factory takes for some parameters, or None."""
    text = value.get("$duration") if isinstance(value, dict) else value
    if not isinstance(text, str) or duration_problem(text) is not None:
        return None
    seconds = int(length_of(text).total_seconds())
    return f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds"
