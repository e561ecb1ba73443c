"""What can go wrong: diagnostics about a spec, and one family of exceptions.

Every exception that dagctl raises on purpose is a `DagctlError`. It says what failed, what state
things are in, and the one next step. Only the command line (and a server) turn it into text, JSON
and an exit code.
"""

from __future__ import annotations

import errno
import os
from dataclasses import field
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from dagctl.brevity import brief
from dagctl.frozen import frozen
from dagctl.next_step import LOGIN, RECOVER, Fix, again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dagctl.difference import Difference

_NAMED = 5
"""How many changed fields a message names."""
_LONGEST_EXCERPT = 120
"""Characters of a line that a report shows."""

UNCHANGED = "nothing was changed"
"""The usual state after a failure."""

_ADVICE = {
    errno.ENOSPC: again("free some space on the disk"),
    errno.EDQUOT: again("your disk quota is used up: free some space"),
    errno.EROFS: again("the file system is read-only: make it writable"),
    errno.EACCES: again("make it readable and writable for your user"),
    errno.EPERM: again("make it readable and writable for your user"),
    errno.EMFILE: again("let a process open more files (`ulimit -n 1024`)"),
    errno.ENOMEM: again("free some memory, or raise the limit of this process"),
}
_OF_THE_MACHINE = frozenset({*_ADVICE, errno.EIO, errno.ENFILE, errno.EAGAIN})
"""What a disk, a limit or a permission says, wherever it strikes: no bug of dagctl's."""


class ExitCode(IntEnum):
    """The exit codes of the command line; the reference page `exit-codes.md` explains each."""

    OK = 0
    BUG = 1
    USAGE = 2
    INVALID = 3
    NOT_SIGNED_IN = 4
    NOT_A_MEMBER = 5
    NOT_FOUND = 6
    CONFLICT = 7
    CHANGES = 8
    UNAVAILABLE = 9
    UNFINISHED = 10
    INTERRUPTED = 130


class Severity(StrEnum):
    """How bad a finding is: an error stops the operation, the others are only reported."""

    ERROR = "error"
    WARNING = "warning"
    """Something that is seldom meant."""
    INFO = "info"
    """Advice, or what could not be checked."""


@frozen
class Source:
    """A text that findings point into: a spec, or a file that one takes in."""

    name: str | None
    """The name of the file, or None if the text has none."""
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; as for the readers, only a line feed ends a line."""
        return [line.removesuffix("\r") for line in self.text.split("\n")]

    def line(self, number: int) -> str | None:
        """Return a line by its number (from 1), or None beyond the end."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else None


