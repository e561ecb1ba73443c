"""What is wrong with several fields of a DAG together, in raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.callback_form import DAG_CALLBACKS, TASK_CALLBACKS
from dagctl.spec.callbacks import callback_problems
from dagctl.spec.codes import Code
from dagctl.spec.fields.ids import MAX_DAG_ID
from dagctl.spec.fields.slug import slug
from dagctl.spec.problem import Located, Problem
from dagctl.spec.tasks.arguments import DefaultArgs
from dagctl.spec.wording import quoted
from dagctl.spec.wrong_type import TEXT, wrong_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_NAME = 200
"""Characters of the name of a DAG."""


def dag_callback_problems(data: Mapping[str, Any]) -> Iterator[Located]:
    """Yield what is wrong with the callbacks of the DAG itself."""
    for key in DAG_CALLBACKS:
        if key in data:
            yield from callback_problems(data[key], (key,))


def default_args_problems(data: Mapping[str, Any]) -> Iterator[Located]:
    """Yield what is wrong in `default_args`, and what stands there and beside it."""
    shared = data.get("default_args")
    for item in DefaultArgs.further_problems(shared):
        yield Located(("default_args", *item.path), item.problem)
    for key in shared if isinstance(shared, dict) else ():
        twin = "retry_delay_minutes" if key == "retry_delay" else key
        if twin in data and key in DefaultArgs.model_fields and key not in TASK_CALLBACKS:
            message = f"{quoted(key)} is given twice: `{twin}` of the DAG says the same"
            problem = Problem(Code.GIVEN_TWICE, message, "keep one of them")
            yield Located(("default_args", key), problem)


def nameless(data: Mapping[str, Any]) -> Iterator[Located]:
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
        yield Located(("dag_name",), Problem(Code.NO_DAG_ID, message, "give a `dag_id` as well"))


def two_schedules(data: Mapping[str, Any]) -> Iterator[Located]:
    """Yield a problem if the schedule is given under both of its names."""
    if "schedule" in data and "schedule_interval" in data:
        message = "`schedule` and `schedule_interval` are the same field"
        yield Located(("schedule",), Problem(Code.SCHEDULE_TWICE, message, "keep one of them"))


def editors_schema(data: Mapping[str, Any]) -> Iterator[Located]:
    """Yield a problem if the schema for editors is no text."""
    name = data.get("$schema", "")
    if not isinstance(name, str):
        yield Located(("$schema",), wrong_type(("$schema",), TEXT, name))


def duplicate_tags(tags: object) -> Iterator[Located]:
    """Yield a problem for each tag that stands in the list before."""
    seen: set[str] = set()
    for place, tag in enumerate(tags if isinstance(tags, list | tuple) else ()):
        if isinstance(tag, str):
            if tag in seen:
                message = f"duplicate tag {quoted(tag)}"
                yield Located(
                    ("tags", place), Problem(Code.DUPLICATE_TAG, message, "remove one of them")
                )
            seen.add(tag)
