"""The types of the spec's fields: each keeps a value exactly or refuses it."""

from __future__ import annotations

import math
from typing import NoReturn
from uuid import UUID

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.fields.project_id import uuid_of
from dagctl.spec.validation.wrong_type import NUMBER, TEXT, wrong_type

MAX_RETRIES = 1_000_000
"""Airflow keeps the count in a 32-bit column and adds to it."""
MAX_RETRY_DELAY = 5_256_000
"""Minutes: ten years, so that no date that Airflow computes with it overflows."""
MAX_TASKS = 10_000
"""Tasks of a DAG, those in groups counted too."""
MAX_ENTRIES = 15_000
"""Tasks and groups of a DAG."""
MAX_NESTING = 20
"""Groups in one another."""


def read_project_id(value: object) -> UUID | None:
    """Return the UUID that the text spells, or raise a pydantic error."""
    if value is None or isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        raise wrong_type(("project_id",), TEXT, value).error()
    project_id = uuid_of(value)
    if project_id is None:
        hint = "for example 123e4567-e89b-12d3-a456-426614174000"
        raise Problem(Code.BAD_PROJECT_ID, f"{quoted(value)} is not a UUID", hint).error()
    return project_id


def write_project_id(project_id: UUID) -> str:
    """Return the text form of a project id."""
    return str(project_id)


def read_retries(value: int) -> int:
    """Return the number of retries, or raise a pydantic error if it is out of range."""
    if not 0 <= value <= MAX_RETRIES:
        _out_of_range("retries", MAX_RETRIES)
    return value


def read_retry_delay(value: object) -> int | float:
    """Return the minutes between tries, or raise a pydantic error."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(("retry_delay_minutes",), NUMBER, value).error()
    is_minus_zero = value == 0 and math.copysign(1, value) < 0
    if is_minus_zero or not 0 <= value <= MAX_RETRY_DELAY:
        _out_of_range("retry_delay_minutes", MAX_RETRY_DELAY)
    return value


def _out_of_range(name: str, limit: int) -> NoReturn:
    message = f"`{name}` must be from 0 to {limit:,}"
    hint = "write a number in this range, or remove the key for the default"
    raise Problem(Code.OUT_OF_RANGE, message, hint).error()


def read_tasks(value: object, owner: str = "a DAG") -> object:
    """Return a list of tasks as a tuple, or raise a pydantic error if it is empty.

    How many tasks a DAG may have is checked before: `entry_checks`.
    """
    if not isinstance(value, list | tuple):
        return value
    if not value:
        message = f"{owner} needs at least one task"
        raise Problem(Code.NO_TASKS, message, "add an item to `tasks`").error()
    return tuple(value)


def read_members(value: object) -> object:
    """Return the tasks of a group as `read_tasks` does; the message names the group."""
    return read_tasks(value, "a group")
