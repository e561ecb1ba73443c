"""Schedules that are mappings: lengths of time, crons with a zone, assets, timetables.

| form | starts a run |
|---|---|
| `{every: 2h}` | so long after the run before |
| `{cron: "0 6 * * *", timezone: Europe/Berlin, data_interval: true}` | as the cron says |
| `{assets: [a, b]}`, `{all: [...]}`, `{any: [...]}` | when all, or any, of them were updated |
| `{cron: ..., assets: [...]}` | at that time, and when they were updated |
| `{timetable: pkg.mod.Class, with: {...}}` | as a class says |
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, nearest, quoted
from dagctl.spec.fields.cron_schedule import ASSET_CALL, PRESETS, problems_of
from dagctl.spec.fields.durations import CALENDAR, duration_problem, length_of
from dagctl.spec.fields.import_path import path_problems
from dagctl.spec.fields.keyed_forms import form_of, form_problems, list_problems
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.fields.nested_values import early_argument_problems, value_problems
from dagctl.spec.fields.zone import zone_problem
from dagctl.spec.validation.wrong_type import LIST, TEXT, TRUTH, wrong_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dagctl.spec.walk import Path

_NO_OUTPUT = "a schedule has no output of a task: there is no run yet"
FORMS = {
    "every": ("assets",),
    "cron": ("timezone", "data_interval", "assets"),
    "timetable": ("with", "args"),
    "any": (),
    "all": (),
    "assets": (),
}
GROUPS = ("any", "all")
ASSET_MARKERS = ("$asset", "$ref", "$new")
"""What stands for an asset."""
_OF_CRONS = "MultipleCronTriggerTimetable"
_SEVERAL = (
    f"for several, write `timetable: airflow.timetables.trigger.{_OF_CRONS}`, "
    "the crons under `args`, and `with: {timezone: UTC}` (Airflow 3)"
)
_TIMETABLES = {
    "CronTriggerTimetable": ("cron", "timezone"),
    "CronDataIntervalTimetable": ("cron", "timezone"),
    _OF_CRONS: ("*crons", "timezone"),
    "DeltaTriggerTimetable": ("delta",),
    "DeltaDataIntervalTimetable": ("delta",),
    "EventsTimetable": ("event_dates",),
}
"""What Airflow's own timetables must be given; `*`: by place alone."""
_MORE = {
    "CronTriggerTimetable": ("interval", "run_immediately"),
    _OF_CRONS: ("interval", "run_immediately"),
    "DeltaTriggerTimetable": ("interval",),
    "EventsTimetable": ("restrict_to_events", "presorted", "description"),
}
"""What they take besides."""
_ASSET = "an asset is text, or a marker"
MAX_ASSETS = 500
DEPTH = 10
"""Levels of `any` and `all`."""


def schedule_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the schedule of a DAG, where it is a mapping."""
    key = "schedule_interval" if "schedule_interval" in data else "schedule"
    schedule = data.get(key)
    if not isinstance(schedule, dict):
        return
    path: Path = ("schedule_interval",)
    yield from form_problems(schedule, path, FORMS, "a schedule")
    for name, value in schedule.items():
        check = _CHECKS.get(name)
        if check is not None and form_of(schedule, FORMS):
            yield from check(value, (*path, name))
    yield from _zone_missing(schedule, data, path)
    yield from timetable_call_problems(schedule, path)


def assets_of(schedule: object) -> object:
    """Return the condition on assets of a schedule that is a mapping: a list, or any/all of it."""
    if not isinstance(schedule, dict):
        return None
    if "assets" in schedule:
        return schedule["assets"]
    return schedule if form_of(schedule, FORMS) in GROUPS else None


def plain_assets(schedule: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield each asset of a schedule that is plain text, with its path."""
    condition = assets_of(schedule)
    start = path if condition is schedule else (*path, "assets")
    stack: list[tuple[Path, object]] = [(start, condition)]
    for _ in range(MAX_ASSETS):
        if not stack:
            return
        here, item = stack.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, list | tuple):
            stack += [((*here, place), each) for place, each in enumerate(item)]
        elif isinstance(item, dict):
            stack += [((*here, key), item[key]) for key in GROUPS if key in item]


def _every(value: object, path: Path) -> Iterator[Problem]:
    problem = duration_problem(value)
    if problem is None and not length_of(str(value)):
        message = "the time between two runs must be more than zero"
        problem = Problem(Code.BAD_DURATION, message, "write a length such as `2h`")
    if problem and isinstance(value, str) and CALENDAR.fullmatch(value):
        problem = replace(problem, hint='write a cron: `schedule: "@monthly"`, or "@yearly"')
    if problem:
        yield problem.at(*path)


