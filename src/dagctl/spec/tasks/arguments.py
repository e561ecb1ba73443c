"""The arguments that every task of Airflow takes: of one task, and of all in `default_args`."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from dagctl.findings.characters import line_of, name_of, prose
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, quoted
from dagctl.spec.fields import types
from dagctl.spec.fields.callback_form import TASK_CALLBACKS, Callbacks, callbacks_field
from dagctl.spec.fields.callbacks import callback_problems
from dagctl.spec.fields.markers import call_by_place_problems, marker_of, markers_in
from dagctl.spec.fields.nested_values import argument_problems, value_problems
from dagctl.spec.fields.params import finish_schema, param_problems
from dagctl.spec.fields.schedule_forms import asset_list_problems
from dagctl.spec.fields.start_date import ISO_PATTERN
from dagctl.spec.tasks.argument_types import (
    FROM_ONE,
    LENGTH,
    MAX_COUNT,
    MAX_WORD,
    AnyMapping,
    Assets,
    Duration,
    Email,
    Moment,
    Truth,
    Word,
    count,
    read_duration,
    read_factor,
    read_moment,
    setting,
    text_of,
    typed,
    without_default,
    word_of,
)
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.family import Family
from dagctl.spec.validation.gone import GONE, gone
from dagctl.spec.validation.read_by import ReadBy, fields_read_by
from dagctl.spec.validation.unknown_keys import means_arguments, means_dependencies
from dagctl.spec.validation.wrong_type import WHOLE_NUMBER

TRIGGER_RULES = (
    *("all_success", "all_failed", "all_done", "all_skipped", "all_done_setup_success"),
    *("one_success", "one_failed", "one_done", "none_failed", "none_skipped"),
    *("none_failed_min_one_success", "always", "all_done_min_one_success"),
)
AT_THE_TOP = ("owner", "depends_on_past", "email", "email_on_failure", "email_on_retry", "retries")
"""Arguments of all tasks that a spec has at its top too, beside `default_args`."""
WEIGHT_RULES = ("downstream", "upstream", "absolute")
_OBJECTS = {
    "retry_policy": ("$new", "$ref"),
    "pre_execute": ("$ref", "$python_code"),
    "post_execute": ("$ref", "$python_code"),
}
"""Arguments that are objects of Python, with the markers that may name them."""
_CALLED_WITH = {"pre_execute": ("context",), "post_execute": ("context", "result")}
"""Those that Airflow calls, with what it gives them, by place."""

_OF_SOME = frozenset({"env", "append_env", "cwd", "mode", "poke_interval", "timeout", "soft_fail"})
"""Keys of some tasks that are parameters of their operators."""
_NOT_SHARED = {
    "$xcom": "there is no output of a task yet where `default_args` stand",
    "$arg": "the arguments of a group are not known where `default_args` stand",
    "$const": "some operators render the text, and others do not",
}
"""Markers that have no meaning for all tasks, each with the reason."""
_JOINED = frozenset({"$zip", "$concat", "$map"})
_OF_ITS_OWN = (
    *("task_id", "dag", "task_group", "default_args", "task_concurrency"),
    *("bash_command", "python_callable", "op_args", "op_kwargs"),
)
"""Parameters that dagctl makes of what a task says, or sets."""


def _callbacks(key: str) -> Any:  # noqa: ANN401 - a Field
    return callbacks_field(TASK_CALLBACKS[key])


class TaskArguments(CheckedModel):
    """What Airflow's BaseOperator takes, under Airflow's names. A field is absent by default."""

    trigger_rule: Annotated[str | None, text_of(word_of(TRIGGER_RULES))] = setting(
        "Which outcomes of the tasks before this one let it start.",
        "all_done",
        enum=[*TRIGGER_RULES],
    )
    retries: Annotated[
        int | None,
        ReadBy(typed(WHOLE_NUMBER, int, types.read_retries), int, with_info=True),
    ] = setting(
        "How many times it is retried after a failure.", 3, minimum=0, maximum=types.MAX_RETRIES
    )
    retry_delay: Duration = setting("Time between two attempts.", "10m", **LENGTH)
    retry_exponential_backoff: Annotated[
        bool | int | float | None,
        ReadBy(read_factor, bool | float, with_info=True),
    ] = setting(
        "Whether the time between two attempts grows with each; on Airflow 3.2 and later also the "
        "factor by which it does.",
        True,
    )
    max_retry_delay: Duration = setting("The longest time between two attempts.", "1h", **LENGTH)
    execution_timeout: Duration = setting("After this time it fails.", "45m", **LENGTH)
    pool: Word = setting("The pool of slots that it runs in.", "warehouse")
    pool_slots: Annotated[int | None, count(1)] = setting(
        "How many slots of the pool it takes.", 2, **FROM_ONE
    )
    queue: Word = setting("The queue of workers that it runs on.", "large")
    priority_weight: Annotated[int | None, count(-MAX_COUNT)] = setting(
        "Which of the waiting tasks comes first: the one with the largest weight.",
        10,
        minimum=-MAX_COUNT,
        maximum=MAX_COUNT,
    )
    weight_rule: Annotated[str | None, text_of(word_of(WEIGHT_RULES))] = setting(
        "Whose weights count besides its own.", "absolute", enum=[*WEIGHT_RULES]
    )
    depends_on_past: Truth = setting(
        "Whether it waits for its own success in the previous run.", True
    )
    wait_for_downstream: Truth = setting(
        "Whether it waits for the tasks right behind it in the previous run.", True
    )
    max_active_tis_per_dag: Annotated[int | None, count(1)] = setting(
        "How many runs of the DAG may run it at the same time.", 4, **FROM_ONE
    )
    max_active_tis_per_dagrun: Annotated[int | None, count(1)] = setting(
        "How many instances of it may run at the same time in one run.", 4, **FROM_ONE
    )
    owner: Annotated[str | None, text_of(line_of(500))] = setting(
        "Who is responsible for it.", "sales-analytics", minLength=1, maxLength=500
    )
    email: Email = setting("Who gets Airflow's emails about it.", ["data@example.com"])
    email_on_failure: Truth = setting("Whether a failure sends an email.", True)
    email_on_retry: Truth = setting("Whether a retry sends an email.", True)
    do_xcom_push: Truth = setting("Whether what it returns is kept for other tasks.", False)
    executor: Word = setting(
        "The executor that runs it (Airflow 2.10 and later).", "CeleryExecutor"
    )
    executor_config: AnyMapping = setting(
        "What its executor is given.", {"overrides": {"memory": "2Gi"}}
    )
    run_as_user: Word = setting("The user of the worker that runs it.", "etl")
    inlets: Assets = setting("The assets that it reads.", [{"$asset": "s3://landing/orders"}])
    outlets: Assets = setting("The assets that it updates.", [{"$asset": "warehouse://orders"}])
    on_execute_callback: Callbacks = _callbacks("on_execute_callback")
    on_failure_callback: Callbacks = _callbacks("on_failure_callback")
    on_success_callback: Callbacks = _callbacks("on_success_callback")
    on_retry_callback: Callbacks = _callbacks("on_retry_callback")
    on_skipped_callback: Callbacks = _callbacks("on_skipped_callback")
    start_date: Moment = setting(
        "The first moment for which it runs. Default: that of the DAG.",
        "2024-02-01",
        pattern=ISO_PATTERN,
    )
    end_date: Moment = setting(
        "The last moment for which it runs. Default: that of the DAG.",
        "2030-12-31",
        pattern=ISO_PATTERN,
    )
    sla: Duration = setting(
        "How long after the start of its interval it may end (Airflow 2 alone).", "2h", **LENGTH
    )
    ignore_first_depends_on_past: Truth = setting(
        "Whether `depends_on_past` does not count in the first run.", True
    )
    wait_for_past_depends_before_skipping: Truth = setting(
        "Whether it waits for its own past before it is skipped.", True
    )
    multiple_outputs: Truth = setting(
        "Whether each key of a mapping that it returns is an output of its own.", True
    )
    render_template_as_native_obj: Truth = setting(
        "Whether its templates give Python objects rather than text (Airflow 3.2 and later).", True
    )
    retry_policy: AnyMapping = setting(
        "What decides after a failure whether it is retried (Airflow 3.3 and later).",
        {"$ref": "jobs.retries.POLICY"},
    )
    pre_execute: AnyMapping = setting(
        "The function that is called right before it runs.", {"$ref": "jobs.hooks.before"}
    )
    post_execute: AnyMapping = setting(
        "The function that is called right after it has run.", {"$ref": "jobs.hooks.after"}
    )
    resources: AnyMapping = setting("What it needs of its worker.", {"cpus": 2, "ram": 2048})
    logger_name: Word = setting("The logger that it writes to.", "etl.orders")
    allow_nested_operators: Truth = setting("Whether an operator may be run inside of it.", False)

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the values that can have any shape."""
        if isinstance(data, dict):
            for key in ("executor_config", "resources"):
                yield from value_problems(data.get(key), (key,))
            yield from _resource_problems(data.get("resources"))
            for key, markers in _OBJECTS.items():
                yield from _object_problems(data.get(key), key, markers)
            for key in (name for name in ("inlets", "outlets") if name in data):
                yield from asset_list_problems(data[key], (key,))
            for key in (name for name in TASK_CALLBACKS if name in data):
                yield from callback_problems(data[key], (key,))


