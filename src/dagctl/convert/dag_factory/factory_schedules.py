"""Schedules: crons, lengths of time, timetables, and conditions on assets."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_values import asset_text, is_asset, seconds_of
from dagctl.convert.foreign_yaml.reader import Fields, Tagged, as_list
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.durations import duration_text

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping, Sequence

    from dagctl.convert.dag_factory.factory_values import FactoryValues
    from dagctl.convert.outcome.report import Place

ReadFile = Callable[[str], Fields | None]
"""Returns the document in a file that the DAG file names, or None."""
_CRON_TIMETABLES = {"CronTriggerTimetable": False, "CronDataIntervalTimetable": True}
_OR_TIME = frozenset({"AssetOrTimeSchedule", "DatasetOrTimeSchedule"})
_JOINING = {"AssetAll": "all", "DatasetAll": "all", "AssetAny": "any", "DatasetAny": "any"}
_ALL, _ANY = ("__and__", "and"), ("__or__", "or")
_NAME = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*://[\w\-/.]+|[A-Za-z_]\w*")
_LONGEST_CONDITION = 20_000


class FactorySchedules:
    """Turns the schedule of a DAG into that of a spec."""

    def __init__(self, values: FactoryValues, read: ReadFile) -> None:
        self._values = values
        self._report = values.report
        self._read = read

    def taken(self, dag: Fields) -> Any:  # noqa: ANN401 - JSON data
        """Return the schedule of a DAG, which loses its keys."""
        place = dag.at("schedule" if "schedule" in dag else "schedule_interval")
        value = dag.pop("schedule", None)
        old = dag.pop("schedule_interval", None)
        timetable = dag.pop("timetable", None)
        if timetable is not None:
            return self._schedule(timetable, dag.at("timetable"))
        return self._schedule(old if value is None else value, place)

    def _schedule(self, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if value is None or (isinstance(value, str) and value.strip().lower() == "none"):
            return None
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return {"assets": self._assets(value, place)}
        if isinstance(value, Tagged) and value.tag in {"and", "or"}:
            return self._condition(value, place)
        if not isinstance(value, Fields):
            self._report.gap(place, "schedule", "a spec has no word for this schedule")
            return None
        return self._mapping(value, place)

    def _mapping(self, value: Fields, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if "__type__" in value:
            return self._object(value, place)
        if any(key in value for key in (*_ALL, *_ANY)):
            return self._condition(value, place)
        if "datasets" in value or "assets" in value:
            return self._of_datasets(value, place)
        if "callable" in value:  # the form of 0.x
            return self._timetable_of(str(value["callable"]), value.get("params"), place)
        self._report.gap(place, "schedule", "a spec has no word for this schedule")
        return None

    def _object(self, value: Fields, place: Place) -> Any:  # noqa: ANN401 - JSON data
        path = str(value["__type__"])
        if path.rpartition(".")[2] in _OR_TIME:
            return self._or_time(value, place)
        every = duration_text(seconds_of(value))
        if every:
            return {"every": every}
        if path == "builtins.list":
            return {"assets": self._assets(as_list(value.get("items")), place)}
        if path.rpartition(".")[2] in {"Asset", "Dataset"}:
            return {"assets": self._assets([value], place)}
        made = self._values.value(value, place, "schedule")
        made = made if isinstance(made, dict) else {}
        return self._timetable_of(path, made.get("with", {}), place, made.get("args", ()))

    def _timetable_of(
        self,
        path: str,
        arguments: Mapping[str, Any] | None,
        place: Place,
        positional: Sequence[Any] = (),
    ) -> Any:  # noqa: ANN401 - JSON data
        given = dict(arguments or {})
        interval = _CRON_TIMETABLES.get(path.rpartition(".")[2])
        cron = given.get("cron")
        is_cron = interval is not None and isinstance(cron, str) and not positional
        if is_cron and given.keys() <= {"cron", "timezone"}:
            zone = given.get("timezone", "UTC")
            return {"cron": cron, "timezone": zone, "data_interval": interval}
        if path.rpartition(".")[2] == "relativedelta":
            text = "a length of time of the calendar is no schedule of a spec; write a cron"
            self._report.gap(place, "schedule", text)
            return None
        made = {"timetable": path, "args": list(positional), "with": given}
        return {key: value for key, value in made.items() if value}

    def _of_datasets(self, value: Fields, place: Place) -> Any:  # noqa: ANN401 - JSON data
        condition = value.get("datasets", value.get("assets"))
        uris = self.named_in(value.get("file"), place)
        if isinstance(condition, str):
            made = self._read_condition(condition, uris, place)
        else:
            made = self._condition(condition, place, uris)
        return self._beside_time(made, value)

    def _or_time(self, value: Fields, place: Place) -> Any:  # noqa: ANN401 - JSON data
        """Return what Airflow's class for times beside assets is built from."""
        key = "assets" if "assets" in value else "datasets"
        return self._beside_time(self._condition(value.get(key), place), value)

    def _beside_time(self, made: Any, value: Fields) -> Any:  # noqa: ANN401 - JSON data
        """Return a condition on assets with the timetable that stands beside it."""
        timetable = value.get("timetable")
        if timetable is None or made is None:
            return made
        time = self._schedule(timetable, value.at("timetable"))
        if isinstance(time, dict) and time.keys() & {"cron", "every"}:
            assets = made.get("assets", made)
            return time | {"assets": assets}
        text = "this timetable cannot stand beside assets in a spec"
        self._report.gap(value.at("timetable"), "timetable", text)
        return made

    def named_in(self, file: object, place: Place) -> dict[str, str]:
        """Return the URIs of a datasets file by name."""
        if file is None:
            return {}
        document = self._read(str(file))
        if document is None:
            text = f"give {file} beside the DAG file, or write the URIs into the spec"
            self._report.gap(place, "file", text)
            return {}
        rows = [row for row in as_list(document.get("datasets")) if isinstance(row, Fields)]
        return {str(row.get("name")): str(row["uri"]) for row in rows if "uri" in row}

    def _assets(self, items: list[Any], place: Place, uris: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401
        return [self._asset(item, place, uris or {}) for item in items if item not in (None, "")]

    def _asset(self, item: object, place: Place, uris: Mapping[str, str]) -> Any:  # noqa: ANN401
        if isinstance(item, str):
            return uris.get(item.strip(), item.strip())
        if isinstance(item, Fields) and is_asset(item):
            return asset_text(item)
        if isinstance(item, Fields | Tagged) and _joined_by(item):
            return self._condition(item, place, uris)
        return self._values.value(item, place, "schedule")

    def _condition(self, value: object, place: Place, uris: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON data
        """Return the condition that `__and__` and `__or__` write."""
        if isinstance(value, list):
            return {"assets": self._assets(value, place, uris)}
        word = _joined_by(value)
        if word is None:
            return {"assets": self._assets([value], place, uris)}
        items = _joined_items(value)
        if not isinstance(items, list):
            self._report.gap(place, "schedule", "a condition on assets must be a list")
            return None
        return {word: self._assets(items, place, uris)}

    def _read_condition(self, text: str, uris: Mapping[str, str], place: Place) -> Any:  # noqa: ANN401
        """Return the condition that a text such as `(a & b) | c` writes."""
        names: list[str] = []

        def numbered(match: re.Match[str]) -> str:
            names.append(match[0])
            return f"_{len(names) - 1}"

        if len(text) > _LONGEST_CONDITION:
            self._report.gap(place, "datasets", "the condition is too long to be read")
            return None
        try:
            tree = ast.parse(_NAME.sub(numbered, text).strip(), mode="eval").body
            made = _of_tree(tree, [uris.get(name, name) for name in names])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._report.gap(place, "datasets", f"{text[:60]!r} is no condition on datasets")
            return None
        return made if isinstance(made, dict) else {"assets": [made]}


def _joined_by(value: object) -> str | None:
    """Return `all` or `any` for what joins assets, else None."""
    if isinstance(value, Tagged):
        return {"and": "all", "or": "any"}.get(value.tag)
    if isinstance(value, Fields) and value.keys() == {"__type__", "__args__"}:
        return _JOINING.get(str(value["__type__"]).rpartition(".")[2])
    if isinstance(value, Fields) and len(value) == 1:
        key = next(iter(value))
        return "all" if key in _ALL else "any" if key in _ANY else None
    return None


def _joined_items(value: object) -> object:
    """Return what is joined by a value that `_joined_by` has a word for."""
    if isinstance(value, Tagged):
        return value.value
    assert isinstance(value, Fields)  # noqa: S101 - it has a word
    return value["__args__"] if "__args__" in value else next(iter(value.values()))


def _of_tree(node: ast.expr, names: list[str]) -> Any:  # noqa: ANN401 - JSON data
    """Return the condition of a parsed text; the same operator in a row is one list."""
    if isinstance(node, ast.Name):
        return names[int(node.id.removeprefix("_"))]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.BitAnd | ast.BitOr):
        raise ValueError(ast.dump(node)[:60])  # noqa: TRY004 - a wrong text, not a wrong type
    word = "all" if isinstance(node.op, ast.BitAnd) else "any"
    items: list[Any] = []
    for side in (node.left, node.right):
        made = _of_tree(side, names)
        items += made[word] if isinstance(made, dict) and word in made else [made]
    return {word: items}
