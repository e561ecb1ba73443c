"""What is recorded of a DAG, and whether its file and its stored object are as recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from dagctl.errors import ConflictError, DagctlError, NotFoundError, UsageError
from dagctl.next_step import DOCTOR, HEAL, Command, Fix
from dagctl.operation.conflicts.drift import drift_in_work_tree, drift_of
from dagctl.operation.dags.not_recorded import gone, not_recorded
from dagctl.paths import checked_parts, dag_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.operation.backend import Backend
    from dagctl.operation.conflicts.drift import Drift
    from dagctl.ports import DagRecord, Page, Query, Registry
    from dagctl.settings import Settings

T = TypeVar("T")
SPECS_AT_ONCE = 50
"""DAGs whose recorded specs are read at once: one may have megabytes."""


def in_parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield as many items at a time as there may be specs in memory."""
    return (items[at : at + SPECS_AT_ONCE] for at in range(0, len(items), SPECS_AT_ONCE))


def pages(registry: Registry, query: Query) -> Iterator[Page]:
    """Yield the pages of a query, each when it is asked for."""
    while True:
        page = registry.page(query)
        yield page
        if page.next is None:
            return
        query = replace(query, after=page.next)


def user_id_of(user: str, by_email: Callable[[str], str]) -> str:
    """Return the id of a user who is named by id or e-mail address.

    Args:
        user: What names the user.
        by_email: Returns the id of the user with an e-mail address.

    Raises:
        UsageError: It is neither, or an address that the backend does not show.
    """
    if "@" in user:
        return by_email(user)
    try:
        return str(UUID(user))
    except ValueError as error:
        raise UsageError(
            f"`{user}` is neither a user id (UUID) nor an e-mail address",
            hint=Fix("`", Command("show", "ID"), "` names the user who created a DAG"),
        ) from error


def record_of(registry: Registry, dag_id: str) -> DagRecord:
    """Return what is recorded of a DAG.

    Raises:
        NotFoundError: Nothing is; the hint names DAGs that are called alike, or says how a removed
            one comes back.
    """
    record = registry.get(dag_id)
    if record is not None:
        return record
    for tombstone in registry.find(dag_ids=[dag_id], removed=True):
        if tombstone.is_removed and tombstone.dag_id == dag_id:
            message, step = gone(tombstone)
            raise NotFoundError(message, hint=step)
    raise not_recorded(registry, [dag_id])


def drifts_here(
    backend: Backend, settings: Settings, records: Sequence[DagRecord]
) -> list[Drift | None]:
    """Return whether each DAG file in the work tree is as dagctl wrote it.

    None stands for a damaged record, or one with a path that dagctl would not write. Asks git only
    about files that are missing, all in one go, and about those in a merge.
    """
    drifts = [_drift(backend, settings, record) for record in records]
    missing = [record for record, drift in zip(records, drifts, strict=True) if drift == "missing"]
    elsewhere = _elsewhere(backend, settings, missing) if missing else set()
    return [
        "elsewhere" if record.dag_id in elsewhere else drift
        for record, drift in zip(records, drifts, strict=True)
    ]


def _drift(backend: Backend, settings: Settings, record: DagRecord) -> Drift | None:
    if record.problem is not None:
        return None
    try:
        checked_parts(record.file_path)
    except UsageError:
        return None
    path = dag_path(settings.dags_folder, record.dag_id)
    try:
        content = backend.files.read(path)
    except ConflictError:  # a link or a folder stands there
        return "changed"
    is_cache = backend.cache is not None
    return drift_in_work_tree(
        content, record, is_cache=is_cache, unmerged=lambda: backend.repo.unmerged(path)
    )


def _elsewhere(backend: Backend, settings: Settings, missing: Sequence[DagRecord]) -> set[str]:
    """Return the DAGs whose files the checked out branch has not, or a sparse checkout leaves out.

    A file that is in the last commit, or was in an earlier one, was deleted here.
    """
    repo = backend.repo
    paths = {
        dag_path(settings.dags_folder, record.dag_id): record
        for record in missing
        if record.commit_id and record.content_digest
    }
    try:
        deleted = repo.differing(dict.fromkeys(paths)) if paths else set()
        left_out = repo.left_out(sorted(deleted)) if deleted else set()
        outside = repo.outside({record.commit_id for record in paths.values()})
    except DagctlError:  # no repository, or one that cannot be read: the file is not here
        return set()
    absent = {path for path in paths.keys() - deleted if paths[path].commit_id in outside}
    return {paths[path].dag_id for path in absent | left_out}


def stored_source(backend: Backend, record: DagRecord) -> str:
    """Return the DAG file as it was stored.

    Raises:
        NotFoundError: The store does not have it.
        ConflictError: What is stored there is not the recorded file, or no text; or the record
            is damaged.
    """
    if record.damage:
        raise ConflictError(record.damage)
    path = record.storage_path
    content = backend.store.get(path)
    if content is None:
        raise NotFoundError(f"{path} is not in the store", hint=Fix(HEAL))
    if drift_of(content, record.content_digest) != "none":
        raise ConflictError(
            f"the stored file of `{record.dag_id}` is not the recorded one",
            hint=Fix(HEAL, " stores it again"),
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConflictError(
            f"{path} in the store is not UTF-8 text: dagctl did not write it",
            hint=Fix(DOCTOR),
        ) from error
