"""The `Registry` port over the functions that dagctl's migrations make in a Supabase project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from dagctl.adapters.supabase.rows import (
    batches,
    claim_data,
    count_of,
    granted_of,
    keyed_operation_of,
    listed_of,
    misunderstood,
    names_of,
    origin_data,
    record_data,
    records_of,
    reservations_of,
    versions_of,
)
from dagctl.adapters.supabase.supabase_errors import TooLargeError
from dagctl.errors import NotAMemberError, UnavailableError, UsageError
from dagctl.paths import id_or_empty
from dagctl.ports import OperationStatus, Page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dagctl.adapters.supabase.supabase_client import DataClient
    from dagctl.ports import (
        ArchiveOrigin,
        Claim,
        DagRecord,
        DagVersion,
        KeyedOperation,
        Query,
        Reservation,
    )

MOST_CLAIMS = 10_000
"""How many claims the function `reserve` takes in its one transaction."""


class SupabaseRegistry:
    """Rows of `user_dags` under row level security, for one project.

    Each method is one request (more only where an answer would be too large), and each may be
    repeated: the operation's id makes it the same one.
    Every function answers with one JSON value, so that no list is cut at the project's `max_rows`.
    What changes something raises `NotAMemberError` to who is no owner or editor of the project.
    """

    def __init__(self, remote: DataClient, project_id: str) -> None:
        self._remote = remote
        self._project = project_id

    # --- Reading ---

    def find(
        self,
        *,
        source_paths: Collection[str] = (),
        dag_ids: Collection[str] = (),
        removed: bool = False,
        specs: bool = True,
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, sorted by `dag_id`."""
        names = [("p_source_paths", path) for path in sorted(source_paths)]
        names += [("p_dag_ids", dag_id) for dag_id in sorted(map(id_or_empty, dag_ids))]
        records = self._named(names, removed=removed, specs=specs) if names else []
        return sorted(records, key=lambda record: (record.is_removed, record.dag_id))

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None."""
        records = [record for record in self.find(dag_ids=[dag_id]) if record.dag_id == dag_id]
        if not records:
            self._check_member()
        return records[0] if records else None

    def versions(
        self, dag_id: str, *, before: int | None = None, limit: int = 50, text: bool = False
    ) -> list[DagVersion]:
        """Return the versions of a DAG that is recorded or was removed, the newest first.

        One request, or several where all of them are too large for one answer.
        """
        asked = {
            "p_project": self._project,
            "p_dag_id": id_or_empty(dag_id),
            "p_before": before,
            "p_limit": limit,
            "p_text": text,
        }
        try:
            answer = self._remote.call("dag_versions", asked, is_divisible=limit > 1)
        except TooLargeError:
            if limit == 1:
                raise
            return self._in_two(dag_id, before, limit, text=text)
        versions = versions_of(answer, self._project)
        if not versions:
            self._check_member()
        return versions

    def page(self, query: Query) -> Page:
        """Return one page by keyset, without the specs.

        Raises:
            NotAMemberError: There is nothing to be seen, as the user is not a member.
        """
        if query.user_id is not None and not _is_uuid(query.user_id):
            return Page((), None)
        asked = {
            "p_project": self._project,
            "p_owner": query.owner,
            "p_tag": query.tag,
            "p_user": query.user_id,
            "p_after": query.after,
            "p_limit": query.limit + 1,
            "p_spec": False,
        }
        rows = listed_of(self._remote.call("list_dags", asked), self._project)
        if not rows:
            self._check_member()
        records = tuple(rows[: query.limit])
        return Page(records, records[-1].dag_id if len(rows) > query.limit else None)

    def reserved(self, operation_id: str) -> list[Reservation]:
        """Return what this operation has reserved or confirmed, in the order of the claims."""
        return reservations_of(self._remote.call("reserved", {"p_operation": operation_id}))

    def status(self, operation_id: str) -> OperationStatus:
        """Return how far the operation is."""
        return _status(self._remote.call("operation_status", {"p_operation": operation_id}))

    def keyed(self, key: str) -> KeyedOperation | None:
        """Return the operation with this idempotency key that is under way or confirmed."""
        asked = {"p_project": self._project, "p_key": key}
        return keyed_operation_of(self._remote.call("keyed_operation", asked))

    def role(self) -> str | None:
        """Return the user's role in the project, as the database sees it now, or None."""
        role = self._remote.call("project_role", {"p_project": self._project})
        if role is None or isinstance(role, str):
            return role
        raise misunderstood()

    def missing_policies(self) -> list[str]:
        """Return the policies of the bucket that the project lacks, each with its command."""
        return names_of(self._remote.call("missing_policies", {}))

    def schema_version(self) -> str:
        """Return the newest of dagctl's migrations that the project has: 14 digits."""
        version = self._remote.call("dagctl_version", {})
        if isinstance(version, str) and version.isdigit():
            return version
        raise misunderstood()

    # --- Changing ---

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none; the same operation id gives the same reservations."""
        if len(claims) > MOST_CLAIMS:
            raise UsageError(
                f"{len(claims)} DAGs are too many for one operation; Supabase takes {MOST_CLAIMS}",
                hint="split them over several commands",
            )
        asked = {"p_operation": operation_id, "p_project": self._project, "p_key": key}
        rows = map(claim_data, claims)
        answer = self._remote.call_with_rows("reserve", asked, "p_claims", rows)
        return granted_of(answer, claims)

    def keep_history(
        self, operation_id: str, origins: Sequence[ArchiveOrigin], versions: Iterable[DagVersion]
    ) -> None:
        """Give reserved new DAGs the versions that they had elsewhere: some in each request."""
        asked: dict[str, Any] = {"p_operation": operation_id, "p_project": self._project}
        rows = map(origin_data, origins)
        asked["p_versions"] = []
        count_of(self._remote.call_with_rows("import_versions", asked, "p_origins", rows))
        for some in batches(versions):
            further = asked | {"p_origins": [], "p_versions": some}
            count_of(self._remote.call("import_versions", further))

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see."""
        asked = {"p_operation": operation_id}
        rows = map(record_data, records)
        answer = self._remote.call_with_rows("confirm", asked, "p_records", rows)
        if _status(answer) is not OperationStatus.CONFIRMED:
            raise UnavailableError(f"the server answered {answer!a} to a confirmation")

    def purge(self, dag_ids: Collection[str]) -> int:
        """Forget removed DAGs for good, versions and all; return how many."""
        asked = {"p_project": self._project, "p_dag_ids": sorted(map(id_or_empty, dag_ids))}
        return count_of(self._remote.call("purge_dags", asked))

    def begin_abort(self, operation_id: str) -> OperationStatus:
        """Decide that the operation will not be confirmed, unless it is; it still holds.

        Raises:
            NotAMemberError: It is another's, and the user is not an owner or editor of the project.
        """
        asked = {"p_operation": operation_id, "p_project": self._project}
        return _status(self._remote.call("begin_abort", asked))

    def abort(self, operation_id: str) -> OperationStatus:
        """Give the reservations back and leave a tombstone, unless confirmed."""
        asked = {"p_operation": operation_id, "p_project": self._project}
        return _status(self._remote.call("abort", asked))

    # --- Inside ---

    def _named(
        self, names: Sequence[tuple[str, str]], *, removed: bool, specs: bool
    ) -> list[DagRecord]:
        """Return the records that are named; half of them at a time if that is too much for one."""
        asked: dict[str, Any] = {"p_source_paths": [], "p_dag_ids": []}
        for parameter, name in names:
            asked[parameter].append(name)
        asked |= {"p_project": self._project, "p_removed": removed, "p_spec": specs}
        read = records_of if specs else listed_of
        # without specs, what takes long is no size: a part would take as long
        is_divisible = specs and len(names) > 1
        try:
            answer = self._remote.call("find_dags", asked, is_divisible=is_divisible)
            return read(answer, self._project)
        except TooLargeError:
            if len(names) == 1:
                raise
        half = len(names) // 2
        records = [
            *self._named(names[:half], removed=removed, specs=specs),
            *self._named(names[half:], removed=removed, specs=specs),
        ]
        return list({(record.id, record.is_removed): record for record in records}.values())

    def _in_two(
        self, dag_id: str, before: int | None, limit: int, *, text: bool
    ) -> list[DagVersion]:
        """Return versions by two questions: what fits in no answer is the specs, not the rows."""
        half = limit // 2
        newer = self.versions(dag_id, before=before, limit=half, text=text)
        if len(newer) < half:
            return newer
        last = newer[-1].version
        return newer + self.versions(dag_id, before=last, limit=limit - half, text=text)

    def _check_member(self) -> None:
        """Distinguish no row from a hidden row: row level security hides rows without a word."""
        if self.role() is None:
            raise NotAMemberError(
                f"you are not a member of the project {self._project}",
                hint="ask an owner of the project to add you, or check project_id",
            )


def _status(answer: object) -> OperationStatus:
    try:
        return OperationStatus(str(answer))
    except ValueError as error:
        raise misunderstood() from error


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
