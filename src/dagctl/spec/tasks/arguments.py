"""The arguments that every task of Airflow takes: of one task, and of all in `default_args`."""

from collections.abc import Callable, Collection, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, ValidationInfo

from dagctl.spec.callback_form import TASK_CALLBACKS, Callbacks, callbacks_field
from dagctl.spec.callbacks import callback_problems
from dagctl.spec.checked_model import CheckedModel
from dagctl.spec.codes import Code
from dagctl.spec.fields import types
from dagctl.spec.fields.durations import PATTERN, duration_problem
from dagctl.spec.fields.text import line_of, name_of, prose
from dagctl.spec.fields.values import value_problems
from dagctl.spec.problem import Located, Problem
from dagctl.spec.schedules import MAX_ASSETS, asset_list_problems
from dagctl.spec.wording import did_you_mean, quoted
from dagctl.spec.wrong_type import MAPPING, TEXT, TRUTH, WHOLE_NUMBER, wrong_type

MAX_WORD = 250
"""Characters of a name in Airflow's database: a pool, a queue, an owner of a process."""
MAX_COUNT = 2_147_483_647
"""Airflow keeps counts and weights in 32-bit columns."""
TRIGGER_RULES = (
    *("all_success", "all_failed", "all_done", "all_skipped", "all_done_setup_success"),
    *("one_success", "one_failed", "one_done", "none_failed", "none_skipped"),
    *("none_failed_min_one_success", "always", "all_done_min_one_success"),
)
WEIGHT_RULES = ("downstream", "upstream", "absolute")


def _text(check: Callable[[str], str]) -> Any:  # noqa: ANN401 - an annotation
    return PlainValidator(_typed(TEXT, str, check), json_schema_input_type=str)


