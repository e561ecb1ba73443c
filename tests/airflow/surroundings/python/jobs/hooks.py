"""Functions that Airflow calls around a task, and tasks."""

from __future__ import annotations

from typing import Any


def before(context: Any) -> None:  # noqa: ANN401 - Airflow's context
    """Set something up right before the task runs."""


def after(context: Any, result: Any) -> None:  # noqa: ANN401 - likewise
    """Look at the result of a task."""


def whole(number: int) -> dict[str, int]:
    """Return several outputs."""
    return {"number": number}
