"""The remote that an operation pushes to, and how the clone stands to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dagctl.errors import WorkspaceError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.ports.files import FileWrite


class RemoteChangedError(WorkspaceError):
    """The remote has another version of a path than the clone that the plan was made in."""


@frozen(kw_only=True)
class Proposal:
    """A branch of the remote that waits for a review."""

    branch: str
    """Its name, without `refs/heads/`."""
    commit_id: str
    address: str | None
    """Where the host opens a pull request for it; None: the host has not said."""


class Upstream(Protocol):
    """One remote of the user's repository: fetch, commit on its tip, push.

    A branch has the same name there as here. Only fast-forwards are pushed, each under the value
    that was seen (a lease); what others have pushed stays.

    Each method raises `RemoteUnavailableError` if the remote cannot be reached: then nothing was
    pushed by this call.
    """

    def bring_up(self) -> None:
        """Let the clone follow the remote, where no person works in it (a server's).

        A remote that was rewound is followed too, if the clone has no commit of its own.

        Raises:
            WorkspaceError: The clone has commits that the remote never had.
            UnavailableError: A file in the work tree is in the way.
        """

    def preflight(self, branch: str, paths: Sequence[str]) -> None:
        """Fetch, and make sure that a commit of these paths can be pushed as things are.

        Raises:
            UsageError: There is no such remote.
            RemoteChangedError: The remote has another version of a path.
            WorkspaceError: The clone has commits that the remote does not have.
        """

    def publish(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit these files on the remote's tip and push; return the id of the commit.

        As `Repo.commit`, but the local branch does not move. If the remote moves meanwhile, the
        commit is made again on what came, for a bounded time.

        Raises:
            PushRefusedError: The remote refuses it (protected branch, hook, access).
            RemoteChangedError: The remote has another version of a path by now.
            ConflictError: A hook of the user's refused.
            UnavailableError: The remote may or may not have taken it.
        """

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the commit of an operation on the remote; None if undone; see `Repo`.

        A push that has outlived its dead dagctl on this machine is waited for first.
        """

    def take_back(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Undo a commit on the remote, with a commit that restores these paths of it.

        Raises:
            UnavailableError: It could not be pushed.
        """

    def follow(self, branch: str, paths: Sequence[str]) -> str | None:
        """Let the local branch, index and work tree follow what was fetched or pushed last.

        A fast-forward that touches no change of the user's, or nothing.

        Returns:
            A warning if that was not possible, with what to do.
        """

    def propose(self, name: str, files: Mapping[str, bytes], message: str) -> Proposal:
        """Push a commit of these files to another branch; nothing here changes.

        On what the remote has of that branch, else of the one that is checked out, else on that.

        Args:
            name: The branch, without `refs/heads/`.
            files: What it is to hold, by path.
            message: The commit message.

        Raises:
            UsageError: The name is no name of a branch.
            PushRefusedError: The remote refuses it.
        """
