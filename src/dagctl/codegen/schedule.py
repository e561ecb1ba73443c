"""The schedule of a DAG as an expression of the generated module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.expressions import call, plain, sequence
from dagctl.codegen.values import asset, length, reference, unrendered, value_expression
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.fields.schedule_forms import assets_of

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from dagctl.codegen.module_scope import ModuleScope

_OR_TIME = {
    "2": ("airflow.timetables.datasets", "DatasetOrTimeSchedule", "datasets"),
    "3": ("airflow.timetables.assets", "AssetOrTimeSchedule", "assets"),
}
"""Module, class and parameter, by series; on 3.0 and 3.1 airflow.sdk does not have it."""
_CONDITIONS = {
    "2": ("airflow.datasets", {"any": "DatasetAny", "all": "DatasetAll"}),
    "3": ("airflow.sdk", {"any": "AssetAny", "all": "AssetAll"}),
}
_INTERVAL = "airflow.timetables.interval"
_TRIGGER = "airflow.timetables.trigger"


def schedule_expression(schedule: Any, scope: ModuleScope) -> ast.expr:  # noqa: ANN401 - JSON data
    """Return a checked schedule; what it names is imported into the scope."""
    if not isinstance(schedule, dict):
        return plain(schedule)
    assets = assets_of(schedule)
    if "every" in schedule and assets is None:
        return length(schedule["every"], scope)
    time = _time(schedule, scope)
    if time is None:
        return _condition(assets, scope)
    if assets is None:
        return time
    module, name, parameter = _OR_TIME[scope.target.series]
    options = {"timetable": time, parameter: _condition(assets, scope)}
    return call(scope.imports.use(module, name), [], options)


def _time(schedule: Mapping[str, Any], scope: ModuleScope) -> ast.expr | None:
    """Return the timetable of a schedule, or None: only assets start runs."""
    if "timetable" in schedule:
        options = unrendered(schedule.get("with", {}), scope)
        given = schedule.get("args", ())
        others = [value_expression(item, scope, rendered=False) for item in given]
        return call(reference(schedule["timetable"], scope), others, options)
    is_interval = schedule.get("data_interval", scope.target.series == "2")
    module = _INTERVAL if is_interval else _TRIGGER
    kind = "DataIntervalTimetable" if is_interval else "TriggerTimetable"
    if "every" in schedule:
        every = length(schedule["every"], scope)
        return call(scope.imports.use(module, f"Delta{kind}"), [every], {})
    if "cron" not in schedule:
        return None
    # the name of the first parameter is not the same in all versions
    zone = plain(schedule.get("timezone") or scope.zone or "UTC")
    cron = plain(schedule["cron"])
    return call(scope.imports.use(module, f"Cron{kind}"), [cron], {"timezone": zone})


def _condition(value: Any, scope: ModuleScope) -> ast.expr:  # noqa: ANN401 - JSON data
    """Return assets: a list, or what `any` or `all` make of some."""
    if isinstance(value, list | tuple):
        return sequence([_member(item, scope) for item in value])
    return _member(value, scope)


def _member(value: Any, scope: ModuleScope) -> ast.expr:  # noqa: ANN401 - JSON data
    if isinstance(value, str):
        return asset(value, scope)
    if marker_of(value):
        return value_expression(value, scope, rendered=False)
    module, names = _CONDITIONS[scope.target.series]
    word = next(word for word in names if word in value)
    members = [_member(item, scope) for item in value[word]]
    return call(scope.imports.use(module, names[word]), members, {})
