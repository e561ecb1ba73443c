"""What `create_dag(...)` says of a DAG of gusty, laid under what the folder itself says."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_values import DATETIME, TIMEDELTA
from dagctl.convert.foreign_yaml.reader import Fields, Tagged, as_list
from dagctl.convert.gusty.gusty_calls import calls_for
from dagctl.convert.python_file.state.items import Function, Late, Made, Moment, Name, settled
from dagctl.frozen import frozen
from dagctl.operators.base_parameters import base_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import PurePosixPath

    from dagctl.convert.gusty.gusty_calls import GustyCall
    from dagctl.convert.outcome.report import Place, Report

_MISSING = object()
_DATES = ("start_date", "end_date")
_RULES = ("TriggerRule", "WeightRule")
_OF_SENSORS = frozenset(
    {
        *("poke_interval", "timeout", "retries", "mode", "soft_fail", "execution_delta"),
        *("execution_date_fn", "check_existence"),
    }
)
"""What gusty takes of `wait_for_defaults`, beside what all operators have."""
_CODE = {
    "parse_hooks": "functions of Python read files of more kinds: write those tasks by hand",
    "dag_constructors": "functions of Python become tags and macros: write what they give",
    "render_on_create": "gusty renders all Jinja when it makes the DAG: write what it gives",
}
_JOINED = ("default_args", "wait_for_defaults")
"""What gusty joins key by key; all else of METADATA.yml replaces what `create_dag` says."""


@frozen(eq=False)
class CreateDag:
    """What a call says of the DAG itself, of its groups, and of tasks that no file has."""

    dag: Fields
    groups: Fields
    leaf_tasks: Fields
    """More tasks, by their ids, which wait for all others."""
    extra_tags: list[Any]

    @classmethod
    def nothing(cls, place: Place) -> CreateDag:
        """Return what is said where no call is known."""
        return cls(Fields(place), Fields(place), Fields(place), [])

    def metadata(self, own: Fields, *, is_root: bool) -> Fields:
        """Return what METADATA.yml of a folder says, laid over what the call says."""
        made = (self.dag if is_root else self.groups).copy()
        if own.places or not made:
            made.place = own.place
        for key, value in own.items():
            known = made.get(key)
            if key in _JOINED and isinstance(known, Fields) and isinstance(value, Fields):
                made.put(key, _over(known, value), own.at(key))
            else:
                made.put(key, value, own.at(key))
        if is_root and self.extra_tags:
            tags = [*as_list(made.get("tags")), *self.extra_tags]
            made.put("tags", list(dict.fromkeys(tags)), made.at("tags"))
        if is_root and self.leaf_tasks:
            names = [*as_list(made.get("leaf_tasks")), *(self.leaf_tasks)]
            made.put("leaf_tasks", names, made.at("leaf_tasks"))
        return made


def create_dag_of(
    callers: Mapping[str, str], root: PurePosixPath, report: Report, airflow: str, today: date
) -> CreateDag | None:
    """Return what the Python files near a folder say of its DAG; None: there is no call."""
    calls = calls_for(callers, root, report, airflow, today)
    if not calls:
        return None
    call = calls[0]
    if len(calls) > 1:
        lines = ", ".join(f"{each.place.file}:{each.place.line}" for each in calls[:5])
        report.gap(
            call.place, "create_dag", f"several calls may make it, the first counts: {lines}"
        )
    elif call.folder is None:
        text = "only Python knows its folder: it is taken for the call that makes this DAG"
        report.changed(call.place, "create_dag", text)
    return _Reading(call, report).create_dag()


def _over(known: Fields, own: Fields) -> Fields:
    made = known.copy()
    for key, value in own.items():
        made.put(key, value, own.at(key))
    return made


class _Reading:
    """Turns the arguments of a call into what the YAML of a folder would say."""

    def __init__(self, call: GustyCall, report: Report) -> None:
        self._call = call
        self._report = report

    def create_dag(self) -> CreateDag:
        given = {key: settled(value) for key, value in self._call.arguments.items()}
        dag = Fields(self._call.place)
        for key, why in _CODE.items():
            if given.pop(key, None):
                self._report.gap(self._at(key), key, why)
        if given.pop("timezone", None):
            text = "it is no argument of a DAG: gusty drops it too"
            self._report.dropped(self._at("timezone"), "timezone", text)
        sensor = given.get("wait_for_class")
        if isinstance(sensor, Name):
            given["wait_for_class"] = sensor.path
        tags = self._list(given.pop("extra_tags", None), "extra_tags")
        groups = self._mapping(given.pop("task_group_defaults", None), "task_group_defaults")
        leaves = self._mapping(given.pop("leaf_tasks_from_dict", None), "leaf_tasks_from_dict")
        for key, value in given.items():
            if value is not None:
                self._put(dag, key, value, self._at(key))
        waits = dag.get("wait_for_defaults")
        if isinstance(waits, Fields):
            for key in [*waits]:
                if key not in _OF_SENSORS | {*base_parameters("operator", "2.11")}:
                    self._report.dropped(waits.at(key), key, "gusty gives its sensors none of it")
                    del waits[key]
        return CreateDag(dag, groups, leaves, tags)

    def _at(self, key: str) -> Place:
        return self._call.places.get(key, self._call.place)

    def _list(self, value: object, key: str) -> list[Any]:
        made = self._value(value, key, self._at(key))
        return made if isinstance(made, list) else []

    def _mapping(self, value: object, key: str) -> Fields:
        made = self._value(value, key, self._at(key))
        return made if isinstance(made, Fields) else Fields(self._at(key))

    def _put(self, fields: Fields, key: str, value: object, place: Place) -> None:
        made = self._value(value, key, place)
        if made is _MISSING:
            return
        fields.put(key, made, place)
        if key in _DATES and isinstance(value, Moment) and value.zone not in {None, "UTC"}:
            fields.put("timezone", value.zone, place)

    def _value(  # noqa: C901, PLR0911 - one case for each kind
        self, value: object, key: str, place: Place
    ) -> Any:  # noqa: ANN401 - YAML
        value = settled(value)
        match value:
            case str() | bool() | int() | float() | None:
                return value
            case list() | tuple() | set() | frozenset():
                made = [self._value(item, key, place) for item in value]
                return [item for item in made if item is not _MISSING]
            case dict():
                fields = Fields(place)
                for name, inner in value.items():
                    self._put(fields, str(name), inner, place)
                return fields
            case timedelta():
                parts = {"days": value.days, "seconds": value.seconds}
                return self._typed(TIMEDELTA, parts | {"microseconds": value.microseconds}, place)
            case Moment():
                return self._moment(value, key, place)
            case Name(path=path) if path.split(".")[-2:-1] in ([rule] for rule in _RULES):
                return path.rpartition(".")[2].lower()
            case Name(path=path):
                return Tagged(f"name:{path}", "")
            case Made(target=Name(path=path), is_old=False):
                return self._typed(path, value.kwargs, place, value.args)
            case Function():
                why = "a function of that file has no word here: write it into a module"
            case Late():
                why = f"it is read at each parse: {value.template}"
            case _:
                why = getattr(value, "why", "only Python knows it")
        self._report.gap(place, key, why)
        return _MISSING

    def _typed(
        self, path: str, given: Mapping[str, Any], place: Place, args: list[Any] | None = None
    ) -> Fields:
        """Return an object as YAML writes it, by its class and what that is called with."""
        made = Fields(place)
        made.put("__type__", path, place)
        for name, value in given.items():
            if value or path != TIMEDELTA:
                self._put(made, name, value, place)
        if args:
            made.put("__args__", [self._value(item, path, place) for item in args], place)
        return made

    def _moment(self, value: Moment, key: str, place: Place) -> Any:  # noqa: ANN401 - YAML
        moment = value.moment.replace(tzinfo=None)
        if key not in _DATES:
            zone = {"tz": value.zone} if value.zone else {}
            path = "pendulum.datetime" if zone else DATETIME
            return self._typed(path, zone, place, [*moment.timetuple()[:6]])
        text = (moment.date() if moment.time() == time() else moment).isoformat()
        if value.frozen:
            why = "a date that moves with each parse gives no stable runs"
            self._report.changed(place, key, f"it is frozen as {text}: {why}")
        return text
