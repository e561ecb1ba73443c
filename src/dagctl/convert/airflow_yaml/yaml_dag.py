"""One document of Airflow's YAML as a spec."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from dagctl.convert.airflow_yaml.extends import Extends
from dagctl.convert.airflow_yaml.shared import placed, shared_template
from dagctl.convert.airflow_yaml.yaml_arguments import NOT_YET, Taken, arguments
from dagctl.convert.airflow_yaml.yaml_schedules import YamlSchedules
from dagctl.convert.airflow_yaml.yaml_tasks import YamlTasks
from dagctl.convert.airflow_yaml.yaml_values import YamlValues
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.outcome.finished import in_order
from dagctl.operators.base_parameters import base_parameters
from dagctl.spec.fields.callback_form import DAG_CALLBACKS
from dagctl.spec.fields.slug import slug
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.convert.outcome.report import Place, Report

_OWN = frozenset({"$schema", "dag_id", "schedule", "templates", "tasks"})
_NO_START = "the file gives none, so the first run is the next one; 2024-01-01 counts now"
_NO_START_CATCHUP = "the file gives none, so Airflow starts no run by time; 2024-01-01 counts now"


class YamlDag:
    """Turns one document into a spec."""

    def __init__(self, report: Report, target: str, read: Callable[[str], str | None]) -> None:
        self._report = report
        self._target = target
        self._values = YamlValues(report, read)
        self._schedules = YamlSchedules(report, target)
        self._tasks = YamlTasks(report, self._values, target)
        self.places: dict[tuple[str, ...], Place] = {}
        """Where each task stands, by its id."""

    def spec(self, dag_id: str, document: Fields) -> dict[str, Any]:
        """Return the spec as data, its keys in the order of the reference."""
        made: dict[str, Any] = {"dag_name": dag_id}
        if slug(dag_id) != dag_id:
            made["dag_id"] = dag_id
        place = document.at("schedule")
        made["schedule"] = self._schedules.schedule(document.get("schedule"), place)
        made["retries"] = 0  # what Airflow does when it is not said
        made |= self._arguments(document)
        self._start(document, made)
        shared = shared_template(document)
        if shared is not None:
            made |= placed(self._tasks.arguments(shared))
        made["tasks"] = self._entries(document, is_shared=shared is not None)
        return in_order(made)

    def _arguments(self, document: Fields) -> dict[str, Any]:
        text = "Airflow's YAML refuses it; it has `templates`"
        taken = Taken(
            "a DAG",
            own=_OWN,
            refused={"default_args": text} | dict.fromkeys(DAG_CALLBACKS, NOT_YET),
            by_airflow=base_parameters("dag", "3"),
            by_spec=frozenset(DagSpec.key_names()),
        )
        return arguments(document, taken, self._report, self._argument)

    def _argument(self, name: str, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        made = self._values.plain(name, value, place)
        if name == "params" and isinstance(made, dict):
            return {key: _default(item) for key, item in made.items()}
        return made

    def _start(self, document: Fields, made: dict[str, Any]) -> None:
        """Report what the start date means that a spec has where the file gives none."""
        if "start_date" not in made and made["schedule"] is not None:
            text = _NO_START_CATCHUP if made.get("catchup") else _NO_START
            self._report.new(document.at("dag_id"), "start_date", text)
        offset = _offset(made.get("start_date"))
        if offset and isinstance(made["schedule"], str):
            text = f"Airflow reads the schedule by the clock of the start date ({offset}): the spec"
            self._report.gap(document.at("start_date"), "timezone", f"{text} needs its `timezone`")
        if "catchup" not in made and self._target.startswith("2"):
            made["catchup"] = False  # as on Airflow 3, which alone reads such files

    def _entries(self, document: Fields, *, is_shared: bool) -> list[dict[str, Any]]:
        rows = document.get("tasks") or []
        if not isinstance(rows, list):
            self._report.gap(document.at("tasks"), "tasks", "it must be a list")
            return []
        extends = Extends(document.get("templates"), self._report)
        made: list[dict[str, Any]] = []
        for row in rows:
            if not isinstance(row, Fields) or not isinstance(row.get("id"), str):
                place = row.place if isinstance(row, Fields) else document.at("tasks")
                self._report.gap(place, "tasks", "an entry has no `id`, or is no mapping")
                continue
            self.places[row["id"],] = row.place
            written = row.copy()
            if is_shared:
                del written["extends"]
            made.append(self._tasks.task(row["id"], extends.task(written)))
        return made


def _offset(start: object) -> str | None:
    """Return how far from UTC the clock of a start date is, as its text says; None: not at all."""
    try:
        moment = datetime.fromisoformat(start) if isinstance(start, str) else None
    except ValueError:
        return None
    shifted = moment is not None and moment.utcoffset()
    return str(moment)[-6:] if shifted else None


def _default(value: object) -> object:
    """Return a param: a mapping is a value here, not rules for one."""
    return {"default": value} if isinstance(value, dict) else value
