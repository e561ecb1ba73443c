"""What was adopted, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.views.converted import remark_data

if TYPE_CHECKING:
    from dagctl.commands.adopt import Adopted


def adopted_data(adopted: Adopted) -> dict[str, Any]:
    """Return what `adopt` did, or would do."""
    adoption, result = adopted.adoption, adopted.result
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
        "version": dag.version if dag else None,
        "commit_id": dag.commit_id if dag else None,
    }
