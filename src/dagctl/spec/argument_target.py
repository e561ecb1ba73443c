"""What the target does not have of the arguments of tasks and groups."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.operators import Operator, lookup
from dagctl.operators.targets import targets
from dagctl.spec.codes import Code
from dagctl.spec.dag_target import too_new
from dagctl.spec.markers import markers_in
from dagctl.spec.problem import Problem
from dagctl.spec.tasks.function_settings import FUNCTION_CLASSES, TAKEN_BY
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.target import Target, Version
    from dagctl.spec.walk import Path

_SINCE: Mapping[str, Version] = {
    "executor": (2, 10),
    "group_display_name": (3, 0),
    "render_template_as_native_obj": (3, 2),
    "retry_policy": (3, 3),
}
"""Since when Airflow has an argument, where not from 2.9 on."""
_RULES: Mapping[str, Version] = {"all_done_min_one_success": (3, 1)}
"""The same of trigger rules."""
_FACTOR = (3, 2)
"""Since then `retry_exponential_backoff` may be a number."""
_CONCAT = (2, 10)
"""Since then outputs of tasks can be joined one behind the other."""
_LAST_SLA = (2, 11)


def argument_problems(given: Mapping[str, Any], path: Path, target: Target) -> Iterator[Problem]:
    """Yield each raw argument of a task, a group or `default_args` that the target lacks."""
    for key, since in _SINCE.items():
        if key in given and not target.has(since):
            yield too_new(key, since, target).at(*path, key)
    rule, factor = given.get("trigger_rule"), given.get("retry_exponential_backoff")
    if isinstance(rule, str) and rule in _RULES and not target.has(_RULES[rule]):
        yield too_new(rule, _RULES[rule], target).at(*path, "trigger_rule")
    if type(factor) in {int, float} and not target.has(_FACTOR):
        where = (*path, "retry_exponential_backoff")
        yield too_new("a factor", _FACTOR, target).at(*where)
    for key in ("expand", "expand_kwargs"):
        for where, _ in markers_in(given.get(key), "$concat", (*path, key)):
            if not target.has(_CONCAT):
                yield too_new("$concat", _CONCAT, target).at(*where, "$concat")
    if "sla" in given and target.newest > _LAST_SLA:
        message = f"Airflow 3 has no {quoted('sla')}; the target is {target.name}"
        hint = "write `execution_timeout`, or `deadline` of the DAG (Airflow 3.1 and later)"
        yield Problem(Code.NOT_IN_TARGET, message, hint).at(*path, "sla")


def setting_target_problems(task: Mapping[str, Any], target: Target) -> Iterator[Problem]:
    """Yield what not all versions of the target take of what stands beside a function."""
    word = task.get("task_type", "python")
    for key in (key for key, types in TAKEN_BY.items() if key in task and word in types):
        having = [version for version in targets() if _takes(FUNCTION_CLASSES[word], key, version)]
        oldest = f"{target.oldest[0]}.{target.oldest[1]}"
        if having and oldest in targets() and oldest not in having:
            major, minor = having[0].split(".")
            yield too_new(key, (int(major), int(minor)), target).at(key)


@lru_cache(maxsize=512)
def _takes(name: str, parameter: str, airflow: str) -> bool:
    known = lookup(name, airflow)
    return isinstance(known, Operator) and parameter in known.parameters
