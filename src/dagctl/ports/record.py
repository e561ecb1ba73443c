"""A recorded DAG, and pages of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dagctl.spec.target import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRecord:
    """A row of the registry: the guide's columns of `user_dags`, then what the operation needs."""

    id: str
    project_id: str
    user_id: str
    dag_id: str
    dag_name: str
    description: str
    file_path: str
    schedule_interval: str | None
    owner: str
    tags: tuple[str, ...]
    task_count: int
    is_active: bool
    created_at: datetime
    updated_at: datetime
    commit_id: str

    version: int
    """1 for the first version, one more with each update."""
    base_name: str
    """The name that was wished for, before a number was added; `dag_id` unless that was taken."""
    source_path: str | None
    """The spec's path in the workspace, or None (standard input, library)."""
    storage_path: str
    """The key in the store, `<project_id>/dags/<file name>`."""
    airflow: Series
    spec: Mapping[str, Any]
    """The spec as JSON data."""
    spec_digest: str
    """SHA-256 of the canonical JSON of the spec, in hex."""
    content_digest: str
    """SHA-256 of the DAG file, in hex."""
    created_by_name: str | None = None
    """Who made version 1, in words a person knows: git's `Name <e-mail>`, or the e-mail address of
    the account. None if it is not recorded. The registry sets it, never a client's text."""
    updated_by_name: str | None = None
    """Who made this version; as above."""
    problem: str | None = None
    """What is wrong with the row, or None. Of a damaged row only `id` and `dag_id` are to be
    trusted, and what says which spec it is of; file and object are empty. Not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records a page holds: by `dag_id` in code point order, from behind `after` on."""

    owner: str | None = None
    tag: str | None = None
    user_id: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Records, and the cursor of the next page (None at the end)."""

    records: tuple[DagRecord, ...]
    next: str | None
