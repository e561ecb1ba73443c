"""The end of every conversion: the spec is checked, and what is wrong with it is a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.conversion import ConvertedDag
from dagctl.spec.load import check_data
from dagctl.spec.yaml_writer import data_to_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.report import Place, Report


def finished(  # noqa: PLR0913 - what a converted DAG is made of
    dag_id: str,
    data: Mapping[str, Any],
    report: Report,
    place: Place,
    places: Mapping[tuple[str, ...], Place],
    *,
    airflow: str,
) -> ConvertedDag:
    """Return a DAG with its report, in which each error of the spec is a gap.

    Args:
        dag_id: The id of the DAG.
        data: The spec.
        report: What was reported so far; it gets the errors too.
        place: Where the DAG begins in the foreign file.
        places: Where each task and group stands there, by its ids from the outermost group; by its
            own id alone where ids are unique in the DAG.
        airflow: The Airflow that the spec is for.
    """
    for diagnostic in check_data(data, airflow=airflow).diagnostics:
        if diagnostic.severity == "error":
            hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
            subject = ".".join(map(str, diagnostic.path)) or "spec"
            where = _place(data, diagnostic.path, places) or place
            report.gap(where, subject, f"{diagnostic.code}: {diagnostic.message}{hint}")
    return ConvertedDag(dag_id, data, data_to_yaml(data), place, report.sorted())


def _place(
    data: Mapping[str, Any],
    path: tuple[str | int, ...],
    places: Mapping[tuple[str, ...], Place],
) -> Place | None:
    """Return where the task or group stands in the foreign file that a path leads into."""
    value: Any = data
    ids: tuple[str, ...] = ()
    place = None
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        own = value.get("task_id", value.get("group_id")) if isinstance(value, dict) else None
        if isinstance(own, str):
            ids = (*ids, own)
            place = places.get(ids) or places.get(ids[-1:]) or place
    return place
