"""What is wrong with several fields of a DAG together, and with keys that no DAG has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.spec.dag.brought import OPTIONS, signs_problems
from dagctl.spec.dag.dag_arguments import continuous_problems
from dagctl.spec.dag.dates import date_problems
from dagctl.spec.dag.deadlines import deadline_problems
from dagctl.spec.dag.entry_checks import further_entry_problems
from dagctl.spec.dependencies.task_graph import graph_problems
from dagctl.spec.fields.callback_form import DAG_CALLBACKS, TASK_CALLBACKS
from dagctl.spec.fields.callbacks import callback_problems, callbacks_of, deadline_callbacks
from dagctl.spec.fields.ids import MAX_DAG_ID
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.fields.nested_values import early_argument_problems, value_problems
from dagctl.spec.fields.params import param_problems, required_problems
from dagctl.spec.fields.schedule_forms import schedule_problems
from dagctl.spec.fields.slug import slug
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.spec.validation.gone import GONE, gone, under_a_task
from dagctl.spec.validation.unknown_keys import means_dependencies
from dagctl.spec.validation.wrong_type import TEXT, wrong_type
from dagctl.spec.walk import mapping_in, raw_tasks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.spec.validation.family import Family
    from dagctl.spec.walk import Path

_FAST_RULES = {"all_success", "all_done_setup_success"}
_AT_DEFAULT = {
    "owner": "airflow",
    "retries": 1,
    "retry_delay_minutes": 5,
    "depends_on_past": False,
    "email_on_failure": False,
    "email_on_retry": False,
}
"""What a recorded spec says of a field that its author has not given."""
_OF_THE_DAG = {"start_date", "end_date"}
"""What Airflow takes out of the `default_args` of a DAG for the DAG itself."""
_SAID = {
    "task_defaults": (
        "`task_defaults` is read in the text of a spec, and in `defaults.yaml`",
        "put what it says into the tasks",
    ),
    "doc": ("a DAG has no `doc`", "write `doc_md`"),
    **{
        key: (f"unknown key `{key}`", "give it to the command: `--env prod`, or `DAGCTL_ENV=prod`")
        for key in ("environment", "environments", "stage")
    },
    "for_each": ("`for_each` belongs to a task or a group", "write it there, under `tasks`"),
    **{
        key: (f"unknown key `{key}`", "did you mean `task_defaults`?")
        for key in ("task_default", "tasks_defaults", "tasks_default", "default_tasks")
    },
}
"""Keys with a message and a hint of their own."""
MAX_NAME = 200
"""Characters of the name of a DAG."""


def dag_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with several fields of a DAG together, or with values of any shape."""
    yield from _name_problems(data)
    yield from schedule_given_twice(data)
    yield from _editor_schema_problems(data)
    yield from _duplicate_tags(data.get("tags"))
    yield from further_entry_problems(data)
    yield from _default_args_problems(data)
    yield from _callback_problems(data)
    yield from _setting_problems(data)
    yield from graph_problems(data)
    yield from date_problems(data)
    yield from continuous_problems(data)
    yield from schedule_problems(data)
    yield from param_problems(data.get("params"), ("params",))
    yield from required_problems(data)


def _callback_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the callbacks of the DAG itself."""
    for key in DAG_CALLBACKS:
        if key in data:
            of_code = "python_code" if key == "sla_miss_callback" else None  # that is refused
            problems = callback_problems(data[key], (key,))
            yield from (each for each in problems if each.path[-1] != of_code)
    for path, callback in callbacks_of(data.get("sla_miss_callback"), ("sla_miss_callback",)):
        if isinstance(callback, dict) and "python_code" in callback:  # type: ignore[redundant-expr] # raw data
            message = "Airflow calls `sla_miss_callback` with five values, not with `context`"
            hint = "write the function into a module, and `{callable: package.module.function}`"
            yield Problem(Code.BAD_ARGUMENT, message, hint).at(*path, "python_code")


def _default_args_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong in `default_args`, and what stands there and beside it."""
    shared = data.get("default_args")
    for item in DefaultArgs.further_problems(shared):
        yield item.under("default_args")
    for key in shared if isinstance(shared, dict) else ():
        twin = "retry_delay_minutes" if key == "retry_delay" else key
        is_shared = key in DefaultArgs.model_fields and key not in TASK_CALLBACKS
        if is_shared and twin in data and data[twin] != _AT_DEFAULT.get(twin):
            message = f"{quoted(key)} is given twice: `{twin}` of the DAG says the same"
            yield Problem(Code.GIVEN_TWICE, message, "keep one of them").at("default_args", key)
        elif key in _OF_THE_DAG:
            message = f"{quoted(key)} in `default_args` would be that of the DAG itself"
            hint = "write it at the start of a line, or at a task or a group"
            yield Problem(Code.UNKNOWN_KEY, message, hint).at("default_args", key)


