"""The arguments that every task has, of one task and of `default_args`, as dag-factory has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.exported import MINUTES, MISSING
from dagctl.convert.to_dag_factory.values_for_factory import TYPE, length, not_in_minutes
from dagctl.spec.fields.callback_form import TASK_CALLBACKS
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.tasks.arguments import LENGTHS, MOMENTS, SingleTaskArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.convert.to_dag_factory.callbacks_for_factory import CallbacksForFactory
    from dagctl.convert.to_dag_factory.values_for_factory import ValuesForFactory
    from dagctl.spec.checks.shared_parameters import Shared
    from dagctl.spec.walk import Path

_ASSETS = frozenset({"inlets", "outlets"})


class ArgumentsForFactory:
    """Turns the arguments of tasks into those of dag-factory."""

    def __init__(
        self, values: ValuesForFactory, callbacks: CallbacksForFactory, shared: Iterable[Shared]
    ) -> None:
        """Take what turns values and callbacks, and what `default_args` give to operators."""
        self._values = values
        self._callbacks = callbacks
        self._shared = {each.path: each for each in shared}

    def made(self, given: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return the arguments that stand in a task, or in `default_args`, in Airflow's order."""
        made: dict[str, Any] = {}
        for name in SingleTaskArguments.model_fields:
            value = given.get(name)
            if value is None:
                continue
            key = "retry_delay" if name == MINUTES else name
            argument = self._argument(name, value, (*path, name))
            if argument is not None and argument is not MISSING:
                made[key] = argument
        return made

    def shared(self, given: Mapping[str, Any], owner: Path) -> dict[str, Any]:
        """Return what `default_args` of the DAG, or of a group, gives: parameters last.

        Args:
            given: What the spec says.
            owner: Where the DAG or the group stands that has it.
        """
        path = (*owner, "default_args", "with")
        meant = self._shared.get(path)
        made = self.made(given, path[:-1])
        for name, value in given.get("with", {}).items():
            is_length = meant is not None and meant.meaning(name) == "duration"
            here = (*path, name)
            argument = length(value) if is_length else self._values.value(value, here)
            if argument is not MISSING:
                made[name] = argument
        return made

    def _argument(self, name: str, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        if name == MINUTES:
            return {TYPE: "datetime.timedelta", "minutes": value}
        if name == "retry_delay":
            return not_in_minutes(value)
        if name in LENGTHS:
            return length(value)
        if name in MOMENTS:
            return self._values.moment(value)
        if name in _ASSETS:
            return [self._asset(item, (*path, place)) for place, item in enumerate(value)]
        turn = self._callbacks.made if name in TASK_CALLBACKS else self._values.value
        return (self.params if name == "params" else turn)(value, path)

    def _asset(self, item: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        """Return an asset: its text in a task; an object where dag-factory would leave it text."""
        is_plain = marker_of(item) == "$asset" and "default_args" not in path
        return item["$asset"] if is_plain else self._values.value(item, path)

    def params(self, given: Mapping[str, Any], path: Path) -> dict[str, Any] | None:
        """Return the params of a DAG or a task; one with rules is an object of Airflow."""
        kind = {"2": "airflow.models.param.Param", "3": "airflow.sdk.Param"}[self._values.series]
        made = {}
        for name, value in given.items():
            if name.startswith("__"):
                self._values.refuse_key((*path, name))
            else:
                made[name] = {TYPE: kind, **value} if isinstance(value, dict) else value
                if isinstance(value, dict) and any(markers_in(value.get("default"), "$new")):
                    default = self._values.value(value["default"], (*path, name, "default"))
                    made[name]["default"] = default
        return made or None
