"""Objects of Kubernetes that a spec makes, and the pods of tasks that run in one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.operators.pod_values import PACKAGE, object_findings, override_findings
from dagctl.spec.call_problems import problem_at
from dagctl.spec.markers import marker_of, markers_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.problem import Problem
    from dagctl.spec.walk import Path


def object_problems(data: object) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of each `$new` of a class of Kubernetes.

    Arguments without names are not looked at: the models take all by name.
    """
    for path, marker in markers_in(data, "$new"):
        name, given = marker["$new"], marker.get("with", {})
        is_named = isinstance(given, dict) and "args" not in marker
        if isinstance(name, str) and name.startswith(PACKAGE) and is_named:
            for finding in object_findings(name, given):
                yield problem_at(finding, (*path, "with"), (*path, "$new"))


def override_problems(given: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the pod that a task's `executor_config` asks for."""
    config = given.get("executor_config")
    if isinstance(config, dict) and marker_of(config) is None:
        where = (*path, "executor_config")
        yield from (problem_at(finding, where, where) for finding in override_findings(config))
