"""The `Repo` port over real git."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from dagctl.adapters.git import branch_tips, commit_log, index, look, preflight
from dagctl.adapters.git.commit import Committer, Patience
from dagctl.adapters.git.configuration import read_configuration
from dagctl.adapters.git.folder import GitFolder, locate
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.git_objects import small_blobs
from dagctl.adapters.git.place import GitWorkTree, place_in
from dagctl.adapters.work_tree import WorkTree
from dagctl.durable import LARGEST
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.one_walk import OneWalk
    from dagctl.adapters.git.upstream import GitUpstream
    from dagctl.ports import CommitPlace, FileWrite, GitIdentity, LoggedCommit, Reach, Removal


class GitRepo:
    """The git repository around a workspace; commits are made as `identity`, if it is given."""

    def __init__(
        self,
        root: Path,
        dags_folder: str,
        *,
        identity: GitIdentity | None = None,
        patience: Patience | None = None,
        located: Callable[[], GitFolder] | None = None,
    ) -> None:
        """Take the workspace; nothing is asked of git yet.

        Args:
            root: The workspace.
            dags_folder: Where its DAG files are.
            identity: Who commits, if it is not the user whom git knows.
            patience: How long others are waited for.
            located: Returns where the workspace stands, if the caller knows that.
        """
        self._git = GitCommand(root.absolute(), identity)
        self._files = WorkTree(root, dags_folder)
        self._patience = patience or Patience()
        self._located = located or partial(locate, self._git.folder)
        self._new: set[str] = set()
        """Paths that git did not know when preflight looked."""
        self._tips: dict[str, str | None] = {}
        """Where branches stood when preflight looked: the commit of it stands on that, or on what
        came since, if nothing of ours is in it."""
        self._walk: OneWalk | None = None

    @cached_property
    def _place(self) -> GitWorkTree:
        return place_in(self._git, self._located())

    @cached_property
    def _configuration(self) -> Configuration:
        return read_configuration(self._place.git)

    def identity(self) -> GitIdentity:
        """Return who commits."""
        return self._configuration.identity()

    def preflight(self, paths: Sequence[str], *, new: Collection[str] = ()) -> str:
        """Return the branch to commit to, if a commit of these paths can be made now."""
        place = self._place
        full = {path: place.full(path) for path in paths}
        fresh = [full[path] for path in paths if path in new]
        self._new.update(fresh)
        configuration = self._configuration
        configuration.identity()
        configuration.identity("COMMITTER")
        with preflight.reading_rules(place, configuration, [*full.values()], fresh) as rules:
            branch = preflight.branch_to_commit_to(place)
            preflight.require_free_index(place, wait=self._patience.index)
            self._tips[branch] = preflight.require_paths(
                place, branch, [*full.values()], fresh, rules
            )
            if rules.attributes is not None:
                preflight.require_no_filter(
                    place, [*full.values()], configuration.filters, rules.attributes, ident=True
                )
        if configuration.signs and paths:
            preflight.require_signing(place)
        return branch

    def commit(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit these files on top of the branch, and nothing else; return the commit id."""
        committer = Committer(self._place, self._files, self._patience, self._configuration)
        base = self._tips.pop(branch) if branch in self._tips else self._tip_of(branch, writes)
        return committer.commit(operation_id, branch, writes, message, base=base, verify=verify)

    def _tip_of(self, branch: str, writes: Sequence[FileWrite]) -> str | None:
        place = self._place
        return place.trees.read_tip(branch, [place.full(write.path) for write in writes]).commit

    def differing(self, files: Mapping[str, bytes | None]) -> set[str]:
        """Return the paths that hold something else in the commit that is checked out."""
        return look.differing(self._place, files)

    def place_of(self, commit_id: str) -> CommitPlace:
        """Return where a commit is."""
        return look.place_of(self._place, commit_id)

    def outside(self, commits: Collection[str], *, of: str = "") -> frozenset[str]:
        """Return those of the commits that are not in the history of a commit."""
        return branch_tips.outside(self._place.git, commits, of)

    def line_of(self, files: Mapping[str, str], of: str) -> dict[str, bool]:
        """Return which commits are in the history of one of them, or wrote what stands in it."""
        known = self._walk.line_of(files, of) if self._walk else None
        return branch_tips.line_of(self._place, files, of) if known is None else known

    def left_out(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths a sparse checkout leaves out of the work tree."""
        return look.left_out(self._place, paths)

    def is_merge_result(self, path: str) -> bool:
        """Return whether the last commit that changed the path is a merge."""
        return look.is_merge_result(self._place, path)

    def unmerged(self, path: str) -> tuple[bytes, ...]:
        """Return both files that a merge under way could not join."""
        return look.unmerged(self._place, path)

    def last_commits(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the commit that changed each path last."""
        return look.last_commits(self._place, paths)

    def removals(self, paths: Sequence[str]) -> dict[str, Removal]:
        """Return the commits of operations that have removed paths."""
        return look.removals(self._place, paths)

    def content_at(self, commit_id: str, path: str) -> bytes | None:
        """Return a file as a commit has it, or None."""
        return look.content_at(self._place, commit_id, path)

    def log(self, paths: Collection[str]) -> list[LoggedCommit]:
        """Return the recent commits that changed these files and folders, the newest first."""
        known = self._walk.log(paths) if self._walk else None
        return commit_log.log(self._place, paths) if known is None and paths else known or []

    def blobs(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return contents by their ids, as far as they are here and not very large."""
        if self._walk:
            return self._walk.blobs(ids)
        return small_blobs(self._place.git, ids, LARGEST) if ids else {}

    @contextmanager
    def walking_once(self, paths: Collection[str]) -> Iterator[None]:
        """Let one walk over the history answer what is asked of many files in the block."""
        from dagctl.adapters.git.one_walk import one_walk

        with one_walk(self._place, paths) as walk:
            self._walk = walk
            try:
                yield
            finally:
                self._walk = None

    def made_here(self, commits: Collection[str]) -> set[str]:
        """Return those of these commits that dagctl has made in this work tree."""
        return commit_log.made_here(self._place, commits)

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths are in the user's index."""
        return look.tracked(self._place, paths)

    def unstaged(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths the user's index does not have as they stand."""
        return look.unstaged(self._place, paths, self._configuration) if paths else set()

    def remembered(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths are in the index, or in the recent history."""
        return look.remembered(self._place, paths) if paths else set()

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the commit on the branch that this operation made, unless it was undone."""
        place = self._place
        branch = branch_tips.standing(place, branch)
        commit = branch_tips.find(place.git, operation_id, branch)
        files = ((place.full(write.path), write.new) for write in writes)
        if commit and writes:
            from dagctl.adapters.git.undo_commit import is_reverted

            if is_reverted(place.git, commit, branch, files):
                return None
        return commit

    def stage(self, paths: Sequence[str]) -> str | None:
        """Bring these paths of the user's index to the committed state, or return a warning."""
        place = self._place
        full = [place.full(path) for path in paths]
        options = self._configuration.without_filters
        wait = self._patience.index
        return index.stage(place, full, wait=wait, options=options, new=self._new)

    def upstream(self, remote: str, *, asks: bool = False) -> GitUpstream:
        """Return a remote of this repository; whether there is one, it says when it is used.

        Args:
            remote: Its name.
            asks: Whether git may ask the user for a password at the terminal.
        """
        from dagctl.adapters.git.network import Network
        from dagctl.adapters.git.upstream import GitUpstream

        place, configuration = self._place, self._configuration
        network = Network(place, remote, limit=self._patience.remote, asks=asks)
        committer = Committer(place, self._files, self._patience, configuration)
        return GitUpstream(place, network, committer, configuration, self._patience)

    def reach(self, commits: Collection[str]) -> Reach | None:
        """Return from where these commits can be reached; None in a shallow clone."""
        return branch_tips.reach(self._place.git, commits)

    def uncommit(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Undo a commit of ours, then bring its paths of the user's index to what holds now."""
        from dagctl.adapters.git.undo_commit import Undoer

        place = self._place
        # before the branch moves: once the commit is gone, nothing else corrects the index
        if lock := index.wait_for_index(place, wait=self._patience.index):
            raise UnavailableError(f"another git process holds the index: {lock}")
        paths = [place.full(write.path) for write in writes]
        undoer = Undoer(place.git, signs=self._configuration.signs, wait=self._patience.ref)
        branch = branch_tips.standing(place, branch)
        preflight.require_own_files(place, branch)
        undoer.uncommit(operation_id, branch, commit_id, paths)
        if warning := self.stage([write.path for write in writes]):
            raise UnavailableError(warning)
