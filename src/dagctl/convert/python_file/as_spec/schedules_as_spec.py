"""Schedules of a DAG file: crons, lengths of time, timetables, assets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.as_spec.values_as_spec import MISSING
from dagctl.convert.python_file.state.items import Condition, Late, Made, Name
from dagctl.convert.python_file.values import kept
from dagctl.convert.python_file.values.moments import zone_of
from dagctl.spec.fields.durations import duration_text

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.as_spec.values_as_spec import ValuesAsSpec

_CRONS = {"CronTriggerTimetable": False, "CronDataIntervalTimetable": True}
_OR_TIME = ("AssetOrTimeSchedule", "DatasetOrTimeSchedule")
_ASSETS = ("Asset", "Dataset", "AssetAlias", "DatasetAlias")


class SchedulesAsSpec:
    """Turns the schedule of one DAG into that of a spec."""

    def __init__(self, values: ValuesAsSpec) -> None:
        self._values = values

    def schedule(self, value: object, place: Place) -> Any:  # noqa: ANN401, PLR0911 - one for each form
        """Return the schedule of a spec; `MISSING`, which is reported, where it has no word."""
        value = _as_given(value)
        if value is None or isinstance(value, str):
            return None if value == "None" else value
        if isinstance(value, timedelta):
            text = duration_text(value.total_seconds())
            if text is None:
                return self._values.missing(place, "schedule", "it has no whole seconds")
            return {"every": text}
        if isinstance(value, list | tuple) and not value:
            return None
        assets = self._condition(value, place)
        if assets is not None:
            return {"assets": assets} if isinstance(assets, list) else assets
        if isinstance(value, Made):
            return self._timetable(value, place)
        if isinstance(value, Name) and value.path.startswith("airflow."):
            return self._values.missing(place, "schedule", f"{value.path} is no schedule of a spec")
        if isinstance(value, Name):
            text = f"{value.path} is known only when Python runs: write the schedule"
            return self._values.missing(place, "schedule", text)
        return self._values.value(value, place, "schedule")

    def _condition(self, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(value, Condition):
            members = [self._condition(member, place) for member in value.members]
            if None in members:
                return None
            return {value.word: [_alone(member) for member in members]}
        if isinstance(value, list | tuple):
            made = [self._condition(item, place) for item in value]
            if None in made:
                return None
            return [_alone(item) for item in made]
        if isinstance(value, Made) and value.target.path.rpartition(".")[2] in _ASSETS:
            made = self._values.value(value, place, "schedule")
            return None if made is MISSING else [_text(made)]
        return None

    def _timetable(self, value: Made, place: Place) -> Any:  # noqa: ANN401 - JSON data
        word = value.target.path.rpartition(".")[2]
        is_known = word in {*_CRONS, *_OR_TIME}
        given = self._values.named(value, place, "schedule") if is_known else {}
        is_plain = isinstance(given.get("cron"), str) and given.keys() <= {"cron", "timezone"}
        zone = zone_of(given["timezone"]) if "timezone" in given else "UTC"
        if word in _CRONS and is_plain and zone is not None:
            return {"cron": given["cron"], "timezone": zone, "data_interval": _CRONS[word]}
        # no `every` for a length of time: which timetable that is depends on the Airflow
        if word in _OR_TIME and (both := self._or_time(given, place)) is not None:
            return both
        made = self._values.value(value, place, "schedule")
        if made is MISSING:
            return MISSING
        if not isinstance(made, dict) or "$new" not in made:  # a default that was assumed
            return self.schedule(made, place)
        timetable: dict[str, Any] = {"timetable": made["$new"]}
        return timetable | {key: made[key] for key in ("args", "with") if key in made}

    def _or_time(self, given: dict[str, Any], place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return times and assets; None where the times are those of a class of its own."""
        time = self.schedule(given.get("timetable"), place)
        assets = self._condition(given.get("assets", given.get("datasets")), place)
        if not isinstance(time, dict) or assets is None:
            return self._values.missing(place, "schedule", "its parts are not known")
        return None if "timetable" in time else time | {"assets": assets}


def _as_given(value: object) -> object:
    """Return a schedule without spaces around, and one that is read at each parse as its call."""
    if isinstance(value, Late):
        return kept.read(value) or value
    return " ".join(value.split()) if isinstance(value, str) else value


def _text(marker: Any) -> Any:  # noqa: ANN401 - JSON data
    """Return an asset as a condition of a spec names it: by its text alone."""
    return marker["$asset"] if isinstance(marker, dict) and "$asset" in marker else marker


def _alone(condition: Any) -> Any:  # noqa: ANN401 - JSON data
    return condition[0] if isinstance(condition, list) and len(condition) == 1 else condition
