"""Finishes or undoes an operation that stopped on the way, by the journal and the world.

Each action looks before it acts, so all of this may be interrupted anywhere and repeated.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from dagctl.errors import ConflictError, DagctlError, NotAMemberError, UnfinishedError, then_recover
from dagctl.frozen import frozen
from dagctl.next_step import RECOVER, Fix
from dagctl.operation.change import digest_of
from dagctl.operation.execution.commits import find_commit, follow
from dagctl.operation.execution.confirmation import complete, confirm_entry
from dagctl.operation.execution.undo import undo
from dagctl.operation.journal.entry import DamagedEntryError, LeftToMembersError, Phase
from dagctl.operation.journal.entry_form import from_data
from dagctl.paths import may_be_written
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.ports import DagRecord
    from dagctl.settings import Settings


@frozen(kw_only=True)
class Recovered:
    """What became of an operation that had stopped on the way."""

    operation_id: str
    outcome: Literal["finished", "undone"]
    dags: tuple[str, ...]
    """The ids it was about."""
    left: tuple[str, ...] = ()
    """Files that were not put back, as they hold something else by now."""


@frozen(kw_only=True)
class Unsettled:
    """An operation that could be neither finished nor undone now; its journal is kept."""

    operation_id: str
    reason: str


@frozen(kw_only=True)
class Recovery:
    """What was found in the journal, and what became of it."""

    recovered: tuple[Recovered, ...] = ()
    repeated: JournalEntry | None = None
    """The finished operation that is what the present command asks for; still in the journal."""


def recover_all(context: Context, command: str | None = None) -> Recovery:
    """Finish or undo every operation in the journal; the caller holds the workspace's lock.

    As the lock is held, the processes of these operations are dead.

    Args:
        context: The ports, and who hears of each step.
        command: The digest of what the present command asks, if a dead one may have asked the
            same.

    Raises:
        LeftToMembersError: One is undone but for stored files, which a member has to put back.
        UnfinishedError: One could be neither finished nor undone.
    """
    recovered: list[Recovered] = []
    repeated = None
    for read in _to_settle(context).values():
        outcome, entry = _recover(context, read)
        recovered.append(outcome)
        if outcome.outcome == "finished" and not repeated and _is_asked_again(entry, command):
            repeated = entry
        else:
            clear(context.backend, entry)
    return Recovery(recovered=tuple(recovered), repeated=repeated)


def recover_what_may_be(context: Context) -> tuple[list[Recovered], list[Unsettled]]:
    """Finish or undo what can be now, and say of the rest why not; else as `recover_all`."""
    recovered: list[Recovered] = []
    unsettled: list[Unsettled] = []
    for operation_id, read in _to_settle(context).items():
        try:
            outcome, entry = _recover(context, read)
            clear(context.backend, entry)
        except (DagctlError, OSError) as error:
            unsettled.append(Unsettled(operation_id=operation_id, reason=str(error)))
        else:
            recovered.append(outcome)
    return recovered, unsettled


def _to_settle(context: Context) -> dict[str, JournalEntry | UnfinishedError]:
    """Return the entries that are to be settled now, by operation id, or why one cannot be read.

    The caller holds the workspace's lock.

    One that is damaged is set aside, and the listener hears of it, once. What its operation
    reserved is given back: it could never be confirmed.
    """
    journal = context.backend.journal
    before = journal.aside()
    entries = {
        key: _read(key, data)
        for key, data in journal.entries().items()
        if not _waits(context, data)
    }
    damaged = [key for key, read in entries.items() if isinstance(read, DamagedEntryError)]
    for operation_id in damaged:
        journal.set_aside(operation_id)
    for path in journal.aside():
        if path not in before:
            _give_up(context, path)
    return {key: read for key, read in entries.items() if key not in damaged}


def _waits(context: Context, data: Mapping[str, Any]) -> bool:
    """Return whether an entry is what a former member has left to those of another project.

    It holds nothing, and stops no work here: not even one of another version of dagctl.
    """
    settings = context.settings
    here = (settings.backend, settings.project_id, data.get("url") and settings.project_url)
    is_left = data.get("phase") == Phase.LEFT.value
    return is_left and (data.get("backend"), data.get("project_id"), data.get("url")) != here


def _read(operation_id: str, data: Mapping[str, Any]) -> JournalEntry | UnfinishedError:
    """Return the entry that the data are, or why they are none; it is read once, as it is large."""
    try:
        return from_data(operation_id, data)
    except UnfinishedError as error:  # damaged, or another version's
        return error


def _give_up(context: Context, path: str) -> None:
    """Give back what an operation reserved whose entry is now at `path`, and warn of it."""
    with suppress(DagctlError, ValueError):  # then its lease runs out
        operation_id = UUID(PurePosixPath(path).name.partition(".")[0])
        context.backend.registry.abort(str(operation_id))
    context.listener.warn(
        f"a journal entry cannot be read, and is set aside as {path}: its operation is "
        "neither finished nor undone (dagctl doctor)"
    )


def settle(context: Context, entry: JournalEntry) -> Recovered:
    """Finish the operation if it is confirmed or its commit stands, else undo it.

    The journal's entry is kept: `clear` removes it when the outcome has been shown.
    """
    backend = context.backend
    status = backend.registry.status(entry.operation_id)
    if status is OperationStatus.CONFIRMED:
        return finished(context, entry)
    if status is OperationStatus.ABSENT and _is_recorded(backend, entry):
        return finished(context, entry)
    commit_id = find_commit(backend, entry)
    is_over = status in {OperationStatus.ABORTING, OperationStatus.ABORTED}
    if commit_id is None or entry.phase in {Phase.ABORTING, Phase.LEFT} or is_over:
        return undone(context, entry)
    try:
        _go_on(context, entry, commit_id)
    except (ConflictError, NotAMemberError):  # the registry refuses for good
        return undone(context, entry)
    return finished(context, entry)


def recorded_commit(backend: Backend, entry: JournalEntry) -> str:
    """Return the commit of a confirmed operation, as it is recorded.

    Who is not a member any more sees no record: then it is the one that stands on the branch.

    Raises:
        UnfinishedError: There is neither.
    """
    first = entry.dag_ids[0]
    records = (
        candidate
        for candidate in backend.registry.find(dag_ids=[first], specs=False)
        if candidate.dag_id == first
    )
    record = next(records, None)
    commit_id = record.commit_id if record else find_commit(backend, entry)
    if commit_id is None:
        raise UnfinishedError(f"`{first}` is recorded, but not to be seen any more")
    return commit_id


def finished(context: Context, entry: JournalEntry) -> Recovered:
    """Return that the operation is done, once what follows its confirmation is done too."""
    if entry.has_more_to_do:
        with context.step("complete"):
            if warning := follow(context.backend, entry):
                context.listener.warn(warning)
            complete(context.backend, entry, context.listener)
    return Recovered(operation_id=entry.operation_id, outcome="finished", dags=entry.dag_ids)


def undone(context: Context, entry: JournalEntry) -> Recovered:
    """Undo the operation and return what is left of it; finished if it was confirmed before."""
    left = undo(context, entry)
    if left is None:
        return finished(context, entry)
    return Recovered(
        operation_id=entry.operation_id, outcome="undone", dags=entry.dag_ids, left=tuple(left)
    )


@contextmanager
def kept(entry: JournalEntry) -> Iterator[None]:
    """Say of any failure in the block that the operation is still in the journal.

    Raises:
        UnfinishedError: The block failed.
    """
    try:
        yield
    except LeftToMembersError:  # says all of it
        raise
    except (DagctlError, OSError) as error:
        raise UnfinishedError(
            f"an earlier operation could be neither finished nor undone: {error}",
            state=f"operation {entry.operation_id} is unfinished; its journal is kept",
            hint=then_recover(error),
        ) from error


def clear(backend: Backend, entry: JournalEntry) -> None:
    """Remove the entry from the journal."""
    backend.journal.delete(entry.operation_id)


def _recover(
    context: Context, entry: JournalEntry | UnfinishedError
) -> tuple[Recovered, JournalEntry]:
    """Settle what a journal's entry says; the entry is kept."""
    with context.step("recover"):
        if isinstance(entry, UnfinishedError):
            raise entry
        _check_place(context.settings, entry)
        with kept(entry):
            return settle(context, entry), entry


