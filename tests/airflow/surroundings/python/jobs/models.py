"""Functions that make the tasks of a group; they need not know the DAG, nor the group."""

from __future__ import annotations

from typing import Any

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

SUFFIX = "_model"


def make(tables: tuple[str, ...] = ("orders",), suffix: str = "") -> None:
    """Make a chain of tasks, one for each table."""
    before = None
    for table in tables:
        made = BashOperator(task_id=f"{table}{suffix}", bash_command=f"echo {table}")
        if before is not None:
            before >> made
        before = made


def make_region(day: str, region: Any) -> None:  # noqa: ANN401 - what the group is mapped over
    """Make one task for a region."""
    BashOperator(task_id="load", bash_command="echo $REGION", env={"REGION": region, "DAY": day})
