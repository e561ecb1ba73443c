"""What became of recorded DAGs, as JSON data: of `rm`, `restore`, `rollback`, `mv`, `import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from dagctl.operation.change import Action
from dagctl.views.form import Positive, rules
from dagctl.views.plan import PlannedDagData, planned_data
from dagctl.views.recovered import RecoveredData, recovered_data

if TYPE_CHECKING:
    from dagctl.commands.operate import ChangedDag, OperationResult
    from dagctl.commands.plan import PlanResult


class StandingData(TypedDict):
    """What a DAG is after an operation."""

    dag_id: str
    version: Positive
    """The version that it has now; that of a removal for one that is removed."""
    file_path: str
    commit_id: str


class ChangedData(StandingData):
    """What became of a DAG."""

    action: Annotated[
        Action, rules(enum=("update", "rollback", "rename", "delete", "restore", "unchanged"))
    ]


class OperatedDagData(StandingData):
    """What became of a DAG, and what it was made of."""

    action: Annotated[
        Action,
        rules(enum=("delete", "restore", "rollback", "rename", "import", "update", "unchanged")),
    ]
    source: str | None
    """The spec's path in the workspace, or null."""
    renamed: str | None
    """Of a rename: the other id."""
    spec_written: bool
    """Whether the spec file was written too; it is not committed."""
    changed: bool


class OperatedData(TypedDict):
    """What `rm`, `mv`, `restore`, `rollback`, `edit` or `import` did."""

    dags: list[OperatedDagData]
    warnings: list[str]
    pushed: str | None
    """Where the commit was pushed to, such as origin/main; null: nowhere."""
    recovered: list[RecoveredData]


class OperatedPlanData(TypedDict):
    """What such a command would do, with --dry-run."""

    dags: list[PlannedDagData]
    warnings: list[str]


def changed_data(dag: ChangedDag) -> ChangedData:
    """Return what became of one DAG."""
    return {
        "dag_id": dag.dag_id,
        "action": dag.action,
        "version": dag.version,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
    }


def operated_data(outcome: OperationResult) -> OperatedData:
    """Return what an operation did."""
    return {
        "dags": [
            {
                **changed_data(dag),
                "source": dag.source,
                "renamed": dag.renamed,
                "spec_written": dag.spec_written,
                "changed": dag.changed,
            }
            for dag in outcome.dags
        ],
        "warnings": list(outcome.warnings),
        "pushed": outcome.pushed,
        "recovered": recovered_data(outcome.recovered),
    }


def operated_plan_data(plan: PlanResult) -> OperatedPlanData:
    """Return what an operation would do."""
    return {"dags": list(map(planned_data, plan.dags)), "warnings": list(plan.warnings)}
