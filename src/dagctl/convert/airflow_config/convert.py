"""A file of airflow-config as specs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.convert.airflow_config.hydra_objects import OWN, TARGET, with_objects
from dagctl.convert.airflow_config.ignored import ignored_of_dag, ignored_of_task
from dagctl.convert.airflow_config.layered_templates import LayeredTemplates, joined
from dagctl.convert.airflow_config.lengths import every, with_seconds
from dagctl.convert.dag_factory.factory_dag import FactoryDag
from dagctl.convert.foreign_yaml.reader import Fields, read_foreign_yaml
from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome, Remark, Report
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.operators.value_kinds import TEXT
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from datetime import date

    from dagctl.convert.outcome.report import Place

_CONFIGURATION = lazy_pattern(r"^_target_:\s*['\"]?airflow_config\.Configuration\b", re.MULTILINE)
_PATH = lazy_pattern(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_READ = frozenset(
    {
        *(TARGET, "dags", "default_args", "default_task_args", "default_dag_args"),
        *("default_operator_args", "templates"),
    }
)
_NO_TASKS = "it has no tasks here: a Python file makes them, and `dagctl convert` reads that file"


def is_configuration(text: str) -> bool:
    """Return whether a YAML text says that it is a configuration of airflow-config."""
    return _CONFIGURATION.search(text) is not None


def convert_airflow_config(text: str, file: str, *, airflow: str, today: date) -> Conversion:
    """Return the DAGs of a configuration as specs, with what became of each line.

    Nothing is imported, and no other file is read.

    Args:
        text: The file.
        file: Its name, for the report.
        airflow: The Airflow that the specs are for, as `3` or `2`.
        today: What relative dates count from.

    Raises:
        SpecError: The file is no YAML that can be read, or its templates are too large.
    """
    document = read_foreign_yaml(text, file)
    written = document.get("dags")
    named = written if isinstance(written, Fields) else Fields(document.place)
    rest = [_ignored(document, key) for key in document if key not in _READ]
    dags: list[ConvertedDag] = []
    for dag_id, own in named.items():
        if not isinstance(own, Fields) or not own.get("tasks"):
            rest.append(Remark(Outcome.GAP, named.at(dag_id), dag_id, _NO_TASKS))
        else:
            dags.append(_converted(dag_id, own, named.at(dag_id), document, airflow, today))
    return Conversion(tuple(dags), tuple(rest))


def _ignored(document: Fields, key: str) -> Remark:
    if key == "defaults":
        text = "other files of the configuration are not read: write what they say into this one"
        return Remark(Outcome.GAP, document.at(key), key, text)
    text = "it configures airflow-config, or your own code; no DAG has it"
    return Remark(Outcome.DROPPED, document.at(key), key, text)


def _converted(  # noqa: PLR0913, PLR0917 - a DAG, and what holds for all
    dag_id: str, own: Fields, place: Place, document: Fields, airflow: str, today: date
) -> ConvertedDag:
    report = Report()
    if "defaults" in document:
        report.remarks.append(_ignored(document, "defaults"))
    merged = _Merging(document, report, airflow).dag(own)
    merged.place = place
    conversion = FactoryDag(report, airflow, today, lambda _: None, lambda _: None)
    data = conversion.spec(dag_id, merged, ignoring=False)
    tasks: Fields = own["tasks"] if isinstance(own["tasks"], Fields) else Fields(place)
    places: dict[tuple[str, ...], Place] = {(task_id,): tasks.at(task_id) for task_id in tasks}
    return finished(dag_id, data, report, place, places, airflow=airflow)


class _Merging:
    """Lays a DAG over what holds for it, as airflow-config does."""

    def __init__(self, document: Fields, report: Report, target: str) -> None:
        self._document = document
        self._report = report
        self._target = target
        self._templates = LayeredTemplates(document, report)

    def dag(self, own: Fields) -> Fields:
        """Return a DAG as dag-factory has one."""
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
        tasks, written = Fields(said.place), said["tasks"]
        for task_id, task in written.items() if isinstance(written, Fields) else ():
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
        """Report import paths where a task takes an object: airflow-config imports, or calls it."""
        known = lookup(operator, self._target)
        for key, value in task.items() if isinstance(known, Operator) else ():
            parameter = known.parameters.get(key) if isinstance(known, Operator) else None
            if parameter is None or not isinstance(value, str) or not _PATH.fullmatch(value):
                continue
            if parameter.kind.classes and TEXT not in parameter.kind.shapes:
                text = "write `{$ref: ...}`, or `{$new: ...}` where airflow-config calls it"
                self._report.gap(task.at(key), key, f"what {value[:60]} gives is no text: {text}")

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
