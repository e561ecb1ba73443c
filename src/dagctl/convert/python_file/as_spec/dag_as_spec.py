"""A DAG of a Python file as a spec."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.operators.old_arguments import gone_dag_arguments
from dagctl.convert.outcome.finished import in_order
from dagctl.convert.python_file.as_spec.callbacks_as_spec import CallbacksAsSpec
from dagctl.convert.python_file.as_spec.default_args import Shares, has_unseen, tasks_in
from dagctl.convert.python_file.as_spec.removed import replace_removed
from dagctl.convert.python_file.as_spec.schedules_as_spec import SchedulesAsSpec
from dagctl.convert.python_file.as_spec.tasks_as_spec import TasksAsSpec
from dagctl.convert.python_file.as_spec.values_as_spec import MISSING, ValuesAsSpec
from dagctl.convert.python_file.state.items import (
    Dag,
    Made,
    Moment,
    Name,
    Task,
    TaskGroup,
    dag_of,
    full_id,
    spec_path,
)
from dagctl.spec.fields.callback_form import DAG_CALLBACKS
from dagctl.spec.fields.slug import slug
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.report import Place
    from dagctl.convert.python_file.as_spec.functions import Functions

_GONE = {"full_filepath": "the DAG has no such argument"}
_RENAMED = {
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
    "schedule_interval": "schedule",
    "timetable": "schedule",
}
_DAILY = "the file does not say it; Airflow 2 starts a run each day then"
_OWN = ("schedule", "start_date", "end_date", "default_args", "catchup", "timezone", "dag_id")
_AT_THE_TOP = ("owner", "retries", "depends_on_past", "email")
_GROUP_FIELDS = ("tooltip", "group_display_name", "doc_md", "prefix_group_id")
_GROUP_IDLE = ("ui_color", "ui_fgcolor", "add_suffix_on_collision")


class DagAsSpec:
    """Turns one DAG into a spec."""

    def __init__(self, dag: Dag, functions: Functions, target: str) -> None:
        self.dag = dag
        self._report = dag.report
        self._target = target
        self._gone = {**_GONE, **gone_dag_arguments(target)}
        self._values = ValuesAsSpec(dag.report, target_of(target), functions)
        self._callbacks = CallbacksAsSpec(self._values, functions)
        self._schedules = SchedulesAsSpec(self._values)
        self._tasks = TasksAsSpec(self._values, self._callbacks, functions, target)
        self._shares = Shares(dag.report, target)
        self._shared: dict[TaskGroup, dict[str, Any]] = {}
        """What each group says for its tasks."""
        self.places: dict[tuple[str, ...], Any] = {}
        """Where each task and group stands, by its path in the spec."""

    def spec(self) -> dict[str, Any]:
        """Return the spec as data, its keys in the order of the reference."""
        dag = self.dag
        replace_removed(dag, self._target)
        given = self._renamed()
        made: dict[str, Any] = {"dag_name": dag.dag_id}
        if slug(dag.dag_id) != dag.dag_id:
            made["dag_id"] = dag.dag_id
        defaults = self._given_defaults(given, self._place("default_args"))
        self._params_of_all(given, defaults)
        made |= self._dates(given, defaults)
        made["schedule"] = self._schedule(given, has_start="start_date" in made)
        made |= self._arguments(given)
        self._shares.keep_from_outside(defaults, list(tasks_in(dag)))
        self._share_of_groups(dag)
        made |= self._defaults(defaults)
        made["tasks"] = self._entries(dag)
        return in_order({key: value for key, value in made.items() if value is not MISSING})

    def _given_defaults(self, kwargs: Mapping[str, Any], place: Place) -> dict[str, Any]:
        value = kwargs.get("default_args") or {}
        if self.dag.is_old:
            self._report.gap(place, "default_args", "it is changed after a task was made with it")
        if isinstance(value, dict):
            return dict(value)
        why = getattr(value, "why", "what it gives is known only when Python runs")
        self._report.gap(place, "default_args", why)
        return {}

    def _place(self, key: str) -> Any:  # noqa: ANN401 - a Place
        return self.dag.places.get(key, self.dag.place)

    def _renamed(self) -> dict[str, Any]:
        given = dict(self.dag.kwargs)
        for old, new in _RENAMED.items():
            if old in given:
                value = given.pop(old)
                if given.get(new) is None or (old == "concurrency" and value):  # which counts then
                    given[new] = value
                    self.dag.places[new] = self._place(old)
                self._report.changed(self._place(old), old, f"it is `{new}` in a spec")
        return given

    def _params_of_all(self, given: dict[str, Any], defaults: dict[str, Any]) -> None:
        """Give the DAG the `params` of its `default_args`, as `DAG` itself does."""
        own, shared = given.get("params") or {}, defaults.get("params")
        if not isinstance(own, dict) or not isinstance(shared, dict):
            return
        place = self._place("default_args")
        del defaults["params"]
        given["params"] = own | shared
        self.dag.places.setdefault("params", place)
        self._report.changed(place, "default_args.params", "Airflow makes them the DAG's own")

    def _dates(self, given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        zones: set[str] = set()
        for key in ("start_date", "end_date"):
            own, shared = given.get(key), defaults.pop(key, None)
            value = shared if own is None else own
            if own is not None and shared is not None:
                self._two_dates(key, own, shared)
            if value is None:
                continue
            place = self._place(key if own is not None else "default_args")
            date = self._date(key, value, place)
            made |= {} if date is None else {key: date}
            zones |= {value.zone or "UTC"} if isinstance(value, Moment) else set()
            if own is None and key == "end_date":
                text = "runs end with it; in `default_args`, runs went on without tasks"
                self._report.new(place, key, text)
        if "start_date" not in made:
            made |= self._start_of_tasks()
        if len(zones) > 1:
            text = "the dates stand in several zones: the spec has the first"
            self._report.gap(self.dag.place, "timezone", text)
        zone = self._zone_of(given, zones)
        return made | ({"timezone": zone} if zone and zone != "UTC" else {})

    def _date(self, key: str, value: object, place: Place) -> str | None:
        if isinstance(value, Moment):
            return self._values.moment(value, place, key)
        if isinstance(value, Name) and value.path.endswith("datetime.min"):
            self._report.changed(place, key, "the dates of a spec begin in 1900")
            return "1900-01-01"
        made = value if isinstance(value, str) else self._values.value(value, place, key)
        if isinstance(made, str):
            return made  # a default that was assumed
        if made is not MISSING:
            self._report.gap(place, key, "it is no date that a spec can hold")
        return None

    def _two_dates(self, key: str, own: object, shared: object) -> None:
        """Report a date of `default_args` beside that of the DAG, if tasks have it in Airflow.

        Airflow gives a task the later of two dates of a start, and the earlier one of an end.
        """
        sign = 1 if key == "start_date" else -1
        if isinstance(own, Moment) and isinstance(shared, Moment):
            first, second = (each.moment.replace(tzinfo=None) for each in (own, shared))
            if (second - first) * sign <= timedelta() and (own.zone or "UTC") == (
                shared.zone or "UTC"
            ):
                return
        text = "the DAG has a date of its own, which counts for its tasks now too"
        self._report.new(self._place("default_args"), f"default_args.{key}", text)

    def _start_of_tasks(self) -> dict[str, Any]:
        """Return the date from which Airflow starts runs where the DAG itself says none."""
        given = [item.kwargs.get("start_date") for item in tasks_in(self.dag)]
        starts = [value for value in given if isinstance(value, Moment)]
        place, key = self.dag.place, "start_date"
        if {item.zone or "UTC" for item in starts} == {"UTC"}:
            self._report.changed(place, key, "it is that of the first task")
            first = min(starts, key=lambda item: item.moment.replace(tzinfo=None))
            return {key: self._values.moment(first, place, key)}
        text = "the file gives none, so Airflow starts no run by time; 2024-01-01 counts now"
        self._report.new(place, key, text)
        return {}

    def _schedule(self, given: dict[str, Any], *, has_start: bool) -> Any:  # noqa: ANN401 - JSON data
        """Return the schedule. Airflow 2 has one of its own where a file says none at all."""
        if "schedule" in given or not has_start or not self._target.startswith("2"):
            return self._schedules.schedule(given.get("schedule"), self._place("schedule"))
        self._report.changed(self.dag.place, "schedule", _DAILY)
        return {"every": "1d"}

    def _zone_of(self, given: dict[str, Any], zones: set[str]) -> str | None:
        if given.get("timezone") is not None:
            return self._values.zone(given["timezone"], self._place("timezone"))
        return min(zones) if zones else None

    def _arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in given.items():
            place = self._place(key)
            if key in _OWN or value is None:
                continue
            if key in self._gone:
                self._report.dropped(place, key, self._gone[key])
            elif (key, value) == ("default_view", "tree"):
                self._report.changed(place, key, "it is `grid` since Airflow 2.3")
                made[key] = "grid"
            elif key in DAG_CALLBACKS:
                made[key] = self._callbacks.callback(value, place, key)
            elif key == "dagrun_timeout":
                made[key] = self._tasks.duration(value, place, key)
            elif key == "params":
                made[key] = self._tasks.params(value, place)
            elif key not in DagSpec.key_names():
                self._report.gap(place, key, "a spec has no word for it")
            else:
                made[key] = self._values.argument(value, place, key)
        if isinstance(made.get("tags"), list):
            made["tags"] = sorted({str(tag): None for tag in made["tags"]})
        made["catchup"] = self._catchup(given)
        return {key: value for key, value in made.items() if value is not None}

    def _catchup(self, given: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON data
        value = given.get("catchup")
        if value is None and self._target.startswith("2"):
            text = (
                "the file does not say it; Airflow 2 catches up unless its settings say otherwise"
            )
            self._report.changed(self.dag.place, "catchup", text)
            return True
        if value is None:
            return None
        return self._values.value(value, self._place("catchup"), "catchup")

    def _defaults(self, defaults: dict[str, Any]) -> dict[str, Any]:
        """Return what `default_args` says, at the place that a spec has for each of it."""
        place = self._place("default_args")
        made = self._tasks.arguments(
            defaults, self.dag.places, place, frozenset(DefaultArgs.key_names())
        )
        top = {key: made.pop(key) for key in _AT_THE_TOP if key in made}
        top.setdefault("retries", 0)  # what Airflow does when it is not said
        for key in ("email_on_failure", "email_on_retry"):
            value = made.pop(key, True)  # Airflow's default, if mail goes anywhere
            if top.get("email") or has_unseen(self.dag):  # such a task may have an address
                top[key] = value
        if not top.get("email"):
            top.pop("email", None)
        made |= self._for_all(defaults, place, self.dag)
        return top | ({"default_args": made} if made else {})

    def _share_of_groups(self, container: Dag | TaskGroup) -> None:
        """Write what groups say for some operators into their tasks, the innermost group first."""
        for group in container.children:
            if not isinstance(group, TaskGroup) or not group.children:
                continue
            self._share_of_groups(group)
            left = self._given_defaults(group.kwargs, group.place)
            names = frozenset(DefaultArgs.key_names())
            self._shared[group] = self._tasks.arguments(left, group.places, group.place, names)
            self._shared[group] |= self._for_all(left, group.place, group)

    def _for_all(
        self, left: dict[str, Any], place: Place, around: Dag | TaskGroup
    ) -> dict[str, Any]:
        """Return what stands under `with` of `default_args`, and give tasks the rest of these."""
        alike = self._shares.give(left, place, around)
        with self._values.rendered(really=False):
            given = self._values.value(alike, place, "default_args")
        return {"with": given} if given else {}

    def _entries(self, container: Dag | TaskGroup) -> list[dict[str, Any]]:
        made = [self._entry(item) for item in container.children]
        return [entry for entry in made if entry is not None]

    def _entry(self, item: Task | TaskGroup) -> dict[str, Any] | None:
        self.places[spec_path(item)] = item.place
        if isinstance(item, Task):
            return self._tasks.task(item) | self._dependencies(item)
        return self._group(item)

    def _group(self, group: TaskGroup) -> dict[str, Any] | None:
        if group.maker:
            return self._made_group(group)
        if not group.children:
            text = f"the group {group.group_id} has no tasks; Airflow would show nothing of it"
            self._report.dropped(group.place, group.group_id, text)
            return None
        made: dict[str, Any] = {"group_id": group.group_id}
        given = dict(group.kwargs)
        given.pop("default_args", None)
        if self._shared.get(group):
            made["default_args"] = self._shared[group]
        for key, value in given.items():
            if key in _GROUP_IDLE or value is None:
                continue
            if key in _GROUP_FIELDS:
                made[key] = self._values.value(value, group.place, key)
            else:
                self._report.gap(group.place, key, "a group of a spec has no word for it")
        made |= self._group_mapping(group)
        made |= self._dependencies(group)
        made["tasks"] = self._entries(group)
        return {key: value for key, value in made.items() if value is not MISSING}

    def _made_group(self, group: TaskGroup) -> dict[str, Any]:
        with self._values.rendered(really=False):
            given = self._values.value(self._with_dag(group.given), group.place, group.group_id)
        made = {"group_id": group.group_id, "group_callable": group.maker, "with": given}
        if not group.is_bare:
            return made | {"prefix_group_id": False} | self._dependencies(group)
        with self._values.rendered(really=False):
            args = [*self._with_dag(dict(enumerate(group.args))).values()]
            made["args"] = [self._values.value(each, group.place, group.group_id) for each in args]
        made = {key: value for key, value in made.items() if value}
        return made | {"without_group": True} | self._dependencies(group)

    def _with_dag(self, given: dict[Any, Any]) -> dict[Any, Any]:
        """Return arguments with what our file has in the place of the DAG, and of its tasks."""
        return {key: self._of_dag(value) for key, value in given.items()}

    def _of_dag(self, value: object) -> Any:  # noqa: ANN401 - any value
        if isinstance(value, list | tuple):
            return type(value)([self._of_dag(each) for each in value])
        if isinstance(value, Task) and dag_of(value) is self.dag:
            tasks = self._called("builtins.getattr", self._of_dag(self.dag), "task_dict")
            return self._called("operator.getitem", tasks, full_id(value))
        if value is not self.dag:
            return value
        return self._called("operator.getitem", self._called("builtins.globals"), "dag")

    def _called(self, path: str, *args: object) -> Made:
        return Made(Name(path), [*args], {}, self.dag.place)

    def _group_mapping(self, group: TaskGroup) -> dict[str, Any]:
        if group.mapped is None:
            return {}
        given = self._values.value(group.given, group.place, group.group_id)
        made: dict[str, Any] = {"with": given} if group.given and given is not MISSING else {}
        kwargs = group.mapped.get("**", MISSING)
        key, source = ("expand", group.mapped) if kwargs is MISSING else ("expand_kwargs", kwargs)
        value = self._values.value(source, group.place, key)
        return made | ({} if value is MISSING else {key: value})

    def _dependencies(self, item: Task | TaskGroup) -> dict[str, Any]:
        here = spec_path(item)
        names = {
            _seen(spec_path(other), here): text
            for other, text in item.upstream.items()
            if other is not item
        }
        if item in item.upstream:
            self._report.gap(item.place, here[-1], "it waits for itself")
        labels = {name: text for name, text in names.items() if text}
        made: dict[str, Any] = {"dependencies": [*names]} if names else {}
        return made | ({"edge_labels": labels} if labels else {})


def _seen(path: tuple[str, ...], here: tuple[str, ...]) -> str:
    """Return how something is named at a place: alone in its own group, else with its groups."""
    if path[:-1] == here[:-1]:
        return path[-1]
    return ".".join(path)