def _resource_problems(given: object) -> Iterator[Problem]:
    """Yield each resource that Airflow does not take: it loads no DAG with one (`Resources`)."""
    if not isinstance(given, dict) or marker_of(given) is not None:
        return
    for name, amount in given.items():
        if marker_of(amount) is None and not _is_amount(amount):
            message = f"{quoted(str(name))} is a number, 0 or more"
            problem = Problem(Code.BAD_ARGUMENT, message, "write a number, without quotes")
            yield problem.at("resources", str(name))
        elif name not in _RESOURCES:
            near = nearest(str(name), _RESOURCES)
            hint = f"did you mean `{near}`?" if near else f"they are: {', '.join(_RESOURCES)}"
            problem = Problem(Code.BAD_ARGUMENT, f"there is no resource {quoted(str(name))}", hint)
            yield problem.at("resources", str(name))


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and value >= 0


def _object_problems(value: object, key: str, markers: Collection[str]) -> Iterator[Problem]:
    """Yield why a value names no object of the project's Python."""
    if not isinstance(value, dict):
        return  # the model says it
    problems = list(value_problems(value, (key,)))
    yield from problems
    if not problems and marker_of(value) not in markers:
        hint = f"write `{{{next(iter(markers))}: package.module.name}}`"
        yield Problem(Code.BAD_MARKER, f"{quoted(key)} must be a marker", hint).at(key)
    elif not problems and marker_of(value) == "$python_code":
        for problem in call_by_place_problems(value, *_CALLED_WITH[key]):
            yield problem.at(key, "$python_code")


