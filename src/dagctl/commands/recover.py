"""Finish or undo what a killed run left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError
from dagctl.publish.recovery import recover_all

if TYPE_CHECKING:
    from dagctl.publish.backend import Context
    from dagctl.publish.recovery import Recovered


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverResult:
    """What became of each operation that was found in the journal, the oldest first."""

    recovered: tuple[Recovered, ...] = ()


def recover(context: Context) -> RecoverResult:
    """Finish or undo every operation in the journal.

    Raises:
        ConflictError: Another dagctl holds the workspace.
        UnfinishedError: One could be neither finished nor undone.
    """
    with context.backend.journal.lock(wait=context.settings.lock_timeout):
        return RecoverResult(recovered=recover_all(context).recovered)


def recover_if_idle(context: Context) -> RecoverResult:
    """Do as `recover`, unless there is nothing to do or another dagctl is at work.

    Raises:
        UnfinishedError: One could be neither finished nor undone.
    """
    if not context.backend.journal.entries():
        return RecoverResult()
    try:
        with context.backend.journal.lock(wait=0):
            return RecoverResult(recovered=recover_all(context).recovered)
    except ConflictError:  # the operation is not dead, it is under way
        return RecoverResult()
