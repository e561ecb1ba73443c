"""What became of recorded DAGs, as JSON data: of `rm`, `restore`, `rollback`, `mv`, `import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.views.recovered import recovered_data

if TYPE_CHECKING:
    from dagctl.commands.create import CreatedDag
    from dagctl.commands.operate import ChangedDag, Outcome


def changed_data(dag: ChangedDag | CreatedDag, action: str) -> dict[str, Any]:
    """Return what became of one DAG."""
    return {
        "dag_id": dag.dag_id,
        "action": action,
        "version": dag.version,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
    }


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """Return what an operation did."""
    return {
        "dags": [
            {
                **changed_data(dag, dag.action.value),
                "source": dag.source,
                "renamed": dag.renamed,
                "changed": dag.changed,
            }
            for dag in outcome.dags
        ],
        "warnings": list(outcome.warnings),
        "pushed": outcome.pushed,
        "recovered": recovered_data(outcome.recovered),
    }