def _check_place(settings: Settings, entry: JournalEntry) -> None:
    """Check that the operation is recorded where the workspace's DAGs are now.

    Raises:
        UnfinishedError: The settings were changed: this registry knows nothing of the operation.
    """
    outside = [
        write.path
        for write in entry.writes
        if not may_be_written(write.path, settings.dags_folder, is_removal=write.new is None)
    ]
    if outside:
        raise UnfinishedError(
            f"an earlier operation was begun with another dags_folder: it is about {outside[0]}",
            state=f"operation {entry.operation_id} is unfinished; its journal is kept",
            hint=Fix("set it back in dagctl.toml and run `", RECOVER, "`; then change it again"),
        )
    began = (entry.backend or settings.backend, entry.project_id, entry.url)
    if began != (settings.backend, settings.project_id, entry.url and settings.project_url):
        backend, project_id, url = began
        raise UnfinishedError(
            "an earlier operation was begun with other settings: "
            f"backend {backend}, project_id {project_id}{f', url {url}' if url else ''}",
            state=f"operation {entry.operation_id} is unfinished; its journal is kept",
            hint=Fix(
                "set them back in dagctl.toml and run `", RECOVER, "`; then change them again"
            ),
        )


def _is_asked_again(entry: JournalEntry, command: str | None) -> bool:
    return command is not None and entry.key is None and entry.command == command


def _is_recorded(backend: Backend, entry: JournalEntry) -> bool:
    """Return whether an operation was confirmed so long ago that the registry forgot it.

    Another may have made the same version of a DAG when the lease was over, and newer ones since:
    then only a commit that stands speaks for this one.
    """
    if not entry.effects:
        return False
    recorded = backend.registry.find(dag_ids=entry.dag_ids, specs=False)
    records = {record.id: record for record in recorded}
    if not all(_may_be_of(change, records.get(change.granted.row_id)) for change in entry.effects):
        return False
    return _has_new_dag(entry) or find_commit(backend, entry) is not None


def _may_be_of(change: Change, record: DagRecord | None) -> bool:
    version = change.granted.version
    if change.is_removal:
        return record is None or record.version > version
    if record is None:
        return False
    is_same = record.content_digest == digest_of(change.content or b"")
    return record.version > version or (record.version == version and is_same)


def _has_new_dag(entry: JournalEntry) -> bool:
    """Return whether one row is the operation's own: such a row stays only if it is confirmed."""
    return any(change.granted.version == 1 for change in entry.effects)


def _go_on(context: Context, entry: JournalEntry, commit_id: str) -> None:
    """Take the steps that come after the commit."""
    if entry.remote is None:
        with context.step("stage"):
            context.backend.repo.stage([write.path for write in entry.writes])
    with context.step("confirm"):
        confirm_entry(context.backend, entry, commit_id)
