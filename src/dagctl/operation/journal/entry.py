"""`JournalEntry`: an operation under way, with all that finishing or undoing it needs. Pure."""

from __future__ import annotations

import json
from dataclasses import field
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from dagctl.errors import NotAMemberError, UnfinishedError
from dagctl.frozen import frozen
from dagctl.operation.stored_changes import chosen, writes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.operation.change import Change
    from dagctl.operation.options import IfExists
    from dagctl.ports import FileWrite


class DamagedEntryError(UnfinishedError):
    """An entry of the journal is not as dagctl writes it: nothing is done about it."""


class LeftToMembersError(NotAMemberError):
    """An operation is undone but for stored files that the user, no member now, may not write."""


class Phase(StrEnum):
    """How far the operation is, as far as the journal has to know."""

    RESERVING = "reserving"
    """Names may be reserved; nothing else has happened."""
    PUBLISHING = "publishing"
    """The changes say what is written where."""
    PUSHING = "pushing"
    """The same, and the remote may have the commit."""
    ABORTING = "aborting"
    """It is being undone, even if its commit is still there."""
    LEFT = "left"
    """It is undone here and holds nothing; stored files are left for a member to put back."""


@frozen(kw_only=True)
class JournalEntry:
    """One operation under way."""

    operation_id: str
    project_id: str
    branch: str
    command: str
    """The digest of what was asked, see `command_digest`."""
    changes: Sequence[Change]
    """One for each spec that was given, in that order."""
    phase: Phase = Phase.RESERVING
    key: str | None = None
    """The idempotency key. With it the registry, not the journal, knows a repeated command."""
    backend: str | None = None
    """Where it is recorded and stored; None: an earlier version did not say."""
    url: str | None = None
    """The Supabase project that has the record; None: none has, or an earlier version did not say.
    Two of them, as for trying out, may have the same `project_id`."""
    remote: str | None = None
    """The remote that the commit is pushed to; None: it is made on the branch here."""
    restore_id: str = field(default_factory=lambda: str(uuid4()))
    """The operation that gives the objects their old content back, if another has ended this one.
    Drawn and never shown: who could guess it could take it first."""

    @property
    def effects(self) -> Sequence[Change]:
        """The changes that write something; none as long as their bytes are not decided."""
        if self.phase is Phase.RESERVING:
            return ()
        return chosen(self.changes, lambda change: change.is_effective)

    @property
    def uploads(self) -> Sequence[Change]:
        """The effects that put an object into the store."""
        return chosen(self.effects, lambda change: not change.is_removal)

    @property
    def removals(self) -> Sequence[Change]:
        """The effects that take a DAG away."""
        return chosen(self.effects, lambda change: change.is_removal)

    @property
    def has_more_to_do(self) -> bool:
        """Whether anything follows the confirmation."""
        is_more = any(change.is_removal or change.spec_write for change in self.effects)
        return is_more or (self.remote is not None and bool(self.effects))

    @property
    def writes(self) -> Sequence[FileWrite]:
        """What is written in the work tree."""
        return writes_of(self.effects)

    @property
    def dag_ids(self) -> tuple[str, ...]:
        """The DAGs that are created, changed or removed."""
        return tuple(change.dag_id for change in self.effects)


def command_digest(
    changes: Iterable[Change],
    if_exists: IfExists | str | None,
    airflow: str,
    prune: Sequence[str] = (),
) -> str:
    """Return the SHA-256, in hex, of what a command asks. Equal digests: the same command."""
    specs = [[change.source, change.spec_digest, change.base_name] for change in changes]
    pruned = [list(prune)] if prune else []  # without it the digest is that of earlier versions
    text = json.dumps([specs, if_exists, airflow, *pruned])
    return sha256(text.encode("ascii")).hexdigest()
