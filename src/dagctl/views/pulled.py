"""What `pull` wrote, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dagctl.operation.dags.lagging import State
from dagctl.views.form import Positive
from dagctl.views.recovered import RecoveredData

if TYPE_CHECKING:
    from dagctl.commands.pull import PulledDag


class PulledDagData(TypedDict):
    """What became of the files of one DAG."""

    dag_id: str
    version: Positive
    file_path: str
    file: State
    """What became of the DAG file; kept: a person has changed it."""
    source: str | None
    """The spec's path in the workspace, or null."""
    spec: State
    """What became of the spec file."""
    changed: bool


class PullData(TypedDict):
    """What `pull` did, or would do."""

    dags: list[PulledDagData]
    warnings: list[str]
    recovered: list[RecoveredData]


def pulled_data(dag: PulledDag) -> PulledDagData:
    """Return what became of the files of one DAG."""
    return {
        "dag_id": dag.dag_id,
        "version": dag.version,
        "file_path": dag.file_path,
        "file": dag.file,
        "source": dag.source,
        "spec": dag.spec,
        "changed": dag.changed,
    }
