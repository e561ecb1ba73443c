"""Runs git: argument lists through GitPython, in a cleaned environment, bytes in and bytes out."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.util import find_spec, module_from_spec
from subprocess import PIPE, TimeoutExpired
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from dagctl.adapters.git.git_program import (
    GUARDS,
    NO_GIT_HINT,
    NO_HOOKS,
    NO_TRANSPORT,
    WAITS,
    GitAnswer,
    check_configuration,
    printable,
    program,
    stray_variables,
    surroundings,
)
from dagctl.adapters.git.output import WHOLE, TooLongError, end_of, ends_of, too_long
from dagctl.errors import NoRepositoryError, UnavailableError
from dagctl.next_step import Fix, again
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from git.cmd import Git
    from git.exc import GitCommandNotFound

    from dagctl.ports import GitIdentity

_ON_IMPORT = {
    "GIT_PYTHON_REFRESH": "quiet",
    "GIT_PYTHON_GIT_EXECUTABLE": "/dagctl-runs-no-git-on-import",
}
"""GitPython runs `git version` when it is imported. Here it gets a program that is not there: which
git is run is said at each call."""


@contextmanager
def _alone(package: str) -> Iterator[None]:
    """Let modules of a package be imported in the block without the package's own `__init__`.

    That of GitPython imports all of it, four times what runs git. A later import of the package
    gets it whole. Where other threads run, one of them might import it meanwhile, so it is imported
    whole.
    """
    is_whole = package in sys.modules or threading.active_count() > 1
    spec = None if is_whole else find_spec(package)
    if spec is None:
        yield
        return
    sys.modules[package] = module_from_spec(spec)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
            del sys.modules[name]


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Take git's variables away for the length of the block, and set those for the import."""
    before = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    for name in before:
        del os.environ[name]
    os.environ.update(_ON_IMPORT)
    try:
        yield
    finally:
        for name in _ON_IMPORT:
            del os.environ[name]
        os.environ.update(before)


_IMPORTING = Lock()


@cache
def _git_python() -> tuple[Git, type[GitCommandNotFound]]:
    """Return what runs git, and its error where there is no git.

    GitPython is loaded with the first command: a run that only reads mostly needs none of it.
    """
    with _IMPORTING, _quiet_import(), _alone("git"), _alone("gitdb"):
        from git.cmd import Git
        from git.exc import GitCommandNotFound

    return Git(), GitCommandNotFound


LOG = logging.getLogger("dagctl.git")
"""Gets a line for each git command, with its time."""
LONGEST = 600.0
"""Seconds for a command that nothing of the user's has a part in: no hook, remote or terminal."""
_GRACE = 2.0
"""Seconds that a process gets to end by itself."""

CEILING = "GIT_CEILING_DIRECTORIES"

_HINTS = {
    "No space left": again("free some space on the disk"),
    "Disk quota": again("free some space on the disk"),
    "Read-only file system": again("make the file system writable"),
    "insufficient permission": again("make the git folder writable for your user"),
    "Permission denied": again("make that folder writable for your user"),
}


