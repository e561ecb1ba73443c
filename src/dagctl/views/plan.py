"""A plan as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.views.difference import difference_data

if TYPE_CHECKING:
    from dagctl.commands.plan import PlannedDag


def planned_data(dag: PlannedDag) -> dict[str, Any]:
    """Return what `create` would do about one DAG."""
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "version": dag.version,
        "action": dag.action.value,
        "source": dag.source,
        "changes": [
            difference_data(change) | _origin(dag.origins.get(change.path))
            for change in dag.changes
        ],
        "diff": dag.diff,
    }


def _origin(place: str | None) -> dict[str, str]:
    """Return the file and the line that says a new value, if it is one with defaults."""
    return {} if place is None else {"origin": place}