def _cron(value: object, path: Path) -> Iterator[Problem]:
    if not isinstance(value, str):
        problem = wrong_type(path, TEXT, value)
        if isinstance(value, list | tuple) and len(value) > 1:
            problem = replace(problem, hint=_SEVERAL, json_hint=None, names_value=False)
        yield problem.at(*path)
        return
    if PRESETS.get(value, value) is None:
        message = f"{quoted(value)} is no cron expression"
        hint = f"write `schedule: {value!r}`, without a mapping"
        yield Problem(Code.BAD_SCHEDULE, message, hint).at(*path)
        return
    yield from (problem.at(*path) for problem in problems_of(value))


def _zone(value: object, path: Path) -> Iterator[Problem]:
    problem = zone_problem(value) if isinstance(value, str) else wrong_type(path, TEXT, value)
    if problem:
        yield problem.at(*path)


def _truth(value: object, path: Path) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield wrong_type(path, TRUTH, value).at(*path)


def _timetable(value: object, path: Path) -> Iterator[Problem]:
    for problem in path_problems(value):
        name = str(value).partition("(")[0]
        module = "interval" if "DataInterval" in name else "events" if "Ev" in name else "trigger"
        hint = f"write `airflow.timetables.{module}.{name}`, and its arguments under `with`"
        yield replace(problem, hint=hint if name in _TIMETABLES else problem.hint).at(*path)


