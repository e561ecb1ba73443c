"""A file of dag-factory as specs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.convert.conversion import Conversion, ConvertedDag
from dagctl.convert.dag_factory.dag import DagConversion
from dagctl.convert.dag_factory.documents import dags_of
from dagctl.convert.foreign_yaml import Fields, read_foreign_yaml
from dagctl.convert.report import Outcome, Place, Remark, Report
from dagctl.spec.load import check_data
from dagctl.spec.yaml_writer import data_to_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from typing import Any

_ADDED = "dag-factory adds the tag `dagfactory` and its YAML to the documentation of each DAG"


@dataclass(frozen=True, slots=True)
class Factory:
    """A file of dag-factory with what belongs to it: texts by file name."""

    text: str
    file: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The `defaults.yml` files that hold for it, the nearest last."""
    named: Callable[[str], str | None] = lambda _: None
    """Returns the text of a file that the DAG file names, such as one of datasets; None: none."""


def convert_dag_factory(source: Factory, *, airflow: str, today: date) -> Conversion:
    """Return the DAGs of a file of dag-factory as specs, with what became of each line.

    Nothing is imported and no variable of the environment is read.

    Args:
        source: The file.
        airflow: The Airflow that the specs are for, as `3` or `2`.
        today: What relative dates such as `2 days` count from.

    Raises:
        SpecError: A file is no YAML that can be read.
    """
    document = read_foreign_yaml(source.text, source.file)
    defaults = [read_foreign_yaml(text, file) for file, text in source.defaults.items()]

    def read(name: str) -> Fields | None:
        text = source.named(name)
        return None if text is None else read_foreign_yaml(text, name)

    dags = tuple(
        _converted(dag_id, merged, airflow, today, read)
        for dag_id, merged in dags_of(document, defaults)
    )
    added = Remark(Outcome.DROPPED, Place(source.file, 1), "tags, doc_md", _ADDED)
    return Conversion(dags, (added,) if dags else ())


def _converted(
    dag_id: str,
    merged: Fields,
    airflow: str,
    today: date,
    read: Callable[[str], Fields | None],
) -> ConvertedDag:
    report = Report()
    data = DagConversion(report, airflow, today, read).spec(dag_id, merged)
    lines = _lines_of_tasks(merged)
    for diagnostic in check_data(data, airflow=airflow).diagnostics:
        if diagnostic.severity == "error":
            place = _place(data, diagnostic.path, lines) or merged.place
            hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
            subject = ".".join(map(str, diagnostic.path)) or "spec"
            report.gap(place, subject, f"{diagnostic.code}: {diagnostic.message}{hint}")
    return ConvertedDag(dag_id, data, data_to_yaml(data), merged.place, report.sorted())


def _lines_of_tasks(merged: Fields) -> dict[str, Place]:
    """Return where each task begins, by its id."""
    tasks = merged.get("tasks")
    if isinstance(tasks, Fields):
        return dict(tasks.places)
    rows = [row for row in tasks or () if isinstance(row, Fields)]
    return {str(row.get("task_id")): row.place for row in rows}


def _place(
    data: Mapping[str, Any], path: tuple[str | int, ...], lines: Mapping[str, Place]
) -> Place | None:
    """Return where the task stands in the foreign file that a path in the spec leads into."""
    value: Any = data
    place = None
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(value, dict) and "task_id" in value:
            place = lines.get(value["task_id"])
    return place
