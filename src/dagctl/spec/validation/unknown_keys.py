"""What is said about a key that a model does not have: the key that was meant, or all there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, question, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_LISTED = 12
"""So many keys are listed in a hint."""
_OTHER_NAMES = {
    "dag_name": ("name", "title"),
    "dag_id": ("id",),
    "doc_md": ("documentation", "docs", "readme"),
    "schedule": ("cron", "interval", "schedule_cron", "cron_schedule"),
    "timezone": (
        "tz",
        "time_zone",
        "schedule_timezone",
        "start_date_timezone",
        "execution_timezone",
    ),
    "every": ("interval", "period", "frequency", "timedelta"),
    "cron": ("cron_schedule", "cron_expression", "expression", "crontab"),
    "dagrun_timeout": ("timeout", "execution_timeout"),
    "is_paused_upon_creation": ("paused", "is_paused", "paused_upon_creation"),
    "default_args": ("defaults", "default_task_args", "default_arguments"),
    "on_failure_callback": ("on_failure", "on_error", "notifications", "notify", "alerts"),
    "on_success_callback": ("on_success",),
    "retries": ("retry", "max_retries"),
    "retry_delay_minutes": ("retry_delay", "retry_minutes"),
    "start_date": ("start", "begin"),
    "tasks": ("steps", "jobs", "stages", "operators", "ops", "children", "members"),
    "task_id": ("id", "name", "task", "task_name", "step", "step_name", "node", "job"),
    "group_id": ("id", "name", "group", "group_name", "task_group", "task_group_id", "taskgroup"),
    "task_type": ("type", "kind"),
    "bash_command": ("command", "cmd", "bash", "run", "script", "shell"),
    "python_code": ("python", "code"),
    "python_callable": ("function", "callable", "func", "entrypoint"),
    "callable": ("function", "python_callable", "func"),
    "notifier": ("operator", "class", "uses"),
    "env": ("env_vars", "environment", "envs"),
    "with": (
        *("op_kwargs", "kwargs", "args", "arguments", "parameters", "params", "partial"),
        *("properties", "inputs", "operator_args", "callback_kwargs"),
    ),
    "operator": ("class", "operator_class", "uses", "sensor"),
    "expand": ("map", "foreach", "with_items", "matrix", "mapped"),
    "trigger_rule": ("rule", "trigger"),
    "execution_timeout": ("timeout", "timeout_seconds", "timeout_minutes"),
    "max_active_tis_per_dag": ("task_concurrency",),
    "requirements": ("packages", "libraries", "dependencies_file"),
    "prefix_group_id": ("prefix", "prefix_task_ids"),
    "priority_weight": ("priority",),
    "pool_slots": ("slots",),
    "cwd": ("working_dir", "workdir", "directory"),
    "dependencies": (
        *("depends_on", "depends", "needs", "requires", "after", "dependency"),
        *("upstream", "upstream_task_ids", "upstream_tasks", "upstream_dependencies"),
        *("parents", "wait_for", "wait_on", "run_after", "depends_on_tasks", "set_upstream"),
    ),
}
"""Words of other tools, and short forms, for the keys of a spec."""


def is_other_name(key: str) -> bool:
    """Return whether this is another name of the dependencies, the arguments, or the mapping."""
    return means_dependencies(key) or means_arguments(key) or means_mapping(key)


def means_arguments(key: str) -> bool:
    """Return whether this is what other tools call the arguments of a task."""
    return _word(key) in _OTHER_NAMES["with"]


def means_mapping(key: str) -> bool:
    """Return whether this is what other tools call the values that a task is mapped over."""
    return _word(key) in _OTHER_NAMES["expand"]


def means_dependencies(key: str) -> bool:
    """Return whether this is what other tools call the dependencies of a task."""
    return _word(key) in _OTHER_NAMES["dependencies"]


def _word(key: str) -> str:
    return key.casefold().replace("-", "_")


def meant_keys(
    unknown: Collection[str], given: Collection[str], known: Collection[str]
) -> dict[str, str | None]:
    """Return, for each unknown key, the key that was probably meant, or None."""
    free = [name for name in known if name not in given]
    return {
        key: other_name(key, free) or (None if said_as(key, given, known) else nearest(key, free))
        for key in unknown
    }


def said_as(key: str, given: Collection[str], known: Collection[str]) -> str | None:
    """Return the key that is there too, and that other tools call so; or None."""
    return other_name(key, [name for name in known if name in given])


def other_name(key: str, names: Iterable[str]) -> str | None:
    """Return the first of some keys of which a word is another name, or None."""
    word = _word(key.strip("\u201c\u201d\"' "))
    return next((name for name in names if word in (name, *_OTHER_NAMES.get(name, ()))), None)


def meant_key(key: str, free: Collection[str]) -> str | None:
    """Return the one of some keys that was probably meant, or None."""
    return other_name(key, free) or nearest(key, free)


def unknown_key(
    key: str, given: Mapping[str, Any], meant: str | None, known: Collection[str]
) -> Problem:
    """Return the problem of a key that no part of a spec has.

    Args:
        key: The key.
        given: What it stands in.
        meant: The key that was probably meant, if that is known.
        known: The keys that there are.
    """
    value = given.get(key)
    message = f"unknown key {quoted(key)}"
    if key.startswith(("x-", "x_", ".", "_")) and isinstance(value, dict | list):
        hint = "write the anchor (`&name`) where its value is used first, or use `task_defaults`"
        return Problem(Code.UNKNOWN_KEY, message, hint)
    if is_wrapper(value):
        hint = f"remove the level {quoted(key)}: its keys belong at the top of the spec"
        if isinstance(value, dict) and "dag_name" not in value:
            hint += "; a file of dag-factory: `dagctl convert`"
        return Problem(Code.UNKNOWN_KEY, message, hint)
    twice = None if meant else said_as(key, given, known)
    if twice:
        holds = isinstance(value, dict | list) and isinstance(given[twice], dict | list)
        does = f"put it into `{twice}`" if holds else f"remove it: there is `{twice}`"
        return Problem(Code.UNKNOWN_KEY, message, does)
    hint = question(meant) or _listed(known)
    return Problem(Code.UNKNOWN_KEY, message, hint)


def _listed(known: Collection[str]) -> str:
    """Return the keys that there are, as far as a person reads them."""
    few = len(known) <= _LISTED
    return f"known keys: {', '.join(known)}" if few else "`dagctl schema` lists all keys"


def is_wrapper(value: object) -> bool:
    """Return whether a value holds a whole spec, one level too deep."""
    return isinstance(value, dict) and bool(value.keys() & {"dag_name", "tasks"})


def follow_ups(unknown: Mapping[str, object], meant: Collection[str | None]) -> set[str]:
    """Return the keys that are missing only because they were written as one of the unknown."""
    inside = (value for value in unknown.values() if is_wrapper(value))
    return {name for name in meant if name} | {key for value in inside for key in value}  # type: ignore[attr-defined] # a mapping