def _typed(expected: str, kind: type, check: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the validator of a value that has one type, and is never null."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise wrong_type((info.field_name or "",), expected, value).error()
        return check(value)

    return validate


def _truth() -> Any:  # noqa: ANN401 - an annotation
    return PlainValidator(_typed(TRUTH, bool, lambda value: value), json_schema_input_type=bool)


def _count(least: int, most: int = MAX_COUNT) -> Any:  # noqa: ANN401 - an annotation
    def check(value: int) -> int:
        if not least <= value <= most:
            message = f"the number must be from {least:,} to {most:,}"
            raise Problem(Code.OUT_OF_RANGE, message, "write a number in this range").error()
        return value

    return PlainValidator(_typed(WHOLE_NUMBER, int, check), json_schema_input_type=int)


def _word_of(words: Collection[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in words:
            hint = did_you_mean(text, words) or f"the words are: {', '.join(words)}"
            raise Problem(Code.UNKNOWN_WORD, f"Airflow has no {quoted(text)} here", hint).error()
        return text

    return check


def _duration(value: object) -> str:
    problem = duration_problem(value)
    if problem:
        raise problem.error()
    return str(value)


def read_email(value: object) -> str | tuple[str, ...]:
    """Return an address, or several as a tuple; or raise a pydantic error."""
    check = line_of(MAX_WORD)
    if isinstance(value, str):
        return check(value)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise wrong_type(("email",), "an address or a list of addresses", value).error()
    if not value:
        raise Problem(Code.BLANK, "the list is empty", "write an address, or remove it").error()
    return tuple(check(item) for item in value)


Duration = Annotated[str | None, PlainValidator(_duration, json_schema_input_type=str)]
Email = Annotated[
    str | tuple[str, ...] | None,
    PlainValidator(read_email, json_schema_input_type=str | list[str]),
    PlainSerializer(lambda value: list(value) if isinstance(value, tuple) else value, Any),
]
Assets = Annotated[
    list[Any] | None,
    PlainValidator(
        lambda value: list(value) if isinstance(value, tuple) else value,
        json_schema_input_type=Annotated[
            list[dict[str, Any]], Field(min_length=1, max_length=MAX_ASSETS)
        ],
    ),
]
Truth = Annotated[bool | None, _truth()]
Word = Annotated[str | None, _text(line_of(MAX_WORD))]
_LENGTH = {"pattern": PATTERN}
_FROM_ONE = {"minimum": 1, "maximum": MAX_COUNT}


def without_default(schema: dict[str, Any], **more: Any) -> None:  # noqa: ANN401 - JSON
    """Take the null out of the schema of a field that is absent unless it is given; add to it."""
    schema |= more
    schema.pop("default", None)
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]


def _setting(description: str, example: object, **schema: Any) -> Any:  # noqa: ANN401 - a Field
    """Return a field that is not there unless it is given."""

    def finish(made: dict[str, Any]) -> None:
        without_default(made, **schema)

    return Field(
        default=None, description=description, examples=[example], json_schema_extra=finish
    )


def _callbacks(key: str) -> Any:  # noqa: ANN401 - a Field
    return callbacks_field(TASK_CALLBACKS[key])


class TaskArguments(CheckedModel):
    """What Airflow's BaseOperator takes, under Airflow's names. A field is absent by default."""

    trigger_rule: Annotated[str | None, _text(_word_of(TRIGGER_RULES))] = _setting(
        "Which outcomes of the tasks before this one let it start.",
        "all_done",
        enum=[*TRIGGER_RULES],
    )
    retries: Annotated[
        int | None,
        PlainValidator(_typed(WHOLE_NUMBER, int, types.read_retries), json_schema_input_type=int),
    ] = _setting(
        "How many times it is retried after a failure.", 3, minimum=0, maximum=types.MAX_RETRIES
    )
    retry_delay: Duration = _setting("Time between two attempts.", "10m", **_LENGTH)
    retry_exponential_backoff: Truth = _setting(
        "Whether the time between two attempts grows with each.", True
    )
    max_retry_delay: Duration = _setting("The longest time between two attempts.", "1h", **_LENGTH)
    execution_timeout: Duration = _setting("After this time it fails.", "45m", **_LENGTH)
    pool: Word = _setting("The pool of slots that it runs in.", "warehouse")
    pool_slots: Annotated[int | None, _count(1)] = _setting(
        "How many slots of the pool it takes.", 2, **_FROM_ONE
    )
    queue: Word = _setting("The queue of workers that it runs on.", "large")
    priority_weight: Annotated[int | None, _count(-MAX_COUNT)] = _setting(
        "Which of the waiting tasks comes first: the one with the largest weight.",
        10,
        minimum=-MAX_COUNT,
        maximum=MAX_COUNT,
    )
    weight_rule: Annotated[str | None, _text(_word_of(WEIGHT_RULES))] = _setting(
        "Whose weights count besides its own.", "absolute", enum=[*WEIGHT_RULES]
    )
    depends_on_past: Truth = _setting(
        "Whether it waits for its own success in the previous run.", True
    )
    wait_for_downstream: Truth = _setting(
        "Whether it waits for the tasks right behind it in the previous run.", True
    )
    max_active_tis_per_dag: Annotated[int | None, _count(1)] = _setting(
        "How many runs of the DAG may run it at the same time.", 4, **_FROM_ONE
    )
    max_active_tis_per_dagrun: Annotated[int | None, _count(1)] = _setting(
        "How many instances of it may run at the same time in one run.", 4, **_FROM_ONE
    )
    owner: Annotated[str | None, _text(line_of(500))] = _setting(
        "Who is responsible for it.", "sales-analytics", minLength=1, maxLength=500
    )
    email: Email = _setting("Who gets Airflow's emails about it.", ["data@example.com"])
    email_on_failure: Truth = _setting("Whether a failure sends an email.", True)
    email_on_retry: Truth = _setting("Whether a retry sends an email.", True)
    do_xcom_push: Truth = _setting("Whether what it returns is kept for other tasks.", False)
    executor: Word = _setting(
        "The executor that runs it (Airflow 2.10 and later).", "CeleryExecutor"
    )
    executor_config: Annotated[
        dict[str, Any] | None,
        PlainValidator(_typed(MAPPING, dict, dict), json_schema_input_type=dict[str, Any]),
    ] = _setting("What its executor is given.", {"overrides": {"memory": "2Gi"}})
    run_as_user: Word = _setting("The user of the worker that runs it.", "etl")
    inlets: Assets = _setting("The assets that it reads.", [{"$asset": "s3://landing/orders"}])
    outlets: Assets = _setting("The assets that it updates.", [{"$asset": "warehouse://orders"}])
    on_execute_callback: Callbacks = _callbacks("on_execute_callback")
    on_failure_callback: Callbacks = _callbacks("on_failure_callback")
    on_success_callback: Callbacks = _callbacks("on_success_callback")
    on_retry_callback: Callbacks = _callbacks("on_retry_callback")
    on_skipped_callback: Callbacks = _callbacks("on_skipped_callback")

    @classmethod
    def argument_names(cls) -> tuple[str, ...]:
        """Return the arguments, in the order of the file."""
        return tuple(TaskArguments.model_fields)

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Located]:
        """Yield what is wrong with the values that can have any shape."""
        if isinstance(data, dict):
            yield from value_problems(data.get("executor_config"), ("executor_config",))
            for key in (name for name in ("inlets", "outlets") if name in data):
                yield from asset_list_problems(data[key], (key,))
            for key in (name for name in TASK_CALLBACKS if name in data):
                yield from callback_problems(data[key], (key,))


class DefaultArgs(TaskArguments):
    """Arguments for all tasks of a DAG."""


class OneTask(TaskArguments):
    """Arguments that one task has for itself alone."""

    retry_delay_minutes: Annotated[
        int | float | None,
        BeforeValidator(types.read_retry_delay, json_schema_input_type=float),
    ] = _setting("Minutes between two attempts; short for `retry_delay`.", 10, minimum=0)
    doc_md: Annotated[str | None, _text(prose)] = _setting(
        "What the task does, in Markdown; Airflow shows it.", "Copies the *orders*."
    )
    task_display_name: Annotated[str | None, _text(name_of(MAX_WORD))] = _setting(
        "The name that Airflow shows instead of the id.", "Copy orders"
    )
    map_index_template: Annotated[str | None, _text(prose)] = _setting(
        "The name that Airflow shows of each mapped instance, with Jinja.",
        "{{ task.parameters['region'] }}",
    )

    @classmethod
    def further_problems(cls, data: object) -> Iterator[Located]:
        """Yield what is wrong with several fields together."""
        yield from super().further_problems(data)
        if isinstance(data, dict) and {"retry_delay", "retry_delay_minutes"} <= data.keys():
            message = "`retry_delay` and `retry_delay_minutes` are the same argument"
            problem = Problem(Code.GIVEN_TWICE, message, "keep one of them")
            yield Located(("retry_delay_minutes",), problem)
