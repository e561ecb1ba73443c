"""Dates, lengths of time and zones of a DAG file: `datetime`, `pendulum`, `days_ago`."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Late, Made, Moment, Name, Opaque, Zone, settled
from dagctl.convert.python_file.state.source_tree import words
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.zone import zone_of as known_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

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
_FORMS = {"datetime.datetime": "datetime", "datetime.date": "date"}
_FORMAT = lazy_pattern(r"[\w %:./,+-]*")
_RELATIVE = "dateutil.relativedelta.relativedelta"
PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_NOW = ("datetime.datetime.now", "datetime.datetime.today")
_MOST_STEPS = 10
"""Lengths that are added to a date one by one."""
_UNITS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")


def zone_of(value: object) -> str | None:
    """Return the name of a zone, or None where a value is none that is known."""
    if isinstance(value, Name) and value.path in _UTC:
        return "UTC"
    name = value.name if isinstance(value, Zone) else value
    if not isinstance(name, str):
        return None
    return "UTC" if name.upper() == "UTC" else name


def call(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return the date, length or zone that a call gives; None: it is none of these."""
    if path in _LENGTHS | _POINTS:
        return _length(machine, made) if path in _LENGTHS else _point(machine, path, made)
    if path in _ZONES and made.args and isinstance(made.args[0], str):
        return Zone(made.args[0], is_odd=path.startswith(("pytz.", "dateutil.")))
    function = _FROM_TODAY.get(path.removeprefix("airflow.utils."))
    if function is None:
        function = _TEXTS.get(path)
    if function is None:
        return None
    try:
        moment = function(machine, made)
        if path in _FROM_TODAY:
            read = Made(Name(path), [*made.args], dict(made.kwargs), machine.place(made.node))
            moment = replace(moment, read=read)
        return moment  # noqa: TRY300 - what follows is for dates that are none
    except (ValueError, TypeError, OverflowError, IndexError):
        return machine.opaque(made.node, f"`{words(made.node)}` is no date that is known")


def _length(machine: Machine, made: Call) -> Any:  # noqa: ANN401
    named = dict(zip(_UNITS, made.args, strict=False)) | made.kwargs
    given = {key: settled(value) for key, value in named.items()}
    try:
        return timedelta(**given)
    except (TypeError, OverflowError, ValueError):
        bad = next((value for value in given.values() if isinstance(value, Opaque)), None)
        return bad or machine.opaque(made.node, f"`{words(made.node)}` is no length that is known")


