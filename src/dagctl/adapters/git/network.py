"""Speaks to one remote: fetch and push, in bounded time, under a lock that outlives no git.

git does the talking, with the credentials, the ssh and the proxies that the user has set up for it.
It may use the protocols that are built in, and no other program that a configuration names.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Literal

from dagctl import durable
from dagctl.adapters.git.branch_tips import attempts, tip
from dagctl.adapters.git.git_program import transport_variables
from dagctl.adapters.git.preflight import require_own_files
from dagctl.errors import RemoteUnavailableError, UnavailableError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import again
from dagctl.patterns import lazy_pattern
from dagctl.session.redaction import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.adapters.git.git_program import GitAnswer
    from dagctl.adapters.git.place import GitWorkTree

PROTOCOLS = "file:git:http:https:ssh"
"""`GIT_ALLOW_PROTOCOL`: it overrides what any configuration allows (`git help config`)."""

_QUIET = (
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false"),  # no work that outlives the call
    *("-c", "advice.pushUpdateRejected=false", "-c", "color.ui=false", "-c", "push.gpgSign=false"),
    *("-c", "push.pushOption=", "-c", "submodule.recurse=false"),
)
_ABSENT = "couldn't find remote ref"
_LOCKED = ("cannot lock ref", "File exists", "unable to update local ref")
_LOCKED_FOR = 10.0
"""How many seconds another git that fetches is waited for."""
_USER = lazy_pattern(r"(?<=://)[^/@\s]{1,4096}@")
"""Who signs in, in an address: a token may stand there without a password."""
_SHOWN = 4000
"""How many characters of what git says a message holds, from its end."""
_MOVED = (
    *("failed to update ref", "cannot lock ref", "failed to lock", "incorrect old value"),
    *("reference already exists", "non-fast-forward", "fetch first", "stale info"),
)
"""Why a remote refuses what was right a moment before: worth another try."""
BESIDE = "exists; cannot create"
"""What git says of a branch `a/b` where there is a branch `a`, and the other way round."""


@frozen
class Pushed:
    """What became of a push."""

    outcome: Literal["taken", "moved", "refused", "unknown"]
    """Unknown: git has not heard what the remote made of it, or has not reached it."""
    said: str
    """What git and the remote say, fit to be shown."""


class Network:
    """One remote of a repository."""

    def __init__(self, place: GitWorkTree, remote: str, *, limit: float, asks: bool) -> None:
        """Take the remote; nothing is asked yet.

        Args:
            place: The work tree.
            remote: The name of the remote, which is checked.
            limit: Seconds for one call.
            asks: Whether git may ask the user at the terminal.
        """
        self.remote = remote
        self._place = place
        self._limit = limit
        self._asks = asks

    def tracking(self, branch: str) -> str:
        """Return the ref that holds what was fetched of a branch (`refs/heads/main`)."""
        return f"refs/remotes/{self.remote}/{branch.removeprefix('refs/heads/')}"

    def fetch(self, branch: str, paths: Sequence[str] = ()) -> str | None:
        """Return the tip of a branch of the remote, with its history here; None: no such branch.

        The folders of `paths` are read on the way.

        Raises:
            RemoteUnavailableError: The remote cannot be reached.
            WorkspaceError: A link stands where git would write.
        """
        tracking = self.tracking(branch)
        require_own_files(self._place, tracking)
        options = ("--quiet", "--no-tags", "--no-prune", "--refmap=", "--no-recurse-submodules")
        own = ("--no-write-fetch-head", "--no-auto-maintenance", "--upload-pack=git-upload-pack")
        said = ""
        for _ in attempts(_LOCKED_FOR):
            answer = self._run("fetch", *options, *own, self.remote, f"+{branch}:{tracking}")
            if answer.ok:
                return self._place.trees.read_tip(tracking, paths).commit
            if _ABSENT in answer.error:
                return None
            said = answer.error or f"git fetch: exit status {answer.status}"
            if BESIDE in said or not any(words in said for words in _LOCKED):
                break
        raise self.unavailable(said)

    def push(self, branch: str, new: str, old: str | None) -> Pushed:
        """Push a commit to a branch that stands at `old` (None: that does not exist)."""
        options = ("--porcelain", "--no-progress", "--no-verify", "--no-follow-tags")
        own = ("--recurse-submodules=no", "--receive-pack=git-receive-pack")
        lease = f"--force-with-lease={branch}:{old or ''}"
        try:
            answer = self._run("push", *options, *own, lease, self.remote, f"{new}:{branch}")
        except RemoteUnavailableError as error:  # it took too long
            return Pushed("unknown", error.message)
        pushed = _of(answer, branch)
        if pushed.outcome == "taken" and tip(self._place.git, self.tracking(branch)) != new:
            self._place.git.run("update-ref", self.tracking(branch), new)
        return pushed

    def unavailable(self, said: str) -> RemoteUnavailableError:
        """Return the error for a remote that cannot be reached; it shows what git says."""
        if BESIDE in said:
            return RemoteUnavailableError(
                f"a branch of {self.remote} that is gone there is in the way here: {said}",
                hint=again(f"git remote prune {self.remote}"),
            )
        return RemoteUnavailableError(
            f"the remote {self.remote} cannot be reached: {said}",
            hint=again(f"see whether `git fetch {self.remote}` works"),
        )

    def _run(self, *arguments: str) -> GitAnswer:
        """Run git while no other git speaks to a remote for dagctl here.

        Raises:
            RemoteUnavailableError: It took too long.
            UsageError: There is no such remote.
        """
        try:
            with self._lock() as held:
                return _shown(self._git(arguments, held))
        except TimeoutExpired as error:
            raise self.unavailable(f"no answer within {self._limit:g} seconds") from error

    def _git(self, arguments: Sequence[str], held: int) -> GitAnswer:
        return self._place.git.run(
            *_QUIET,
            *arguments,
            environment={
                **transport_variables(asks=self._asks),
                "GIT_ALLOW_PROTOCOL": PROTOCOLS,
            },
            timeout=self._limit,
            terminal=self._asks,
            held=held,
        )

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """Hold the lock on the network; each git inherits it, so that it dies with the last one.

        Else a push that outlives its killed dagctl could arrive after a look at the remote.

        Raises:
            UnavailableError: An earlier git is still at it.
        """
        path = self._place.folder.path
        with (
            durable.explained(str(path / "dagctl")),
            durable.folder(path, ("dagctl",), make=True) as folder,
        ):
            descriptor = durable.opened_lock(folder, "remote.lock")
        try:
            self._acquire(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _acquire(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._limit
        while not durable.is_locked(descriptor):
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"a git of an earlier run still speaks to the remote {self.remote}",
                    hint=again("wait for it, or end that git process"),
                )
            time.sleep(0.05)


def require_remote(values: Mapping[str, str], remote: str) -> None:
    """Make sure that git knows a remote of that name.

    Raises:
        UsageError: It does not.
    """
    if not values.get(f"remote.{remote}.url"):
        raise UsageError(
            f"git knows no remote `{remote}`", hint=f"git remote add {remote} URL, or set `remote`"
        )


def shown(text: str) -> str:
    """Return what git says, without who signs in at an address, and at most so long."""
    return _USER.sub(f"{HIDDEN}@", text)[-_SHOWN:].strip()


def _shown(answer: GitAnswer) -> GitAnswer:
    return type(answer)(answer.status, answer.out, shown(answer.error))


def _of(answer: GitAnswer, branch: str) -> Pushed:
    """Read what `git push --porcelain` says of the one ref: flag, names, summary."""
    line = next(
        (line for line in answer.text.splitlines() if line.partition("\t")[2].find(branch) > 0), ""
    )
    if answer.ok:
        return Pushed("taken", answer.error)
    if not line.startswith("!") or "[remote failure]" in line:
        return Pushed("unknown", answer.error or f"git push: exit status {answer.status}")
    why = shown(line.rpartition("\t")[2])
    has_moved = why.startswith("[rejected]") or any(words in why for words in _MOVED)
    remote_lines = [
        text.rstrip() for text in answer.error.splitlines() if text.startswith("remote:")
    ]
    said = "\n".join([*remote_lines, why])
    return Pushed("moved" if has_moved and BESIDE not in said else "refused", said)
