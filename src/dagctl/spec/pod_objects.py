"""Objects of Kubernetes that a spec makes, and the pods of tasks that run in one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.operators.findings import CallCheck, CallLevel
from dagctl.operators.pod_values import PACKAGE, object_findings, override_findings
from dagctl.spec.codes import Code
from dagctl.spec.markers import marker_of, markers_in
from dagctl.spec.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.operators.findings import CallFinding
    from dagctl.spec.walk import Path

_CODES = {
    CallCheck.UNKNOWN_PARAMETER: Code.UNKNOWN_PARAMETER,
    CallCheck.MISSING_PARAMETER: Code.MISSING_PARAMETER,
    CallCheck.POD_VALUE: Code.WRONG_KIND,
}


def object_problems(data: object) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of each `$new` of a class of Kubernetes.

    Arguments without names are not looked at: the models take all by name.
    """
    for path, marker in markers_in(data, "$new"):
        name, given = marker["$new"], marker.get("with", {})
        is_named = isinstance(given, dict) and "args" not in marker
        if isinstance(name, str) and name.startswith(PACKAGE) and is_named:
            yield from _located(object_findings(name, given), (*path, "with"), (*path, "$new"))


def override_problems(given: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the pod that a task's `executor_config` asks for."""
    config = given.get("executor_config")
    if isinstance(config, dict) and marker_of(config) is None:
        where = (*path, "executor_config")
        yield from _located(override_findings(config), where, where)


def _located(findings: Iterable[CallFinding], under: Path, itself: Path) -> Iterator[Problem]:
    for finding in findings:
        severity = Severity.ERROR if finding.level is CallLevel.ERROR else Severity.WARNING
        where = (*under, *finding.path) if finding.path else itself
        problem = Problem(_CODES[finding.check], finding.message, finding.hint, severity=severity)
        yield problem.at(*where)
