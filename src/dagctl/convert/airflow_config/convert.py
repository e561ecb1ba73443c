"""A file of airflow-config as specs."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from dagctl.convert.configuration import TARGET, Layers, read_configuration
from dagctl.convert.dag_factory.factory_dag import FactoryDag
from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.outcome.finished import finished
from dagctl.convert.outcome.report import Conversion, ConvertedDag, Outcome, Remark, Report
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dagctl.convert.configuration import ReadText
    from dagctl.convert.outcome.report import Place

_CONFIGURATION = lazy_pattern(r"^_target_:\s*['\"]?airflow_config\.Configuration\b", re.MULTILINE)
_READ = frozenset(
    {
        *(TARGET, "dags", "default_args", "default_task_args", "default_dag_args"),
        *("default_operator_args", "templates"),
    }
)
_NO_TASKS = "it has no tasks here: the Python file that makes them reads this; convert that file"


def is_configuration(text: str) -> bool:
    """Return whether a YAML text says that it is a configuration of airflow-config."""
    return _CONFIGURATION.search(text) is not None


def convert_airflow_config(  # noqa: PLR0913 - the file, and what belongs to it
    text: str,
    file: str,
    *,
    airflow: str,
    today: date,
    beside: ReadText = lambda _: None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Conversion:
    """Return the DAGs of a configuration as specs, with what became of each line.

    Nothing is imported.

    Args:
        text: The file.
        file: Its name, for the report.
        airflow: The Airflow that the specs are for, as `3` or `2`.
        today: What relative dates count from.
        beside: Reads the files that its `defaults` name.
        environment: The variables of the environment that are known.

    Raises:
        SpecError: A file is no YAML that can be read, or the values that it takes from elsewhere
            are too many.
    """
    document, lacking = read_configuration(text, file, beside, environment)
    layers = Layers(document, lacking, airflow)
    written = document.get("dags")
    named = written if isinstance(written, Fields) else Fields(document.place)
    rest = [_ignored(document, key) for key in document if key not in _READ]
    dags: list[ConvertedDag] = []
    for dag_id, own in named.items():
        if not isinstance(own, Fields) or not own.get("tasks"):
            rest.append(Remark(Outcome.DROPPED, named.at(dag_id), dag_id, _NO_TASKS))
        else:
            dags.append(_converted(dag_id, own, named.at(dag_id), layers, airflow, today))
    return Conversion(tuple(dags), (*(() if dags else lacking), *rest))


def _ignored(document: Fields, key: str) -> Remark:
    text = "it configures airflow-config, or your own code; no DAG has it"
    return Remark(Outcome.DROPPED, document.at(key), key, text)


def _converted(  # noqa: PLR0913, PLR0917 - a DAG, and what holds for all
    dag_id: str, own: Fields, place: Place, layers: Layers, airflow: str, today: date
) -> ConvertedDag:
    report = Report()
    merged = layers.dag(own, report)
    merged.place = place
    conversion = FactoryDag(report, airflow, today, lambda _: None, lambda _: None)
    data = conversion.spec(dag_id, merged, ignoring=False)
    tasks: Fields = own["tasks"] if isinstance(own["tasks"], Fields) else Fields(place)
    places: dict[tuple[str, ...], Place] = {(task_id,): tasks.at(task_id) for task_id in tasks}
    return finished(dag_id, data, report, place, places, airflow=airflow)
