"""Makes the one commit of an operation, beside the user's index, and moves the branch to it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import failure
from dagctl.adapters.git.history import MADE_BY, attempts, head, move, tip
from dagctl.adapters.git.hooks import Hooks
from dagctl.adapters.git.private_index import PrivateIndex
from dagctl.errors import ConflictError, UnavailableError, WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.adapters.git.command import GitCommand
    from dagctl.adapters.git.place import Place
    from dagctl.adapters.git.tree import Entry
    from dagctl.ports import Files, FileWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long, in seconds, other processes are waited for."""

    hook: float = 300.0
    """Long enough for a hook manager that sets up its tools on the first run."""
    ref: float = 10.0
    index: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be committed, whatever it will stand on."""

    branch: str
    base: str | None
    """The tip that the files were prepared against."""
    files: Mapping[str, Entry | None]
    text: str
    """The whole message, with the trailer."""


class Committer:
    """Makes commits in one work tree."""

    def __init__(self, place: Place, files: Files, patience: Patience) -> None:
        self._place = place
        self._files = files
        self._git = place.git
        self._trees = place.trees
        self._patience = patience

    def commit(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit the files as they stand in the work tree on top of the branch; return the id.

        Raises:
            ConflictError: A hook, git or the state of the branch refuses it; the branch is as it
                was.
            UnavailableError: git failed, or the branch was locked all the time.
        """
        text = f"{message.rstrip()}\n\n{MADE_BY}: {operation_id}\n"
        with TemporaryDirectory(prefix="dagctl-") as folder:
            index = PrivateIndex(self._place, Path(folder))
            base = tip(self._git, branch)
            files = index.add([self._place.full(write.path) for write in writes])
            self._require_unchanged(writes)
            if base is not None and self._holds(base, files):
                return base
            if verify:
                hooks = Hooks(self._place, index, limit=self._patience.hook)
                with self._taking_back(writes):
                    hooks.before_commit(lambda: self._trees.graft(base, files))
                    text = hooks.message(text, Path(folder, "COMMIT_EDITMSG"))
                    self._require_unchanged(writes)
        return self._land(Draft(branch=branch, base=base, files=files, text=text))

    @contextmanager
    def _taking_back(self, writes: Sequence[FileWrite]) -> Iterator[None]:
        """Undo what a refusing hook made of our files, so that they are known for ours."""
        try:
            yield
        except ConflictError:
            for write in writes:
                now = self._files.read(write.path)
                self._files.write([replace(write, old=now)])
            raise

    def _require_unchanged(self, writes: Sequence[FileWrite]) -> None:
        for write in writes:
            if self._files.read(write.path) != write.new:
                raise WorkspaceError(f"{write.path} was changed while it was committed")

    def _land(self, draft: Draft) -> str:
        """Commit on the tip of the branch; if that moves meanwhile, on the new one."""
        branch, at = draft.branch, draft.base
        new = self._commit_on(draft, at)
        for number, _ in enumerate(attempts(self._patience.ref)):
            if number:  # behind the pause: a commit made before it would be stale by now
                at, new = self._renewed(draft, at, new)
            self._require_head(branch)
            if move(self._git, branch, new, at, why=draft.text.partition("\n")[0]):
                return new
        raise UnavailableError(
            f"{branch} was locked or moving for {self._patience.ref:g} seconds",
            hint="see whether another git process is at work, then try again",
        )

    def _renewed(self, draft: Draft, at: str | None, new: str) -> tuple[str | None, str]:
        """Return the tip of the branch, and the commit on it: the same if it is where it was."""
        now = tip(self._git, draft.branch)
        if now == at:
            return at, new
        self._require_same_files(draft, now)
        return now, self._commit_on(draft, now)

    def _holds(self, commit: str, files: Mapping[str, Entry | None]) -> bool:
        """Return whether the commit has all these files already: another would be empty."""
        return all(self._trees.find(commit, path) == entry for path, entry in files.items())

    def _commit_on(self, draft: Draft, parent: str | None) -> str:
        return write_commit(self._git, self._trees.graft(parent, draft.files), parent, draft.text)

    def _require_head(self, branch: str) -> None:
        now = head(self._git)
        if now != branch:
            raise WorkspaceError(f"HEAD left {branch}: it is {now or 'detached'} now")

    def _require_same_files(self, draft: Draft, now: str | None) -> None:
        if now == draft.base:
            return
        for path, ours in draft.files.items():
            theirs = self._trees.find(now, path)
            if theirs not in (ours, self._trees.find(draft.base, path)):
                raise WorkspaceError(f"{draft.branch} has another version of {path} by now")


def write_commit(git: GitCommand, tree: str, parent: str | None, text: str) -> str:
    """Write a commit object and return its id, signed if the user's configuration says so.

    Raises:
        ConflictError: It could not be signed.
        UnavailableError: It could not be written.
    """
    signed = git.run("config", "--type=bool", "--get", "commit.gpgSign").text == "true"
    options = (*(("-S",) if signed else ()), *(("-p", parent) if parent else ()))
    answer = git.run(
        *("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *options, "-F", "-", tree),
        data=text.encode(errors="surrogateescape"),
        terminal=signed,
    )
    if not answer.ok and signed:
        raise WorkspaceError(f"the commit could not be signed: {answer.error}")
    if not answer.ok:
        raise failure(("commit-tree",), answer)
    return answer.text
