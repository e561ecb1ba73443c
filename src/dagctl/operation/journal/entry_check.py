"""What must be true of a journal's entry before anything is done about it.

Pure. The journal lies where only this machine writes, so this is a second line: an entry that a
disk or a person has damaged must not lead anywhere either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args
from uuid import UUID

from dagctl.errors import UsageError
from dagctl.operation.change import Action
from dagctl.operation.journal.entry import Phase
from dagctl.paths import checked_parts, is_remote_name, is_spec_path
from dagctl.ports import VersionAction

if TYPE_CHECKING:
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry

_SPEC_KEYS = {"dag_name", "description", "schedule_interval", "owner", "tags", "tasks"}
"""What a record is made of."""


def check_entry(entry: JournalEntry, operation_id: str) -> None:
    """Do nothing if the entry is one that dagctl may have written under this id.

    Raises:
        ValueError: It is not.
    """
    if entry.operation_id != operation_id:
        raise ValueError("another operation's")
    _check_ids(entry.operation_id, entry.project_id, entry.restore_id)
    _check_text(entry.branch, entry.command)
    _check_text_or_none(entry.key, entry.backend, entry.url, entry.remote)
    if entry.remote is not None and not is_remote_name(entry.remote):
        raise ValueError("no name of a remote")
    if not entry.branch.startswith("refs/heads/"):
        raise ValueError("no branch")
    for change in entry.changes:  # once: they may be read from a file, one by one
        _check_text(change.spec_digest, change.base_name, change.dag_id, change.airflow)
        _check_text_or_none(change.source, change.renamed)
        if change.spec_text is not None and not isinstance(change.spec_text, str):
            raise ValueError("no text of a spec")
        if (change.action is Action.IMPORT) is not (change.made_by in get_args(VersionAction)):
            raise ValueError("an import that does not say what it brings")
        if change.is_effective and entry.phase is not Phase.RESERVING:
            _check_effect(change)


def _check_effect(change: Change) -> None:
    granted = change.granted
    _check_ids(granted.row_id)
    _check_text(granted.dag_id, granted.user_id)
    for path in (change.path, change.storage_path):
        _check_path(path)
    if change.gives_way is not None:
        _check_path(change.gives_way.path)
        if change.gives_way.old is None:
            raise ValueError("a file that gives way, and is none")
    if change.spec_write is not None and not is_spec_path(change.spec_write.path):
        raise ValueError("no path of a spec")
    if granted.version < 1:
        raise ValueError("a version below 1")
    if granted.created_at.tzinfo is None:
        raise ValueError("a time without its zone")
    spec = change.data
    is_spec = isinstance(spec, dict) and (change.is_removal or spec.keys() >= _SPEC_KEYS)
    if not is_spec:
        raise ValueError("no spec")


def _check_ids(*values: str) -> None:
    for value in values:
        if str(UUID(value)) != value:
            raise ValueError("no UUID")


def _check_text(*values: object) -> None:
    if not all(isinstance(value, str) and value for value in values):
        raise ValueError("no text")


def _check_text_or_none(*values: object) -> None:
    _check_text(*(value for value in values if value is not None))


def _check_path(path: object) -> None:
    _check_text(path)
    try:
        checked_parts(str(path))
    except UsageError as error:
        raise ValueError("no path") from error