_RESOURCES = ("cpus", "ram", "disk", "gpus")


class DefaultArgs(TaskArguments):
    """Arguments for all tasks of a DAG, or of a group."""

    parameters: dict[str, Any] = Field(
        default={},
        alias="with",
        description="Parameters of operators: each task gets those that its operator has.",
        examples=[{"aws_conn_id": "lake", "mode": "reschedule"}],
        json_schema_extra=without_default,
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with the values that can have any shape."""
        yield from super().further_problems(data)
        given = data.get("with") if isinstance(data, dict) else None
        if isinstance(given, dict):
            yield from argument_problems(given, ("with",))
            yield from _shared_problems(given)

    @classmethod
    def misplaced(cls, key: str, family: Family) -> Problem | None:
        """Return the problem of a key that each task has for itself, or the DAG, or None."""
        if key in GONE:
            return gone(key)
        is_of_a_task = key == "for_each" or any(
            key in model.key_names() for model in family.models.values()
        )
        if is_of_a_task or means_dependencies(key):
            message = f"{quoted(key)} belongs to one task, not under `default_args`"
            word = "it" if is_of_a_task else "`dependencies: [...]`"
            if key == "retry_delay_minutes":
                hint = "write `retry_delay: 5m`, or `retry_delay_minutes` of the DAG"
                return Problem(Code.UNKNOWN_KEY, message, hint)
            others = f"; for all that take it: `with: {{{key}: ...}}`" if key in _OF_SOME else ""
            return Problem(Code.UNKNOWN_KEY, message, f"write {word} at the task{others}")
        if key in family.outer_keys:
            message = f"{quoted(key)} belongs to the DAG, not under `default_args`"
            return Problem(
                Code.UNKNOWN_KEY,
                message,
                "write it at the start of a line",
                json_hint='write it beside `"default_args"`',
            )
        if nearest(key, cls.key_names()) is None and not means_arguments(key):
            message = f"{quoted(key)} is no argument that every task has"
            hint = f"a parameter of operators stands under `with`: `with: {{{key}: ...}}`"
            return Problem(Code.UNKNOWN_KEY, message, hint)
        return None


def _shared_problems(given: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what cannot stand under `with` of `default_args`, whatever the operators are."""
    for name in given:
        if name in TaskArguments.model_fields:
            message = f"{quoted(name)} is no parameter of an operator: every task has it"
            hint = "take it out of `with` and put it beside `with`"
        elif name in NOT_SHARED:
            message, hint = f"{quoted(name)} belongs to one task", "take it out of `default_args`"
        else:
            continue
        yield Problem(Code.MISPLACED_PARAMETER, message, hint).at("with", name)
    for marker, what in _NOT_SHARED.items():
        for path, value in markers_in(given, marker, ("with",)):
            if not _JOINED.isdisjoint(path):
                continue  # the joint itself is refused here
            if marker != "$const" or isinstance(value[marker], str):
                problem = Problem(Code.BAD_MARKER, what, "write it at the tasks, under `with`")
                yield problem.at(*path, marker)


class SingleTaskArguments(TaskArguments):
    """Arguments that one task has for itself alone."""

    retry_delay_minutes: Annotated[
        int | float | None,
        BeforeValidator(types.read_retry_delay, json_schema_input_type=float),
    ] = setting("Minutes between two attempts; short for `retry_delay`.", 10, minimum=0)
    doc_md: Annotated[str | None, text_of(prose)] = setting(
        "What the task does, in Markdown; Airflow shows it.", "Copies the *orders*."
    )
    task_display_name: Annotated[str | None, text_of(name_of(MAX_WORD))] = setting(
        "The name that Airflow shows instead of the id.", "Copy orders"
    )
    map_index_template: Annotated[str | None, text_of(prose)] = setting(
        "The name that Airflow shows of each mapped instance, with Jinja.",
        "{{ task.parameters['region'] }}",
    )
    params: Annotated[
        dict[str, Any],
        Field(
            description="Params that this task alone has, beside those of the DAG.",
            examples=[{"limit": 100}],
            json_schema_extra=finish_schema,
        ),
    ] = Field(default={})
    doc: Annotated[str | None, text_of(prose)] = setting(
        "What the task does, as plain text.", "Copies the orders."
    )
    doc_json: Annotated[str | None, text_of(prose)] = setting(
        "The same as JSON, in one text.", '{"owner": "sales"}'
    )
    doc_yaml: Annotated[str | None, text_of(prose)] = setting(
        "The same as YAML, in one text.", "owner: sales"
    )
    doc_rst: Annotated[str | None, text_of(prose)] = setting(
        "The same in reStructuredText.", "Copies the *orders*."
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Problem]:
        """Yield what is wrong with several fields together."""
        yield from super().further_problems(data)
        if isinstance(data, dict):
            yield from delay_given_twice(data)
            if "params" in data:
                yield from param_problems(data["params"], ("params",))

    @classmethod
    def parameter_names(cls) -> frozenset[str]:
        """Return every argument of a task under Airflow's name: own ones, and those for all."""
        return frozenset(SingleTaskArguments.model_fields) - {"retry_delay_minutes"}


def delay_given_twice(data: Collection[str]) -> Iterator[Problem]:
    """Yield a problem if the time between two attempts is among some keys under both names."""
    if "retry_delay" in data and "retry_delay_minutes" in data:
        message = "`retry_delay` and `retry_delay_minutes` are the same argument"
        yield Problem(Code.GIVEN_TWICE, message, "keep one of them").at("retry_delay_minutes")


LENGTHS = fields_read_by(SingleTaskArguments, read_duration)
"""The arguments that are lengths of time."""
MOMENTS = fields_read_by(SingleTaskArguments, read_moment)
"""Those that are moments."""
NOT_SHARED = frozenset({*SingleTaskArguments.model_fields, *_OF_ITS_OWN})
"""What `with` of `default_args` cannot have: arguments of every task, and what dagctl sets."""
