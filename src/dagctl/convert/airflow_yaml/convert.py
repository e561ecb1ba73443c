"""A file of Airflow's YAML as specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.convert.airflow_yaml.yaml_dag import YamlDag
from dagctl.convert.airflow_yaml.yaml_documents import documents_of
from dagctl.convert.foreign_yaml.reader import refused
from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Report
from dagctl.findings.codes import Code
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.convert.foreign_yaml.reader import Fields


@frozen
class AirflowYaml:
    """A file of Airflow's YAML, and how the texts are read that it names."""

    text: str
    file: str
    named: Callable[[str], str | None] = lambda _: None
    """Returns the text of a file beside it or below; None: there is none."""


def convert_airflow_yaml(source: AirflowYaml, *, airflow: str) -> Conversion:
    """Return the DAGs of a file as specs, with what became of each line.

    Nothing is imported or run.

    Args:
        source: The file.
        airflow: The Airflow that the specs are for, as `3` or `2`.

    Raises:
        SpecError: The file is no YAML that Airflow reads as DAGs.
    """
    documents = documents_of(source.text, source.file)
    return Conversion(tuple(_converted(document, source, airflow) for document in documents))


def _converted(document: Fields, source: AirflowYaml, airflow: str) -> ConvertedDag:
    dag_id = document.get("dag_id")
    if not isinstance(dag_id, str) or not dag_id:
        line = document.at("dag_id").line
        raise refused(source.file, line, Code.MISSING_KEY, "`dag_id` is missing, or no text")
    report = Report()
    conversion = YamlDag(report, airflow, source.named)
    data = conversion.spec(dag_id, document)
    place = document.at("dag_id")
    return finished(dag_id, data, report, place, conversion.places, airflow=airflow)