class GitCommand:
    """Runs git in one folder: as the user whom git knows, or as somebody else."""

    def __init__(
        self, folder: Path, identity: GitIdentity | None = None, *, is_top: bool = False
    ) -> None:
        self.folder = folder
        self.identity = identity
        self._is_top = is_top
        self._transport: Mapping[str, str] = NO_TRANSPORT

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables by which git takes somebody else for author and committer."""
        return tuple(_who(self.identity))

    def at_top(self, folder: Path) -> GitCommand:
        """Return the same git in the top folder of a work tree.

        If its repository is removed meanwhile, git takes no other for it that is further up.
        """
        return GitCommand(folder, self.identity, is_top=True)

    def allow_transport(self, protocols: str) -> None:
        """From now on, let git fetch what a partial clone lacks; the user has asked for a push."""
        self._transport = {"GIT_ALLOW_PROTOCOL": protocols}

    def run(  # noqa: PLR0913 - each is a choice of its own
        self,
        *arguments: str,
        data: bytes = b"",
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
        terminal: bool = False,
        hooks: bool = False,
        held: int | None = None,
    ) -> GitAnswer:
        """Run `git ARGUMENTS` and return its answer, whatever the status.

        Args:
            arguments: Options, subcommand and operands. Never text of a user as an option.
            data: What git reads from standard input.
            environment: Variables to set besides those of the surroundings.
            timeout: Seconds after which git and its children are killed. With it, what a stranger
                says may come along (a server, a hook): of each stream only the end is kept.
            terminal: Whether git may ask at the terminal (a signing key's passphrase).
            hooks: Whether the user's hooks may run.
            held: A descriptor that git and its children keep open as long as they live; they get
                no terminal then, unless `terminal` is true.

        Raises:
            NoRepositoryError: There is no git.
            UsageError: A file of git's configuration is a pipe or a device.
            TimeoutExpired: git took longer than `timeout`.
            UnavailableError: Without a timeout and without hooks it took longer than `LONGEST`.
        """
        # A process group of its own: git must outlive a Ctrl-C, and a hook must be killed with all
        # its children. But then it cannot read from the terminal.
        group: dict[str, Any] = {} if terminal else {"process_group": 0}
        if held is not None:
            group = {"pass_fds": (held,), **({} if terminal else {"start_new_session": True})}
        limit = LONGEST if timeout is None and not (hooks or terminal) else None
        guards = GUARDS if hooks else (*GUARDS, *NO_HOOKS)
        # a hook may fetch: it is the user's own program
        variables = {**({} if hooks else self._transport), **(environment or {})}
        process = self._started((*guards, *arguments), variables, group)
        return _answer(process, arguments, data, timeout, limit, is_group=not terminal)

    @contextmanager
    def begun(
        self, *arguments: str, data: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> Iterator[Callable[[], GitAnswer]]:
        """Start `git ARGUMENTS` and give what waits for its answer; the block runs beside it.

        No hook runs. What the block does not ask for is stopped at its end.

        Raises:
            NoRepositoryError: As `run`.
            UsageError: As `run`.
            UnavailableError: As `run`, when the answer is waited for.
        """
        variables = {**self._transport, **(environment or {})}
        process = self._started((*GUARDS, *NO_HOOKS, *arguments), variables, {"process_group": 0})
        try:
            yield partial(_answer, process, arguments, data, None, LONGEST, is_group=True)
        finally:
            if process.poll() is None:
                _stop(process, is_group=True)

    @contextmanager
    def kept(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Keep one git for the length of the block: give what it reads, and what it writes."""
        began = time.monotonic()
        process = self._started(
            (*GUARDS, *NO_HOOKS, *arguments), self._transport, {"process_group": 0}
        )
        try:
            yield process.stdin, process.stdout
        finally:
            _stop(process, is_group=True)
            LOG.debug("%7.3f s  git %s", time.monotonic() - began, " ".join(arguments))

    def _started(
        self, words: Sequence[str], environment: Mapping[str, str], group: Mapping[str, Any]
    ) -> Git.AutoInterrupt:
        check_configuration()
        extra = {**surroundings(), **_who(self.identity), **self._ceiling(), **environment}
        argv = [*_unset(extra), program(), "-C", str(self.folder), *words]
        git, not_there = _git_python()
        try:
            process: Git.AutoInterrupt = git.execute(
                argv, istream=PIPE, as_process=True, env=extra, **group
            )
        except not_there as error:
            raise NoRepositoryError("git is not installed", hint=NO_GIT_HINT) from error
        return process

    def must(
        self, *arguments: str, data: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> GitAnswer:
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


def failure(arguments: tuple[str, ...], answer: GitAnswer) -> UnavailableError:
    """Return the error for a git command that should not have failed."""
    name = _name(arguments)
    said = answer.error or f"exit status {answer.status}"
    return UnavailableError(f"git {name} failed: {said}", hint=hint_for(answer))


def _name(arguments: Sequence[str]) -> str:
    """Return the subcommand."""
    return next(word for word in arguments if not word.startswith("-") and "=" not in word)


def hint_for(answer: GitAnswer) -> Fix | None:
    """Return what to do about a failure that git blames on the disk or its permissions."""
    return next((hint for words, hint in _HINTS.items() if words in answer.error), None)


def zero_ended(values: list[str]) -> bytes:
    """Return the values as bytes, each ended by a NUL, as `-z --stdin` reads them."""
    return b"".join(os.fsencode(value) + b"\0" for value in values)


def _who(identity: GitIdentity | None) -> dict[str, str]:
    """Return the variables by which git takes somebody for author and committer."""
    if identity is None:
        return {}
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", identity.name), ("EMAIL", identity.email))
    }


def _answer(  # noqa: PLR0913 - each is a choice of its own
    process: Git.AutoInterrupt,
    arguments: Sequence[str],
    data: bytes,
    timeout: float | None,
    limit: float | None,
    *,
    is_group: bool,
) -> GitAnswer:
    """Wait for a git that was started, and return what it says."""
    began = time.monotonic()
    try:
        out, err = _written(process, data, timeout, limit)
    except TimeoutExpired as error:
        _stop(process, is_group=is_group)
        if limit is None:
            raise
        message = f"git {_name(arguments)} did not end within {limit:g} seconds"
        raise UnavailableError(message, hint=WAITS) from error
    except TooLongError as error:
        _stop(process, is_group=is_group)
        raise too_long(_name(arguments)) from error
    except BaseException:
        # interrupted: without a timeout it is git itself, at work for a moment and better not
        # stopped with a lock in its hands
        if timeout is None:
            with suppress(TimeoutExpired):
                process.communicate(timeout=limit)
        if process.poll() is None:
            _stop(process, is_group=is_group)
        raise
    LOG.debug("%7.3f s  git %s", time.monotonic() - began, " ".join(arguments))
    said = redacted(printable(end_of(err).decode(errors="replace")))
    return GitAnswer(process.returncode, out, said.rstrip())


def _written(
    process: Git.AutoInterrupt, data: bytes, timeout: float | None, limit: float | None
) -> tuple[bytes, bytes]:
    """Return what git writes to its two streams; with a `timeout` the end of it."""
    if process.proc is None:
        raise ValueError("git was not started")  # a bug in dagctl
    if timeout is None:
        return ends_of(process.proc, data, limit, WHOLE, is_needed=True)
    return ends_of(process.proc, data, timeout)


def _unset(extra: Mapping[str, str]) -> list[str]:
    """Return the command prefix that clears variables; GitPython itself can only add some."""
    stray = stray_variables(extra)
    return [program("env"), *(word for name in stray for word in ("-u", name))] if stray else []


def _stop(process: Git.AutoInterrupt, *, is_group: bool) -> None:
    """End a process, with its group if it has one of its own; politely at first."""
    end = os.killpg if is_group else os.kill
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            end(process.pid, sign)
        with suppress(TimeoutExpired):
            process.communicate(timeout=_GRACE)
            return
