"""The tasks of a spec as those of Airflow's YAML: operators by their import paths, no groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MINUTES, without_missing
from dagctl.convert.to_airflow_yaml.values_for_yaml import ValuesForYaml
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.fields.durations import duration_text
from dagctl.spec.tasks import bash
from dagctl.spec.tasks.arguments import SingleTaskArguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.walk import Path

TARGET = "3"
"""The Airflow that reads such files is 3.4 and later."""
_NOT_YET = frozenset({*TASK_CALLBACKS, "inlets", "outlets"})
_SAID = ("dependencies", "teardown")
_REFUSED = (
    *("expand", "expand_kwargs", "setup", "teardown", "on_failure_fail_dagrun", "edge_labels"),
)


class TasksForYaml:
    """Turns tasks into those of Airflow's YAML."""

    def __init__(self, outline: Outline, losses: Losses) -> None:
        """Take the tasks and groups of the spec, and where losses are noted."""
        self._outline = outline
        self._losses = losses
        self.values = ValuesForYaml(losses, outline)

    def task(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task, with what it and the groups around it wait for.

        Args:
            entry: Where it stands.
            given: What the spec says of it, as JSON data.
        """
        for key in _REFUSED:
            if given.get(key):
                self._losses.gap((*entry.path, key), f"Airflow's YAML has no `{key}`")
        made = {"id": entry.id} | self._kind(entry, given) | self.arguments(given, entry.path)
        needs = self._needs(entry)
        return made | ({"needs": needs} if needs else {})

    def _needs(self, entry: Entry) -> list[str]:
        """Return the ids of the tasks that a task and its groups wait for; outputs say it alone."""
        names = [
            task.id
            for each in (entry, *entry.where)
            for wait, other in self._outline.waits(each)
            if other is not None and (wait.place[0] in _SAID or not _keeps_outputs(each))
            for task in other.tasks()
            if task is not entry
        ]
        return list(dict.fromkeys(names))

    def arguments(self, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return the arguments that every task has."""
        made: dict[str, Any] = {}
        for name in SingleTaskArguments.model_fields:
            value, here = given.get(name), (*path, name)
            if value is None:
                continue
            if name in _NOT_YET:
                self._losses.gap(here, f"Airflow's YAML does not take `{name}` yet")
            elif name == MINUTES:
                self._minutes(value, here, made)
            elif name == "params":
                made |= self.params(value, here)
            else:
                made[name] = self.values.plain(value, here)
        return without_missing(made)

    def _minutes(self, minutes: float, path: Path, made: dict[str, Any]) -> None:
        text = duration_text(round(minutes * 60, 6))
        if text is None:
            self._losses.gap(path, "Airflow's YAML has no word for parts of a second")
        else:
            made["retry_delay"] = text
            if len(path) > 1:  # of one task
                self._losses.changed(path, "it is `retry_delay` there")

    def params(self, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return params by their defaults: rules have no word there."""
        for name, value in given.items():
            if isinstance(value, dict) and value.keys() != {"default"}:
                self._losses.gap((*path, name), "Airflow's YAML has a default here, and no rules")
        made = without_missing(
            {
                name: self.values.plain(value.get("default"), (*path, name))
                if isinstance(value, dict)
                else value
                for name, value in given.items()
            }
        )
        return {"params": made} if made else {}

    def _kind(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        if given["task_type"] == "bash":
            own = {key: (given[key], (*entry.path, key)) for key in bash.FIELDS if given.get(key)}
            return self._uses("BashOperator", own)
        if given["task_type"] == "operator":
            arguments = given.get("with", {}).items()
            own = {key: (value, (*entry.path, "with", key)) for key, value in arguments}
            return self._uses(given["operator"], own)
        key = next(key for key in ("decorator", "python_code", "python_callable") if given.get(key))
        text = "Airflow's YAML calls no function; an EmptyOperator stands for the task"
        self._losses.gap((*entry.path, key), text)
        return self._uses("EmptyOperator", {})

    def _uses(self, name: str, own: Mapping[str, tuple[Any, Path]]) -> dict[str, Any]:
        known = lookup(name, TARGET)
        operator = known if isinstance(known, Operator) else None
        made = without_missing(
            {
                key: self.values.argument(operator, key, value, path)
                for key, (value, path) in own.items()
            }
        )
        return {"uses": operator.path if operator else name} | ({"with": made} if made else {})


def _keeps_outputs(entry: Entry) -> bool:
    """Return whether the outputs that a task uses have a word there: those given to operators."""
    return getattr(entry.item, "task_type", "") in {"bash", "operator"}
