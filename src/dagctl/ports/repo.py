"""The user's git repository."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from dagctl.ports.files import FileWrite


class CommitPlace(StrEnum):
    """Where a commit is, as seen from what is checked out."""

    MERGED = "merged"
    """In the history of what is checked out."""
    ELSEWHERE = "elsewhere"
    """In this clone, on another branch."""
    UNKNOWN = "unknown"
    """Not in this clone."""


@frozen(kw_only=True)
class Reach:
    """From where commits can be reached; each is a set of commit ids."""

    missing: frozenset[str] = frozenset()
    """Those that this repository does not have."""
    off_branch: frozenset[str] = frozenset()
    """Those that are not in the branch that is checked out."""
    nowhere: frozenset[str] = frozenset()
    """Those of `off_branch` that no branch or tag leads to, as after a rebase."""
    unpushed: frozenset[str] | None = None
    """Those that no remote is known to have; None if the repository knows no remote branch."""


@frozen(kw_only=True)
class Removal:
    """The commit of an operation that removed a file."""

    commit_id: str
    by: str
    """Its author, as `Name <e-mail>`."""
    at: datetime
    subject: str = ""
    """The first line of its message."""


@frozen(kw_only=True)
class LoggedCommit:
    """What a commit did to some files."""

    id: str
    by: str
    """Its author, as `Name <e-mail>`."""
    at: datetime
    changes: Mapping[str, tuple[str, str]]
    """The ids of each file's content before and after, by its path; all zeros: there was none."""
    subject: str = ""
    """The first line of its message, if an operation has made it; it says which."""
    is_first: bool = False
    """Whether it has no parent here: what it holds may be older, as in a shallow clone."""


@frozen
class GitIdentity:
    """Who the user is to git (`git var GIT_AUTHOR_IDENT`)."""

    name: str
    email: str

    @property
    def signature(self) -> str:
        """The two in git's form, `Name <e-mail>`."""
        return f"{self.name} <{self.email}>"


class Repo(Protocol):
    """The user's git repository around the workspace."""

    def identity(self) -> GitIdentity:
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

    def outside(self, commits: Collection[str], *, of: str = "") -> frozenset[str]:
        """Return those of these commits that are not in the history of a commit.

        What this clone does not have, and what is no commit id, is outside as well.

        Args:
            commits: The commits that are asked for.
            of: The commit; where this clone does not have it, it is what is checked out.
        """

    def line_of(self, files: Mapping[str, str], of: str) -> dict[str, bool]:
        """Return which commits are in the history of a commit, or wrote a file that stands in it.

        So a commit counts that a rebase or a squash has made anew. What cannot be known is left
        out.

        Args:
            files: The path that each commit wrote.
            of: The commit; where this clone does not have it, it is what is checked out.
        """

    def left_out(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths a sparse checkout leaves out of the work tree."""

    def is_merge_result(self, path: str) -> bool:
        """Return whether the last commit that changed the path is a merge."""

    def unmerged(self, path: str) -> tuple[bytes, ...]:
        """Return both files that a merge under way could not join; none if it has no conflict."""

    def last_commits(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the commit that changed each path last, on what is checked out.

        A path that no recent commit has changed gets the commit that is checked out.
        """

    def removals(self, paths: Sequence[str]) -> dict[str, Removal]:
        """Return what has removed those of these paths that the commit checked out lacks.

        Only where that is a commit of an operation: its message has the trailer of one.
        """

    def content_at(self, commit_id: str, path: str) -> bytes | None:
        """Return a file as a commit has it; None if this clone has not that commit, or that file.

        Any text may be asked for.
        """

    def log(self, paths: Collection[str]) -> list[LoggedCommit]:
        """Return the recent commits that changed these files, or what is in these folders.

        The newest first, and each before those that it is based on; of a merge, what it changed on
        the branch that it was made on.
        """

    def blobs(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return contents by their ids; none that this clone lacks, or that is very large."""

    def walking_once(self, paths: Collection[str]) -> AbstractContextManager[None]:
        """Let one walk over the history answer what is asked of many files in the block.

        There `log`, `line_of` and `blobs` say what was so when it began.
        """

    def made_here(self, commits: Collection[str]) -> set[str]:
        """Return those of these commits that dagctl has made in this work tree, or lately did.

        Commits of other clones, which a pull has brought, are none of them.
        """

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths git knows: they are in the user's index."""

    def unstaged(self, paths: Sequence[str]) -> set[str]:
        """Return which of these files the user's index lacks, or has with another content.

        Those that git ignores are none of them.
        """

    def remembered(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths git has or had: in the index, or in the recent history."""

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
