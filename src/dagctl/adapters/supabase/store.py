"""The `Store` port over a private bucket of Supabase Storage."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from storage3.exceptions import StorageApiError

from dagctl.adapters.supabase.rows import names_of, stored_of
from dagctl.adapters.supabase.supabase_errors import is_missing_object
from dagctl.errors import ConflictError, DagctlError, NotAMemberError, UnavailableError, UsageError
from dagctl.next_step import EXPORT_MIGRATIONS, TRY_LATER, Fix
from dagctl.paths import checked_parts
from dagctl.ports import StoredKey
from dagctl.ports.store import MOST_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from storage3.types import FileOptions, ListBucketFilesOptions

    from dagctl.adapters.supabase.supabase_client import DataClient

OPTIONS: FileOptions = {
    "content-type": "text/x-python",
    "cache-control": "0",  # a cache in between would go on answering with the version before
    "upsert": "true",
}

PAGE = 1000
"""How many objects are listed at a time."""
UPLOADS, RESTORES = "dagctl_operation", "dagctl_restores"
"""The keys in an object's metadata under which the policies look for the operation."""
OVER, OVER_RESTORES = frozenset({"aborting", "aborted"}), frozenset({"aborted"})
"""When an operation stores nothing any more: new bytes, and old ones that are put back."""


class SupabaseStore:
    """Objects of one bucket; safe to use from several threads for different keys."""

    def __init__(self, remote: DataClient, bucket: str) -> None:
        self._remote = remote
        self._bucket = bucket

    def put(self, key: str, data: bytes, *, operation_id: str, restores: bool = False) -> None:
        """Make `data` the object at `key`, whatever was there.

        The operation stands in the object's metadata, which the bucket's policies look at.

        Raises:
            ConflictError: The operation was ended by another run, which took over.
            NotAMemberError: The user may not write there.
            UsageError: The bucket lacks a policy of dagctl's migrations.
        """
        checked_parts(key)
        mark = RESTORES if restores else UPLOADS
        options: FileOptions = {**OPTIONS, "metadata": {mark: operation_id}}
        try:
            with self._remote.explained(f"upload of {key}"):
                self._remote.bucket(self._bucket).upload(key, data, options)
        except NotAMemberError as error:
            if self.get(key) != data:  # else it is there already, and need not be written
                over = OVER_RESTORES if restores else OVER
                raise self._explained(key, operation_id, over, error) from error

    def _explained(
        self, key: str, operation_id: str, over: Collection[str], error: NotAMemberError
    ) -> DagctlError:
        """Return why an upload was refused: the bucket only says that it was.

        The operation is over, or a policy of the bucket is missing, or the user has no right.
        """
        try:
            status = self._remote.call("operation_status", {"p_operation": operation_id})
            missing = names_of(self._remote.call("missing_policies", {}))
        except DagctlError:  # what the bucket says has to do
            return error
        if status in over:
            return ConflictError(
                f"upload of {key}: operation {operation_id} was aborted by another run",
                hint="run the command again",
            )
        if not missing:
            return error
        return UsageError(
            f"upload of {key}: the bucket {self._bucket} lacks the policy {', '.join(missing)}",
            hint=Fix("apply dagctl's migrations again: ", EXPORT_MIGRATIONS),
        )

    def get(self, key: str) -> bytes | None:
        """Return the object, or None; one that the user may not see is none as well."""
        checked_parts(key)
        with self._remote.explained(f"download of {key}"):
            try:
                return self._remote.bucket(self._bucket).download(key)
            except StorageApiError as error:
                if is_missing_object(self._remote.refusal(error)):
                    return None
                raise

    def delete(self, key: str) -> None:
        """Remove the object, if there is one.

        Raises:
            NotAMemberError: There is one, and the user may not remove it.
            UnavailableError: Whether it is removed is not known.
        """
        checked_parts(key)
        try:
            with self._remote.explained(f"removal of {key}"):
                removed = self._remote.bucket(self._bucket).remove([key])
        except NotAMemberError as error:
            # a policy leaves out, without a word, what the user may not remove: this is none
            raise UnavailableError(error.message, hint=TRY_LATER) from error
        # nothing removed, and no word of refusal: it is gone, or it is not ours to remove
        if not removed and self.get(key) is not None:
            raise NotAMemberError(f"removal of {key}: the project does not allow you this")

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Yield the objects of a folder, then the others of its project that the user may see."""
        left = [folder.partition("/")[0], folder]
        for _ in range(MOST_FOLDERS):
            if not left:
                return
            place = left.pop()
            for name, written in self._listed(place):
                key = f"{place}/{name}"
                if written is not None:
                    yield StoredKey(key, written)
                elif key != folder:
                    left.append(key)

    def _listed(self, folder: str) -> Iterator[tuple[str, datetime | None]]:
        """Yield the names of what lies right below a folder; of a folder without a time."""
        checked_parts(folder)
        bucket = self._remote.bucket(self._bucket)
        for offset in count(step=PAGE):
            part: ListBucketFilesOptions = {
                "limit": PAGE,
                "offset": offset,
                "sortBy": {"column": "name", "order": "asc"},
            }
            with self._remote.explained(f"list of {folder}"):
                page = stored_of(bucket.list(folder, part))
            yield from page
            if len(page) < PAGE:
                return
