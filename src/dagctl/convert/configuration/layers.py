"""A DAG of a configuration, with what holds for all of its DAGs and tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.convert.configuration.hydra_objects import OWN, TARGET, with_objects
from dagctl.convert.configuration.ignored import ignored_of_dag, ignored_of_task
from dagctl.convert.configuration.layered_templates import LayeredTemplates, joined
from dagctl.convert.configuration.lengths import every, with_seconds
from dagctl.convert.foreign_yaml.reader import Fields, Tagged
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.operators.value_kinds import CALLABLE, TEXT
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.convert.outcome.report import Place, Remark, Report

_PATH = lazy_pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)


class Layers:
    """Lays a DAG over what holds for it, as airflow-config does."""

    def __init__(self, document: Fields, lacking: Sequence[Remark], target: str) -> None:
        """Begin with a configuration.

        Args:
            document: The configuration.
            lacking: What of it was not followed, or assumed.
            target: The Airflow that is meant.
        """
        self._document = document
        self._lacking = lacking
        self._target = target

    def dag(self, own: Fields, report: Report) -> Fields:
        """Return a DAG of the configuration as dag-factory has one.

        Args:
            own: What stands under `dags` for it; nothing, for one that is not named there.
            report: Takes what becomes of it.
        """
        report.remarks += self._lacking
        return _Dag(self._document, report, self._target).laid(own)


class _Dag:
    """Lays one DAG."""

    def __init__(self, document: Fields, report: Report, target: str) -> None:
        self._document = document
        self._report = report
        self._target = target
        self._templates = LayeredTemplates(report)

    def laid(self, own: Fields) -> Fields:
        said = self._templates.laid_under(own)
        dag = joined(self._section("default_dag_args"), said)
        key = "default_task_args" if "default_task_args" in self._document else "default_args"
        shared = joined(self._section(key), self._plain(said.get("default_args"), said.place))
        shared = with_objects(shared, self._report)
        for gone in (TARGET, "default_args"):
            dag.pop(gone, None)
        dag = with_objects(dag, self._report)
        dag.put("default_args", shared, said.at("default_args"))
        self._enabled(dag)
        if isinstance(dag.get("schedule"), list):
            text = "airflow-config takes no list here: it would not load the file"
            self._report.gap(dag.at("schedule"), "schedule", text)
        ignored_of_dag(dag, self._report)
        ignored_of_task(shared, self._target, self._report, around="default_args.")
        with_seconds(shared)
        self._start(dag)
        every(dag)
        written = said.get("tasks")
        tasks = Fields(said.place)
        written = written if isinstance(written, Fields) else tasks
        for task_id, task in written.items():
            if isinstance(task, Fields):
                tasks.put(task_id, self._task(task), written.at(task_id))
            else:
                self._report.gap(written.at(task_id), task_id, "a task must be a mapping")
        dag.put("tasks", _named_by_ids(tasks), said.at("tasks"))
        for gone in ("dag_id", "enabled"):
            dag.pop(gone, None)
        return dag

    def _enabled(self, dag: Fields) -> None:
        """Report a DAG that airflow-config does not load."""
        if dag.get("enabled") is False:
            text = "airflow-config does not load the DAG: remove its spec, or pause the DAG"
            self._report.gap(dag.at("enabled"), "enabled", text)

    def _section(self, key: str) -> Fields:
        return self._plain(self._document.get(key), self._document.at(key))

    def _plain(self, value: object, place: Place) -> Fields:
        """Return a section without the class that it is of."""
        made = value.copy() if isinstance(value, Fields) else Fields(place)
        made.pop(TARGET, None)
        return made

    def _start(self, dag: Fields) -> None:
        """Put a date, and its zone, in the place of a list of both."""
        for key in ("start_date", "end_date"):
            value = dag.get(key)
            if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - a date and a zone
                if dag.get("timezone", value[1]) != value[1]:
                    self._report.gap(dag.at(key), key, "its zone is another than that of the start")
                dag.put(key, value[0], dag.at(key))
                dag.put("timezone", value[1], dag.at(key))

    def _task(self, own: Fields) -> Fields:
        said = self._templates.laid_under(own)
        target = str(said.get(TARGET, ""))
        task = joined(self._for_operator(target), self._plain(said, said.place))
        operator = self._operator(target, said.at(TARGET))
        task = with_objects(task, self._report)
        self._paths_of_objects(operator, task)
        ignored_of_task(task, self._target, self._report, operator=operator)
        with_seconds(task)
        task.put("operator", operator, said.at(TARGET))
        return task

    def _for_operator(self, target: str) -> Fields:
        """Return what holds for all tasks of an operator."""
        rows = self._document.get("default_operator_args")
        made = Fields(self._document.place)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Fields) and _word(str(row.get("operator"))) == _word(target):
                made = joined(made, row)
        made.pop("operator", None)
        return made

    def _paths_of_objects(self, operator: str, task: Fields) -> None:
        """Put an object in the place of each import path where a task takes one."""
        known = lookup(operator, self._target)
        for key, value in [*task.items()] if isinstance(known, Operator) else ():
            parameter = known.parameters.get(key) if isinstance(known, Operator) else None
            if parameter is None or not isinstance(value, str) or not _PATH.fullmatch(value):
                continue
            kind = parameter.kind
            if key != "python_callable" and CALLABLE in kind.shapes and TEXT not in kind.shapes:
                task.put(key, Tagged(f"name:{value}", None), task.at(key))
            elif kind.classes and TEXT not in kind.shapes:
                task.put(key, self._object_at(value, key, task.at(key)), task.at(key))

    def _object_at(self, path: str, key: str, place: Place) -> Any:  # noqa: ANN401 - what stands in the file
        """Return the object that an import path stands for, as dag-factory has it."""
        if key == "ssh_hook":
            self._report.changed(place, key, "what airflow-config called, the DAG file calls")
            made = Fields(place)
            made.put("__type__", path, place)
            return made
        text = "write `{$ref: ...}`, or `{$new: ...}` where airflow-config calls it"
        self._report.gap(place, key, f"what {path[:60]} gives is no text: {text}")
        return path

    def _operator(self, target: str, place: Place) -> str:
        if target.startswith(OWN):
            return _word(target)
        text = f"{target[:60]!r} is no task of airflow-config"
        self._report.gap(place, TARGET, text)
        return target


def _word(target: str) -> str:
    """Return the operator that a class of airflow-config stands for."""
    word = target.rpartition(".")[2]
    for end in ("TaskArgs", "OperatorArgs", "Task"):
        if word.endswith(end) and word != end:
            return f"{word.removesuffix(end)}Operator"
    return word


def _named_by_ids(tasks: Fields) -> Fields:
    """Return tasks by the ids that they have in Airflow: `task_id` goes before the key."""
    ids = {key: str(task.get("task_id") or key) for key, task in tasks.items()}
    made = Fields(tasks.place)
    for key, task in tasks.items():
        task.pop("task_id", None)
        waits = task.get("dependencies")
        if isinstance(waits, list):
            known = [ids.get(each, each) if isinstance(each, str) else each for each in waits]
            task.put("dependencies", known, task.at("dependencies"))
        made.put(ids[key], task, tasks.at(key))
    return made
