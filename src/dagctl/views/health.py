"""What doctor reports, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from dagctl.commands.doctor import HealthFinding
    from dagctl.commands.heal import Healed


def healed_data(healed: Healed | None) -> dict[str, Any]:
    """Return what `doctor --fix` put right; None: it did nothing."""
    return {
        "dags": [dag.dag_id for dag in healed.dags] if healed else [],
        "removed": list(healed.removed) if healed else [],
        "failed": list(healed.failed) if healed else [],
    }


def health_data(finding: HealthFinding) -> dict[str, Any]:
    """Return the result of one check."""
    return {
        "name": finding.name,
        "state": finding.state,
        "message": redacted(finding.message),
        "fix": finding.fix,
    }
