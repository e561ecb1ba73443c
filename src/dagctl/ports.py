"""What the operation needs from the world: the ports and the values that cross them.

An adapter implements one port. Registry and store are embedded (SQLite, a folder) or Supabase's;
all ports are there in memory as well, for tests. All paths are relative to the workspace root and
use `/`. Identifiers are the text form of a UUID. Times are aware, in UTC.

Contract of every port: a method either did all it says, or raised a `DagctlError`.
`UnavailableError` and any other exception mean that the effect may or may not have happened
("unknown is not failed"): the caller looks before it goes on. `ConflictError` and `UsageError` are
definite refusals: nothing of this call has happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from dagctl.spec.target import Series


# --- Values ---


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRecord:
    """A row of the registry: the guide's columns of `user_dags`, then what the operation needs."""

    id: str
    project_id: str
    user_id: str
    dag_id: str
    dag_name: str
    description: str
    file_path: str
    schedule_interval: str | None
    owner: str
    tags: tuple[str, ...]
    task_count: int
    is_active: bool
    created_at: datetime
    updated_at: datetime
    commit_id: str

    version: int
    """1 for the first version, one more with each update."""
    base_name: str
    """The name that was wished for, before a number was added; `dag_id` unless that was taken."""
    source_path: str | None
    """The spec's path in the workspace, or None (standard input, library)."""
    storage_path: str
    """The key in the store, `<project_id>/dags/<file name>`."""
    airflow: Series
    spec: Mapping[str, Any]
    """The spec as JSON data."""
    spec_digest: str
    """SHA-256 of the canonical JSON of the spec, in hex."""
    content_digest: str
    """SHA-256 of the DAG file, in hex."""
    created_by_name: str | None = None
    """Who made version 1, in words a person knows: git's `Name <e-mail>`, or the e-mail address of
    the account. None if it is not recorded. The registry sets it, never a client's text."""
    updated_by_name: str | None = None
    """Who made this version; as above."""
    problem: str | None = None
    """What is wrong with the row, or None. Of a damaged row only `id` and `dag_id` are to be
    trusted, and what says which spec it is of; file and object are empty. Not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one spec asks of the registry: a new name, or the next version of a DAG that exists."""

    dag_id: str
    """The name that is wished for."""
    replaces: str | None = None
    """The row id of the DAG to update, or None for a new DAG."""
    expected_version: int | None = None
    """For an update: the version that was read; if it has moved on, the claim is refused."""
    on_taken: Literal["number", "fail"] = "number"
    """For a new DAG whose name is taken: the next free number (`x_2`), or a `ConflictError`."""
    spec_digest: str = ""
    """SHA-256 of the spec, in hex: by it a repeat is known for one."""
    is_unchanged: bool = False
    """The DAG that is named by `replaces` needs no change: it is remembered, and not held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What the registry grants for a claim, in the order of the claims."""

    row_id: str
    dag_id: str
    """The final name."""
    version: int
    user_id: str
    """Who created the DAG (for an update: its first author)."""
    created_at: datetime
    """When the DAG was created (for an update: the first time)."""
    spec_digest: str = ""
    """As in the claim."""
    is_unchanged: bool = False
    """As in the claim: nothing is held, and `version` is the one that was recorded already."""
    file_path: str | None = None
    """Of this version, once it is confirmed; whatever has become of the DAG since."""
    commit_id: str | None = None
    """As it was recorded with this version, once that is confirmed."""
    created_by_name: str | None = None
    """Who created the DAG (for an update: its first author), in words a person knows."""


class CommitPlace(StrEnum):
    """Where a commit is, as seen from what is checked out."""

    MERGED = "merged"
    """In the history of what is checked out."""
    ELSEWHERE = "elsewhere"
    """In this clone, on another branch."""
    UNKNOWN = "unknown"
    """Not in this clone."""


