"""What was created, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from dagctl.commands.times import rfc3339
from dagctl.views.form import Positive, Time
from dagctl.views.recovered import RecoveredData, recovered_data
from dagctl.views.totals import TotalsData, totals

if TYPE_CHECKING:
    from dagctl.commands.create import CreateResult
    from dagctl.commands.operate import ChangedDag


class CreatedData(TypedDict):
    """What was created: the guide's response."""

    dag_id: str
    """The final id: the name's slug, with a number if it was taken."""
    file_path: str
    commit_id: str
    created_at: Time


class CreatedDagData(CreatedData):
    """What became of one spec."""

    version: Positive
    changed: bool
    state: Literal["created", "updated", "unchanged"]
    source: str | None
    """The spec's path in the workspace, or null."""


class PrunedDagData(TypedDict):
    """A DAG that was removed, as its spec file is gone."""

    dag_id: str
    version: Positive
    file_path: str
    commit_id: str
    source: str | None
    """The path of the spec that is gone."""


class CreateData(TypedDict):
    """What `create` did."""

    dags: list[CreatedDagData]
    """One for each spec, in their order."""
    pruned: list[PrunedDagData]
    """With --prune: the DAGs that were removed, as their spec file is gone."""
    totals: TotalsData
    warnings: list[str]
    untracked: list[str]
    """The spec files of what was created or updated, and the files that they take in, that git does
    not have as they are: new ones, and those with changes that are neither staged nor committed."""
    pushed: str | None
    """Where the commit was pushed to, such as origin/main; null: nowhere."""
    recovered: list[RecoveredData]


def created_data(result: CreateResult) -> CreateData:
    """Return what `create` did."""
    return {
        "dags": [_dag_data(dag) for dag in result.dags],
        "pruned": [_pruned_data(dag) for dag in result.pruned],
        "totals": totals(dag.state for dag in result.dags),
        "warnings": list(result.warnings),
        "untracked": list(result.untracked),
        "pushed": result.pushed,
        "recovered": recovered_data(result.recovered),
    }


def _pruned_data(dag: ChangedDag) -> PrunedDagData:
    return {
        "dag_id": dag.dag_id,
        "version": dag.version,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
        "source": dag.source,
    }


def created_dag_data(dag: ChangedDag) -> CreatedData:
    """Return the guide's answer about a DAG that was created."""
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
        "created_at": rfc3339(dag.created_at),
    }


def _dag_data(dag: ChangedDag) -> CreatedDagData:
    return {
        **created_dag_data(dag),
        "version": dag.version,
        "changed": dag.changed,
        "state": dag.state,
        "source": dag.source,
    }
