"""Schedules: a text as Airflow has it, or a timetable by its import path."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dagctl.convert.airflow_yaml.yaml_values import plain_data
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.spec.fields.durations import is_duration

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

_MODULES = {
    "CronTriggerTimetable": "trigger",
    "MultipleCronTriggerTimetable": "trigger",
    "DeltaTriggerTimetable": "trigger",
    "CronDataIntervalTimetable": "interval",
    "DeltaDataIntervalTimetable": "interval",
    "EventsTimetable": "events",
}
"""Timetables of `airflow.sdk`, and the module below `airflow.timetables` that has each."""
_CRONS = {"CronTriggerTimetable": False, "CronDataIntervalTimetable": True}
_LENGTHS = frozenset({"delta", "interval", "run_immediately", "run_offset"})
"""Parameters of Airflow's timetables that take a length of time."""


class YamlSchedules:
    """Turns the schedule of one DAG into that of a spec."""

    def __init__(self, report: Report, target: str) -> None:
        self._report = report
        self._airflow_2 = target.startswith("2")

    def schedule(self, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return the schedule of a spec; what has no word is reported, and is null."""
        if value is None or isinstance(value, str):
            if value is not None and self._airflow_2:
                text = "Airflow 2 starts a run at the end of the interval that it is for"
                self._report.changed(place, "schedule", text)
            return value
        if not isinstance(value, Fields) or not isinstance(value.get("uses"), str):
            self._report.gap(place, "schedule", "this is no schedule that Airflow's YAML takes")
            return None
        for key in value.keys() - {"uses", "with"}:
            self._report.gap(value.at(key), key, "Airflow refuses it here")
        given = value.get("with")
        return self._timetable(value["uses"], given if isinstance(given, Fields) else Fields(place))

    def _timetable(self, path: str, given: Fields) -> dict[str, Any]:
        word = path.rpartition(".")[2]
        own = path.startswith("airflow.") and word in _MODULES
        if own and word in _CRONS:
            given = self._with_cron(path, given)
            if isinstance(given.get("cron"), str) and given.keys() <= {"cron", "timezone"}:
                zone = given.get("timezone", "UTC")
                return {"cron": given["cron"], "timezone": zone, "data_interval": _CRONS[word]}
        of_target = "DeltaDataIntervalTimetable" if self._airflow_2 else "DeltaTriggerTimetable"
        if own and word == of_target and given.keys() == {"delta"} and is_duration(given["delta"]):
            return {"every": given["delta"]}
        made = {key: self._argument(key, given[key], given.at(key), own=own) for key in given}
        written = f"airflow.timetables.{_MODULES[word]}.{word}" if own else path
        return {"timetable": written} | ({"with": made} if made else {})

    def _with_cron(self, path: str, given: Fields) -> Fields:
        """Return the arguments of a timetable with its cron under the name that a spec has for it.

        `airflow.sdk` calls it `expression`, `airflow.timetables` calls it `cron`.
        """
        right, wrong = ("expression", "cron")[:: 1 if path.startswith("airflow.sdk.") else -1]
        if wrong in given:
            text = f"{path} takes no `{wrong}`: Airflow refuses it; write `{right}`"
            self._report.gap(given.at(wrong), wrong, text)
        made = Fields(given.place)
        for key, value in given.items():
            made.put("cron" if key in {right, wrong} else key, value, given.at(key))
        return made

    def _argument(self, key: str, value: object, place: Place, *, own: bool) -> Any:  # noqa: ANN401
        if is_duration(value) and own and key in _LENGTHS:
            return {"$duration": value}
        if is_duration(value) and not own:
            why = "the class is unknown: if it takes one there, write `{$duration: ...}`"
            self._report.gap(place, key, f"Airflow may read {value!r} as a length of time; {why}")
        if isinstance(value, list):
            return [_moment(item) for item in value]
        return _moment(value)


def _moment(value: object) -> Any:  # noqa: ANN401 - JSON data
    return {"$datetime": value.isoformat()} if isinstance(value, date) else plain_data(value)
