"""A misspelt parameter in `default_args`: the slip is there, not at each task that lacks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.wording import nearest, question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.findings.problem import Problem


def with_slips_at_defaults(findings: Sequence[Problem]) -> Sequence[Problem]:
    """Return the findings with an error at each unused default that tasks lack by its right name.

    What the tasks lack then goes without saying.
    """
    lacking: dict[str, list[Problem]] = {}
    for each in findings:
        if each.code == Code.MISSING_PARAMETER and " needs `" in each.message:
            lacking.setdefault(each.message.rpartition(" needs `")[2][:-1], []).append(each)
    if not lacking:
        return findings
    kept: list[Problem] = []
    explained: set[int] = set()
    for each in findings:
        name = nearest(str(each.path[-1]), lacking) if _is_unused(each) else None
        owner = each.path[:-3]
        below = [lack for lack in lacking.get(name or "", ()) if lack.path[: len(owner)] == owner]
        explained |= {id(lack) for lack in below}
        slip = replace(each, severity=Severity.ERROR, hint=question(name)) if below else each
        kept.append(slip)
    return [each for each in kept if id(each) not in explained]


def _is_unused(finding: Problem) -> bool:
    return finding.code == Code.BAD_DEFAULTS and finding.path[-3:-1] == ("default_args", "with")
