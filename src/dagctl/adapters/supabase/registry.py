"""The `Registry` port over the functions that dagctl's migrations make in a Supabase project."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dagctl.adapters.supabase.rows import (
    claims_data,
    keyed_operation_of,
    records_data,
    records_of,
    reservations_of,
)
from dagctl.errors import NotAMemberError, UnavailableError, UsageError
from dagctl.ports import OperationStatus, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.adapters.supabase.client import DataClient
    from dagctl.ports import Claim, DagRecord, KeyedOperation, Query, Reservation

MOST_CLAIMS = 10_000
"""How many claims the function `reserve` takes in its one transaction."""


class SupabaseRegistry:
    """Rows of `user_dags` under row level security, for one project.

    Each method is one request, and each may be repeated: the operation's id makes it the same one.
    Every function answers with one JSON value, so that no list is cut at the project's `max_rows`.
    """

    def __init__(self, remote: DataClient, project_id: str) -> None:
        self._remote = remote
        self._project = project_id

    # --- Reading ---

    def find(
        self, *, source_paths: Collection[str] = (), dag_ids: Collection[str] = ()
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, sorted by `dag_id`."""
        if not source_paths and not dag_ids:
            return []
        wanted = {"p_source_paths": sorted(source_paths), "p_dag_ids": sorted(dag_ids)}
        return records_of(self._remote.call("find_dags", {"p_project": self._project, **wanted}))

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None.

        Raises:
            NotAMemberError: There is none to be seen, as the user is not a member.
        """
        found = self.find(dag_ids=[dag_id])
        if not found:
            self._check_member()
        return next((record for record in found if record.dag_id == dag_id), None)

    def page(self, query: Query) -> Page:
        """Return one page by keyset.

        Raises:
            NotAMemberError: There is nothing to be seen, as the user is not a member.
        """
        if query.user_id is not None and not _is_uuid(query.user_id):
            return Page((), None)
        wanted = {
            "p_project": self._project,
            "p_owner": query.owner,
            "p_tag": query.tag,
            "p_user": query.user_id,
            "p_after": query.after,
            "p_limit": query.limit + 1,
        }
        found = records_of(self._remote.call("list_dags", wanted))
        if not found:
            self._check_member()
        records = tuple(found[: query.limit])
        return Page(records, records[-1].dag_id if len(found) > query.limit else None)

    def reserved(self, operation_id: str) -> list[Reservation]:
        """Return what this operation has reserved or confirmed, in the order of the claims."""
        return reservations_of(self._remote.call("reserved", {"p_operation": operation_id}))

    def status(self, operation_id: str) -> OperationStatus:
        """Return how far the operation is."""
        return _status(self._remote.call("operation_status", {"p_operation": operation_id}))

    def keyed(self, key: str) -> KeyedOperation | None:
        """Return the operation with this idempotency key that is under way or confirmed."""
        wanted = {"p_project": self._project, "p_key": key}
        return keyed_operation_of(self._remote.call("keyed_operation", wanted))

    def role(self) -> str | None:
        """Return the user's role in the project, as the database sees it now, or None."""
        found: str | None = self._remote.call("project_role", {"p_project": self._project})
        return found

    # --- Changing ---

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none; the same operation id gives the same reservations.

        Raises:
            ConflictError: A name is taken, a row is held or has moved on, or it was aborted.
            NotAMemberError: The user is not an owner or editor of the project.
        """
        if len(claims) > MOST_CLAIMS:
            raise UsageError(
                f"{len(claims)} DAGs are too many for one operation; Supabase takes {MOST_CLAIMS}",
                hint="split them over several commands",
            )
        answer = self._remote.call(
            "reserve",
            {
                "p_operation": operation_id,
                "p_project": self._project,
                "p_claims": claims_data(claims),
                "p_key": key,
            },
        )
        return reservations_of(answer)

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see.

        Raises:
            ConflictError: Nothing is reserved under this id.
            NotAMemberError: The user is not an owner or editor of the project any more.
        """
        wanted = {"p_operation": operation_id, "p_records": records_data(records)}
        answer = self._remote.call("confirm", wanted)
        if _status(answer) is not OperationStatus.CONFIRMED:
            raise UnavailableError(f"the server answered {answer!a} to a confirmation")

    def begin_abort(self, operation_id: str) -> OperationStatus:
        """Decide that the operation will not be confirmed, unless it is; it still holds.

        Raises:
            NotAMemberError: It is another's, and the user is not an owner or editor of the project.
        """
        wanted = {"p_operation": operation_id, "p_project": self._project}
        return _status(self._remote.call("begin_abort", wanted))

    def abort(self, operation_id: str) -> OperationStatus:
        """Give the reservations back and leave a tombstone, unless confirmed."""
        wanted = {"p_operation": operation_id, "p_project": self._project}
        return _status(self._remote.call("abort", wanted))

    # --- Inside ---

    def _check_member(self) -> None:
        """Tell nothing from nothing to be seen: row level security hides rows without a word."""
        if self.role() is None:
            raise NotAMemberError(
                f"you are not a member of the project {self._project}",
                hint="ask an owner of the project to add you, or check project_id",
            )


def _status(answer: object) -> OperationStatus:
    try:
        return OperationStatus(str(answer))
    except ValueError as error:
        raise UnavailableError(
            "the server's answer is not that of dagctl's functions", hint="dagctl doctor"
        ) from error


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