def timetable_call_problems(schedule: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what a timetable of Airflow's own lacks, and each wrong cron that it is given."""
    module, _, name = str(schedule.get("timetable")).rpartition(".")
    given, by_place = schedule.get("with", {}), schedule.get("args", [])
    if name not in _TIMETABLES or not module.startswith("airflow.timetables."):
        return
    if not isinstance(given, dict) or not isinstance(by_place, list | tuple):
        return  # an error already
    crons = by_place if name == _OF_CRONS else by_place[:1]
    texts: list[tuple[Path, object]] = [(("args", at), text) for at, text in enumerate(crons)]
    for where, text in (*texts, (("with", "cron"), given.get("cron"))):
        if "Cron" in name and isinstance(text, str):
            yield from (problem.at(*path, *where) for problem in problems_of(text))
    places = len(by_place)
    missing: list[str] = []
    known = (*_TIMETABLES[name], *_MORE.get(name, ()))
    misspelt = {nearest(str(key), known) for key in given.keys() - {*known}}
    for needed in _TIMETABLES[name]:
        is_given = places > 0 and (needed != "timezone" or name == "CronDataIntervalTimetable")
        places -= is_given
        if not is_given and needed.strip("*") not in {*given, *schedule, *misspelt}:
            missing.append(needed)
    if missing:
        named = [f"{needed}: ..." for needed in missing if not needed.startswith("*")]
        hints = ['`args: ["0 6 * * *", "30 18 * * *"]`'] if len(named) < len(missing) else []
        hints += [f"`with: {{{', '.join(named)}}}`"] if named else []
        message = f"{quoted(name)} needs {' and '.join(f'`{needed}`' for needed in missing)}"
        hint = f"write {' and '.join(hints)}"
        yield Problem(Code.MISSING_PARAMETER, message, hint).at(*path, "timetable")
    for unknown in given.keys() - {*known}:
        message = f"{quoted(name)} has no parameter {quoted(str(unknown))}"
        hint = did_you_mean(str(unknown), known) or f"it has {', '.join(f'`{n}`' for n in known)}"
        problem = Problem(Code.UNKNOWN_PARAMETER, message, hint, at_key=True)
        yield problem.at(*path, "with", str(unknown))


def _arguments(value: object, path: Path) -> Iterator[Problem]:
    yield from early_argument_problems(value, path, _NO_OUTPUT, "write the value")


def _unnamed(value: object, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield wrong_type(path, LIST, value).at(*path)
        return
    yield from value_problems(value, path)
    for where, _ in markers_in(value, "$xcom", path):
        yield Problem(Code.BAD_MARKER, _NO_OUTPUT, "write the value").at(*where, "$xcom")


def _assets(value: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with a condition on assets: a list, or `any` or `all` of them."""
    stack: list[tuple[Path, object, int]] = [(path, value, 0)]
    number = 0
    while stack:
        here, item, depth = stack.pop()
        number += 1
        if number > MAX_ASSETS or depth > DEPTH:
            message = f"the schedule has more than {MAX_ASSETS} assets, or {DEPTH} levels"
            yield Problem(Code.TOO_DEEP, message, "make it smaller").at(*path)
            return
        if here[-1] in GROUPS and not isinstance(item, list | tuple):
            yield wrong_type(here, LIST, item).at(*here)
        elif isinstance(item, list | tuple) and isinstance(here[-1], int):
            message = "a list in a list does not say whether one of its assets counts, or all"
            yield Problem(Code.BAD_ASSET, message, "write `{any: [...]}` or `{all: [...]}`").at(
                *here
            )
        elif isinstance(item, list | tuple):
            yield from _empty(item, here)
            members = [((*here, place), each, depth + 1) for place, each in enumerate(item)]
            stack += reversed(members)
        elif form_of(item, dict.fromkeys(GROUPS, ())) and isinstance(item, dict):
            yield from form_problems(item, here, dict.fromkeys(GROUPS, ()), "a condition")
            stack += [((*here, key), item[key], depth + 1) for key in GROUPS if key in item]
        else:
            yield from asset_item_problems(item, here)


def _empty(item: list[Any] | tuple[Any, ...], path: Path) -> Iterator[Problem]:
    if not item:
        yield Problem(Code.BLANK, "the list is empty", "name an asset").at(*path)


def asset_item_problems(item: object, path: Path, *, takes_text: bool = True) -> Iterator[Problem]:
    """Yield what is wrong with one asset: a marker, or text where that is taken.

    Args:
        item: Raw data.
        path: Where it stands.
        takes_text: Whether text alone names an asset.
    """
    if isinstance(item, str) and takes_text:
        from dagctl.spec.fields.asset_name import asset_problems

        yield from (problem.at(*path) for problem in asset_problems(item))
    elif marker_of(item) in ASSET_MARKERS:
        yield from value_problems(item, path)
    elif isinstance(item, dict) and marker_of(item):
        wrong = list(value_problems(item, path))
        yield from wrong
        if not wrong:
            yield Problem(Code.BAD_ASSET, "this is no asset", "write `{$asset: name}`").at(*path)
    else:
        if isinstance(item, dict) and takes_text and not item.keys() & {"uri", "name"}:
            near = next((near for key in item if (near := did_you_mean(str(key), GROUPS))), None)
            if near:
                yield Problem(Code.BAD_ASSET, _ASSET, near).at(*path)
                return
        if isinstance(item, dict):
            item = next((item[key] for key in ("uri", "name") if isinstance(item.get(key), str)), 0)
        call = ASSET_CALL.fullmatch(item) if isinstance(item, str) else None
        item = call[1] if call else item
        shown = f"`{{$asset: {item}}}`" if isinstance(item, str) and len(item) < 60 else None  # noqa: PLR2004 - a name that is worth repeating
        message = "an asset is a marker" if not takes_text else _ASSET
        hint = f"write {shown or '`{$asset: name}`'}"
        yield Problem(Code.BAD_ASSET, message, hint).at(*path)


def asset_list_problems(value: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the inlets or outlets of a task."""
    if not isinstance(value, list | tuple):
        yield wrong_type(path, LIST, value).at(*path)
        return
    yield from list_problems(value, path, MAX_ASSETS, "assets", _asset_marker_problems)


def _asset_marker_problems(item: object, path: Path) -> Iterator[Problem]:
    return asset_item_problems(item, path, takes_text=False)


def _zone_missing(
    schedule: Mapping[str, Any], data: Mapping[str, Any], path: Path
) -> Iterator[Problem]:
    """Yield a problem for a cron whose zone would be the offset of the start date."""
    start = data.get("start_date")
    has_offset = isinstance(start, str) and start[-6:-5] in {"+", "-"} and ":" in start[-6:]
    is_utc = has_offset and str(start)[-5:] == "00:00"
    if "cron" in schedule and has_offset and not is_utc:
        if "timezone" in schedule or data.get("timezone") is not None:
            return
        message = "the time zone of the cron is not clear: the start date has an offset"
        hint = "add `timezone: Europe/Berlin` or another zone, beside `cron` or for the DAG"
        yield Problem(Code.BAD_TIME_ZONE, message, hint).at(*path, "cron")


_CHECKS: Mapping[str, Callable[[object, Path], Iterator[Problem]]] = {
    "every": _every,
    "cron": _cron,
    "timezone": _zone,
    "data_interval": _truth,
    "timetable": _timetable,
    "with": _arguments,
    "args": _unnamed,
    "assets": _assets,
    "any": _assets,
    "all": _assets,
}
"""How the value of each key is checked."""

_CONDITION: dict[str, Any] = {
    "description": "Assets: a list (all of them), or `any` or `all` of some.",
    "anyOf": [{"type": "array", "minItems": 1}, {"type": "object"}],
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "every": {"type": "string", "description": "The time from one run to the next: `2h`."},
        "cron": {"type": "string", "minLength": 1, "description": "A cron expression, or preset."},
        "timezone": {"type": "string", "description": "The zone of the cron. Default: the DAG's."},
        "data_interval": {
            "type": "boolean",
            "description": "Whether a run starts at the end of the interval that it is for."
            " Default: as Airflow 2 does (true) or Airflow 3 (false).",
        },
        "assets": _CONDITION,
        "any": {"type": "array", "minItems": 1, "description": "One of these assets."},
        "all": {"type": "array", "minItems": 1, "description": "All of these assets."},
        "timetable": {"type": "string", "description": "The import path of a timetable."},
        "with": {"type": "object", "description": "What the timetable is called with."},
        "args": {"type": "array", "description": "Its arguments without names."},
    },
    "additionalProperties": False,
    "anyOf": [{"required": [form]} for form in FORMS],
}
"""What editors know of a schedule that is a mapping."""
