"""Idempotency keys: one key stands for one operation of a project, over restarts and machines.

What a key stands for is in the registry alone. An operation that was undone frees its key; one that
another machine has left on the way is undone as far as the registry goes, and done again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, DagctlError, KeyReusedError, UsageError
from dagctl.operation.dags.numbered_names import without_number
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Backend
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import KeyedOperation, Repo, Reservation

LONGEST_KEY = 255
"""In characters, as is usual for `Idempotency-Key`."""


def checked_key(key: str) -> str:
    """Return the key.

    Raises:
        UsageError: It is empty, too long, or has characters that cannot be printed.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise UsageError(
            f"an idempotency key has 1 to {LONGEST_KEY} printable characters",
            hint="use a UUID, the same one for each repetition of a request",
        )
    return key


def asked_before(
    backend: Backend, key: str, changes: Sequence[Change], options: Options
) -> KeyedOperation | None:
    """Return the operation of this key, confirmed or under way; None if the key is free.

    The caller holds the workspace's lock, and has settled what its journal holds. So an operation
    that is still under way was begun elsewhere.

    Raises:
        KeyReusedError: The key stands for other specs, or for something else done with them.
        ConflictError: What it stands for is not recorded any more.
    """
    earlier = backend.registry.keyed(key)
    if earlier is None:
        return None
    if not earlier.reservations:
        raise ConflictError(
            f"what was created with the key {key} is not recorded any more",
            hint="use a new key to create it again",
        )
    asked = [change.spec_digest for change in changes]
    if [granted.spec_digest for granted in earlier.reservations] != asked:
        raise reused(key, earlier.operation_id, "for other specs")
    pairs = zip(earlier.reservations, changes, strict=True)
    if not all(_may_answer(granted, change, options) for granted, change in pairs):
        raise reused(key, earlier.operation_id, "for something else")
    return earlier


def _may_answer(granted: Reservation, change: Change, options: Options) -> bool:
    """Return whether a reservation may be what this command was granted for a spec.

    The same spec may have been sent with the key as an update of some DAG. Of a spec file the path
    says which DAG it is; here a name does.
    """
    if change.source is not None:
        return True
    names = {granted.dag_id.lower(), without_number(granted.dag_id).lower()}
    is_named = change.base_name.lower() in names  # an update looks for its DAG in any case
    is_new = granted.version == 1 or granted.is_unchanged
    return is_named and (is_new or options.if_exists != "number")


def reused(key: str, operation_id: str | None, what: str) -> KeyReusedError:
    """Return the refusal of a key that stands for something else."""
    where = f", in operation {operation_id}" if operation_id else ""
    return KeyReusedError(
        f"the key {key} was used {what}{where}",
        hint="use a new key for a new request",
    )


def done_meanwhile(backend: Backend, key: str, under_way: KeyedOperation) -> KeyedOperation | None:
    """Return the operation if it is confirmed by now; if not, it is aborted, and its key is free.

    Its own run, if it is not dead, will notice.
    """
    if backend.registry.abort(under_way.operation_id) is OperationStatus.CONFIRMED:
        return backend.registry.keyed(key)
    return None


def commit_of(repo: Repo, operation_id: str) -> str | None:
    """Return the operation's commit on the branch that is checked out, if it is there."""
    with suppress(DagctlError):  # no branch to look at: what is recorded will do
        return repo.find_commit(operation_id, repo.preflight([]))
    return None
