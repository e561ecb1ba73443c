"""One DAG of dag-factory as a spec."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_callbacks import FactoryCallbacks
from dagctl.convert.dag_factory.factory_documents import listed, named_entries
from dagctl.convert.dag_factory.factory_groups import entries, share_of_groups
from dagctl.convert.dag_factory.factory_schedules import FactorySchedules, ReadFile
from dagctl.convert.dag_factory.factory_tasks import FactoryTasks
from dagctl.convert.dag_factory.factory_values import (
    FactoryValues,
    minutes_of,
    moment_of,
    relative,
    with_rules,
)
from dagctl.convert.dag_factory.shared_arguments import Spreading, tasks_of
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.operators.old_arguments import gone_dag_arguments
from dagctl.convert.outcome.finished import in_order
from dagctl.convert.python_file.result import text_made_by
from dagctl.spec.fields.callback_form import DAG_CALLBACKS, TASK_CALLBACKS
from dagctl.spec.fields.slug import slug
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks.arguments import DefaultArgs

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.convert.outcome.report import Place, Report

_COPIED = (
    *("description", "max_active_runs", "max_active_tasks", "doc_md", "dag_display_name"),
    *("render_template_as_native_obj", "is_paused_upon_creation", "params", "access_control"),
    *("template_searchpath", "user_defined_macros"),
)
"""Keys that dag-factory hands to the DAG, and that a spec has under the same name."""
_GONE = {
    "vars": "its anchors are written out where they are used",
    "dag_id": "it is ignored: the id is the name that the DAG has in the file",
}
_GENERATED = {
    "doc_md_python_callable_name": "write the text that the function returns into `doc_md`",
    "doc_md_python_callable_file": "write the text that the function returns into `doc_md`",
    "doc_md_python_arguments": "write the text that the function returns into `doc_md`",
}
_RENAMED = {"concurrency": "max_active_tasks", "dagrun_timeout_sec": "dagrun_timeout"}
_AT_THE_TOP = ("owner", "retries", "depends_on_past", "email")


class FactoryDag:
    """Turns the merged mapping of one DAG into a spec."""

    def __init__(
        self,
        report: Report,
        target: str,
        today: date,
        read: ReadFile,
        text_of: Callable[[str], str | None],
    ) -> None:
        self._report = report
        self._text_of = text_of
        self._target = target
        self._gone = _GONE | _gone_from(target)
        self._today = today
        self._values = FactoryValues(report, target)
        self._callbacks = FactoryCallbacks(self._values)
        self._shared: dict[str, dict[str, Any]] = {}
        self._schedules = FactorySchedules(self._values, read)
        self._tasks = FactoryTasks(self._values, self._callbacks, self._schedules, text_of)

    def spec(self, dag_id: str, merged: Fields, *, ignoring: bool = True) -> dict[str, Any]:
        """Return the spec as data, its keys in the order of the reference.

        Args:
            dag_id: The id of the DAG.
            merged: What the tool says of it.
            ignoring: Whether the tool passes over arguments of a DAG, as dag-factory does.
        """
        dag = merged.copy()
        made = _names(dag_id, dag)
        shared = dag.pop("default_args", None)
        defaults = shared.copy() if isinstance(shared, Fields) else Fields(dag.place)
        made["schedule"] = self._schedule(dag)
        made |= self._dates(dag, defaults)
        self._ended(merged, made)
        self._started(merged, made)
        made |= self._arguments(dag)
        made |= self._callbacks.taken(dag, [key for key in DAG_CALLBACKS if key not in self._gone])
        made |= self._defaults(defaults, dag)
        made["tasks"] = entries(dag, self._tasks, self._shared)
        self._rest(dag, made, ignoring=ignoring)
        return in_order(made)

    def _schedule(self, dag: Fields) -> Any:  # noqa: ANN401 - JSON data
        """Return the schedule; Airflow 2 runs a DAG every day that says none at all."""
        is_said = any(key in dag for key in ("schedule", "schedule_interval", "timetable"))
        if is_said or not self._target.startswith("2"):
            return self._schedules.taken(dag)
        text = "the file does not say it; Airflow 2 runs such a DAG every day"
        self._report.changed(dag.place, "schedule", text)
        return {"every": "1d"}

    def _dates(self, dag: Fields, defaults: Fields) -> dict[str, Any]:
        """Return the dates and their zone; dag-factory reads a zone beside the date alone."""
        made: dict[str, Any] = {}
        for key in ("start_date", "end_date"):
            source = dag if dag.get(key) is not None else defaults
            value, zone = source.get(key), source.get("timezone")
            if value is not None:
                made[key] = self._date(value, source.at(key), key)
                if zone and str(zone).upper() != "UTC":
                    made["timezone"] = str(zone)
            if value is not None and key == "end_date" and source is defaults:
                text = "runs end with it; in `default_args`, runs went on without tasks"
                self._report.new(source.at(key), key, text)
            if source is dag and defaults.get(key) is not None:
                text = "the date of the DAG itself holds for its tasks too"
                self._report.changed(defaults.at(key), f"default_args.{key}", text)
            for fields in (dag, defaults):
                fields.pop(key, None)
        for fields in (dag, defaults):
            zone = fields.pop("timezone", None)
            if zone and "timezone" not in made and str(zone).upper() != "UTC":
                text = "dag-factory ignores it, as no date stands beside it"
                self._report.dropped(fields.at("timezone"), "timezone", text)
        return {key: value for key, value in made.items() if value is not None}

    def _started(self, merged: Fields, made: dict[str, Any]) -> None:
        """Report a DAG that runs by time and has no start: Airflow starts no run of it."""
        schedule = made["schedule"]
        by_time = isinstance(schedule, str) and schedule not in {"@once", "@continuous"}
        by_time |= isinstance(schedule, dict) and bool(schedule.keys() & {"every", "cron"})
        if by_time and "start_date" not in made:
            text = "the file has none, so Airflow starts no run by time; a spec has 2024-01-01 then"
            self._report.new(merged.place, "start_date", text)

    def _ended(self, merged: Fields, made: dict[str, Any]) -> None:
        """Take the schedule from a DAG that ends before it starts, which no spec can say."""
        start, end = made.get("start_date"), made.get("end_date")
        by_time = made["schedule"] is None or isinstance(made["schedule"], str)
        if start is None or end is None or not by_time:
            return
        if datetime.fromisoformat(end) >= datetime.fromisoformat(start):
            return
        del made["end_date"]
        text = f"{end} is before the start date, so Airflow starts no run by time: no schedule now"
        self._report.changed(merged.at("end_date"), "end_date", text)
        made["schedule"] = None

    def _date(self, value: object, place: Place, key: str) -> str | None:
        if isinstance(value, datetime):
            return value.replace(tzinfo=None).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        text = (moment_of(value) if isinstance(value, Fields) else None) or str(value).strip()
        try:
            local = datetime.fromisoformat(text).replace(tzinfo=None)
            return text if len(text) == len("2024-01-31") else local.isoformat()
        except ValueError:
            length = relative(text)
        frozen = self._before(length) if length else None
        if frozen is None:
            self._report.gap(place, key, f"{text[:40]!r} is no date")
            return None
        why = "a date that moves with each parse gives no stable runs"
        self._report.changed(place, key, f"{text!r} is frozen as {frozen}: {why}")
        return frozen

    def _before(self, length: timedelta) -> str | None:
        try:
            moment = datetime.combine(self._today, datetime.min.time()) - length
        except OverflowError:
            return None
        return (
            moment.date().isoformat() if moment.time() == moment.min.time() else moment.isoformat()
        )

    def _arguments(self, dag: Fields) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for old, new in _RENAMED.items():
            if old in dag:
                place, value = dag.at(old), dag.pop(old)
                if dag.get(new) is None:
                    dag.put(new, value, place)
                self._report.changed(place, old, f"it is `{new}` in a spec")
        timeout = dag.pop("dagrun_timeout", None)
        if timeout is not None:
            place = dag.at("dagrun_timeout")
            made["dagrun_timeout"] = self._values.duration(timeout, place, "dagrun_timeout")
        for key in _COPIED:
            value = dag.pop(key, None)
            if value is not None:
                made[key] = self._copied(key, value, dag.at(key))
        made |= self._documentation(dag)
        tags = [str(tag) for tag in listed(dag, "tags", self._report) if str(tag) != "dagfactory"]
        dag.pop("tags", None)
        made["tags"] = list(dict.fromkeys(tags)) or None
        made["catchup"] = self._catchup(dag)
        return {key: value for key, value in made.items() if value is not None}

    def _documentation(self, dag: Fields) -> dict[str, str]:
        """Return the documentation that stands in a file; it comes before `doc_md`."""
        place, path = dag.at("doc_md_file_path"), dag.pop("doc_md_file_path", None)
        if path is None:
            return self._made_documentation(dag)
        text = self._text_of(str(path))
        if text is None:
            why = "give it beside the DAG file, or copy its text into `doc_md`"
            self._report.gap(place, "doc_md_file_path", f"{str(path)[:60]!r} is not there: {why}")
            return {}
        self._report.changed(place, "doc_md_file_path", "the text of the file is `doc_md` now")
        return {"doc_md": text}

    def _made_documentation(self, dag: Fields) -> dict[str, str]:
        """Return the documentation that a function of a file gives, where that is known."""
        key = "doc_md_python_callable_name"
        place, name, file = dag.at(key), dag.get(key), dag.get("doc_md_python_callable_file")
        given = dag.get("doc_md_python_arguments") or {}
        code = self._text_of(str(file)) if name is not None and file is not None else None
        if code is None or not isinstance(given, dict):
            return {}  # the keys stay, and each is a gap
        target, today = self._target, self._today
        text = text_made_by(code, str(file), str(name), given, target=target, today=today)
        if text is None:
            return {}
        for each in _GENERATED:
            dag.pop(each, None)
        self._report.changed(place, key, "the text that the function gives now is `doc_md`")
        return {"doc_md": text}

    def _copied(self, key: str, value: object, place: Place) -> Any:  # noqa: ANN401 - JSON data
        if key not in DagSpec.key_names():
            self._report.gap(place, key, "a spec has no word for it")
            return None
        made = self._values.value(value, place, key)
        if key == "user_defined_macros" and isinstance(made, dict):
            return _references(made)
        if key == "params" and isinstance(made, dict):
            return with_rules(made)
        return made

    def _catchup(self, dag: Fields) -> bool | None:
        place, value = dag.at("catchup"), dag.pop("catchup", None)
        if value is None and self._target.startswith("2"):
            text = (
                "the file does not say it; Airflow 2 catches up unless its settings say otherwise"
            )
            self._report.changed(place, "catchup", text)
            return True
        return None if value is None else bool(value)

    def _defaults(self, defaults: Fields, dag: Fields) -> dict[str, Any]:
        """Return what `default_args` says, at the place that a spec has for each of it.

        What only some operators have is written into the tasks of `dag`, as far as they are known.
        """
        made: dict[str, Any] = self._callbacks.taken(defaults, TASK_CALLBACKS)
        minutes = minutes_of(defaults.get("retry_delay"))
        made |= self._tasks.arguments(defaults, DefaultArgs.key_names())
        top = {key: made.pop(key) for key in _AT_THE_TOP if key in made}
        if minutes is not None:
            top["retry_delay_minutes"] = minutes
            del made["retry_delay"]
        top.setdefault("retries", 0)  # what Airflow does when it is not said
        if "email" in top:
            for key in ("email_on_failure", "email_on_retry"):
                top[key] = bool(made.pop(key, True))  # Airflow's default, if mail goes anywhere
        else:
            mails = self._has_addresses(dag)
            for key in ("email_on_failure", "email_on_retry"):
                if made.pop(key, mails) is True:
                    top[key] = True  # a task may have an address of its own
        spreading = Spreading(dag, self._values)
        self._shared = share_of_groups(dag, self._tasks, spreading)
        made |= spreading.spread(defaults)
        spreading.put(dag)
        return top | ({"default_args": made} if made else {})

    def _has_addresses(self, dag: Fields) -> bool:
        """Return whether a task or a group gives an address, which the DAG does not."""
        groups = named_entries(dag.get("task_groups"), "group_name", dag.place, self._report)
        shared = [group.get("default_args") for group in groups.values()]
        givers = [*tasks_of(dag, self._report).values(), *shared]
        return any(isinstance(entry, Fields) and entry.get("email") for entry in givers)

    def _rest(self, dag: Fields, made: dict[str, Any], *, ignoring: bool) -> None:
        """Report the keys that are left, and keep those that dag-factory ignores by mistake."""
        for key, value in dag.items():
            place = dag.at(key)
            if value is None or key in {"tasks", "task_groups"}:
                continue
            if key in self._gone:
                self._report.dropped(place, key, self._gone[key])
            elif (key, value) == ("default_view", "tree"):
                self._report.changed(place, key, "it is `grid` since Airflow 2.3")
                made[key] = "grid"
            elif key in _GENERATED:
                self._report.gap(place, key, _GENERATED[key])
            elif key in DagSpec.key_names() and key not in made:
                made[key] = self._values.value(value, place, key)
                if ignoring:
                    self._report.new(place, key, "dag-factory ignored it")
            else:
                self._report.dropped(place, key, "dag-factory ignores it too")


def _gone_from(target: str) -> dict[str, str]:
    """Return the keys that Airflow has no more; a callback's function may be under two further."""
    gone = dict(gone_dag_arguments(target))
    for key in gone.keys() & DAG_CALLBACKS:
        gone |= {f"{key}_name": gone[key], f"{key}_file": gone[key]}
    return gone


def _names(dag_id: str, dag: Fields) -> dict[str, Any]:
    """Return what the DAG is called; `dag` loses the keys that dag-factory passes over.

    A spec that became a file of dag-factory has its name in it, and its project.
    """
    given, project = dag.pop("dag_name", None), dag.pop("project_id", None)
    name = given if isinstance(given, str) else dag_id
    made: dict[str, Any] = {"dag_name": name}
    if slug(name) != dag_id:
        made["dag_id"] = dag_id
    return made | ({"project_id": project} if isinstance(project, str) else {})


def _references(macros: dict[str, Any]) -> dict[str, Any]:
    """Return macros whose import paths are references."""
    return {
        key: {"$ref": value}
        if isinstance(value, str)
        else _references(value)
        if isinstance(value, dict) and not any(name.startswith("$") for name in value)
        else value
        for key, value in macros.items()
    }
