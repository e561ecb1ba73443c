"""What `pull` wrote, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.commands.pull import PulledDag


def pulled_data(dag: PulledDag) -> dict[str, Any]:
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
