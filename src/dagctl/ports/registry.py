"""Where DAGs are recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.ports.record import DagRecord, DagVersion, Page, Query
    from dagctl.ports.reservation import (
        ArchiveOrigin,
        Claim,
        KeyedOperation,
        OperationStatus,
        Reservation,
    )


class Registry(Protocol):
    """Where DAGs are recorded, for one project and user. Readers see confirmed versions only."""

    def find(
        self,
        *,
        source_paths: Collection[str] = (),
        dag_ids: Collection[str] = (),
        removed: bool = False,
        specs: bool = True,
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, in one round trip.

        Ids that differ only by case are one name: such a record is returned, too.

        Args:
            source_paths: Paths of spec files.
            dag_ids: Ids.
            removed: Whether the tombstones are returned, as well.
            specs: Whether the records have their specs; without, they are empty as in a page.
        """

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None.

        Raises:
            NotAMemberError: There is none to be seen, as the user is not a member of the project.
        """

    def page(self, query: Query) -> Page:
        """Return one page by keyset. Its records have no spec: one may have megabytes."""

    def versions(
        self, dag_id: str, *, before: int | None = None, limit: int = 50, text: bool = False
    ) -> list[DagVersion]:
        """Return the versions of a DAG that is recorded or was removed, the newest first.

        Args:
            dag_id: The id; of several DAGs that have had it in turn, the last one counts.
            before: Only versions with a smaller number.
            limit: How many at most.
            text: Whether they come with `spec_text`.

        Raises:
            NotAMemberError: There is none to be seen, as the user is not a member of the project.
        """

    def purge(self, dag_ids: Collection[str]) -> int:
        """Forget removed DAGs for good, versions and all; return how many. Their ids are free.

        Those that are not removed, or that an operation holds, stay.
        """

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none, in one transaction; a repeat gives the same reservations.

        A claim may name a removed DAG to replace: its next version brings it back.

        Args:
            operation_id: A new one for each run.
            claims: What is asked.
            key: The idempotency key of the operation, if it has one.

        Raises:
            StaleVersionError: A DAG has a newer version than the one that the claim expects.
            ConflictError: A name is taken (`on_taken="fail"`), another operation holds a row or
                has the key, or the operation was aborted.
        """

    def keyed(self, key: str) -> KeyedOperation | None:
        """Return the operation with this idempotency key that is under way or confirmed."""

    def reserved(self, operation_id: str) -> list[Reservation]:
        """Return what this operation has reserved or confirmed, in the order of the claims."""

    def keep_history(
        self, operation_id: str, origins: Sequence[ArchiveOrigin], versions: Iterable[DagVersion]
    ) -> None:
        """Give reserved new DAGs the versions that they had elsewhere; may be repeated.

        They are shown once the operation is confirmed, and go with it if it is aborted. Of each it
        is recorded who has imported it: what it says of people and times is what an archive says.

        Args:
            operation_id: What has reserved the DAGs.
            origins: Each DAG, and the number that its reserved version gets.
            versions: Older ones of these DAGs, each DAG's together, in any order.

        Raises:
            ConflictError: Nothing is reserved under this id, or not one of these DAGs.
        """

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see, in one transaction; repeatable.

        `records` are those of the claims that are not `is_unchanged`, in their order; each becomes
        a version that stays, and one that `is_removed` takes the DAG away: of that only the commit
        counts, all else stays as it is recorded. `updated_at`, `is_active` and the names of people
        are the registry's to set. An operation is its
        project's: here as in `begin_abort` and `abort` it may be one that another user began.

        Raises:
            ConflictError: Nothing is reserved under this id (never was, or aborted).
        """

    def begin_abort(self, operation_id: str) -> OperationStatus:
        """Decide that the operation will not be confirmed, unless it is; return the status.

        After `ABORTING` it holds its DAGs until `abort`, and the store takes nothing new from it:
        what is put back now stays. `ABORTED` means that it holds nothing.
        """

    def abort(self, operation_id: str) -> OperationStatus:
        """Give the reservations back and leave a tombstone, unless confirmed; return the status.

        After `ABORTED`, a late `reserve` or `confirm` of the same id is refused.
        """

    def status(self, operation_id: str) -> OperationStatus:
        """Return how far the operation is.

        Raises:
            NotAMemberError: There is such an operation, and it is none of the user's business.
        """


class Cache(Protocol):
    """A registry that keeps what the DAG files of this work tree certify; the files count."""

    def adopt(self, records: Iterable[DagRecord]) -> None:
        """Record these as they are, in one transaction, in place of what was recorded of them.

        One that is removed becomes a tombstone.
        """

    def version_with(self, dag_id: str, digest: str) -> DagVersion | None:
        """Return the version whose DAG file has this SHA-256, with its text; None: there is none.

        It may be of another branch than the one that is checked out.
        """
