"""Tags of gusty's YAML: `!days_ago 1`, `!timedelta 'minutes: 5'`, `!datetime [2024, 1, 1]`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_values import TIMEDELTA
from dagctl.convert.foreign_yaml.reader import Fields, Tagged
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Place, Report

_UNIT = lazy_pattern(
    r"\s*(days|seconds|microseconds|milliseconds|minutes|hours|weeks)\s*:\s*(\d+)\s*"
)
_DATES = ("start_date", "end_date")


def without_tags(value: Any, key: str, place: Place, report: Report, today: date) -> Any:  # noqa: ANN401 - YAML
    """Return a value with what gusty makes of its own tags; other tags stay."""
    if isinstance(value, Fields):
        made = Fields(value.place)
        for name in value:
            at = value.at(name)
            made.put(name, without_tags(value[name], name, at, report, today), at)
        return made
    if isinstance(value, list):
        return [without_tags(item, key, place, report, today) for item in value]
    if key in _DATES and isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, Tagged):
        return value
    if value.tag == "days_ago":
        return _days_ago(value, key, place, report, today)
    made_of = {"timedelta": _length, "datetime": _moment}.get(value.tag)
    made_value = made_of(value.value, key, place) if made_of else None
    return value if made_value is None else made_value


def _days_ago(value: Tagged, key: str, place: Place, report: Report, today: date) -> Any:  # noqa: ANN401
    try:
        moment = today - timedelta(days=int(str(value.value)))
    except (ValueError, OverflowError):
        return value
    if key not in _DATES:
        return value
    why = "a date that moves with each parse gives no stable runs"
    report.changed(place, key, f"it is frozen as {moment.isoformat()}: {why}")
    return moment.isoformat()


def _length(given: object, _key: str, place: Place) -> Fields | None:
    parts = dict(given) if isinstance(given, dict) else {}
    if isinstance(given, str):
        matches = [_UNIT.fullmatch(part) for part in given.split(",")]
        if None in matches:
            return None
        parts = {match[1]: int(match[2]) for match in matches if match}
    if not parts:
        return None
    made = Fields(place)
    made.update({"__type__": TIMEDELTA} | parts)
    return made


def _moment(given: object, key: str, place: Place) -> Any:  # noqa: ANN401 - YAML
    try:
        moment = datetime(**given) if isinstance(given, dict) else datetime(*given)  # type: ignore[misc] # noqa: DTZ001
    except (TypeError, ValueError, OverflowError):
        return None
    if key in _DATES:
        return moment.isoformat()
    made = Fields(place)
    made.update({"__type__": "datetime.datetime", "__args__": [*moment.timetuple()[:6]]})
    return made