@frozen(kw_only=True)
class Diagnostic:
    """One finding about a spec.

    Lines and columns count from 1, columns in characters, and the end is exclusive. They are None
    when the spec was not read from text (a `DagSpec` built in Python).
    """

    code: str
    """Stable code such as `DAG201`; `dagctl explain DAG201` explains it."""
    message: str
    severity: Severity = Severity.ERROR
    hint: str | None = None
    """What to do about it, in one line."""
    path: tuple[str | int, ...] = ()
    """Where in the document: keys and indexes, as `("tasks", 2, "task_id")`."""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    file: str | None = None
    """The origin given to `load_spec`, or None."""
    fails_in: tuple[str, ...] = ()
    """For a warning: the Airflow targets (`"2"`, `"3"`) in which the task is certain to fail."""
    source: Source | None = field(default=None, repr=False, compare=False)
    """The text that the lines and columns are of; None if the spec was not read from text."""

    def __str__(self) -> str:
        """Return the finding with its place, its hint, and the line that it is about."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        path = "" if place else ".".join(map(str, self.path))
        where = f"{place or path}: " if place or path else ""
        rows = [f"{where}{self.severity.value} {self.code}: {self.message}"]
        line = self.source.line(self.line) if self.source and self.line else None
        if line and line.strip():
            rows.append(f"    | {line.strip()[:_LONGEST_EXCERPT]}")
        if self.hint:
            rows.append(f"    hint: {self.hint}")
        return "\n".join(rows)


class DagctlError(Exception):
    """The root of dagctl's exceptions.

    Attributes:
        code: A stable name for the kind of failure, for scripts and for `dagctl explain`.
        exit_code: The exit code of the command line.
        message: What failed.
        state: What state things are in now.
        fix: The one next step, or None.
    """

    code: ClassVar[str] = "DAGCTL"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(
        self, message: str, *, state: str = UNCHANGED, hint: Fix | str | None = None
    ) -> None:
        self.message = brief(message)
        super().__init__(self.message)
        self.state = state
        self.fix = Fix(hint) if isinstance(hint, str) else hint

    @property
    def hint(self) -> str | None:
        """The next step in the words of the command line, or None."""
        return None if self.fix is None else str(self.fix)


class UnexpectedError(DagctlError):
    """Stands for an unexpected exception. This is a bug in dagctl."""

    code = "BUG"


class GeneratedCodeError(DagctlError):
    """The generator broke one of its own promises: a bug in dagctl. Nothing was written."""

    code = "BUG"


class UsageError(DagctlError):
    """A wrong argument, or something needed is not set up (no workspace, no git identity)."""

    code = "USAGE"
    exit_code = ExitCode.USAGE


class NoRepositoryError(UsageError):
    """The workspace is in no git repository, or there is no git."""


class SpecError(DagctlError):
    """A spec has errors; `diagnostics` lists them all, warnings too, in the order of the text."""

    code = "SPEC_INVALID"
    exit_code = ExitCode.INVALID

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
        first = f": {errors[0].message}" if errors else ""
        super().__init__(f"{len(errors)} error{'' if len(errors) == 1 else 's'} in the spec{first}")

    def __str__(self) -> str:
        """Return the full report: how many errors there are, and every finding."""
        return "\n".join([self.message.partition(":")[0], *map(str, self.diagnostics)])

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Diagnostic, ...]]]:
        """Let it pass from one process to another."""
        return type(self), (self.diagnostics,)


class NotSignedInError(DagctlError):
    """There is no session, it has ended, or the credentials were refused."""

    code = "NOT_SIGNED_IN"
    exit_code = ExitCode.NOT_SIGNED_IN

    def __init__(
        self,
        message: str,
        *,
        state: str = UNCHANGED,
        hint: Fix | str | None = Fix(LOGIN),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(message, state=state, hint=hint)


class NotAMemberError(DagctlError):
    """The user is not a member of the project, or the role does not allow this."""

    code = "NOT_A_MEMBER"
    exit_code = ExitCode.NOT_A_MEMBER


class NotFoundError(DagctlError):
    """Nothing of that name is recorded, or it is not visible to this user."""

    code = "NOT_FOUND"
    exit_code = ExitCode.NOT_FOUND


class ConflictError(DagctlError):
    """A name or path is taken, a file was changed by hand, a lock is held."""

    code = "CONFLICT"
    exit_code = ExitCode.CONFLICT

    def __init__(
        self,
        message: str,
        *,
        state: str = UNCHANGED,
        hint: Fix | str | None = None,
        diff: str | None = None,
    ) -> None:
        super().__init__(message, state=state, hint=hint)
        self.diff = diff
        """A unified diff of what stands against what was expected, where there is one."""


class StaleVersionError(ConflictError):
    """An update is based on a version of a DAG that is not the newest one any more.

    Attributes:
        dag_id: The DAG.
        version: The version that is recorded now.
        by: Who made it, in words a person knows; None if it is not recorded.
        at: When it was made, aware; None if it is not known.
        commit_id: Its commit, or an empty text.
        changes: What the spec has been changed in since the version that the update is based on, in
            the order of the fields; None if that is not known.
    """

    def __init__(  # noqa: PLR0913 - what a person needs to judge whose version counts
        self,
        dag_id: str,
        *,
        version: int,
        by: str | None = None,
        at: datetime | None = None,
        commit_id: str = "",
        based_on: int | None = None,
        changes: tuple[Difference, ...] | None = None,
        what: str = "",
        hint: Fix | str | None = "run the command again",
    ) -> None:
        who = f" by {by}" if by else ""
        when = f" at {at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
        which = f" in commit {commit_id[:7]}" if commit_id else ""
        subject = what or f"`{dag_id}` has changed"
        basis = f"; this change is based on version {based_on}" if based_on else ""
        of_it = " of it" if what else ""
        made = f"version {version}{of_it} was made{who}{when}{which}"
        super().__init__(f"{subject}: {made}{basis}{_since(changes)}", hint=hint)
        self.dag_id = dag_id
        self.version = version
        self.by = by
        self.at = at
        self.commit_id = commit_id
        self.changes = changes


class UnnamedVersionError(ConflictError):
    """An update does not name the version that it replaces, and no DAG file says it."""


class WorkspaceError(ConflictError):
    """What is in the way is in the workspace: a changed file, a hook, the state of the repository.

    Only a person who works there can clear it away; a caller of a server cannot.
    """


def left_out(path: str) -> WorkspaceError:
    """Return the refusal to write a file that the work tree leaves out."""
    folder, unflag = path.rpartition("/")[0] or "/", f"git update-index --no-skip-worktree {path}"
    return WorkspaceError(
        f"{path} is under version control, and this work tree leaves it out",
        hint=f"git sparse-checkout add {folder} (no sparse checkout: {unflag}), then again",
    )


class RepositoryBusyError(WorkspaceError):
    """git is in the middle of something, or on no branch: nothing can be committed just now."""


class PushRefusedError(WorkspaceError):
    """The git remote refuses a push; it has taken nothing of it."""


class KeyReusedError(ConflictError):
    """The idempotency key of a call stands for another one, with other specs."""

    code = "KEY_REUSED"


class UnavailableError(DagctlError):
    """Something outside is down, full or not writable; everything is as before, a retry is safe."""

    code = "UNAVAILABLE"
    exit_code = ExitCode.UNAVAILABLE


class RemoteUnavailableError(UnavailableError):
    """The git remote cannot be reached, or does not answer; nothing was pushed to it."""


class UnfinishedError(DagctlError):
    """An operation stopped half way; the journal keeps it for `dagctl recover`."""

    code = "UNFINISHED"
    exit_code = ExitCode.UNFINISHED

    def __init__(
        self,
        message: str,
        *,
        state: str = "an operation is unfinished; its journal is kept",
        hint: Fix | str | None = Fix(RECOVER),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(message, state=state, hint=hint)


class InterruptedRunError(DagctlError):
    """The user or the system asked the run to stop."""

    code = "INTERRUPTED"
    exit_code = ExitCode.INTERRUPTED


def _since(changes: tuple[Difference, ...] | None) -> str:
    """Return which fields were changed meanwhile, in words; empty if that is not known."""
    if not changes:
        return ""
    names = list(dict.fromkeys(map(_field_of, changes)))
    more = ", ..." if len(names) > _NAMED else ""
    return f"; since then: {', '.join(names[:_NAMED])}{more}"


def _field_of(change: Difference) -> str:
    first, *rest = change.path
    return f"task {rest[0]}" if first == "tasks" and rest else first


def of_the_machine(error: BaseException) -> OSError | None:
    """Return what the machine says, if a disk, a limit or a permission is behind an exception."""
    if isinstance(error, MemoryError):
        return OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    return error if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE else None


def advice(error: OSError) -> Fix | None:
    """Return what to do about what the operating system says, or None."""
    return _ADVICE.get(error.errno or 0)


def then_recover(cause: BaseException) -> Fix:
    """Return the next step where an operation is unfinished: first what its cause asks for."""
    first = cause.fix if isinstance(cause, DagctlError) else None
    if isinstance(cause, OSError):
        first = advice(cause)
    if first is None:
        return Fix(RECOVER)
    return first if RECOVER.name in first.commands else first.then(RECOVER)