def _name_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if no id can be made from the name."""
    name = data.get("dag_name")
    if "dag_id" in data or not isinstance(name, str) or not name.strip():
        return
    if len(name) > MAX_NAME:
        return  # the name is refused, and to make ASCII of it could take the square of its length
    length = len(slug(name))
    if not 0 < length <= MAX_DAG_ID:
        reason = (
            f"it would have {length} characters" if length else "it has no ASCII letters or digits"
        )
        message = f"no id can be made from the name {quoted(name)}: {reason}"
        yield Problem(Code.NO_DAG_ID, message, "give a `dag_id` as well").at("dag_name")


def schedule_given_twice(data: Collection[str]) -> Iterator[Problem]:
    """Yield a problem if the schedule is among some keys under both of its names."""
    if "schedule" in data and "schedule_interval" in data:
        message = "`schedule` and `schedule_interval` are the same field"
        yield Problem(Code.SCHEDULE_TWICE, message, "keep one of them").at("schedule")


def _editor_schema_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if the schema for editors is no text."""
    name = data.get("$schema", "")
    if not isinstance(name, str):
        yield wrong_type(("$schema",), TEXT, name).at("$schema")


def _duplicate_tags(tags: object) -> Iterator[Problem]:
    """Yield a problem for each tag that stands in the list before."""
    seen: set[str] = set()
    for place, tag in enumerate(tags if isinstance(tags, list | tuple) else ()):
        if isinstance(tag, str):
            if tag in seen:
                message = f"duplicate tag {quoted(tag)}"
                yield Problem(Code.DUPLICATE_TAG, message, "remove one of them").at("tags", place)
            seen.add(tag)


def _setting_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with macros, filters, options of Jinja and deadlines."""
    message = "there is no output of a task when Airflow makes the DAG"
    for key in ("user_defined_macros", "user_defined_filters", "jinja_environment_kwargs"):
        if isinstance(data.get(key), dict):
            yield from early_argument_problems(data[key], (key,), message, "write the value")
    yield from _reference_problems(data)
    for key in mapping_in(data, "jinja_environment_kwargs"):
        if isinstance(key, str) and key not in OPTIONS:
            hint = did_you_mean(key, OPTIONS) or "see `jinja2.Environment`, which takes them"
            problem = Problem(Code.BAD_ARGUMENT, f"Jinja has no option {quoted(key)}", hint)
            yield problem.at("jinja_environment_kwargs", key)
    yield from signs_problems(mapping_in(data, "jinja_environment_kwargs"))
    if data.get("deadline") is not None:
        yield from deadline_problems(data["deadline"], ("deadline",))
        for path, callback in deadline_callbacks(data):
            yield from callback_problems(callback, path)
    yield from _fail_fast_problems(data)


def _reference_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each filter, or class for undefined names, that is not named by `$ref`."""
    filters = data.get("user_defined_filters")
    places: dict[Path, object] = {}
    if isinstance(filters, dict):
        places |= {("user_defined_filters", str(key)): item for key, item in filters.items()}
    if isinstance(data.get("template_undefined"), dict):
        places["template_undefined",] = data["template_undefined"]
        yield from value_problems(data["template_undefined"], ("template_undefined",))
    for path, value in places.items():
        is_filter = path[0] == "user_defined_filters" and marker_of(value) == "$python_code"
        if marker_of(value) != "$ref" and not is_filter:
            message = f"{quoted(str(path[-1]))} must be a marker"
            yield Problem(Code.BAD_MARKER, message, "write `{$ref: pkg.mod.name}`").at(*path)


def _fail_fast_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each task whose rule Airflow does not take in a DAG that fails fast."""
    if data.get("fail_fast") is not True:
        return
    shared = (("default_args",), data.get("default_args"))
    for path, owner in (shared, *raw_tasks(data)):
        rule = owner.get("trigger_rule", "all_success") if isinstance(owner, dict) else None
        if isinstance(rule, str) and rule not in _FAST_RULES:
            message = "a DAG with `fail_fast` has tasks with the trigger rule `all_success` only"
            problem = Problem(Code.BAD_ARGUMENT, message, "remove `fail_fast`, or the trigger rule")
            yield problem.at(*path, "trigger_rule")


def foreign_key_problem(key: str) -> Problem | None:
    """Return the problem of a key of Airflow's past or of another place, if it has a hint."""
    if key in GONE and key != "dag":  # that is a level too many
        return gone(key)
    return Problem(Code.UNKNOWN_KEY, *_SAID[key]) if key in _SAID else None


def dag_key_problem(key: str, family: Family) -> Problem | None:
    """Return the problem of a key beside `tasks` that belongs under a task, or to no spec."""
    foreign = foreign_key_problem(key)
    if foreign is not None:
        return foreign
    if key == "timeout":
        return None  # `dagrun_timeout` is the better hint
    if means_dependencies(key):
        hint = "write `dependencies: [...]` in the task that waits"
        return Problem(Code.UNKNOWN_KEY, f"{quoted(key)} belongs under a task", hint)
    if not any(key in model.key_names() for model in family.models.values()):
        return None
    return under_a_task(key, is_shared=key in DefaultArgs.model_fields)
