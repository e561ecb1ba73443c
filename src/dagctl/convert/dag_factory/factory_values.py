"""Values: `__type__` objects, tags and dates of dag-factory as the markers of a spec."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.convert.foreign_yaml.reader import Fields, Tagged, as_list
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.durations import duration_text
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.report import Place, Report

_PARAMS = frozenset({"airflow.sdk.Param", "airflow.models.param.Param", "airflow.models.Param"})
ASSET_CLASSES = frozenset({"Asset", "Dataset"})
TIMEDELTA, DATETIME, TYPED_LIST = "datetime.timedelta", "datetime.datetime", "builtins.list"
_TYPED_MAPPING = "builtins.dict"
_POSITIONS: Mapping[str, tuple[str, ...]] = {
    TIMEDELTA: ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"),
    DATETIME: ("year", "month", "day", "hour", "minute", "second", "microsecond"),
    "airflow.timetables.trigger.CronTriggerTimetable": ("cron",),
    "airflow.timetables.interval.CronDataIntervalTimetable": ("cron", "timezone"),
    "airflow.timetables.interval.DeltaDataIntervalTimetable": ("delta",),
    "airflow.timetables.trigger.DeltaTriggerTimetable": ("delta",),
    **dict.fromkeys(_PARAMS, ("default",)),
    "airflow.datasets.Dataset": ("uri",),
    "airflow.sdk.Asset": ("name", "uri"),
}
"""The parameters that `__args__` are for, where the class is known."""
_DATASETS = {
    "airflow.datasets.Dataset": "airflow.sdk.Asset",
    "airflow.datasets.DatasetAlias": "airflow.sdk.AssetAlias",
}
"""Classes of Airflow 2 that have another name in Airflow 3 and the same parameters."""
_XCOM = lazy_pattern(r"\+(\w+)(?:\[['\"](.*)['\"]\])?")
_RELATIVE = lazy_pattern(
    r"(?:(?P<hours>\d+)\s+hour)?(?:(?P<minutes>\d+)\s+minute)?"
    r"(?:(?P<seconds>\d+)\s+second)?(?:(?P<days>\d+)\s+day)?",
    re.IGNORECASE,
)


class FactoryValues:
    """Turns the values of one DAG into those of a spec, and reports what it could not keep."""

    def __init__(self, report: Report, target: str) -> None:
        self.report, self.target = report, target
        self._series = target_of(target).series

    def value(self, value: object, place: Place, subject: str) -> Any:  # noqa: ANN401 - JSON data
        """Return a value with markers for what YAML has no word for."""
        if isinstance(value, Fields):
            return self._fields(value, place, subject)
        if isinstance(value, list | tuple):
            return [self.value(item, place, subject) for item in value]
        if isinstance(value, Tagged):
            return self._tagged(value, place, subject)
        if isinstance(value, date):  # a datetime is one
            return {"$datetime": value.isoformat()}
        if isinstance(value, bytes | set):
            self.report.gap(place, subject, "a spec has no bytes and no sets; it is text now")
            return str(value)
        return value

    def duration(self, value: object, place: Place, subject: str) -> str | None:
        """Return a length of time as text, such as `1h30m`; None, reported, if it is none."""
        text = duration_text(seconds_of(value))
        if text is None:
            self.report.gap(place, subject, "this is no length of time that a spec can hold")
        return text

    def _fields(self, value: Fields, place: Place, subject: str) -> Any:  # noqa: ANN401
        if "__type__" in value:
            return self._object(value, place, subject)
        inner = {key: self.value(value[key], value.at(key), key) for key in value}
        if any(key.startswith("$") for key in inner):
            return {"$const": inner}
        return inner

    def _tagged(self, value: Tagged, place: Place, subject: str) -> Any:  # noqa: ANN401
        kind, _, name = value.tag.rpartition(":")
        if kind == "name" or value.tag.startswith("name:"):
            return {"$ref": name}
        self.report.gap(place, subject, f"a spec has no word for the tag `{value.tag[:60]}`")
        return self.value(value.value, place, subject)

    def _object(self, value: Fields, place: Place, subject: str) -> Any:  # noqa: ANN401
        path = str(value["__type__"])
        if path == TYPED_LIST:
            items = as_list(value.get("items"))
            return [self.value(item, place, subject) for item in items]
        given, others = _arguments(value, path)
        if path == _TYPED_MAPPING and "__args__" not in value:
            return {key: self.value(item, place, key) for key, item in given.items()}
        if path == TIMEDELTA:
            text = duration_text(seconds_of(value))
            if text is not None:
                return {"$duration": text}
        moment = moment_of(value)
        if moment:
            return {"$datetime": moment}
        if is_asset(value):
            return {"$asset": asset_text(value)}
        arguments = {key: self.value(item, place, key) for key, item in given.items()}
        path = self._renamed(path, place, subject)
        made: dict[str, Any] = {"$new": path}
        if others:
            made["args"] = [self.value(item, place, subject) for item in others]
        return made | ({"with": arguments} if arguments else {})

    def _renamed(self, path: str, place: Place, subject: str) -> str:
        """Return the path that a class of datasets has in the target."""
        new = _DATASETS.get(path) if self._series == "3" else None
        if new is not None:
            self.report.changed(place, subject, f"{path} is {new} in Airflow 3")
        return new or path


def _arguments(value: Fields, path: str) -> tuple[dict[str, Any], list[Any]]:
    """Return the arguments of an object by name, and those without one."""
    given = {key: value[key] for key in value if key not in {"__type__", "__args__"}}
    positional = as_list(value.get("__args__"))
    names = _POSITIONS.get(path, ())
    if len(positional) > len(names):
        return given, positional
    return dict(zip(names, positional, strict=False)) | given, []


def is_asset(value: object) -> bool:
    """Return whether a value is an asset or a dataset that has a name or a URI and nothing more."""
    if not isinstance(value, Fields) or "__type__" not in value:
        return False
    path = str(value["__type__"])
    names = [value[key] for key in ("uri", "name") if key in value]
    names += as_list(value.get("__args__"))
    simple = (
        value.keys() <= {"__type__", "__args__", "uri", "name"} and len({*map(str, names)}) == 1
    )
    return simple and path.startswith("airflow.") and path.rpartition(".")[2] in ASSET_CLASSES


def asset_text(value: Fields) -> str:
    """Return the URI, or the name, of what `is_asset` said yes to."""
    positional = as_list(value.get("__args__") or [None])
    return str(value.get("uri") or value.get("name") or positional[0])


def xcom(value: object, known: frozenset[str]) -> dict[str, str] | None:
    """Return the output of a task that a text such as `+extract["rows"]` means, or None."""
    match = _XCOM.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in known:
        return None
    return {"$xcom": match[1]} | ({"key": match[2]} if match[2] else {})


def relative(text: str) -> timedelta | None:
    """Return the length of a relative time of dag-factory such as `2 days`, or None."""
    match = _RELATIVE.match(text)
    parts = (
        {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    )
    try:
        return timedelta(**parts) if parts else None
    except OverflowError:
        return None


def seconds_of(value: object) -> float | None:
    """Return how many seconds a length of time has: an object, a number of seconds, or a text."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        length = relative(value)
        return length.total_seconds() if length else None
    if isinstance(value, Fields) and value.get("__type__") == TIMEDELTA:
        return _timedelta_seconds(value)
    return None


