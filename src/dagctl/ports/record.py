"""A recorded DAG, and pages of them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Literal

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dagctl.spec.inputs import Input
    from dagctl.target import Series


@frozen(kw_only=True)
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
    """The spec as JSON data; empty if none is recorded, in the page of a list, and where it was not
    asked for."""
    spec_digest: str
    """SHA-256 of the canonical JSON of the spec, in hex."""
    content_digest: str
    """SHA-256 of the DAG file, in hex."""
    created_by_name: str | None = None
    """Who made version 1, in words a person knows: git's `Name <e-mail>`, or the e-mail address of
    the account. None if it is not recorded. The registry sets it, never a client's text."""
    updated_by_name: str | None = None
    """Who made this version; as above."""
    inputs: tuple[Input, ...] = ()
    """What the spec was made of besides its text: files with defaults, variables, a template, files
    that it names. Stored with the spec; empty if it was of nothing else, or where the spec is."""
    problem: str | None = None
    """What is wrong with the row, or None. Of a damaged row only `id` and `dag_id` are to be
    trusted, and what says which spec it is of; file and object are empty. Not stored."""
    is_removed: bool = False
    """Whether the DAG is removed: then this is its tombstone, with what its last version was."""

    @property
    def damage(self) -> str | None:
        """What is wrong with the row, as a sentence; None: nothing."""
        is_damaged = self.problem is not None
        return f"the record of `{self.dag_id}` is damaged: {self.problem}" if is_damaged else None


VersionAction = Literal["create", "update", "rollback", "rename", "delete", "restore"]
"""What a version was made by. `delete`, and `rename` of the old id, leave a tombstone."""


@frozen(kw_only=True)
class DagVersion(DagRecord):
    """One version of a DAG, as it was recorded: `updated_at` and `updated_by_name` are its own."""

    action: VersionAction
    renamed: str | None = None
    """Of a rename: the other id, which the DAG had before or has since."""
    operation_id: str | None = None
    """The operation that made it; None: it is older than the table of versions."""
    spec_text: str | None = None
    """The spec as its author wrote it, comments and all; None: there was no text, or it was not
    asked for."""
    imported_by_name: str | None = None
    """Who brought it from an archive, which then says who made it and when; None: it was made here.
    The registry sets it."""


COLUMNS = tuple(
    field.name
    for field in fields(DagRecord)
    if field.name not in {"inputs", "problem", "is_removed"}
)
"""The columns of `user_dags`: the fields of a record that are stored, in their order."""
_OF_A_REMOVAL = frozenset({"version", "commit_id", "is_removed"})


def as_removed(removal: DagRecord, standing: DagRecord) -> DagRecord:
    """Return a removal with all that was recorded of the DAG until now."""
    kept = record_values(standing)
    return replace(removal, **{name: kept[name] for name in kept.keys() - _OF_A_REMOVAL})


def record_values(record: DagRecord) -> dict[str, Any]:
    """Return the fields of a record, to make another one or a version of."""
    return {field.name: getattr(record, field.name) for field in fields(DagRecord)}


@frozen(kw_only=True)
class Query:
    """Which records a page holds: by `dag_id` in code point order, from behind `after` on."""

    owner: str | None = None
    tag: str | None = None
    user_id: str | None = None
    after: str | None = None
    limit: int = 50


@frozen
class Page:
    """Records, and the cursor of the next page (None at the end). Iterating gives the records."""

    records: tuple[DagRecord, ...]
    next: str | None

    def __iter__(self) -> Iterator[DagRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)
