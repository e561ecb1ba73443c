"""Setup and teardown: tasks that make what others need, and clear it away again."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.spec.tasks.argument_types import without_default
from dagctl.spec.validation.checked_model import CheckedModel
from dagctl.spec.validation.read_by import ReadBy, as_list
from dagctl.spec.validation.wrong_type import refuse_other_items, wrong_type

RULE = "all_done_setup_success"
"""The trigger rule that Airflow gives to every teardown."""


def _read_teardown(value: object) -> bool | tuple[str, ...]:
    """Return true, or the ids of what a task tears down; or raise a pydantic error."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, list | tuple):
        raise wrong_type(("teardown",), "true, or a list of task ids", value).error()
    refuse_other_items("teardown", value)
    if not value:
        hint = "write the ids of its setup tasks, or `true`"
        raise Problem(Code.BLANK, "the list is empty", hint).error()
    return tuple(value)


class Stage(CheckedModel):
    """Whether a task sets something up, or tears it down."""

    setup: bool = Field(
        default=False, description="Whether it sets up what the tasks behind it need."
    )
    teardown: Annotated[
        bool | tuple[str, ...],
        ReadBy(_read_teardown, bool | list[str], write=as_list),
    ] = Field(
        default=False,
        description="Whether it clears away what was set up: true, or the ids of the setup tasks. "
        "It runs whenever these have succeeded.",
        examples=[True, ["make_cluster"]],
    )
    on_failure_fail_dagrun: bool | None = Field(
        default=None,
        description="For a teardown: whether its failure makes the run fail.",
        examples=[True],
        json_schema_extra=without_default,
    )


def stage_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what does not fit together in a raw task that sets up or tears down."""
    teardown = data.get("teardown", False)
    if data.get("setup") is True and teardown is not False:
        message = "a task is a setup or a teardown, not both"
        yield Problem(Code.BAD_TEARDOWN, message, "keep one of them").at("teardown")
    if teardown is False and "on_failure_fail_dagrun" in data:
        message = "`on_failure_fail_dagrun` belongs to a teardown"
        hint = "add `teardown: true`, or remove it"
        yield Problem(Code.BAD_TEARDOWN, message, hint).at("on_failure_fail_dagrun")


def idle_rule(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a warning about the trigger rule of a teardown, which Airflow does not use."""
    if data.get("teardown", False) is not False and (data.get("trigger_rule") or RULE) != RULE:
        message = f"Airflow gives every teardown the trigger rule `{RULE}`"
        yield warning(Code.BAD_TEARDOWN, message, "remove it").at("trigger_rule")
