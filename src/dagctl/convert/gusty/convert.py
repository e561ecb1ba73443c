"""A folder of gusty as a spec."""

from __future__ import annotations

from dataclasses import field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.convert.dag_factory.factory_dag import FactoryDag
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.gusty.create_dag import CreateDag, create_dag_of
from dagctl.convert.gusty.gusty_edges import Edges
from dagctl.convert.gusty.levels import levels_of, safe_module
from dagctl.convert.gusty.task_code import PLACEHOLDER, code_of
from dagctl.convert.gusty.task_file import SUFFIXES
from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, Outcome, Place, Remark, Report
from dagctl.frozen import frozen
from dagctl.operators.base_parameters import base_parameters
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dagctl.convert.gusty.levels import GustyTask, Level

_OF_GUSTY = frozenset(
    {
        *("latest_only", "root_tasks", "leaf_tasks", "wait_for_defaults", "ignore_subfolders"),
        "wait_for_class",
    }
)
_OF_TASKS = frozenset({"operator", "task_id", "python_callable"})
_OF_GROUPS = ("tooltip", "default_args", "group_display_name")
_OF_DAGS = ("schedule", "schedule_interval", "default_args")


_NO_CALL = "no Python file near the folder calls it so that it can be read: METADATA.yml alone is"


@frozen
class GustyFolder:
    """A folder of gusty: its files with their texts, by their paths."""

    folder: str
    """The path of the folder; its last part is the id of the DAG."""
    files: Mapping[str, str]
    """The files in it and below it, by paths that begin with `folder`."""
    callers: Mapping[str, str] = field(default_factory=dict)
    """Python files near it, by their paths: a call of `create_dag` in one may make the DAG."""


def is_task_file(name: str) -> bool:
    """Return whether gusty may read a file of that name."""
    return PurePosixPath(name).suffix in SUFFIXES


def convert_gusty(source: GustyFolder, *, airflow: str, today: date) -> Conversion:
    """Return the DAG of a folder as a spec, with what became of each line.

    Nothing is imported or run.

    Args:
        source: The folder.
        airflow: The Airflow that the spec is for, as `3` or `2`.
        today: What `!days_ago` counts from.

    Raises:
        SpecError: A file cannot be read.
    """
    root = PurePosixPath(source.folder)
    report = Report()
    said = create_dag_of(source.callers, root, report, airflow, today)
    nothing = CreateDag.nothing(Place(str(root), 1))
    levels = levels_of(source.files, root, said or nothing, report, today)
    if root not in levels or not any(level.tasks for level in levels.values()):
        return Conversion(
            (), (Remark(Outcome.DROPPED, Place(str(root), 1), root.name, "no tasks"),)
        )
    edges = Edges(levels, root, report)
    edges.connect()
    folder = _Folder(report, airflow, today)
    merged = folder.merged(levels, root, edges)
    conversion = FactoryDag(report, airflow, today, lambda _: None, lambda _: None)
    data = conversion.spec(root.name, merged, ignoring=False)
    _put_code(data["tasks"], folder.codes)
    place = Place(merged.place.file, merged.place.line)
    dag = finished(root.name, data, report, place, folder.places, airflow=airflow)
    silence = Remark(Outcome.DROPPED, place, "create_dag", _NO_CALL)
    return Conversion((dag,), () if said else (silence,))


def _put_code(entries: list[dict[str, Any]], codes: Mapping[str, str]) -> None:
    """Put the code of tasks where their callable stands."""
    for entry in entries:
        _put_code(entry.get("tasks", []), codes)
        code = codes.get(entry.get("task_id", ""))
        if code is not None and entry.pop("python_callable", None) == PLACEHOLDER:
            entry["python_code"] = code


