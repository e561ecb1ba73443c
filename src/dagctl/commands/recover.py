"""Finish or undo what a killed run left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, NoRepositoryError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.operation.backend import Context
    from dagctl.operation.execution.recovery import Unsettled
    from dagctl.operation.execution.settling import Recovered


@frozen(kw_only=True)
class RecoverResult:
    """What became of each operation that was found in the journal, the oldest first."""

    recovered: tuple[Recovered, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    """What is left in the journal, as this user or this moment does not allow to settle it."""


def recover(context: Context) -> RecoverResult:
    """Finish or undo every operation in the journal.

    Raises:
        ConflictError: Another dagctl holds the workspace.
        UnfinishedError: One could be neither finished nor undone.
    """
    from dagctl.operation.execution.recovery import recover_all

    with context.lock():
        return RecoverResult(recovered=recover_all(context).recovered)


def recover_if_idle(context: Context) -> RecoverResult:
    """Settle what can be, unless there is nothing to do or another dagctl is at work.

    For commands that only read: what they cannot settle they report, and it is no failure.
    """
    try:
        journal = context.backend.journal
    except NoRepositoryError:  # then nothing was ever begun here
        return RecoverResult()
    if journal.is_empty():
        return RecoverResult()
    from dagctl.operation.execution.recovery import recover_what_may_be

    try:
        with journal.lock(wait=0):  # what a live operation has written is not looked into
            recovered, unsettled = recover_what_may_be(context)
    except ConflictError:  # the operation is not dead, it is under way
        return RecoverResult()
    return RecoverResult(recovered=tuple(recovered), unsettled=tuple(unsettled))
