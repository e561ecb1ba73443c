"""The user's pre-commit and commit-msg hooks."""

from __future__ import annotations

from subprocess import TimeoutExpired
from typing import TYPE_CHECKING

from dagctl.adapters.git.git_command import CEILING
from dagctl.errors import WorkspaceError
from dagctl.next_step import Fix, Option
from dagctl.session.redaction import redacted_end

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl.adapters.git.place import GitWorkTree
    from dagctl.adapters.git.private_index import PrivateIndex

_HINT = Fix("do what the hook asks for, or skip the hooks with ", Option("no_verify"))
_SHOWN = 4000
"""How many characters of a hook's output a message holds, from its end."""


class Hooks:
    """Runs hooks the way `git commit` does, on an index of ours.

    A hook that takes longer than `limit` seconds is killed and counts as a refusal.
    """

    def __init__(self, place: GitWorkTree, index: PrivateIndex, *, limit: float) -> None:
        self._place = place
        self._index = index
        self._limit = limit

    def before_commit(self, make_tree: Callable[[], str]) -> None:
        """Run pre-commit, if there is one, on an index that holds the tree that will be committed.

        Raises:
            ConflictError: The hook refused, or changed the index.
        """
        if not self._place.hook("pre-commit"):
            return
        tree = make_tree()
        self._index.fill(tree)
        self._run("pre-commit")
        if self._index.tree() != tree:
            raise WorkspaceError("the pre-commit hook changed the files to commit", hint=_HINT)

    def message(self, text: str, file: Path) -> str:
        """Return the commit message after commit-msg, if there is one; our trailer stays its end.

        Raises:
            ConflictError: The hook refused, or left an empty message.
        """
        if not self._place.hook("commit-msg"):
            return text
        file.write_bytes(text.encode(errors="surrogateescape"))
        self._run("commit-msg", "--", str(file))
        git = self._place.git
        trailer = text.splitlines()[-1]
        edited = git.must("stripspace", data=file.read_bytes()).out
        if not edited.replace(trailer.encode(), b"").strip():
            raise WorkspaceError("the commit-msg hook left an empty message", hint=_HINT)
        add = ("--no-divider", "--if-exists", "addIfDifferent", "--trailer", trailer)
        options = ("-c", "trailer.separators=:", "interpret-trailers", *add)
        return git.must(*options, data=edited).out.decode(errors="surrogateescape")

    def _run(self, name: str, *arguments: str) -> None:
        # a hook may look into a repository around this one
        environment = {**self._index.environment, "GIT_EDITOR": ":", CEILING: ""}
        command = ("hook", "run", "--ignore-missing", name, *arguments)
        try:
            answer = self._place.git.run(
                *command, environment=environment, timeout=self._limit, hooks=True
            )
        except TimeoutExpired as error:
            raise WorkspaceError(
                f"the {name} hook did not end within {self._limit:g} seconds", hint=_HINT
            ) from error
        if not answer.ok:
            said = redacted_end(answer.error, _SHOWN) or f"exit status {answer.status}"
            raise WorkspaceError(f"the {name} hook refused the commit:\n{said}", hint=_HINT)
