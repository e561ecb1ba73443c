"""A file of dag-factory as specs."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.convert.dag_factory.factory_dag import FactoryDag
from dagctl.convert.dag_factory.factory_documents import dags_of
from dagctl.convert.dag_factory.factory_environment import report_variables, with_values
from dagctl.convert.dag_factory.joins import join_texts
from dagctl.convert.foreign_yaml.reader import Fields, read_foreign_yaml
from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome, Place, Remark, Report
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

_ADDED = "dag-factory adds the tag `dagfactory` and its YAML to the documentation of each DAG"

_NO_TASKS = "it has no tasks: Airflow would run nothing of it"
_JOINED = "the task of the defaults with the same id gives the rest; dag-factory joins no lists"


@frozen
class Factory:
    """A file of dag-factory with what belongs to it: texts by file name."""

    text: str
    file: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The `defaults.yml` files that hold for it, the nearest last."""
    named: Callable[[str], str | None] = lambda _: None
    """Returns the text of a file that the DAG file names, such as one of datasets; None: none."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the environment, as far as they are known."""


def convert_dag_factory(source: Factory, *, airflow: str, today: date) -> Conversion:
    """Return the DAGs of a file of dag-factory as specs, with what became of each line.

    Nothing is imported, and no variable of the environment is read but those that are given.

    Args:
        source: The file.
        airflow: The Airflow that the specs are for, as `3` or `2`.
        today: What relative dates such as `2 days` count from.

    Raises:
        SpecError: A file is no YAML that can be read.
    """
    remarks: list[Remark] = []

    def with_environment(text: str, file: str) -> Fields:
        made, said = with_values(text, file, source.environment)
        remarks.extend(said)
        document = read_foreign_yaml(made, file)
        join_texts(document)
        return document

    document = with_environment(source.text, source.file)
    defaults = [with_environment(text, file) for file, text in source.defaults.items()]

    def read(name: str) -> Fields | None:
        text = source.named(name)
        return None if text is None else read_foreign_yaml(text, name)

    dags: list[ConvertedDag] = []
    for dag_id, merged, joined in dags_of(document, defaults):
        if not merged.get("tasks"):
            remarks.append(Remark(Outcome.DROPPED, merged.place, dag_id, _NO_TASKS))
            continue
        report = Report()
        if joined:
            report.new(merged.at("tasks"), "tasks", _JOINED)
        report_variables(merged, report)
        _report_null(merged, report, airflow)
        conversion = FactoryDag(report, airflow, today, read, source.named)
        data = conversion.spec(dag_id, merged)
        place, places = merged.place, _places(merged)
        dags.append(finished(dag_id, data, report, place, places, airflow=airflow))
    if dags:
        remarks.append(Remark(Outcome.DROPPED, Place(source.file, 1), "tags, doc_md", _ADDED))
    return Conversion(tuple(dags), tuple(remarks))


def _report_null(merged: Fields, report: Report, airflow: str) -> None:
    """Report a schedule of null: dag-factory does not hand it on."""
    keys = ("schedule", "schedule_interval", "timetable")
    is_null = "schedule" in merged and all(merged.get(key) is None for key in keys)
    if is_null and airflow.startswith("2"):
        text = "dag-factory ignored the null, and Airflow 2 runs a DAG without a schedule every day"
        report.new(merged.at("schedule"), "schedule", text)


def _places(merged: Fields) -> dict[tuple[str, ...], Place]:
    """Return where each task begins, by its id."""
    tasks = merged.get("tasks")
    if isinstance(tasks, Fields):
        return {(task_id,): place for task_id, place in tasks.places.items()}
    rows = [row for row in tasks or () if isinstance(row, Fields)]
    return {(str(row.get("task_id")),): row.place for row in rows}
