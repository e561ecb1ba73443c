"""Values that Python works out when Airflow reads the DAG file: `{$ref: sys.executable}`.

They may stand in place of a text that the operator is made with.
"""

from __future__ import annotations

from typing import Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.fields.nested_values import value_problems

Early = dict[str, Any]
"""A `$ref` or a `$new`."""


def is_early(value: object) -> bool:
    """Return whether a value is an object of Python, or a call, that stands for a text."""
    return marker_of(value) in {"$ref", "$new"}


def early_value(value: Any, *path: str | int) -> Early:  # noqa: ANN401 - raw data
    """Return such a value unchanged, or raise a pydantic error for what is wrong in it.

    Args:
        value: What `is_early` is true of.
        path: Where it stands below the field.
    """
    for problem in value_problems(value, path):
        raise problem.error()
    for marker in ("$xcom", "$arg"):
        for place, _ in markers_in(value, marker, path):
            message = f"there is no `{marker}` when Airflow reads the DAG file"
            problem = Problem(Code.BAD_MARKER, message, "write the value")
            raise problem.at(*place, marker).error()
    made: Early = dict(value)
    return made
