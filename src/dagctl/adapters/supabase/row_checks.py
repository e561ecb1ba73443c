"""What is wrong with a row of `user_dags` that somebody else wrote. Pure.

The same rules stand in the database (`private.flaw_of_record` of the migrations); rows from before
them, and those of a writer with a service key, have passed none.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dagctl.paths import (
    is_recorded_dag_file,
    is_recorded_path,
    is_recorded_source,
    storage_key,
)
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

DAG_ID = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
DIGEST = lazy_pattern(r"([0-9a-f]{64})?")
COMMIT = lazy_pattern(r"[0-9A-Za-z_.-]{0,100}")
LONGEST_TEXT = 1_000_000
"""Characters that a text may have at most: far more than dagctl writes."""
MOST_TAGS = 10_000


def flaw_of_row(row: Mapping[str, Any], project_id: str) -> str | None:
    """Return which column is wrong and how, in words; None if the row is as dagctl writes it."""
    for column, check in CHECKS.items():
        if column not in row:
            return f"{column} is missing"
        if not check(row[column]):
            return f"{column} is not what dagctl writes"
    if row["project_id"] != project_id:
        return "project_id is that of another project"
    if row["storage_path"] != storage_key(project_id, row["file_path"]):
        return "storage_path is not that of the file"
    return None


def _is_uuid(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_number_from(least: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= 2**31


def _fits(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _are_tags(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_TAGS and all(map(_is_text, value))


CHECKS: Mapping[str, Callable[[object], bool]] = {
    "id": _is_uuid,
    "project_id": _is_uuid,
    "user_id": _is_uuid,
    "dag_id": _fits(DAG_ID),
    "dag_name": _is_text,
    "description": _is_text,
    "file_path": is_recorded_dag_file,
    "schedule_interval": _is_text_or_none,
    "owner": _is_text,
    "tags": _are_tags,
    "task_count": _is_number_from(0),
    "is_active": lambda value: isinstance(value, bool),
    "created_at": _is_time,
    "updated_at": _is_time,
    "commit_id": _fits(COMMIT),
    "version": _is_number_from(1),
    "base_name": _is_text,
    "source_path": lambda value: value is None or is_recorded_source(value),
    "storage_path": is_recorded_path,
    "airflow": _fits(lazy_pattern("[23]")),
    "spec": lambda value: isinstance(value, dict),
    "spec_digest": _fits(DIGEST),
    "content_digest": _fits(DIGEST),
    "created_by_name": _is_text_or_none,
    "updated_by_name": _is_text_or_none,
}
"""What each column holds."""
