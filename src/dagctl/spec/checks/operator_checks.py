"""What depends on the target: operators and their parameters, and arguments of tasks.

It looks at raw data, so that a slip elsewhere hides nothing here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.checks.shared_parameters import shared_names, shared_parameter_problems
from dagctl.spec.checks.target_checks import (
    argument_problems,
    dag_target_problems,
    function_problems,
    gone_path_problems,
    group_id_problems,
    setting_target_problems,
)
from dagctl.spec.fields.callbacks import callbacks_in
from dagctl.spec.fields.import_path import is_class_name, path_problems
from dagctl.spec.fields.markers import marker_of, markers_in
from dagctl.spec.tasks import KINDS
from dagctl.spec.tasks.function_settings import TAKEN_BY
from dagctl.spec.walk import is_group, mapping_in, raw_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.findings.problem import Problem
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_ALWAYS_DEFAULTS = {
    *("owner", "depends_on_past", "start_date", "email_on_failure", "email_on_retry"),
    *("retries", "retry_delay"),
}
"""What the DAG file gives to all tasks."""


def target_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield what the target does not have, and what is wrong with the calls of operators."""
    shared = mapping_in(data, "default_args")
    yield from dag_target_problems(data, target)
    yield from group_id_problems(data, target)
    yield from argument_problems(shared, ("default_args",), target)
    yield from _override_problems(shared, ("default_args",))
    yield from shared_parameter_problems(data, target)
    yield from _object_problems(data, target)
    yield from gone_path_problems(data, target)
    for path, task, groups in raw_entries(data):
        if is_group(task):
            given = mapping_in(task, "default_args")
            yield from argument_problems(given, (*path, "default_args"), target)
            yield from argument_problems(task, path, target)
        elif isinstance(task, dict):
            yield from argument_problems(task, path, target)
            yield from _override_problems(task, path)
            around = (shared, *(mapping_in(group, "default_args") for group in groups))
            defaults = {*_ALWAYS_DEFAULTS}.union(*around, *map(shared_names, around))
            for item in _of_task(task, defaults, target):
                yield item.under(*path)
    for path, callback in callbacks_in(data):
        # of several forms only one is kept
        name = None if callback.keys() & {"callable", "python_code"} else callback.get("notifier")
        if isinstance(name, str) and is_class_name(name):
            from dagctl.spec.checks.operator_calls import notifier_problems

            for item in notifier_problems(callback, target):
                yield item.under(*path)


def _of_task(task: Mapping[str, Any], defaults: set[str], target: Target) -> Iterator[Problem]:
    """Yield what is wrong with the call of the operator that a task is."""
    yield from function_problems(task, target)
    tag, name, decorator = KINDS.tag_of(task), task.get("operator"), task.get("decorator")
    if tag == "operator" and isinstance(name, str) and is_class_name(name):
        from dagctl.spec.checks.operator_calls import operator_problems

        yield from operator_problems(task, defaults, target)
    elif tag == "decorator" and isinstance(decorator, str) and _is_decorator(decorator):
        from dagctl.spec.checks.operator_calls import decorator_problems

        yield from decorator_problems(task, defaults, target)
    elif tag == "python" and not TAKEN_BY.keys().isdisjoint(task):
        yield from setting_target_problems(task, target)


def _is_decorator(name: str) -> bool:
    return "." in name and next(iter(path_problems(name)), None) is None


def _object_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of each `$new` of a class that is known."""
    for path, marker in markers_in(data, "$new"):
        from dagctl.spec.checks.call_problems import object_problems

        yield from object_problems(marker, path, target)


def _override_problems(given: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the pod that a task's `executor_config` asks for."""
    config = given.get("executor_config")
    if isinstance(config, dict) and marker_of(config) is None:
        from dagctl.spec.checks.call_problems import override_problems

        yield from override_problems(config, (*path, "executor_config"))
