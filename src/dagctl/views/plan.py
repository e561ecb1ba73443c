"""A plan as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from dagctl.operation.change import Action
from dagctl.views.difference import ChangeData, change_data
from dagctl.views.form import Positive
from dagctl.views.totals import TotalsData, totals

if TYPE_CHECKING:
    from dagctl.commands.plan import PlannedDag, PlanResult
    from dagctl.commands.propose import Proposed
    from dagctl.difference import Difference
    from dagctl.ports import Proposal

_STATES = {"create": "created", "update": "updated", "unchanged": "unchanged"}
"""What `create` would say of each action."""


class PlannedChangeData(ChangeData):
    """What an update changes in the spec."""

    origin: NotRequired[str]
    """The file with defaults, and the line, that says the new value."""


class PlannedDagData(TypedDict):
    """What would become of one DAG."""

    dag_id: str
    """For a new DAG the id that is free now."""
    file_path: str
    version: Positive
    action: Action
    source: str | None
    """The spec's path in the workspace, or null."""
    changes: list[PlannedChangeData]
    """What an update changes in the spec."""
    diff: str
    """The unified diff of the DAG file; empty if it stays as it is.

    One line, `Files ... differ`, where one of both is larger by more than 1 MiB.
    """
    spec_diff: str
    """The unified diff of the spec file, which `rollback`, `restore`, `mv` and `import` may write;
    empty if it stays as it is."""


class PlanData(TypedDict):
    """What `create` would do, with --dry-run."""

    dags: list[PlannedDagData]
    """One for each spec, in their order."""
    totals: TotalsData
    warnings: list[str]


class ProposalData(TypedDict):
    """The branch that was pushed for a review."""

    branch: str
    commit_id: str
    address: str | None
    """Where the review is opened, or null."""


class ProposedData(PlanData):
    """What `create --branch` pushed."""

    proposal: ProposalData | None
    """Null: nothing would change."""


def plan_data(plan: PlanResult) -> PlanData:
    """Return what `create` would do."""
    return {
        "dags": [planned_data(dag) for dag in plan.dags],
        "totals": totals_of_plan(plan),
        "warnings": list(plan.warnings),
    }


def totals_of_plan(plan: PlanResult) -> TotalsData:
    """Return how many DAGs would be in each state; a removal by `--prune` is not counted."""
    return totals(_STATES[dag.action] for dag in plan.dags if dag.action in _STATES)


def proposed_data(proposed: Proposed) -> ProposedData:
    """Return what was pushed for a review."""
    proposal = proposed.proposal
    return {
        **plan_data(proposed.plan),
        "proposal": None if proposal is None else _proposal_data(proposal),
    }


def planned_data(dag: PlannedDag) -> PlannedDagData:
    """Return what `create` would do about one DAG."""
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "version": dag.version,
        "action": dag.action,
        "source": dag.source,
        "changes": [_change_data(change, dag.origins.get(change.path)) for change in dag.changes],
        "diff": dag.diff,
        "spec_diff": dag.spec_diff,
    }


def _change_data(change: Difference, origin: str | None) -> PlannedChangeData:
    data = cast("PlannedChangeData", change_data(change))
    if origin is not None:
        data["origin"] = origin
    return data


def _proposal_data(proposal: Proposal) -> ProposalData:
    return {
        "branch": proposal.branch,
        "commit_id": proposal.commit_id,
        "address": proposal.address,
    }
