"""Tasks that call a function, as dag-factory has them: an operator, or a decorator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MISSING, without_missing
from dagctl.convert.to_dag_factory.values_for_factory import KEYS_OF_TASKS, length
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, LENGTHS, FunctionSettings
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.to_dag_factory.function_module import FunctionModule
    from dagctl.convert.to_dag_factory.values_for_factory import ValuesForFactory
    from dagctl.spec.dependencies.outline import Entry, Outline

_DECORATORS = {"2": "airflow.decorators.task", "3": "airflow.sdk.task"}
_SIMPLE = lazy_pattern(r"\w+", re.ASCII)
"""The ids that dag-factory reads behind a `+`."""


class FunctionTasks:
    """Turns tasks that call a function into those of dag-factory."""

    def __init__(self, values: ValuesForFactory, module: FunctionModule) -> None:
        """Take what turns values, and where functions are written."""
        self.outline = outline = values.outline
        self._values = values
        self._module = module
        self._given_on = {
            task.number for entry in outline.tasks for task in _outputs_of(entry, outline)
        }
        """The tasks whose output a function is called with."""

    def is_decorated(self, entry: Entry) -> bool:
        """Return whether dag-factory needs a decorator for a task: for outputs, and to map it."""
        item = entry.item
        if getattr(item, "task_type", "") != "python" or entry.group is not None:
            return False  # in a group, dag-factory loses what a decorator makes
        takes = any(marker_of(value) == "$xcom" for value in item.arguments.values())
        return takes or is_mapped(item) or entry.number in self._given_on

    def task(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a task that calls a function.

        Args:
            entry: Where it stands.
            given: What the spec says of it, as JSON data.
        """
        function = {"python_callable": self._function(entry, given)}
        settings = {
            key: length(given[key]) if key in LENGTHS else given[key]
            for key in FunctionSettings.model_fields
            if given.get(key) is not None
        }
        if self.is_decorated(entry):
            decorator = {"decorator": _DECORATORS[self._values.series]}
            return decorator | function | settings | self._called(entry, given)
        if is_mapped(given):
            key = "expand" if given.get("expand") else "expand_kwargs"
            where = " in a group" if entry.group else ""
            text = f"dag-factory cannot map a task of type {given['task_type']}{where}"
            self._values.losses.gap((*entry.path, key), text)
        kind = FUNCTION_CLASSES.get(given["task_type"], "PythonOperator")
        key = "op_kwargs" if given["task_type"] == "decorator" else "with"
        arguments = self._values.value(given.get(key, {}), (*entry.path, key))
        called = {"op_kwargs": arguments} if arguments else {}
        return {"operator": self._values.path_of(kind)} | function | called | settings

    def _function(self, entry: Entry, given: Mapping[str, Any]) -> str:
        """Return the import path of the function."""
        if given.get("python_callable"):
            return str(given["python_callable"])
        return self._module.add(entry)

    def _called(self, entry: Entry, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a decorated function is called with, and mapped over."""
        if given.get("expand_kwargs") is not None:
            text = "dag-factory maps over each argument alone: write `expand`"
            self._values.losses.gap((*entry.path, "expand_kwargs"), text)
        fixed = {
            key: self._argument(entry, ("with", key), value)
            for key, value in given.get("with", {}).items()
        }
        over = {
            key: self._argument(entry, ("expand", key), value)
            for key, value in given.get("expand", {}).items()
        }
        fixed, over = without_missing(fixed), without_missing(over)
        if over:
            return ({"partial": fixed} if fixed else {}) | {"expand": over}
        taken = (
            SingleTaskArguments.parameter_names()
            | FunctionSettings.model_fields.keys()
            | KEYS_OF_TASKS
        )
        for key in fixed.keys() & taken:
            text = "dag-factory takes an argument of this name for one of the task"
            self._values.losses.gap((*entry.path, "with", key), text)
        return {key: value for key, value in fixed.items() if key not in taken}

    def _argument(self, entry: Entry, place: tuple[str, str], value: Any) -> Any:  # noqa: ANN401
        path = (*entry.path, *place)
        if marker_of(value) != "$xcom":
            return self._values.value(value, path)
        task = self.outline.resolve(value["$xcom"], entry.group)
        if task is None or not self.is_decorated(task) or not _SIMPLE.fullmatch(task.name):
            text = "dag-factory gives a function only the output of another function by its path"
            self._values.losses.gap(path, text)
            return MISSING
        return f"+{task.name}" + (f"[{value['key']!r}]" if "key" in value else "")


def _outputs_of(entry: Entry, outline: Outline) -> list[Entry]:
    """Return the tasks whose outputs the function of a task is called with, or mapped over."""
    if getattr(entry.item, "task_type", "") != "python" or entry.group is not None:
        return []
    given = {"with": entry.item.arguments, "expand": entry.item.expand}
    names = [marker["$xcom"] for _, marker in markers_in(given, "$xcom")]
    known = (outline.resolve(name, entry.group) for name in names)
    return [task for task in known if task is not None]
