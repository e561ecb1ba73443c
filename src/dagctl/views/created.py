"""What was created, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.commands.times import rfc3339
from dagctl.views.recovered import recovered_data
from dagctl.views.totals import totals

if TYPE_CHECKING:
    from dagctl.commands.create import CreatedDag, CreateResult, PrunedDag


def created_data(result: CreateResult) -> dict[str, Any]:
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


def _pruned_data(dag: PrunedDag) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "version": dag.version,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
        "source": dag.source,
    }


def created_dag_data(dag: CreatedDag) -> dict[str, Any]:
    """Return the guide's answer about a DAG that was created."""
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
        "created_at": rfc3339(dag.created_at),
    }


def _dag_data(dag: CreatedDag) -> dict[str, Any]:
    return {
        **created_dag_data(dag),
        "version": dag.version,
        "changed": dag.changed,
        "state": dag.state,
        "source": dag.source,
    }
