"""Dates, lengths of time and zones of a DAG file: `datetime`, `pendulum`, `days_ago`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.objects import Moment, Name, Opaque, Zone
from dagctl.convert.python_file.source_of import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.calls import Call
    from dagctl.convert.python_file.machine import Machine

_LENGTHS = frozenset({"datetime.timedelta", "pendulum.duration", "pendulum.Duration"})
_POINTS = frozenset(
    {
        *("datetime.datetime", "pendulum.datetime", "pendulum.create", "pendulum.DateTime"),
        *("airflow.utils.timezone.datetime", "airflow.sdk.timezone.datetime", "datetime.date"),
        *("airflow.providers.common.compat.sdk.timezone.datetime", "pendulum.local"),
    }
)
_ZONES = frozenset(
    {
        *("pendulum.timezone", "pendulum.tz.timezone", "zoneinfo.ZoneInfo", "pytz.timezone"),
        *("dateutil.tz.gettz", "pendulum.Timezone", "pendulum.tz.timezone.Timezone"),
    }
)
_UTC = frozenset(
    {
        *("datetime.timezone.utc", "datetime.UTC", "pytz.UTC", "pytz.utc", "pendulum.UTC"),
        *("airflow.utils.timezone.utc", "pendulum.tz.UTC", "airflow.sdk.timezone.utc"),
        *("dateutil.tz.UTC", "airflow.utils.timezone.TIMEZONE"),
    }
)
_NAMES = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_UNITS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")


def zone_of(value: object) -> str | None:
    """Return the name of a zone, or None where a value is none that is known."""
    if isinstance(value, Zone):
        return value.name
    if isinstance(value, Name) and value.path in _UTC:
        return "UTC"
    return value if isinstance(value, str) else None


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return the date, length or zone that a call gives; None: it is none of these."""
    if path in _LENGTHS:
        return _length(machine, made)
    if path in _ZONES and made.args and isinstance(made.args[0], str):
        return Zone(made.args[0])
    if path in _POINTS:
        return _point(machine, made)
    function = _FROM_TODAY.get(path.removeprefix("airflow.utils."))
    if function is None:
        function = _TEXTS.get(path)
    if function is None:
        return None
    try:
        return function(machine, made)
    except (ValueError, TypeError, OverflowError, IndexError):
        return machine.opaque(made.node, f"`{words(made.node)}` is no date that is known")


def _length(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    given = dict(zip(_UNITS, made.args, strict=False)) | made.kwargs
    try:
        return timedelta(**given)
    except (TypeError, OverflowError, ValueError):
        bad = next((value for value in given.values() if isinstance(value, Opaque)), None)
        return bad or machine.opaque(made.node, f"`{words(made.node)}` is no length that is known")


def _point(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    names = (*_NAMES, "tz")
    given = dict(zip(names, made.args, strict=False)) | made.kwargs
    zone = next((given.pop(key) for key in ("tz", "tzinfo") if key in given), None)
    given.pop("fold", None)
    name = zone_of(zone)
    if zone is not None and name is None:
        return machine.opaque(made.node, f"the zone of `{words(made.node)}` is not known")
    try:
        return Moment(datetime(**given), name)  # noqa: DTZ001 - the zone stands beside it
    except (TypeError, ValueError, OverflowError):
        bad = next((value for value in given.values() if isinstance(value, Opaque)), None)
        return bad or machine.opaque(made.node, f"`{words(made.node)}` is no date that is known")


def _today(machine: Machine, made: Call, days: int = 0) -> Moment:
    zone = next((zone_of(arg) for arg in (*made.args, *made.kwargs.values())), None)
    moment = datetime.combine(machine.today, time()) + timedelta(days=days)
    return Moment(moment, zone, frozen=True)


def _days_ago(machine: Machine, made: Call) -> Moment:
    given = dict(zip(("n", *_NAMES[3:]), made.args, strict=False)) | made.kwargs
    moment = datetime.combine(machine.today, time()) - timedelta(days=given.pop("n"))
    return Moment(moment.replace(**given), None, frozen=True)


def _parsed(_machine: Machine, made: Call) -> Moment:
    moment = datetime.fromisoformat(made.args[0])
    zone = next((zone_of(value) for key, value in made.kwargs.items() if key == "tz"), None)
    if moment.tzinfo is not None:
        return Moment(moment.astimezone(UTC).replace(tzinfo=None), "UTC")
    return Moment(moment, zone)


def _read(_machine: Machine, made: Call) -> Moment:
    moment = datetime.strptime(made.args[0], made.args[1])  # noqa: DTZ007 - as it is in the file
    return Moment(moment.replace(tzinfo=None))


def _combined(_machine: Machine, made: Call) -> Moment:
    first = made.args[0]
    if not isinstance(first, Moment):
        raise TypeError
    return Moment(datetime.combine(first.moment, time()), first.zone, first.frozen)


_FROM_TODAY: Mapping[str, Callable[[Machine, Call], Moment]] = {
    "dates.days_ago": _days_ago,
    "timezone.utcnow": _today,
    "pendulum.now": _today,
    "pendulum.today": _today,
    "pendulum.yesterday": lambda machine, made: _today(machine, made, -1),
    "pendulum.tomorrow": lambda machine, made: _today(machine, made, 1),
    "datetime.datetime.now": _today,
    "datetime.datetime.utcnow": _today,
    "datetime.datetime.today": _today,
    "datetime.date.today": _today,
}
_TEXTS: Mapping[str, Callable[[Machine, Call], Moment]] = {
    "pendulum.parse": _parsed,
    "airflow.utils.timezone.parse": _parsed,
    "datetime.datetime.fromisoformat": _parsed,
    "datetime.datetime.strptime": _read,
    "datetime.datetime.combine": _combined,
}


def method(machine: Machine, owner: Moment, name: str, made: Call) -> Any:  # noqa: ANN401
    """Return what a method of a date gives."""
    try:
        if name in {"add", "subtract"}:
            by = timedelta(**made.kwargs)
            moved = owner.moment + by if name == "add" else owner.moment - by
            return Moment(moved, owner.zone, owner.frozen)
        if name in {"replace", "set"}:
            return _replaced(owner, made)
        if name in {"in_timezone", "in_tz"} and zone_of(made.args[0]) == owner.zone:
            return owner
        if name in {"date", "start_of"}:
            return Moment(datetime.combine(date(*owner.moment.timetuple()[:3]), time()), owner.zone)
        if name in {"strftime", "isoformat"} and not owner.frozen and len(str(made.args)) < 100:  # noqa: PLR2004
            return getattr(owner.moment, name)(*made.args)
    except (TypeError, ValueError, OverflowError, IndexError):
        pass
    return machine.opaque(made.node, f"`{words(made.node)}` is known only when Python runs")


def _replaced(owner: Moment, made: Call) -> Moment:
    given = dict(made.kwargs)
    zone = next((given.pop(key) for key in ("tz", "tzinfo") if key in given), owner.zone)
    return Moment(owner.moment.replace(**given), zone_of(zone), owner.frozen)
