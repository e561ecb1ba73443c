"""Runs git: argument lists through GitPython, in a cleaned environment, bytes in and bytes out."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import PIPE, TimeoutExpired
from typing import TYPE_CHECKING

from dagctl.errors import UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dagctl.ports import Identity

_REFRESH = "GIT_PYTHON_REFRESH"


@contextmanager
def _quiet_refresh() -> Iterator[None]:
    """Let GitPython be imported where there is no git: `run` says so better, and later."""
    before = os.environ.get(_REFRESH)
    os.environ[_REFRESH] = "quiet"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_REFRESH]
        else:
            os.environ[_REFRESH] = before


with _quiet_refresh():
    from git.cmd import Git
    from git.exc import GitCommandNotFound

_KEPT = frozenset(
    {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")}
    | {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
)
"""Who commits, and where the configuration lies. All else (GIT_DIR, GIT_INDEX_FILE ...) could lead
to another repository, as it does when dagctl runs inside a hook."""

_DURABLE = ("-c", "core.fsync=all", "-c", "core.fsyncMethod=batch")
"""git leaves loose objects unsynced by default, and says that they may be lost in a crash."""

_GRACE = 2.0
"""Seconds that a process gets to end by itself."""

CEILING = "GIT_CEILING_DIRECTORIES"

NO_GIT_HINT = "install git 2.36 or later and put it on PATH"


_HINTS = {
    "No space left": "free some space on the disk, then try again",
    "Disk quota": "free some space on the disk, then try again",
    "Read-only file system": "make the file system writable, then try again",
    "insufficient permission": "make the git folder writable for your user, then try again",
    "Permission denied": "make that folder writable for your user, then try again",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git process gave back."""

    status: int
    out: bytes
    error: str
    """Standard error, with control characters escaped."""

    @property
    def ok(self) -> bool:
        """Whether git succeeded."""
        return self.status == 0

    @property
    def text(self) -> str:
        """Standard output as text without the line break at its end."""
        return os.fsdecode(self.out).removesuffix("\n")


class GitCommand:
    """Runs git in one folder: as the user whom git knows, or as somebody else."""

    def __init__(
        self, folder: Path, identity: Identity | None = None, *, is_top: bool = False
    ) -> None:
        self.folder = folder
        self._identity = identity
        self._is_top = is_top

    def at_top(self, folder: Path) -> GitCommand:
        """Return the same git in the top folder of a work tree.

        If its repository is removed meanwhile, git takes no other for it that is further up.
        """
        return GitCommand(folder, self._identity, is_top=True)

    def run(
        self,
        *arguments: str,
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        terminal: bool = False,
    ) -> Answer:
        """Run `git ARGUMENTS` and return its answer, whatever the status.

        Args:
            arguments: Options, subcommand and operands. Never text of a user as an option.
            data: What git reads from standard input.
            environment: Variables to set besides those of the surroundings.
            timeout: Seconds after which git and its children are killed.
            terminal: Whether git may ask at the terminal (a signing key's passphrase).

        Raises:
            UsageError: There is no git.
            TimeoutExpired: git took longer than `timeout`.
        """
        extra = {**_who(self._identity), **self._ceiling(), **(environment or {})}
        argv = [*_unset(extra), "git", "-C", str(self.folder), *_DURABLE, *arguments]
        # A process group of its own: git must outlive a Ctrl-C, and a hook must be killed with all
        # its children. But then it cannot read from the terminal.
        group = None if terminal else 0
        try:
            process = Git().execute(
                argv, istream=PIPE, as_process=True, env=extra, process_group=group
            )
        except GitCommandNotFound as error:
            raise UsageError("git is not installed", hint=NO_GIT_HINT) from error
        try:
            out, err = process.communicate(data, timeout=timeout)
        except BaseException:
            # interrupted: without a limit it is git itself, at work for a moment and better not
            # stopped with a lock in its hands
            if timeout is None:
                process.communicate()
            else:
                _stop(process)
            raise
        return Answer(process.returncode, out, printable(err.decode(errors="replace")).rstrip())

    def must(
        self, *arguments: str, data: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> Answer:
        """Run `git ARGUMENTS` and return its answer if it succeeded.

        Raises:
            UnavailableError: git failed; the effect of this command may or may not have happened.
        """
        answer = self.run(*arguments, data=data, environment=environment)
        if not answer.ok:
            raise failure(arguments, answer)
        return answer

    def _ceiling(self) -> dict[str, str]:
        """Return the variable that keeps git from looking for a repository further up."""
        return {CEILING: os.path.realpath(self.folder.parent)} if self._is_top else {}


def failure(arguments: tuple[str, ...], answer: Answer) -> UnavailableError:
    """Return the error for a git command that should not have failed."""
    name = next(word for word in arguments if not word.startswith("-") and "=" not in word)
    said = answer.error or f"exit status {answer.status}"
    return UnavailableError(f"git {name} failed: {said}", hint=hint_for(answer))


def hint_for(answer: Answer) -> str | None:
    """Return what to do about a failure that git blames on the disk or its permissions."""
    return next((hint for words, hint in _HINTS.items() if words in answer.error), None)


def printable(text: str) -> str:
    """Return text with everything but printable characters, tabs and line breaks escaped."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def zero_ended(values: list[str]) -> bytes:
    """Return the values as bytes, each ended by a NUL, as `-z --stdin` reads them."""
    return b"".join(os.fsencode(value) + b"\0" for value in values)


def _who(identity: Identity | None) -> dict[str, str]:
    """Return the variables by which git takes somebody for author and committer."""
    if identity is None:
        return {}
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", identity.name), ("EMAIL", identity.email))
    }


def _unset(extra: Mapping[str, str]) -> list[str]:
    """Return the command prefix that clears git's variables; GitPython itself can only add."""
    stray = [n for n in os.environ if n.startswith("GIT_") and n not in _KEPT and n not in extra]
    return ["env", *(word for name in stray for word in ("-u", name))] if stray else []


def _stop(process: Git.AutoInterrupt) -> None:
    """End a process group, politely at first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(TimeoutExpired):
            process.communicate(timeout=_GRACE)
            return
