"""What became of interrupted operations, as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.recovery import Recovered


def recovered_data(recovered: Sequence[Recovered]) -> list[dict[str, Any]]:
    """Return the same as JSON data."""
    return [
        {
            "operation_id": operation.operation_id,
            "outcome": operation.outcome,
            "dags": list(operation.dags),
            "left": list(operation.left),
        }
        for operation in recovered
    ]
