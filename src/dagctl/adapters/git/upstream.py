"""The `Upstream` port over real git: commits that stand on a remote."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import UNDOES, attempts, find, head, tip
from dagctl.adapters.git.follow import Follower, is_ancestor
from dagctl.adapters.git.git_objects import look_up
from dagctl.adapters.git.network import BESIDE, PROTOCOLS, require_remote
from dagctl.adapters.git.preflight import branch_to_commit_to
from dagctl.adapters.git.proposing import address_of, propose
from dagctl.adapters.git.undo_commit import is_reverted, reverse
from dagctl.errors import (
    PushRefusedError,
    RemoteUnavailableError,
    UnavailableError,
    UsageError,
    WorkspaceError,
)
from dagctl.next_step import Fix, Option, again
from dagctl.ports import Proposal, RemoteChangedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.adapters.git.commit import CommitDraft, Committer, Patience
    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.git_objects import Stored
    from dagctl.adapters.git.network import Network, Pushed
    from dagctl.adapters.git.place import GitWorkTree
    from dagctl.ports import FileWrite

_PULL = "git pull, then again"
_NOT_SENT = (
    *("unable to access", "Could not resolve", "Could not read from remote", "could not read"),
    *("Authentication failed", "Permission denied", "not found", "does not appear to be"),
    *("unable to connect", "Connection refused", "not allowed"),
)
"""What git says where it has not got as far as to send anything."""
_PAUSE = 0.05
"""The longest pause, in seconds, before the next try: who waits for long is always late."""
_TRIES = 20
"""How often at least a remote that moves is tried, however long each try takes."""
_REMEMBERED = 100
"""How many places are looked at where the remote's branch stood before."""
_LATE = "no answer within"
_AS_ASKED = "do what it asks for"
_TWICE = "matches more than one"
"""What git says where the remote also has `refs/heads/refs/heads/NAME`, or such a tag."""
_PROTECTED = ("protected", "hook declined", "not allowed to push", "GH006")


