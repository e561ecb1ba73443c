from __future__ import annotations

import pytest

from dagctl.cli.recover import lines
from dagctl.operation.execution.settling import Recovered


@pytest.mark.parametrize(
    ("count", "end"),
    [(0, "(no DAG yet)"), (1, "(dag_0)"), (20, ", dag_19)"), (1020, ", dag_19 and 1,000 more)")],
)
def test_the_line_of_an_operation_stays_short(count: int, end: str) -> None:
    dags = tuple(f"dag_{number}" for number in range(count))
    (line,) = lines([Recovered(operation_id="op-1", outcome="undone", dags=dags)])
    assert line.startswith("undone an interrupted operation (")
    assert line.endswith(end)
