"""The parameters that every operator, sensor, DAG or task group has, by target."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from dagctl.operators.entry_parameters import parameters_of
from dagctl.operators.package_data import document
from dagctl.operators.sampling import evidence, samples_in
from dagctl.operators.targets import release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.model import Parameter

Base = Literal["operator", "sensor", "dag", "task_group"]
"""Whose parameters: BaseOperator's, BaseSensorOperator's own, DAG's, TaskGroup's."""

_CLASSES: dict[Base, str] = {
    "operator": "BaseOperator",
    "sensor": "BaseSensorOperator",
    "dag": "DAG",
    "task_group": "TaskGroup",
}


@lru_cache(maxsize=64)
def base_parameters(base: Base, target: str) -> Mapping[str, Parameter]:
    """Return the parameters that a base has on a target, in the order of its source.

    Raises:
        ValueError: The target is no known version of Airflow.
    """
    data = document("_base")
    there = evidence(data["samples"], release(target), None)
    return parameters_of(data["tables"][_CLASSES[base]], there) if there else {}


def base_targets(base: Base, name: str) -> tuple[str, ...]:
    """Return the targets on which a base has a parameter; none where it is no parameter of it."""
    data: Any = document("_base")
    entry = data["tables"][_CLASSES[base]].get(name)
    if entry is None:
        return ()
    return tuple(target for target, _ in samples_in(data["samples"], entry.get("in")))
