"""A comparison of two states of a DAG as JSON data, for the command line and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.views.difference import difference_data
from dagctl.views.versions import version_data

if TYPE_CHECKING:
    from dagctl.commands.compare import Compared, Comparison
    from dagctl.operation.consequences import Consequence


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """Return what two versions differ in, or a version and a spec."""
    changes = comparison.changes
    return {
        "dag_id": comparison.dag_id,
        "before": _side_data(comparison.before),
        "after": _side_data(comparison.after),
        "changes": None if changes is None else list(map(difference_data, changes)),
        "consequences": list(map(_consequence_data, comparison.consequences)),
        "diff": comparison.diff,
    }


def _side_data(side: Compared) -> dict[str, Any] | None:
    """Return the version; None: what is compared is not recorded."""
    return None if side.version is None else version_data(side.version)


def _consequence_data(consequence: Consequence) -> dict[str, str]:
    return {
        "kind": consequence.kind,
        "subject": consequence.subject,
        "text": consequence.text,
    }
