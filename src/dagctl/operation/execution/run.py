"""Runs an operation: all its steps, or none of them.

A definite refusal is undone. An unknown failure is settled by what the world says, as the next run
would do it. What cannot be undone now stays in the journal, and the error says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from dagctl.errors import (
    UNCHANGED,
    DagctlError,
    RemoteUnavailableError,
    UnavailableError,
    UnfinishedError,
    then_recover,
)
from dagctl.operation.execution.settling import clear, recorded_commit, settle, undone
from dagctl.operation.execution.steps import steps_of, take
from dagctl.operation.journal.entry import LeftToMembersError, Phase

if TYPE_CHECKING:
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.execution.steps import Operation


def run(operation: Operation) -> Operation:
    """Take every step and return what the operation has become; its journal's entry is kept.

    Raises:
        DagctlError: What was refused; nothing was changed.
        UnavailableError: What failed; nothing was changed.
        LeftToMembersError: It is undone but for stored files; the journal keeps it for a member.
        UnfinishedError: It could be neither finished nor undone; the journal keeps it.
    """
    for step in steps_of(operation):
        try:
            operation = take(step, operation)
        except BaseException as error:  # noqa: BLE001 - an interrupt is undone as well
            return _after(error, step[0], operation)
    return operation


def _after(error: BaseException, step: str, operation: Operation) -> Operation:
    """Bring the world into agreement after a failed step; return or raise accordingly."""
    if step == "journal":
        _forget(operation)
        _raise(error, UNCHANGED)
    try:
        outcome = _settled(error, step, operation)
        if outcome.outcome == "finished":
            commit_id = recorded_commit(operation.context.backend, operation.entry)
            operation = replace(operation, commit_id=commit_id)
    except LeftToMembersError:  # says all of it
        raise
    except BaseException as second:
        raise _unfinished(error, second, operation) from second
    if outcome.outcome == "undone":
        _clear_undone(error, operation)
        _raise(error, _state(outcome))
    if not isinstance(error, Exception):
        raise error  # interrupted, yet done: the journal is kept, and the next run says so
    return operation


def _settled(error: BaseException, step: str, operation: Operation) -> Recovered:
    context, entry = operation.context, operation.entry
    is_unsent = isinstance(error, RemoteUnavailableError) or _is_refusal(error)
    if step == "commit" and entry.phase is Phase.PUSHING and is_unsent:
        return undone(context, replace(entry, phase=Phase.PUBLISHING))  # the remote has nothing
    is_interrupt = not isinstance(error, Exception)
    # a confirmation that was sent may still arrive: repeating it is safe, undoing it is not
    if not _is_refusal(error) and (step == "confirm" or not is_interrupt):
        return settle(context, entry)
    return undone(context, entry)


def _is_refusal(error: BaseException) -> bool:
    """Return whether it is certain that the step did nothing (see `dagctl.ports`)."""
    unknown = (UnavailableError, UnfinishedError)
    return isinstance(error, DagctlError) and not isinstance(error, unknown)


def _forget(operation: Operation) -> None:
    """Remove an entry that may have been written; if it stays, the next run finds nothing to do."""
    with suppress(DagctlError, OSError):
        clear(operation.context.backend, operation.entry)


def _clear_undone(error: BaseException, operation: Operation) -> None:
    """Remove the entry of what is undone.

    Raises:
        UnfinishedError: It is still there.
    """
    backend, entry = operation.context.backend, operation.entry
    try:
        clear(backend, entry)
    except (DagctlError, OSError) as second:
        if entry.operation_id in backend.journal.entries():
            raise _unfinished(error, second, operation) from second


def _state(outcome: Recovered) -> str:
    if not outcome.left:
        return UNCHANGED
    return f"undone, but for {', '.join(outcome.left)}, which has changed in the meantime"


def _raise(error: BaseException, state: str) -> NoReturn:
    if isinstance(error, DagctlError):
        error.state = state
    if isinstance(error, OSError):
        raise UnavailableError(str(error), state=state) from error
    raise error


def _unfinished(
    error: BaseException, second: BaseException, operation: Operation
) -> UnfinishedError:
    entry = operation.entry
    names = ", ".join(entry.dag_ids) or "no DAG yet"
    again = _words(second)
    why = " for the same reason" if again == _words(error) else f": {again}"
    return UnfinishedError(
        f"{_words(error)}; then putting things right failed{why}",
        state=f"operation {entry.operation_id} ({names}) is unfinished; its journal is kept",
        hint=then_recover(second),
    )


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