def _point(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    names = (*PARTS, "tz")
    given = dict(zip(names, made.args, strict=False)) | made.kwargs
    is_odd = _is_odd(given.get("tzinfo"))
    zone = next((given.pop(key) for key in ("tz", "tzinfo") if key in given), None)
    given.pop("fold", None)
    name = zone_of(zone)
    if zone is not None and (name is None or is_odd):
        return machine.opaque(made.node, f"the zone of `{words(made.node)}` is not known")
    is_moving = any(isinstance(value, Late) and value.now for value in given.values())
    given = {key: _number(value) for key, value in given.items()}
    try:
        form, moment = _FORMS.get(path, "aware"), datetime(**given)  # noqa: DTZ001 - the zone is beside it
        return Moment(moment, name, frozen=is_moving, form=form)
    except (TypeError, ValueError, OverflowError):
        bad = next((value for value in given.values() if isinstance(value, Opaque)), None)
        return bad or machine.opaque(made.node, f"`{words(made.node)}` is no date that is known")


def _is_odd(zone: object) -> bool:
    """Return whether a date has another zone in Airflow than its `tzinfo` has by its name."""
    return isinstance(zone, Zone) and zone.is_odd and zone_of(zone) != "UTC"


def _number(value: Any) -> Any:  # noqa: ANN401 - any value of Python
    """Return the number of today for a part of a date that is counted from today."""
    return int(value.now) if isinstance(value, Late) and value.now and not value.is_text else value


def _today(machine: Machine, made: Call, days: int = 0) -> Moment:
    zone = next((zone_of(arg) for arg in (*made.args, *made.kwargs.values())), None)
    moment = datetime.combine(machine.today, time()) + timedelta(days=days)
    return Moment(moment, zone, frozen=True, form="aware")


def _now(machine: Machine, made: Call) -> Moment:
    """Return `datetime.now()`, which a template gives too when a task runs."""
    moment = _today(machine, made)
    if not made.args and not made.kwargs:
        return replace(moment, form="datetime", now="macros.datetime.now()")
    return replace(moment, now="macros.datetime.utcnow()") if moment.zone == "UTC" else moment


def _utc_now(machine: Machine, made: Call) -> Moment:
    return replace(_today(machine, made), form="datetime", now="macros.datetime.utcnow()")


def _this_day(machine: Machine, made: Call) -> Moment:
    return replace(_today(machine, made), form="date", now="macros.datetime.now().date()")


def _days_ago(machine: Machine, made: Call) -> Moment:
    given = dict(zip(("n", *PARTS[3:]), made.args, strict=False)) | made.kwargs
    moment = datetime.combine(machine.today, time()) - timedelta(days=given.pop("n"))
    return Moment(moment.replace(**given), None, frozen=True, form="aware")


def _parsed(machine: Machine, made: Call) -> Moment:
    moment = datetime.fromisoformat(made.args[0])
    zone = next((zone_of(value) for key, value in made.kwargs.items() if key == "tz"), None)
    return _with_offset(machine, made, moment) or Moment(moment, zone, form="aware")


def _read(machine: Machine, made: Call) -> Moment:
    moment = datetime.strptime(made.args[0], made.args[1])  # noqa: DTZ007 - as it is in the file
    return _with_offset(machine, made, moment) or Moment(moment)


def _with_offset(machine: Machine, made: Call, moment: datetime) -> Moment | None:
    """Return a date whose text has an offset, in the zone of that offset; None: it has none.

    Raises:
        ValueError: No zone has it.
    """
    offset = moment.utcoffset()
    if offset is None:
        return None
    hours, rest = divmod(offset, timedelta(hours=1))
    zone = f"Etc/GMT{-hours:+}" if hours else "UTC"
    if rest or known_zone(zone) is None:
        raise ValueError
    if hours:
        text = f"the spec names the zone that always has this offset, {zone}"
        machine.report.changed(machine.place(made.node), words(made.node), text)
    return Moment(moment.replace(tzinfo=None), zone, form="aware")


def _combined(_machine: Machine, made: Call) -> Moment:
    first, second = made.args
    if not isinstance(first, Moment) or not _is_midnight(second):
        raise TypeError
    return Moment(datetime.combine(first.moment, time()), first.zone, first.frozen)


def _is_midnight(value: object) -> bool:
    """Return whether a value is the time at which a day begins."""
    if isinstance(value, Name | Opaque):
        text = value.path if isinstance(value, Name) else value.why
        return "min.time()" in text or text.endswith(".time.min")
    return isinstance(value, Made) and not value.args and not value.kwargs


_FROM_TODAY: Mapping[str, Callable[[Machine, Call], Moment]] = {
    "dates.days_ago": _days_ago,
    "gusty.utils.days_ago": _days_ago,
    "timezone.utcnow": _today,
    "pendulum.now": _today,
    "pendulum.today": _today,
    "pendulum.yesterday": lambda machine, made: _today(machine, made, -1),
    "pendulum.tomorrow": lambda machine, made: _today(machine, made, 1),
    "datetime.datetime.now": _now,
    "datetime.datetime.utcnow": _utc_now,
    "datetime.datetime.today": _now,
    "datetime.date.today": _this_day,
}
_TEXTS: Mapping[str, Callable[[Machine, Call], Moment]] = {
    "pendulum.parse": _parsed,
    "airflow.utils.timezone.parse": _parsed,
    "datetime.datetime.fromisoformat": _parsed,
    "datetime.datetime.strptime": _read,
    "datetime.datetime.combine": _combined,
}


def method(machine: Machine, owner: Moment, name: str, made: Call) -> Any:  # noqa: ANN401, PLR0911 - one for each kind
    """Return what a method of a date gives."""
    try:
        if name in {"add", "subtract"} and not made.args:
            return shifted(owner, {key: settled(value) for key, value in made.kwargs.items()}, name)
        if name in {"replace", "set"}:
            return _replaced(owner, made)
        if name in {"in_timezone", "in_tz"} and zone_of(made.args[0]) == owner.zone:
            return owner
        if name == "date" or (name == "start_of" and made.args == ["day"]):
            return _day_of(owner, is_date=name == "date")
        if name == "strftime" and len(made.args) == 1 and isinstance(made.args[0], str):
            return _written(machine, owner, made.args[0], made)
        if name == "isoformat" and not made.args and not made.kwargs:
            return _iso(owner) or _not_known(machine, made)
    except (TypeError, ValueError, OverflowError, IndexError):
        pass
    return _not_known(machine, made)


def _not_known(machine: Machine, made: Call) -> Opaque:
    return machine.only_python(made.node)


def moved(owner: Moment, by: timedelta) -> Moment:
    """Return a date that is later by so much.

    Raises:
        OverflowError: There is no such date.
        ValueError: The clocks change in between.
    """
    if owner.form == "date":
        by = timedelta(days=by.days)
    given = {"days": by.days, "seconds": by.seconds}
    parts = ", ".join(f"{unit}={number}" for unit, number in given.items() if number)
    later = owner.moment + by
    zone = None if owner.frozen or owner.form != "aware" else known_zone(owner.zone or "UTC")
    if zone and len({each.replace(tzinfo=zone).utcoffset() for each in (owner.moment, later)}) > 1:
        raise ValueError  # pendulum counts the hours that pass, not those of the clock
    now = (
        f"({owner.now} + macros.timedelta({parts}))" if owner.now and not by.microseconds else None
    )
    return replace(owner, moment=later, now=now, read=_joined(owner.read, "add", by))


def _joined(read: Made | None, sign: str, by: timedelta | Made) -> Made | None:
    """Return the call of a date that is so much later, or earlier."""
    if read is None or read.depth > _MOST_STEPS:
        return None
    return Made(Name(f"operator.{sign}"), [read, by], {}, read.place, depth=read.depth + 1)


def _is_relative(value: object) -> bool:
    return isinstance(value, Made) and value.target.path == _RELATIVE and not value.args


def by_operator(left: object, right: object, *, is_sum: bool) -> Moment | None:
    """Return a date plus or minus a length of time; None: it is none.

    Raises:
        OverflowError: There is no such date.
        TypeError: The length is none that is known.
        ValueError: As above.
    """
    if is_sum and isinstance(right, Moment):
        left, right = right, left
    if isinstance(left, Moment) and isinstance(right, timedelta):
        return moved(left, right if is_sum else -right)
    if not isinstance(left, Moment) or not isinstance(right, Made) or not _is_relative(right):
        return None
    if left.form == "date" and right.kwargs.keys() - {"years", "months", "weeks", "days"}:
        raise TypeError  # with hours it is another type
    right.is_used = True
    given = {key: settled(value) for key, value in right.kwargs.items()}
    made = shifted(left, given, "add" if is_sum else "subtract")
    parts = ", ".join(f"{unit}={number}" for unit, number in given.items())
    length = f"macros.dateutil.relativedelta.relativedelta({parts})"
    now = f"({left.now} {'+' if is_sum else '-'} {length})" if left.now else None
    read = _joined(left.read, "add" if is_sum else "sub", right)
    return replace(made, now=now, read=read)


def shifted(owner: Moment, given: Mapping[str, Any], name: str) -> Moment:
    """Return a date that is moved by months and years, then by what is of one length.

    Args:
        owner: The date.
        given: Units, as of `relativedelta` and of pendulum's `add`, with whole numbers.
        name: `add`, or `subtract`.

    Raises:
        OverflowError: There is no such date.
        TypeError: A unit or a number is none that is known.
        ValueError: As above.
    """
    sign = 1 if name == "add" else -1
    rest = {unit: sign * number for unit, number in given.items()}
    if not all(type(number) is int for number in given.values()):
        raise TypeError
    months = rest.pop("months", 0) + 12 * rest.pop("years", 0)
    if months:
        year, month = divmod(owner.moment.year * 12 + owner.moment.month - 1 + months, 12)
        day = min(owner.moment.day, monthrange(year, month + 1)[1])
        moment = owner.moment.replace(year, month + 1, day)
        owner = replace(owner, moment=moment, now=None, read=None)
    return moved(owner, timedelta(**rest)) if rest else owner


def _day_of(owner: Moment, *, is_date: bool) -> Moment:
    """Return the day of a point in time."""
    moment = datetime.combine(owner.moment, time())
    if not is_date:
        return replace(owner, moment=moment, now=None, read=None)
    now = f"{owner.now}.date()" if owner.now else None
    read = owner.read
    if read is not None:
        is_now = read.target.path in _NOW and not read.args and not read.kwargs
        read = Made(Name("datetime.date.today"), [], {}, read.place) if is_now else None
    return replace(owner, moment=moment, form="date", now=now, read=read)


def as_text(owner: Moment, spec: str = "") -> str | Late | None:
    """Return a date as Python writes it: a text, a template that gives it, or None: not known.

    Args:
        owner: The date.
        spec: A format as of `strftime`; without it, as `str` writes it.
    """
    if spec and ("%z" in spec or "%Z" in spec or not _FORMAT.fullmatch(spec)):
        return None
    if not spec and (owner.form == "aware" or owner.zone is not None):
        return None
    text = owner.moment.strftime(spec) if spec else str(_plain(owner))
    if not owner.frozen:
        return text
    call = f".strftime({spec!r})" if spec else ""
    return Late(f"{{{{ {owner.now}{call} }}}}", now=text) if owner.now else None


def _plain(owner: Moment) -> date:
    return owner.moment.date() if owner.form == "date" else owner.moment


def _iso(owner: Moment) -> str | Late | None:
    """Return what `isoformat` of a date without a zone gives; None where it is not known."""
    if owner.form == "aware" or owner.zone is not None:
        return None
    text = _plain(owner).isoformat()
    if not owner.frozen:
        return text
    return Late(f"{{{{ {owner.now}.isoformat() }}}}", now=text) if owner.now else None


def _written(machine: Machine, owner: Moment, spec: str, made: Call) -> Any:  # noqa: ANN401
    text = as_text(owner, spec) if spec and len(spec) < 100 else None  # noqa: PLR2004
    return _not_known(machine, made) if text is None else text


def part(owner: Moment, name: str) -> int | Late | None:
    """Return the year, the month, and so on of a date; None where it is not known."""
    if name not in PARTS:
        return None
    number: int = getattr(owner.moment, name)
    if not owner.frozen:
        return number
    template = f"{{{{ {owner.now}.{name} }}}}"
    return Late(template, is_text=False, now=str(number)) if owner.now else None


def _replaced(owner: Moment, made: Call) -> Moment:
    given = dict(made.kwargs)
    if _is_odd(given.get("tzinfo")) or (owner.form == "aware" and given.get("tzinfo", "") is None):
        raise ValueError  # a date of pendulum without a zone is another one in Airflow 3
    zone = next((given.pop(key) for key in ("tz", "tzinfo") if key in given), owner.zone)
    now = owner.now
    if now and given == dict(made.kwargs):
        parts = ", ".join(f"{key}={value!r}" for key, value in given.items())
        now = f"{now}.replace({parts})"
    elif now:
        now = None
    moment = owner.moment.replace(**given)
    return replace(owner, moment=moment, zone=zone_of(zone), now=now, read=None)
