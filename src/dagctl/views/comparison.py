"""A comparison of two states of a DAG as JSON data, for the command line and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dagctl.operation.comparison.consequences import Kind
from dagctl.views.difference import ChangeData, change_data
from dagctl.views.versions import MadeData, made_data

if TYPE_CHECKING:
    from dagctl.commands.compare import Compared, Comparison
    from dagctl.operation.comparison.consequences import Consequence


class ConsequenceData(TypedDict):
    """One thing that happens in Airflow because of a change."""

    kind: Kind
    subject: str
    """The task that it is about, or the DAG."""
    text: str


class DifferencesData(TypedDict):
    """What two states of a DAG differ in."""

    dag_id: str
    before: MadeData
    changes: list[ChangeData] | None
    """Null if one of both has no spec."""
    consequences: list[ConsequenceData]
    """What the changes mean in an Airflow that knows the DAG already."""
    diff: str
    """The unified diff of what their authors wrote; empty if it is the same."""


class ComparisonData(DifferencesData):
    """What two versions of a DAG differ in."""

    after: MadeData


class SpecComparisonData(DifferencesData):
    """What a version of a DAG and another one, or a spec file, differ in."""

    after: MadeData | None
    """Null for a spec file (`--spec`)."""


def comparison_data(comparison: Comparison, diff: str | None = None) -> SpecComparisonData:
    """Return what two versions differ in, or a version and a spec.

    Args:
        comparison: What was compared.
        diff: Another diff than that of the specs.
    """
    changes = comparison.changes
    before = comparison.before.version
    assert before is not None, "a spec is compared with what is recorded"  # noqa: S101
    return {
        "dag_id": comparison.dag_id,
        "before": made_data(before),
        "after": _after_data(comparison.after),
        "changes": None if changes is None else list(map(change_data, changes)),
        "consequences": list(map(_consequence_data, comparison.consequences)),
        "diff": comparison.diff if diff is None else diff,
    }


def _after_data(side: Compared) -> MadeData | None:
    return None if side.version is None else made_data(side.version)


def _consequence_data(consequence: Consequence) -> ConsequenceData:
    return {
        "kind": consequence.kind,
        "subject": consequence.subject,
        "text": consequence.text,
    }
