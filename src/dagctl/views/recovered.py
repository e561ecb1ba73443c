"""What became of interrupted operations, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from dagctl.views.form import Uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.execution.settling import Recovered


class RecoveredData(TypedDict):
    """What became of an operation that had stopped on the way."""

    operation_id: Uuid
    outcome: Literal["finished", "undone"]
    dags: list[str]
    """The ids it was about."""
    left: list[str]
    """Files that were not put back, as they hold something else by now."""


class RecoverData(TypedDict):
    """What `recover` did."""

    recovered: list[RecoveredData]


def recovered_data(recovered: Sequence[Recovered]) -> list[RecoveredData]:
    """Return what became of each operation."""
    return [
        {
            "operation_id": operation.operation_id,
            "outcome": operation.outcome,
            "dags": list(operation.dags),
            "left": list(operation.left),
        }
        for operation in recovered
    ]
