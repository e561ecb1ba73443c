"""What the target does not have of the arguments of `DAG`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.dag_settings import SINCE
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.target import Target, Version

_RESOURCES = (2, 10)
"""Since then `access_control` names what a role may do with each resource."""
_WARNS = (3, 1)
"""Since then Airflow warns of `access_control`."""


def dag_target_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each argument of the DAG that not all versions of the target have."""
    if not isinstance(data, dict):
        return
    for key, since in SINCE.items():
        if data.get(key) is not None and not target.has(since):
            yield too_new(key, since, target).at(key)
    yield from _access_problems(data.get("access_control"), target)


def too_new(name: str, since: Version, target: Target) -> Problem:
    """Return the problem of what only later versions than the target's have."""
    version = f"{since[0]}.{since[1]}"
    message = f"{quoted(name)} needs Airflow {version}; the target is {target.name}"
    hint = f'set `version = "{version}"` under `[airflow]` in dagctl.toml'
    if since[0] != target.oldest[0]:
        hint = f"remove it: no Airflow {target.oldest[0]} has it; or {hint}"
    return Problem(Code.NOT_IN_TARGET, message, hint)


def _access_problems(roles: Any, target: Target) -> Iterator[Problem]:  # noqa: ANN401 - raw data
    if not isinstance(roles, dict):
        return
    for role, rights in roles.items():
        if isinstance(rights, dict) and not target.has(_RESOURCES):
            yield too_new("resources", _RESOURCES, target).at("access_control", str(role))
    if target.newest >= _WARNS:
        message = "Airflow 3.1 and later warn of `access_control`: Airflow 4 will not have it"
        hint = "give the rights to the roles in the auth manager"
        problem = Problem(Code.DEPRECATED, message, hint, severity=Severity.WARNING)
        yield problem.at("access_control")
