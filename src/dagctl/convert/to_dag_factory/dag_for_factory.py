"""One spec as a file of dag-factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.foreign_yaml.writer import foreign_yaml
from dagctl.convert.outcome.exported import MINUTES, Losses, nowhere, value_at, without_missing
from dagctl.convert.to_dag_factory.arguments_for_factory import ArgumentsForFactory
from dagctl.convert.to_dag_factory.callbacks_for_factory import CallbacksForFactory
from dagctl.convert.to_dag_factory.function_module import FunctionModule
from dagctl.convert.to_dag_factory.groups_for_factory import (
    dependencies_of,
    doubled_names,
    group_of,
)
from dagctl.convert.to_dag_factory.schedule_for_factory import schedule_of
from dagctl.convert.to_dag_factory.tasks_for_factory import TasksForFactory
from dagctl.convert.to_dag_factory.values_for_factory import (
    ValuesForFactory,
    is_twice,
    length,
    local_time,
)
from dagctl.spec.checks.shared_parameters import shared_parameters
from dagctl.spec.fields.callback_form import DAG_CALLBACKS
from dagctl.spec.tasks.arguments import AT_THE_TOP
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import ExportedSpec, Places
    from dagctl.spec.model import DagSpec
    from dagctl.target import Target

_COPIED = (
    *("max_active_runs", "max_active_tasks", "doc_md", "dag_display_name"),
    *("render_template_as_native_obj", "is_paused_upon_creation", "access_control"),
    *("template_searchpath", "default_view", "orientation"),
)
_NOT_GIVEN = (
    *("max_consecutive_failed_dag_runs", "fail_fast", "template_undefined"),
    *("user_defined_filters", "jinja_environment_kwargs", "owner_links", "deadline"),
    *("allowed_run_types", "disable_bundle_versioning", "rerun_with_latest_version"),
)
"""What dag-factory gives no DAG."""
_FOR_THE_WAY_BACK = ("project_id", "dag_name")
_ADDED = "dag-factory adds the tag `dagfactory` and its YAML to the documentation of the DAG"
_IGNORED = "dag-factory passes over this key; it is kept for the way back"


def to_dag_factory(spec: DagSpec, *, airflow: str = "3", places: Places = nowhere) -> ExportedSpec:
    """Return a spec as a YAML file of dag-factory 1.x, and what was lost.

    A pure function; nothing is imported.

    Args:
        spec: The spec.
        airflow: The Airflow that the file is for, as `3`, `2` or `3.1`.
        places: Returns where a value of the spec stands, for the report.

    Raises:
        ValueError: There is no such Airflow, or dagctl does not write for it.
    """
    losses = Losses(places)
    module = FunctionModule(spec.dag_id, losses)
    dag = _DagForFactory(spec, losses, target_of(airflow), module).made()
    losses.new("tags, doc_md", _ADDED)
    text = foreign_yaml({spec.dag_id: dag}, expands_variables=True)
    functions = module.text()
    beside = {} if functions is None else {f"{module.name}.py": functions}
    return losses.exported(spec.dag_id, "dag-factory", text, beside)


class _DagForFactory:
    """Turns one spec into the mapping of a DAG."""

    def __init__(
        self, spec: DagSpec, losses: Losses, target: Target, module: FunctionModule
    ) -> None:
        self._spec = spec
        self._data = spec.recorded
        self._losses = losses
        self._values = ValuesForFactory(spec, losses, target)
        self._callbacks = CallbacksForFactory(self._values, module)
        shared = shared_parameters(self._data, target)
        self._arguments = ArgumentsForFactory(self._values, self._callbacks, shared)
        self._tasks = TasksForFactory(self._values, self._arguments, module)

    def made(self) -> dict[str, Any]:
        """Return the DAG, its keys in the order of the guide."""
        for key in _NOT_GIVEN:
            if self._data.get(key):
                self._losses.gap((key,), "dag-factory does not give it to the DAG")
        made = self._names() | self._description()
        made["schedule"] = schedule_of(
            self._data["schedule_interval"], self._values, self._spec.timezone
        )
        made |= self._dates()
        if self._data["tags"]:
            made["tags"] = self._data["tags"]
        made["catchup"] = self._data["catchup"]
        made |= self._settings()
        made["default_args"] = self._default_args()
        return made | self._entries()

    def _names(self) -> dict[str, Any]:
        made = {}
        for key in _FOR_THE_WAY_BACK:
            value = self._data.get(key)
            if value is not None and value != self._spec.dag_id:
                made[key] = value
                self._losses.changed((key,), _IGNORED)
        return made

    def _description(self) -> dict[str, Any]:
        text = self._data.get("description")
        return {"description": text} if text else {}

    def _dates(self) -> dict[str, Any]:
        zone = self._spec.timezone
        if zone is None and self._spec.start_date.utcoffset():
            text = "dag-factory knows zones by name alone; the moment is kept, in UTC"
            self._losses.gap(("start_date",), text)
        made = {}
        for key in ("start_date", "end_date"):
            moment = getattr(self._spec, key)
            if moment is not None:
                made[key] = local_time(moment, zone)
                if is_twice(moment, zone):
                    text = f"the clock shows {made[key]} twice; dag-factory takes the second time"
                    self._losses.gap((key,), text)
        return made | ({"timezone": zone} if zone else {})

    def _settings(self) -> dict[str, Any]:
        given = {key: self._data[key] for key in _COPIED if self._data.get(key) is not None}
        made = {key: self._values.value(value, (key,)) for key, value in given.items()}
        if self._data["schedule_interval"] == "@continuous" and "max_active_runs" not in made:
            made["max_active_runs"] = 1
            text = "with `max_active_runs: 1`, as it needs: dag-factory gives Airflow's default"
            self._losses.changed(("schedule_interval",), text)
        if self._data.get("dagrun_timeout"):
            made["dagrun_timeout"] = length(self._data["dagrun_timeout"])
        params = self._arguments.params(self._data.get("params") or {}, ("params",))
        made |= {"params": params} if params else {}
        made |= self._macros(self._data.get("user_defined_macros") or {})
        for key in DAG_CALLBACKS:
            if self._data.get(key) is not None:
                made[key] = self._callbacks.made(self._data[key], (key,))
        return made

    def _macros(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the macros; dag-factory takes each text for an import path."""
        made: dict[str, Any] = {}
        for name, value in given.items():
            path = ("user_defined_macros", name)
            if isinstance(value, dict) and value.keys() == {"$ref"}:
                made[name] = value["$ref"]
            elif isinstance(value, str):
                self._losses.gap(path, "dag-factory takes the text of a macro for an import path")
            else:
                made[name] = self._values.value(value, path)
        made = without_missing(made)
        return {"user_defined_macros": made} if made else {}

    def _default_args(self) -> dict[str, Any]:
        given = dict(self._data.get("default_args") or {})
        for key in ("start_date", "end_date"):
            if given.pop(key, None) is not None:
                text = "dag-factory gives the date of the DAG to all tasks"
                self._losses.gap(("default_args", key), text)
        top = {key: self._data[key] for key in AT_THE_TOP if self._data.get(key) is not None}
        shared = self._arguments.shared(given, ())
        if "retry_delay" not in given:
            shared |= self._arguments.made({MINUTES: self._data[MINUTES]}, ())
        return top | shared

    def _entries(self) -> dict[str, Any]:
        """Return the groups and the tasks, each by its own id."""
        outline = self._spec.outline
        doubled = doubled_names(outline, self._losses)
        groups: dict[str, Any] = {}
        tasks: dict[str, Any] = {}
        for entry in outline.entries:
            if entry.number in doubled:
                continue
            given = value_at(self._data, entry.path)
            if entry.is_group:
                made = group_of(entry, given, self._arguments, self._losses)
            else:
                made = self._tasks.task(entry, given)
            waits = dependencies_of(entry, given, outline, self._losses)
            (groups if entry.is_group else tasks)[entry.name] = made | waits
        # dag-factory joins groups in this order: what is in a group is joined before it
        inner_first = dict(reversed(groups.items()))
        return ({"task_groups": inner_first} if groups else {}) | {"tasks": tasks}
