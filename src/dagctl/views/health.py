"""What doctor reports, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from dagctl.commands.doctor import HealthFinding
    from dagctl.commands.heal import Healed


class CheckData(TypedDict):
    """What one check says."""

    name: str
    state: Literal["ok", "warning", "failed", "skipped"]
    message: str
    fix: str | None
    """The one next step."""


class HealedData(TypedDict):
    """What `doctor --fix` put right."""

    dags: list[str]
    """DAGs that were written again."""
    removed: list[str]
    """Keys of objects that were removed."""
    failed: list[str]
    """What could not be done, each with the reason."""


class HealthData(TypedDict):
    """What `doctor` reports."""

    checks: list[CheckData]
    fixed: NotRequired[HealedData]
    """With --fix."""


def healed_data(healed: Healed | None) -> HealedData:
    """Return what `doctor --fix` put right; None: it did nothing."""
    return {
        "dags": [dag.dag_id for dag in healed.dags] if healed else [],
        "removed": list(healed.removed) if healed else [],
        "failed": list(healed.failed) if healed else [],
    }


def check_data(finding: HealthFinding) -> CheckData:
    """Return the result of one check."""
    return {
        "name": finding.name,
        "state": finding.state,
        "message": redacted(finding.message),
        "fix": finding.fix,
    }