class _Folder:
    """Writes a folder as one mapping, as a file of dag-factory has it."""

    def __init__(self, report: Report, airflow: str, today: date) -> None:
        self._report = report
        self._airflow = airflow
        self._today = today
        self.codes: dict[str, str] = {}
        self.places: dict[tuple[str, ...], Place] = {}

    def merged(
        self, levels: Mapping[PurePosixPath, Level], root: PurePosixPath, edges: Edges
    ) -> Fields:
        """Return the DAG with its groups and tasks side by side."""
        metadata = levels[root].metadata
        dag = self._dag(metadata, str(root))
        groups, tasks = Fields(metadata.place), Fields(metadata.place)
        for path, level in levels.items():
            if path != root:
                parent = path.parent.name if path.parent != root else None
                self._once(level.name, groups, level.metadata.place)
                groups.put(level.name, self._group(level, parent), level.metadata.place)
            for task in level.tasks:
                around = level.name if path != root else None
                self._once(task.task_id, tasks, task.fields.place)
                tasks.put(task.task_id, self._task(task, around), task.fields.place)
        for task in edges.waits.values():
            tasks.put(task.task_id, self._task(task, None), task.fields.place)
        if any("latest_only" in item.upstream for item in _waiting(levels, edges)):
            latest = Fields(metadata.place)
            latest.put("operator", "LatestOnlyOperator", metadata.at("latest_only"))
            tasks.put("latest_only", latest, metadata.at("latest_only"))
        dag.put("task_groups", groups, metadata.place)
        dag.put("tasks", tasks, metadata.place)
        return dag

    def _once(self, name: str, entries: Fields, place: Place) -> None:
        """Report a task or a group whose id another one has already."""
        if name in entries:
            text = "another one has this id: Airflow does not load such a DAG; one is left out"
            self._report.gap(place, name, text)

    def _dag(self, metadata: Fields, folder: str) -> Fields:
        place = metadata.place if metadata else Place(folder, 1)
        dag, known = Fields(place), base_parameters("dag", "2.11")
        for key, value in metadata.items():
            here = metadata.at(key)
            is_rendered = not here.file.endswith(".py")
            if isinstance(value, str) and has_code(value) and is_rendered:
                text = "gusty renders it when it makes the DAG; write what it gives"
                self._report.gap(here, key, text)
            if key == "schedule_interval" and self._airflow.startswith("3"):
                text = "on Airflow 3 gusty drops it, so the DAG has no schedule there"
                self._report.new(here, key, text)
            is_zone = key == "timezone" and not is_rendered
            if key in known or key in base_parameters("dag", "3") or key in _OF_DAGS or is_zone:
                dag.put(key, value, here)
            elif key not in _OF_GUSTY:
                self._report.dropped(here, key, "it is no argument of a DAG: gusty drops it too")
        return dag

    def _group(self, level: Level, parent: str | None) -> Fields:
        place = level.metadata.place
        group = Fields(place)
        group.put("prefix_group_id", level.metadata.get("prefix_group_id") is True, place)
        for key in _OF_GROUPS:
            if level.metadata.get(key) is not None:
                group.put(key, level.metadata[key], level.metadata.at(key))
        if parent is not None:
            group.put("parent_group_name", parent, place)
        group.put("dependencies", [*level.upstream], place)
        return group

    def _task(self, task: GustyTask, group: str | None) -> Fields:
        fields = task.fields
        self.places[task.task_id,] = fields.place
        code = code_of(task, self._report, self._airflow, self._today)
        if code is not None:
            self.codes[task.task_id] = code
        operator = self._operator(fields)
        known = lookup(operator, self._airflow)
        taken = self._taken(known) if isinstance(known, Operator) else None
        made = Fields(fields.place)
        for key, value in fields.items():
            if key in _OF_TASKS or taken is None or key in taken:
                made.put(key, value, fields.at(key))
            else:
                text = f"{operator.rpartition('.')[2]} does not take it: gusty drops it too"
                self._report.dropped(fields.at(key), key, text)
        if taken is None and not operator.startswith("airflow."):
            place = fields.at("operator")
            is_notebook = place.file.endswith((".ipynb", ".Rmd"))
            text = "gusty gives an operator that takes it the path of this file: write it in `with`"
            (self._report.gap if is_notebook else self._report.dropped)(place, "file_path", text)
        made.put("operator", operator, fields.at("operator"))
        made.put("dependencies", [*task.upstream], fields.place)
        if group is not None:
            made.put("task_group_name", group, fields.place)
        return made

    def _operator(self, fields: Fields) -> str:
        path = str(fields.get("operator"))
        if not path.startswith("local."):
            return path
        word = path.rpartition(".")[2]
        made = f"{safe_module(word)}.{word}"
        text = f"imported as {made}: gusty's folder of operators must be importable"
        self._report.changed(fields.at("operator"), "operator", text)
        return made

    def _taken(self, operator: Operator) -> set[str]:
        names = {*base_parameters("operator", self._airflow), *operator.parameters}
        return names | {*(operator.template_fields or ())} | {"sla", "retry_delay"}


def _waiting(levels: Mapping[PurePosixPath, Level], edges: Edges) -> list[GustyTask | Level]:
    tasks = [task for level in levels.values() for task in level.tasks]
    return [*levels.values(), *tasks, *edges.waits.values()]