class OperationStatus(StrEnum):
    """How far the registry has an operation."""

    ABSENT = "absent"
    RESERVED = "reserved"
    ABORTING = "aborting"
    """It still holds its DAGs while things are put back; it will never be confirmed."""
    CONFIRMED = "confirmed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedOperation:
    """The operation that an idempotency key stands for."""

    operation_id: str
    status: OperationStatus
    """Never `ABORTED`: what was undone frees its key."""
    reservations: tuple[Reservation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records a page holds: by `dag_id` in code point order, from behind `after` on."""

    owner: str | None = None
    tag: str | None = None
    user_id: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Records, and the cursor of the next page (None at the end)."""

    records: tuple[DagRecord, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWrite:
    """One file to write or remove: `old` stands there now, `new` shall (None: nothing)."""

    path: str
    new: bytes | None
    old: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An object in the store."""

    key: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From where commits can be reached; each is a set of commit ids."""

    missing: frozenset[str] = frozenset()
    """Those that this repository does not have."""
    off_branch: frozenset[str] = frozenset()
    """Those that are not in the branch that is checked out."""
    unpushed: frozenset[str] | None = None
    """Those that no remote is known to have; None if the repository knows no remote branch."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the user is to git (`git var GIT_AUTHOR_IDENT`)."""

    name: str
    email: str

    @property
    def signature(self) -> str:
        """The two in git's form, `Name <e-mail>`."""
        return f"{self.name} <{self.email}>"


# --- Ports ---


class Registry(Protocol):
    """Where DAGs are recorded, for one project and user. Readers see confirmed versions only."""

    def find(
        self, *, source_paths: Collection[str] = (), dag_ids: Collection[str] = ()
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, in one round trip.

        Ids that differ only by case are one name: such a record is returned, too.
        """

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None.

        Raises:
            NotAMemberError: There is none to be seen, as the user is not a member of the project.
        """

    def page(self, query: Query) -> Page:
        """Return one page by keyset."""

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none, in one transaction; a repeat gives the same reservations.

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

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see, in one transaction; repeatable.

        `records` are those of the claims that are not `is_unchanged`, in their order. `updated_at`,
        `is_active` and the names of people are the registry's to set. An operation is its
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
        """Record these as they are, in one transaction, in place of what was recorded of them."""


class Store(Protocol):
    """Where DAG files are uploaded: keys to bytes."""

    def put(self, key: str, data: bytes, *, operation_id: str, restores: bool = False) -> None:
        """Make `data` the object at `key`, whatever was there; durable on return.

        A store that several machines write looks at the operation: new bytes are taken while it
        is reserved, old ones (`restores`) while it is aborting. So nothing that arrives late
        overwrites what came after it. A store of one machine need not look.

        Raises:
            NotAMemberError: The operation does not hold that key any more, or is not the user's.
        """

    def get(self, key: str) -> bytes | None:
        """Return the object, or None."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Yield the objects right below a folder, such as `<project_id>/dags`, in any order."""


class Files(Protocol):
    """The work tree below the workspace root. Follows no symbolic link, never leaves the root."""

    def names(self, folder: str, most: int, largest: int) -> list[str]:
        """Return the paths of the Python files in a folder and those below it, sorted.

        Hidden folders, links and files of more than `largest` bytes are left out; of more than
        `most` files the rest is. No folder: no files.
        """

    def read(self, path: str) -> bytes | None:
        """Return the content, or None if nothing is there.

        Raises:
            ConflictError: Something other than a regular file is there (or on the way there).
        """

    def write(self, writes: Sequence[FileWrite]) -> None:
        """Write each file atomically and durably.

        Temporary file, fsync, link without replacing (or rename), then fsync of the folders; or an
        unlink where `new` is None. A path that is already as it shall be is left alone: a repeat
        finishes what a kill cut short.

        Raises:
            ConflictError: A path holds neither `old` nor `new` now; the files before it stay.
            UnavailableError: The disk is full or not writable; the files before it stay.
        """

    def restore(self, writes: Sequence[FileWrite]) -> list[str]:
        """Undo `write`: each path that is as `new` says gets `old` back, or is removed.

        Returns:
            The paths left as they are because they hold something else by now.
        """


class Repo(Protocol):
    """The user's git repository around the workspace."""

    def identity(self) -> Identity:
        """Return who commits.

        Raises:
            UsageError: git knows no name or email.
        """

    def preflight(self, paths: Sequence[str], *, new: Collection[str] = ()) -> str:
        """Return the branch to commit to (`refs/heads/main`), born or not, if that can be done.

        Args:
            paths: What is to be written or removed.
            new: Those of them where no file may be known: a new DAG is not to replace one that is
                tracked and only deleted in the work tree, or that differs by case only.

        Raises:
            ConflictError: Detached HEAD; a merge, rebase, cherry-pick, revert or bisect under way;
                an ignored path; a held `index.lock`; a path inside a submodule; a known path; a
                path for which git would store other bytes; a commit that cannot be signed.
            UsageError: No repository, no identity, git missing or too old.
        """

    def commit(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit these files, as they stand in the work tree, on top of `branch`; return its id.

        A write whose `new` is None removes its path. Where the branch holds all of this already,
        no commit is made, and the branch's tip is returned.

        One commit with the user's identity and the trailer `Dagctl-Op: <operation id>`, signed if
        `commit.gpgsign` says so, through a private index that the pre-commit and commit-msg hooks
        see unless `verify` is false. A branch that moved is followed, a branch that was left is a
        conflict. The user's index is not touched.

        Raises:
            ConflictError: A hook refused (its output is in the message); signing failed; the branch
                holds another version of a path.
        """

    def differing(self, files: Mapping[str, bytes | None]) -> set[str]:
        """Return the paths that hold something else in the commit that is checked out.

        None: the path is not there.
        """

    def place_of(self, commit_id: str) -> CommitPlace:
        """Return where a commit is; any text may be asked for."""

    def is_merge_result(self, path: str) -> bool:
        """Return whether the last commit that changed the path is a merge."""

    def last_commits(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the commit that changed each path last, on what is checked out.

        A path that no recent commit has changed gets the commit that is checked out.
        """

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths git knows: they are in the user's index."""

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the commit on `branch` with this operation's trailer; None if undone there.

        It is undone as well where all `writes` are as they were before it: a commit of the user's
        from an index that did not know them yet takes them for removed.

        Here as in `uncommit` a branch that is gone, as by a new name, gives way to the one that is
        checked out.
        """

    def stage(self, paths: Sequence[str]) -> str | None:
        """Bring exactly these paths of the user's index to the committed state.

        Returns:
            A warning if that was not possible, with the command that does it.
        """

    def reach(self, commits: Collection[str]) -> Reach | None:
        """Return from where these commits can be reached; None in a shallow clone.

        What is no commit id counts as missing.
        """

    def uncommit(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Undo a commit of ours: move the branch back if it is the tip, else commit the reverse."""


class Journal(Protocol):
    """The files that say which operation is under way, and the lock that makes it the only one."""

    def lock(
        self, *, wait: float, waiting: Callable[[str], None] | None = None
    ) -> AbstractContextManager[None]:
        """Hold the workspace's lock; it dies with its process.

        Args:
            wait: How many seconds to wait for another process that holds it.
            waiting: Hears after a second which process that is, and since when.

        Raises:
            ConflictError: Another process holds it after `wait` seconds; the message says which.
        """

    def write(self, operation_id: str, entry: Mapping[str, Any]) -> None:
        """Make the entry durable, replacing an older one of this operation."""

    def is_empty(self) -> bool:
        """Return whether there is no entry. Needs no lock, as it changes nothing."""

    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by operation id, oldest first; an unreadable one is set aside.

        Only for the holder of the lock: another's entry may be that of a live operation.
        """

    def set_aside(self, operation_id: str) -> None:
        """Keep an entry of no use under another name; only for the holder of the lock."""

    def aside(self) -> tuple[str, ...]:
        """Return where the entries stand that could not be read."""

    def delete(self, operation_id: str) -> None:
        """Remove the entry; nothing happens if there is none."""


class Listener(Protocol):
    """Who wants to hear how an operation goes. The library itself prints nothing."""

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        """Be told that a step begins (`done=False`) or has ended well (`done=True`)."""

    def progress(self, name: str, completed: int, total: int) -> None:
        """Be told how far a step over many specs is."""

    def warn(self, text: str) -> None:
        """Be told of what may be wrong without being a failure."""

    def waiting(self, text: str) -> None:
        """Be told what the operation has been waiting for since a second."""
