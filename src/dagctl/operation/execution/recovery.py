"""Finishes or undoes each operation that stopped on the way and is still in the journal."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dagctl.errors import DagctlError, UnfinishedError
from dagctl.frozen import frozen
from dagctl.next_step import RECOVER, Fix
from dagctl.operation.execution.settling import Recovered, clear, kept, settle
from dagctl.operation.journal.entry import DamagedEntryError, Phase
from dagctl.operation.journal.entry_form import from_data
from dagctl.paths import may_be_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operation.backend import Context
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.settings import Settings


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
