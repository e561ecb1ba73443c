"""One spec as a document of Airflow's YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.airflow_yaml.yaml_documents import SCHEMA
from dagctl.convert.foreign_yaml.writer import foreign_yaml
from dagctl.convert.outcome.exported import MINUTES, Losses, nowhere, value_at, without_missing
from dagctl.convert.to_airflow_yaml.tasks_for_yaml import TasksForYaml
from dagctl.spec.dag.brought import signs_of
from dagctl.spec.fields.schedule_forms import assets_of
from dagctl.spec.fields.start_date import write_start_date
from dagctl.spec.tasks.arguments import AT_THE_TOP
from dagctl.text.template_signs import signs_set

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import ExportedSpec, Places
    from dagctl.spec.model import DagSpec

_COPIED = (
    *("max_active_runs", "max_active_tasks", "max_consecutive_failed_dag_runs", "dagrun_timeout"),
    *("doc_md", "dag_display_name", "render_template_as_native_obj", "is_paused_upon_creation"),
    *("fail_fast", "access_control", "template_searchpath", "jinja_environment_kwargs"),
    *("owner_links", "allowed_run_types", "disable_bundle_versioning"),
    "rerun_with_latest_version",
)
_NO_WORD = (
    *("user_defined_macros", "user_defined_filters", "template_undefined", "deadline"),
    *("on_failure_callback", "on_success_callback", "sla_miss_callback"),
    *("default_view", "orientation"),
)
_NO_TIMES = ("@once", "@continuous")
DEFAULTS = "defaults"
"""The template that all tasks extend: what they share."""


def to_airflow_yaml(spec: DagSpec, *, airflow: str = "3", places: Places = nowhere) -> ExportedSpec:
    """Return a spec as a file of Airflow's YAML (3.4), and what was lost.

    A pure function; nothing is imported.

    Args:
        spec: The spec.
        airflow: The Airflow that the spec is for. Only 3.4 and later read such files, so what a
            schedule means on Airflow 2 is written out.
        places: Returns where a value of the spec stands, for the report.
    """
    losses = Losses(places)
    with signs_set(signs_of(spec.jinja_environment_kwargs)):
        text = foreign_yaml(_DagForYaml(spec, losses, airflow).made())
    return losses.exported(spec.dag_id, "airflow-yaml", text)


class _DagForYaml:
    """Turns one spec into a document."""

    def __init__(self, spec: DagSpec, losses: Losses, target: str) -> None:
        self._spec = spec
        self._of_intervals = target.startswith("2")
        self._data = spec.recorded
        self._losses = losses
        self._tasks = TasksForYaml(spec.outline, losses)

    def made(self) -> dict[str, Any]:
        """Return the document, its keys in the order of the guide."""
        self._unsaid()
        made: dict[str, Any] = {"$schema": SCHEMA, "dag_id": self._spec.dag_id}
        if self._data.get("description"):
            made["description"] = self._data["description"]
        made["schedule"] = self._schedule(self._data["schedule_interval"])
        made |= self._dates()
        made |= {"tags": self._data["tags"]} if self._data["tags"] else {}
        made["catchup"] = self._data["catchup"]
        given = {key: self._data[key] for key in _COPIED if self._data.get(key) is not None}
        values = self._tasks.values
        made |= without_missing({key: values.plain(item, (key,)) for key, item in given.items()})
        if made["schedule"] == "@continuous" and "max_active_runs" not in made:
            made["max_active_runs"] = 1  # Airflow refuses more; in a spec it goes without saying
            text = "it stands there with `max_active_runs: 1`"
            self._losses.changed(("schedule_interval",), text)
        made |= self._tasks.params(self._data.get("params") or {}, ("params",))
        made["templates"] = {DEFAULTS: self._defaults()}
        return made | {"tasks": self._entries()}

    def _unsaid(self) -> None:
        """Note what a document has no word for."""
        for key in ("project_id", "dag_name"):
            value = self._data.get(key)
            if value is not None and value != self._spec.dag_id:
                self._losses.dropped((key,), "Airflow knows a DAG by its id alone")
        for key in _NO_WORD:
            if self._data.get(key):
                self._losses.gap((key,), f"Airflow's YAML has no word for `{key}` of a DAG")
        if self._spec.timezone or self._spec.start_date.utcoffset():
            key = "timezone" if self._spec.timezone else "start_date"
            text = "Airflow's YAML has no named zones: it may read the schedule by another clock"
            self._losses.gap((key,), text)

    def _dates(self) -> dict[str, str]:
        moments = {"start_date": self._spec.start_date, "end_date": self._spec.end_date}
        return {key: _date(write_start_date(at)) for key, at in moments.items() if at is not None}

    def _schedule(self, schedule: Any) -> Any:  # noqa: ANN401 - JSON data
        path = ("schedule_interval",)
        if not isinstance(schedule, dict):
            if self._of_intervals and schedule and schedule not in _NO_TIMES:
                text = "Airflow 3 starts a run at the time, Airflow 2 at the end of its interval"
                self._losses.changed(path, text)
            return schedule
        if assets_of(schedule) is not None:
            self._losses.gap(path, "Airflow's YAML has no word for assets")
            return None
        if "every" in schedule:
            given: dict[str, Any] = {"delta": schedule["every"]}
            kind = "DeltaDataInterval" if self._of_intervals else "DeltaTrigger"
            return {"uses": f"airflow.sdk.{kind}Timetable", "with": given}
        if "timetable" in schedule:
            given = self._tasks.values.plain(schedule.get("with", {}), (*path, "with"))
            return {"uses": schedule["timetable"]} | ({"with": given} if given else {})
        kind = "CronDataInterval" if schedule.get("data_interval") else "CronTrigger"
        zone = schedule.get("timezone") or self._spec.timezone or "UTC"
        given = {"expression": schedule["cron"], "timezone": zone}
        return {"uses": f"airflow.sdk.{kind}Timetable", "with": given}

    def _defaults(self) -> dict[str, Any]:
        """Return what all tasks share."""
        shared = self._data.get("default_args") or {}
        if shared.get("with"):
            text = "Airflow's YAML hands no parameters on to the operators that have them"
            self._losses.gap(("default_args", "with"), text)
        top: Mapping[str, Any] = {key: self._data[key] for key in AT_THE_TOP if key in self._data}
        if "retry_delay" not in shared:
            top = {**top, MINUTES: self._data[MINUTES]}
        return self._tasks.arguments(top, ()) | self._tasks.arguments(shared, ("default_args",))

    def _entries(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for entry in self._spec.outline.entries:
            given = value_at(self._data, entry.path)
            if entry.is_group:
                text = "Airflow's YAML has no groups: their tasks stand alone, by their whole ids"
                self._losses.gap((*entry.path, "group_id"), text)
                if given.get("default_args"):
                    text = "Airflow's YAML has no groups, which could share arguments"
                    self._losses.gap((*entry.path, "default_args"), text)
                continue
            task = self._tasks.task(entry, given)
            made.append({"id": task.pop("id"), "extends": [DEFAULTS], **task})
        return made


def _date(text: str) -> str:
    """Return a moment in UTC as short as it is exact."""
    return text.removesuffix("T00:00:00Z")