class GitUpstream:
    """One remote of the user's repository."""

    def __init__(
        self,
        place: GitWorkTree,
        network: Network,
        committer: Committer,
        configuration: Configuration,
        patience: Patience,
    ) -> None:
        """Take what a `GitRepo` has opened; nothing is asked of the remote yet."""
        self._place = place
        self._git = place.git
        self._network = network
        self._committer = committer
        self._configuration = configuration
        self._patience = patience
        self._follower = Follower(place, configuration, wait=patience.index)
        self._fetched: dict[str, str | None] = {}
        """Where branches of the remote stood when preflight looked."""

    # --- Before an operation ---

    def bring_up(self) -> None:
        """Let a clone in which no person works follow the remote."""
        self._require()
        branch = branch_to_commit_to(self._place)
        before, at = tip(self._git, self._network.tracking(branch)), tip(self._git, branch)
        there = self._network.fetch(branch)
        if there in (at, None):
            return
        if at is None or is_ancestor(self._git, at, there):
            why = self._follower.follow(branch, there, ())
        elif before is not None and is_ancestor(self._git, at, before):
            why = self._follower.reset(branch, there)
        else:
            raise self._ahead(branch, there)
        if why is not None:
            raise UnavailableError(f"the clone cannot follow {self._name(branch)}: {why}")

    def preflight(self, branch: str, paths: Sequence[str]) -> None:
        """Fetch, and make sure that a commit of these paths can be pushed as things are."""
        self._require()
        full = list(map(self._place.full, paths))
        here, there = tip(self._git, branch), self._network.fetch(branch, full)
        self._fetched[branch] = there
        if there is None:
            return
        if here is None:
            name = branch.removeprefix("refs/heads/")
            raise WorkspaceError(f"{name} has no commit here, and the remote has", hint=_PULL)
        if not is_ancestor(self._git, here, there):
            raise self._ahead(branch, there)
        for path in full:
            if self._place.trees.find(here, path) != self._place.trees.find(there, path):
                raise RemoteChangedError(
                    f"{self._name(branch)} has another version of {path}", hint=_PULL
                )

    # --- The operation ---

    def publish(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit these files on the remote's tip and push; return the id of the commit."""
        self._require()
        if head(self._place) != branch:
            raise WorkspaceError(f"HEAD left {branch}")
        if branch in self._fetched:
            there = self._fetched.pop(branch)
        else:
            there = self._network.fetch(branch)
        here = tip(self._git, branch)
        draft = self._committer.draft(
            operation_id, branch, writes, message, at=there or here, verify=verify
        )
        return self._land(replace(draft, base=here), there)

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the commit of an operation on the remote; None if undone, or never there."""
        self._require()
        if self._network.fetch(branch) is None:
            return None
        tracking = self._network.tracking(branch)
        commit = find(self._git, operation_id, tracking)
        files = ((self._place.full(write.path), write.new) for write in writes)
        if commit and writes and is_reverted(self._git, commit, tracking, files):
            return None
        return commit

    def take_back(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Undo a commit on the remote, with a commit that restores these paths of it."""
        self._require()
        paths = [self._place.full(write.path) for write in writes]
        text = f"Undo {commit_id}\n\n{UNDOES}: {operation_id}\n"
        said, signs, trees = "", self._configuration.signs, self._place.trees
        for _ in attempts(self._patience.moves, _PAUSE):
            there = self._network.fetch(branch)
            if there is None or find(self._git, operation_id, there) is None:
                return
            new = reverse(trees, commit_id, now=there, paths=paths, text=text, signs=signs)
            pushed = self._network.push(branch, new, there)
            if pushed.outcome == "taken":
                return
            said = pushed.said
            if pushed.outcome == "refused":
                break
        raise UnavailableError(
            f"commit {commit_id[:7]} could not be taken back on {self._name(branch)}: {said}"
        )

    def follow(self, branch: str, paths: Sequence[str]) -> str | None:
        """Let the local branch follow what was fetched or pushed last."""
        target = tip(self._git, self._network.tracking(branch))
        if target is None:
            return None
        why = self._follower.follow(branch, target, [self._place.full(path) for path in paths])
        name = branch.removeprefix("refs/heads/")
        if why is None:
            return None
        return (
            f"{name} does not follow {self._name(branch)} here: {why}; afterwards run: "
            f"git merge --ff-only {self._name(branch)}"
        )

    # --- A review ---

    def propose(self, name: str, files: Mapping[str, bytes], message: str) -> Proposal:
        """Push a commit of these files to another branch; nothing here changes."""
        self._require()
        base = head(self._place)
        if base == f"refs/heads/{name}":
            raise UsageError(
                f"`{name}` is the branch that is checked out: it is what a review is merged into",
                hint="give another name, such as review/orders",
            )
        pushed, commit_id = propose(
            self._place,
            self._network,
            name,
            {self._place.full(path): content for path, content in files.items()},
            message,
            base=base,
            signs=self._configuration.signs,
            wait=self._patience.moves,
        )
        if pushed.outcome != "taken":
            raise self._refused(f"refs/heads/{name}", pushed.said)
        url = self._configuration.values.get(f"remote.{self._network.remote}.url", "")
        return Proposal(
            branch=name, commit_id=commit_id, address=address_of(pushed.said, url, name)
        )

    # --- Inside ---

    def _land(self, draft: CommitDraft, there: str | None) -> str:
        """Push the draft on top of what the remote has, again and again while that moves."""
        branch, begun = draft.branch, time.monotonic()
        new, pushed = self._tried(draft, there, self._committer.commit_on)
        if pushed is None:
            return new
        count, before = 1, self._renewable(new)
        with self._place.trees.kept_open():
            for _ in islice(attempts(self._patience.moves, _PAUSE, tries=_TRIES), 1, None):
                self._place.trees.forget()
                # behind the pause: what was fetched before it would be stale by now
                there = self._network.fetch(branch, list(draft.files))
                new, pushed = self._tried(draft, there, self._made_again(before))
                if pushed is None:
                    return new
                count += 1
        raise RemoteUnavailableError(
            f"{self._name(branch)} moved at each of {count} tries in "
            f"{time.monotonic() - begun:.0f} seconds: {pushed.said}",
            hint=Fix(
                "run it again when fewer people push; or publish for a review: ",
                Option("branch", "NAME"),
            ),
        )

    def _tried(
        self, draft: CommitDraft, there: str | None, make: Callable[[CommitDraft, str | None], str]
    ) -> tuple[str, Pushed | None]:
        """Commit on what the remote has, and push.

        Returns:
            The commit, and None once the remote has it; else what came in between.
        """
        branch, at = draft.branch, there or draft.base
        self._committer.require_same_files(draft, at, lambda path: self._changed(branch, path))
        if there is not None and self._committer.holds(there, draft.files):
            return there, None
        new = make(draft, at)
        pushed = self._network.push(branch, new, there)
        if pushed.outcome == "taken" or self._has_taken(branch, new, pushed):
            return new, None
        return new, pushed

    def _renewable(self, commit: str) -> Stored | None:
        """Return a commit that can be made again without a git: one that is not signed."""
        if self._configuration.signs or "core.sharedrepository" in self._configuration.values:
            return None
        return look_up(self._git, [commit])[0]

    def _made_again(self, before: Stored | None) -> Callable[[CommitDraft, str | None], str]:
        if before is None:
            return self._committer.commit_on
        return lambda draft, at: self._committer.commit_again(draft, at, before)

    def _require(self) -> None:
        require_remote(self._configuration.values, self._network.remote)
        self._git.allow_transport(PROTOCOLS)

    def _name(self, branch: str) -> str:
        return f"{self._network.remote}/{branch.removeprefix('refs/heads/')}"

    def _has_taken(self, branch: str, new: str, pushed: Pushed) -> bool:
        """Return whether the remote has a commit whose push did not succeed, as far as git knows.

        It is asked, if git does not know. False: the remote has moved.

        Raises:
            RemoteUnavailableError: It has not, as it could not be reached.
            PushRefusedError: It has not.
            UnavailableError: That cannot be known now.
        """
        if pushed.outcome == "moved":
            return False
        if pushed.outcome == "refused":
            raise self._refused(branch, pushed.said)
        try:
            there = self._network.fetch(branch)
        except RemoteUnavailableError as error:
            if any(words in pushed.said for words in _NOT_SENT):
                raise
            raise UnavailableError(
                f"whether {self._name(branch)} has taken the push is not known: {pushed.said}; "
                f"then {error.message}"
            ) from error
        if there is not None and is_ancestor(self._git, new, there):
            return True
        if _LATE in pushed.said:
            raise RemoteUnavailableError(pushed.said, hint=again("see why the remote hangs"))
        raise self._refused(branch, pushed.said)

    def _refused(self, branch: str, said: str) -> PushRefusedError:
        review = Fix("do what it asks for; or publish for a review: ", Option("branch", "NAME"))
        fix: Fix = review if any(words in said for words in _PROTECTED) else again(_AS_ASKED)
        if BESIDE in said:
            fix = Fix("a branch of the remote is in the way of that name; take another one")
        if _TWICE in said:
            seen = f"git ls-remote {self._network.remote} '*/{branch}'"
            fix = again(f"`{seen}` names a second ref that ends alike: remove it on the remote")
        return PushRefusedError(
            f"{self._network.remote} refused the push of "
            f"{branch.removeprefix('refs/heads/')}:\n{said}",
            hint=fix,
        )

    def _changed(self, branch: str, path: str) -> RemoteChangedError:
        return RemoteChangedError(
            f"{self._name(branch)} has another version of {path} in the meantime", hint=_PULL
        )

    def _had(self, branch: str, commit_id: str) -> bool:
        """Return whether the remote's branch once had a commit, as far as git remembers here."""
        log = ("log", "-g", "--format=%H", f"--max-count={_REMEMBERED}")
        tracking = self._network.tracking(branch)
        before = self._git.run(*log, tracking).text.split()
        # a clone notes the second place only, and the first one as where that came from
        first = tip(self._git, f"{tracking}@{{{len(before)}}}") if before else None
        before += [first] if first else []
        if not before:
            return False
        lost = self._git.run("rev-list", "--max-count=1", commit_id, "--not", *before)
        return lost.ok and not lost.text

    def _is_unrelated(self, here: str, there: str) -> bool:
        """Return whether two commits have no common one; False where git has not all of them."""
        is_whole = self._git.run("rev-parse", "--is-shallow-repository").text == "false"
        return is_whole and not self._git.run("merge-base", here, there).ok

    def _ahead(self, branch: str, there: str) -> WorkspaceError:
        here, name = tip(self._git, branch), branch.removeprefix("refs/heads/")
        count = self._git.must("rev-list", "--count", f"{there}..{here}").text
        is_behind = here is not None and not is_ancestor(self._git, there, here)
        what = "1 commit" if count == "1" else f"{count} commits"
        if here is not None and self._is_unrelated(here, there):
            return WorkspaceError(
                f"{self._name(branch)} has another history than {name}: no commit is in both",
                hint=again(f"`git remote -v` shows which remote {self._network.remote} is"),
            )
        if here is not None and self._had(branch, here):
            return WorkspaceError(
                f"{self._name(branch)} was set back: it had {what} more, which {name} has still",
                hint=f"git reset --keep {self._name(branch)} follows it, git push brings back what "
                "is gone; then again",
            )
        first = "git pull --rebase, then " if is_behind else ""
        return WorkspaceError(
            f"{name} has {what} that {self._name(branch)} does not have: only commits of dagctl "
            "are pushed",
            hint=f"{first}git push, then again",
        )
