"""The markers of a spec as what dag-factory builds objects from: `__type__`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.convert.outcome.exported import MISSING, task_id_of, without_missing
from dagctl.operators.model import Operator
from dagctl.spec.catalogue import known_class
from dagctl.spec.fields.durations import length_of, parts_of
from dagctl.spec.fields.markers import marker_of
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.spec.model import DagSpec
    from dagctl.spec.walk import Path
    from dagctl.target import Target

TYPE, ARGS = "__type__", "__args__"
_OWN = frozenset({TYPE, ARGS, "__and__", "__or__", "__join__"})
"""Keys that dag-factory reads as its own, wherever they stand."""
_NO_WORD = {
    "$ref": "an object of Python that is not built from arguments",
    "$python_code": "a function that is written as a value",
    "$arg": "an argument of a mapped group",
    "$zip": "several outputs joined",
    "$concat": "several outputs joined",
    "$map": "a function that is called for each output",
}
KEYS_OF_TASKS = frozenset(
    {"operator", "decorator", "dependencies", "task_group_name", "expand", "partial"}
)
"""Keys of its tasks that a parameter of an operator, or of a function, cannot have."""
ASSETS = {"2": "airflow.datasets.Dataset", "3": "airflow.sdk.Asset"}


class ValuesForFactory:
    """Turns the values of one spec into those of dag-factory."""

    def __init__(self, spec: DagSpec, losses: Losses, target: Target) -> None:
        """Take the spec, where losses are noted, and the Airflow that the file is for."""
        self.losses, self.target, self.outline = losses, target, spec.outline
        self._zone = spec.timezone or "UTC"

    @property
    def series(self) -> str:
        """The series of the target, `2` or `3`."""
        return self.target.series

    def path_of(self, name: str) -> str:
        """Return the import path of a class, where the catalogue knows it."""
        known = known_class(name, self.target)
        return known.path if isinstance(known, Operator) else name

    def refuse_key(self, path: Path) -> None:
        """Note a key that means something to dag-factory itself."""
        self.losses.gap(path, "dag-factory reads this key as its own")

    def value(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        """Return a value; what dag-factory has no word for is noted."""
        marker = marker_of(value)
        if marker is not None:
            return self._marked(marker, value, path)
        if isinstance(value, list | tuple):
            items = [self.value(item, (*path, place)) for place, item in enumerate(value)]
            return [item for item in items if item is not MISSING]
        if isinstance(value, dict):
            return self._mapping(value, path)
        return value

    def _mapping(self, value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in value.items():
            if key in _OWN:
                self.refuse_key((*path, key))
            else:
                made[key] = self.value(item, (*path, key))
        return without_missing(made)

    def _marked(self, marker: str, value: Mapping[str, Any], path: Path) -> Any:  # noqa: ANN401
        simple = {"$duration": length, "$datetime": self.moment, "$asset": self.asset}
        if marker in simple:
            return simple[marker](value[marker])
        if marker == "$new":
            given = self._mapping(value.get("with", {}), (*path, "with"))
            others = [self.value(item, (*path, "args")) for item in value.get("args", ())]
            if MISSING in others:
                return MISSING  # those behind it would stand in its place
            return {TYPE: value[marker], **({ARGS: others} if others else {}), **given}
        if marker == "$const":
            return self._constant(value[marker], path)
        if marker == "$xcom":
            return self._output(value, path)
        self.losses.gap(path, f"dag-factory has no word for {_NO_WORD.get(marker, marker)}")
        return MISSING

    def _constant(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - JSON data
        if isinstance(value, str) and has_code(value):
            self.losses.gap(path, "dag-factory cannot keep Airflow from rendering a text")
        return value if not isinstance(value, dict) else self._data(value, path)

    def _data(self, value: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Return a mapping of data, whose keys mean nothing."""
        for key in value.keys() & _OWN:
            self.refuse_key((*path, key))
        return {key: item for key, item in value.items() if key not in _OWN}

    def _output(self, value: Mapping[str, Any], path: Path) -> str:
        """Return a template that reads the output of a task."""
        key = f", key={value['key']!r}" if "key" in value else ""
        text = "dag-factory gives the output of a task only to functions; a template reads it here"
        self.losses.gap(path, text)
        task_id = task_id_of(value["$xcom"], path, self.outline)
        return f"{{{{ ti.xcom_pull(task_ids={task_id!r}{key}) }}}}"

    def asset(self, name: str) -> dict[str, Any]:
        """Return an asset, which Airflow 2 calls a dataset."""
        return {TYPE: ASSETS[self.series], "uri": name}

    def moment(self, text: str) -> dict[str, Any]:
        """Return a date and time in the zone that the spec means."""
        given = datetime.fromisoformat(text)
        here = given if given.tzinfo is None else given.astimezone(ZoneInfo(self._zone))
        units = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        numbers = {unit: getattr(here, unit) for unit in units}
        while not next(reversed(numbers.values())) and len(numbers) > len(("y", "m", "d")):
            numbers.popitem()
        return {TYPE: "pendulum.datetime", **numbers, "tz": self._zone}


def length(text: str) -> dict[str, Any]:
    """Return a length of time with the units that the spec has."""
    return {TYPE: "datetime.timedelta", **parts_of(text)}


def not_in_minutes(text: str) -> dict[str, Any]:
    """Return a length of time that does not come back as `retry_delay_minutes`."""
    if parts_of(text).keys() != {"minutes"}:
        return length(text)
    return {TYPE: "datetime.timedelta", "seconds": int(length_of(text).total_seconds())}


def local_time(moment: datetime, zone: str | None) -> str:
    """Return a moment by the clock of a zone, as short as it is exact."""
    local = moment.astimezone(ZoneInfo(zone or "UTC")).replace(tzinfo=None)
    is_date = local.time() == local.min.time()
    return local.date().isoformat() if is_date else local.isoformat()


def is_twice(moment: datetime, zone: str | None) -> bool:
    """Return whether the clock of a zone shows a moment twice: summer time ends."""
    local = moment.astimezone(ZoneInfo(zone or "UTC"))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