def _timedelta_seconds(value: Fields) -> float | None:
    names = _POSITIONS[TIMEDELTA]
    parts = dict(zip(names, as_list(value.get("__args__")), strict=False))
    parts |= {key: value[key] for key in value if not key.startswith("__")}
    try:
        return timedelta(**parts).total_seconds()
    except (TypeError, OverflowError, ValueError):
        return None


def minutes_of(value: object) -> int | float | None:
    """Return the minutes of a length of time that is written in minutes alone, or None."""
    if not isinstance(value, Fields) or value.keys() != {"__type__", "minutes"}:
        return None
    minutes, known = value["minutes"], seconds_of(value)
    is_number = isinstance(minutes, int | float) and known is not None and known >= 0
    return minutes if is_number else None


def with_rules(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return params, objects of Airflow's class for them as the mappings that a spec has."""
    return {
        name: value.get("with", {})
        if isinstance(value, dict) and value.get("$new") in _PARAMS
        else value
        for name, value in params.items()
    }


def moment_of(value: Fields) -> str | None:
    """Return the time that an object is, by the clock of the DAG or with its zone; or None."""
    path = str(value.get("__type__"))
    parts, _ = _arguments(value, path)
    zone = parts.pop("tz", None) if path == "pendulum.datetime" else None
    if path not in {DATETIME, "pendulum.datetime"} or not parts.keys() <= {*_POSITIONS[DATETIME]}:
        return None
    try:
        local = datetime(**parts)  # noqa: DTZ001 - it is read in the zone of the DAG
        if zone is None or path == DATETIME:
            return local.isoformat()
        return local.replace(tzinfo=ZoneInfo(str(zone))).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
