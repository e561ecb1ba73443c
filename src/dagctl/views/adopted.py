"""What was adopted, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from dagctl.views.converted import RemarkData, remark_data
from dagctl.views.form import Positive, rules
from dagctl.views.plan import PlannedDagData, planned_data

if TYPE_CHECKING:
    from dagctl.commands.adopt import Adopted


class AdoptedData(TypedDict):
    """What `adopt` did, or would do."""

    dag_id: str
    file: str
    """The DAG file that was written by hand."""
    spec_path: str
    """The spec file that stands for it now."""
    whole: bool
    """Whether nothing of the file is left out."""
    compared_by: Annotated[str, rules(enum=("airflow", "reading"))]
    """What compared the old file with the new one: Airflow, or dagctl, which read both."""
    differences: list[str]
    remarks: list[RemarkData]
    adopted: bool
    plan: PlannedDagData | None
    """What would be done, of a dry run; null: it was done."""
    version: Positive | None
    """Null if nothing was adopted; so is `commit_id`."""
    commit_id: str | None


def adopted_data(adopted: Adopted) -> AdoptedData:
    """Return what `adopt` did, or would do."""
    adoption, plan, result = adopted.adoption, adopted.plan, adopted.result
    dag = result.dags[0] if result else None
    return {
        "dag_id": adoption.spec.dag_id,
        "file": adoption.file,
        "spec_path": str(adoption.spec_path),
        "whole": adoption.dag.whole,
        "compared_by": adoption.compared_by,
        "differences": list(adoption.differences),
        "remarks": [remark_data(remark) for remark in adoption.dag.remarks],
        "adopted": dag is not None,
        "plan": planned_data(plan.dags[0]) if plan else None,
        "version": dag.version if dag else None,
        "commit_id": dag.commit_id if dag else None,
    }
