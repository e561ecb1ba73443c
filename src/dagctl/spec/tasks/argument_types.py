"""Types of the arguments of tasks: what each takes, and how a field that may be absent is made."""

from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from dagctl.findings.characters import line_of, name_of
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.spec.fields.durations import PATTERN, duration_problem
from dagctl.spec.fields.schedule_forms import MAX_ASSETS
from dagctl.spec.fields.start_date import read_start_date, write_start_date
from dagctl.spec.validation.read_by import ReadBy, absent, as_list
from dagctl.spec.validation.wrong_type import (
    MAPPING,
    TEXT,
    TRUTH,
    WHOLE_NUMBER,
    refuse_other_items,
    wrong_type,
)

MAX_WORD = 250
"""Characters of a name in Airflow's database: a pool, a queue, an owner of a process."""
MAX_COUNT = 2_147_483_647
"""Airflow keeps counts and weights in 32-bit columns."""
MAX_FACTOR = 1_000
"""How much longer each time between two attempts may be than the one before."""


def text_of(check: Callable[[str], str]) -> Any:  # noqa: ANN401 - an annotation
    """Return the validator of a text, which `check` returns or refuses."""
    return ReadBy(typed(TEXT, str, check), str, with_info=True)


def typed(expected: str, kind: type, check: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the validator of a value that has one type, and is never null."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise wrong_type((info.field_name or "",), expected, value).error()
        return check(value)

    return validate


def _truth() -> Any:  # noqa: ANN401 - an annotation
    return ReadBy(typed(TRUTH, bool, lambda value: value), bool, with_info=True)


def count(least: int, most: int = MAX_COUNT) -> Any:  # noqa: ANN401 - an annotation
    """Return the validator of a whole number in a range."""

    def check(value: int) -> int:
        if not least <= value <= most:
            message = f"the number must be from {least:,} to {most:,}"
            raise Problem(Code.OUT_OF_RANGE, message, "write a number in this range").error()
        return value

    return ReadBy(typed(WHOLE_NUMBER, int, check), int, with_info=True)


RENAMED_RULES = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}
"""Trigger rules of Airflow before 2.9, and what they are called now."""


def word_of(words: Collection[str]) -> Callable[[str], str]:
    """Return what refuses a text that is none of the words."""

    def check(text: str) -> str:
        if text not in words:
            renamed = RENAMED_RULES.get(text)
            is_old = renamed is not None and renamed in words
            hint = f"write `{renamed}`" if is_old else did_you_mean(text.rpartition(".")[2], words)
            hint = hint or f"the words are: {', '.join(words)}"
            raise Problem(
                Code.UNKNOWN_WORD, f"Airflow does not know {quoted(text)} here", hint
            ).error()
        return text

    return check


def read_duration(value: object) -> str:
    """Return a length of time as it is written, or raise a pydantic error."""
    problem = duration_problem(value)
    if problem:
        raise problem.error()
    return str(value)


def read_moment(value: object) -> str:
    """Return the text of a moment; without an offset it is by the clock of the DAG's zone."""
    moment = read_start_date(value)
    return value if isinstance(value, str) else write_start_date(moment)


def read_factor(value: object, info: ValidationInfo) -> bool | int | float:
    """Return whether the time between two attempts grows, or how fast it does."""
    if not isinstance(value, bool | int | float):
        raise wrong_type((info.field_name or "",), f"{TRUTH}, or a number", value).error()
    if not isinstance(value, bool) and not 0 <= value <= MAX_FACTOR:
        message = f"the number must be from 0 to {MAX_FACTOR}"
        raise Problem(Code.OUT_OF_RANGE, message, "write a number in this range").error()
    return value


def read_email(value: object) -> str | tuple[str, ...]:
    """Return an address, or several as a tuple; or raise a pydantic error."""
    check = line_of(MAX_WORD)
    if isinstance(value, str):
        return check(value)
    if not isinstance(value, list | tuple):
        raise wrong_type(("email",), "an address or a list of addresses", value).error()
    refuse_other_items("email", value)
    if not value:
        raise Problem(Code.BLANK, "the list is empty", "write an address, or remove it").error()
    return tuple(check(item) for item in value)


Duration = Annotated[str | None, ReadBy(read_duration, str)]
Moment = Annotated[str | None, ReadBy(read_moment, str)]
Email = Annotated[
    str | tuple[str, ...] | None,
    ReadBy(read_email, str | list[str], write=as_list),
]
Assets = Annotated[
    list[Any] | None,
    ReadBy(as_list, Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_ASSETS)]),
]
Truth = Annotated[bool | None, _truth()]
AnyMapping = Annotated[
    dict[str, Any] | None,
    ReadBy(typed(MAPPING, dict, dict), dict[str, Any], with_info=True),
]
Word = Annotated[str | None, text_of(line_of(MAX_WORD))]
LENGTH = {"pattern": PATTERN}
FROM_ONE = {"minimum": 1, "maximum": MAX_COUNT}


def without_default(schema: dict[str, Any], **more: Any) -> None:  # noqa: ANN401 - JSON
    """Take the null out of the schema of a field that is absent unless it is given; add to it."""
    schema |= more
    absent(schema)
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema |= kinds[0]


def setting(description: str, example: object, **schema: Any) -> Any:  # noqa: ANN401 - a Field
    """Return a field that is not there unless it is given."""

    def finish(made: dict[str, Any]) -> None:
        without_default(made, **schema)

    return Field(
        default=None, description=description, examples=[example], json_schema_extra=finish
    )


EdgeLabels = Annotated[
    dict[str, Annotated[str, AfterValidator(name_of(MAX_WORD))]],
    Field(
        description="Texts for the arrows of Airflow's graph, by what is waited for (`Label`).",
        examples=[{"check_rows": "no new rows"}],
        json_schema_extra=without_default,
    ),
]
