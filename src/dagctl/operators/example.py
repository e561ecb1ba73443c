"""An example of a task for an operator: what it needs, in the form of a spec."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagctl.operators.model import Need
from dagctl.operators.refused_values import DAYS
from dagctl.operators.value_kinds import (
    CALLABLE,
    DURATION,
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    WHOLE,
)
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operators.model import Operator, Parameter

_HUMP = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIX = lazy_pattern(r"(Operator|Sensor|Notifier)$")


def example(operator: Operator) -> str:
    """Return a task of a spec that calls the operator with what it needs, in YAML."""
    return "\n".join(_lines(operator)) + "\n"


def _lines(operator: Operator) -> Iterator[str]:
    needed = [p for p in operator.parameters.values() if p.need is Need.REQUIRED]
    if operator.kind == "notifier":
        yield "on_failure_callback:"
        yield f"  notifier: {operator.name}"
        indent = "  "
    else:
        yield f"- task_id: {task_id(operator.name)}"
        yield f"  operator: {operator.name}"
        indent = "  "
    if needed:
        yield f"{indent}with:"
    for parameter in needed:
        yield f"{indent}  {parameter.name}: {json.dumps(_value(parameter))}"


def task_id(class_name: str) -> str:
    """Return the name of a task for a class: `S3KeySensor` is `s3_key`."""
    return _HUMP.sub("_", _SUFFIX.sub("", class_name)).lower() or "task"


def _value(parameter: Parameter) -> Any:  # noqa: ANN401 - a value of a document
    kind = parameter.kind
    if parameter.name == "week_day":
        return DAYS[0]
    if kind.values and TEXT not in kind.shapes:
        return kind.values[0]
    for shape, value in (
        (TEXT, f"my_{parameter.name}"),
        (WHOLE, 1),
        (NUMBER, 1.5),
        (LIST, []),
        (MAPPING, {}),
        (TRUTH, True),
        (DURATION, "5m"),
        (TIME, "2024-01-31T06:00"),
        (CALLABLE, {"$ref": "my_package.my_module.my_function"}),
    ):
        if shape in kind.shapes:
            return value
    return {"$ref": f"my_package.my_module.{parameter.name.upper()}"}
