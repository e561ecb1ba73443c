"""The schedule of a spec as that of dag-factory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.to_dag_factory.values_for_factory import ASSETS, TYPE, length
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.fields.schedule_forms import assets_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.to_dag_factory.values_for_factory import ValuesForFactory
    from dagctl.spec.walk import Path

_OR_TIME = {
    "2": ("airflow.timetables.datasets.DatasetOrTimeSchedule", "datasets"),
    "3": ("airflow.timetables.assets.AssetOrTimeSchedule", "assets"),
}
_INTERVAL = "airflow.timetables.interval"
_TRIGGER = "airflow.timetables.trigger"
_WORDS = {"any": "__or__", "all": "__and__"}
PATH: Path = ("schedule_interval",)


def schedule_of(schedule: Any, values: ValuesForFactory, zone: str | None) -> Any:  # noqa: ANN401 - JSON data
    """Return the schedule of a DAG."""
    if schedule is None:
        return "none"  # where dag-factory reads null, Airflow 2 runs the DAG daily
    if not isinstance(schedule, dict):
        return schedule
    assets = assets_of(schedule)
    if "every" in schedule and assets is None:
        return length(schedule["every"])
    time = _time(schedule, values, zone)
    if time is None:
        return _assets(assets, values)
    if assets is None:
        return time
    path, parameter = _OR_TIME[values.series]
    return {TYPE: path, "timetable": time, parameter: _built(assets, values)}


def _time(schedule: Mapping[str, Any], values: ValuesForFactory, zone: str | None) -> Any:  # noqa: ANN401
    """Return the timetable, or None: only assets start runs."""
    if "timetable" in schedule:
        given = values.value(schedule.get("with", {}), (*PATH, "with"))
        return {TYPE: schedule["timetable"], **given}
    is_interval = schedule.get("data_interval", values.series == "2")
    module = _INTERVAL if is_interval else _TRIGGER
    kind = "DataIntervalTimetable" if is_interval else "TriggerTimetable"
    if "every" in schedule:
        return {TYPE: f"{module}.Delta{kind}", "__args__": [length(schedule["every"])]}
    if "cron" not in schedule:
        return None
    zone = schedule.get("timezone") or zone or "UTC"
    return {TYPE: f"{module}.Cron{kind}", "__args__": [schedule["cron"]], "timezone": zone}


def _assets(assets: Any, values: ValuesForFactory) -> Any:  # noqa: ANN401 - JSON data
    """Return the assets that start runs: a list of names where that says all."""
    simple = isinstance(assets, list | tuple) and all(isinstance(item, str) for item in assets)
    if simple and values.series == "3":
        return list(assets)
    return _condition(assets, values)


def _built(value: Any, values: ValuesForFactory) -> Any:  # noqa: ANN401 - JSON data
    """Return a condition inside of an object, where `__and__` and `__or__` are not read."""
    if isinstance(value, list | tuple):
        return [_built(item, values) for item in value]
    if isinstance(value, str) or marker_of(value):
        return _member(value, values)
    word = next(word for word in _WORDS if word in value)
    kind = f"{ASSETS[values.series]}{word.title()}"
    return {TYPE: kind, "__args__": [_built(item, values) for item in value[word]]}


def _condition(value: Any, values: ValuesForFactory) -> Any:  # noqa: ANN401 - JSON data
    """Return a condition on assets; a list means all of them."""
    if isinstance(value, list | tuple):
        return {"__and__": [_member(item, values) for item in value]}
    return _member(value, values)


def _member(value: Any, values: ValuesForFactory) -> Any:  # noqa: ANN401 - JSON data
    if isinstance(value, str):
        return values.asset(value)
    if marker_of(value):
        return values.value(value, PATH)
    word = next(word for word in _WORDS if word in value)
    return {_WORDS[word]: [_member(item, values) for item in value[word]]}
