"""Which git program is run, and what it is given of this process's surroundings."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from functools import lru_cache
from stat import S_ISDIR, S_ISREG
from typing import IO, TYPE_CHECKING

from dagctl.adapters.git.output import end_of
from dagctl.errors import NoRepositoryError, UnavailableError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import again
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_KEPT = frozenset(
    {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")}
    | {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}
)
"""Who commits, and where the configuration lies. All else (GIT_DIR, GIT_INDEX_FILE ...) could lead
to another repository, as it does when dagctl runs inside a hook."""

_OURS = "DAGCTL_"
"""Settings and credentials of dagctl: no hook, filter or signing program gets them."""

_PATIENCE = 60.0
"""Seconds for a command that reads a few small files."""

WAITS = again(
    "see whether a file of the git folder, of the work tree or of git's configuration is a pipe, "
    "or on a disk that does not answer"
)
NO_GIT_HINT = "install git 2.36 or later and put it on PATH"

GUARDS = (
    *("-c", "core.fsync=all", "-c", "core.fsyncMethod=batch"),  # else a crash may lose objects
    *("-c", "core.fsmonitor=false"),  # may name a program
    *("-c", "protocol.ext.allow=never"),  # is a program, whatever a configuration says
    *("-c", "safe.bareRepository=explicit"),  # a folder of a clone may look like a repository
    *("-c", "log.showSignature=false"),  # runs a program, between the lines that are read
    *("-c", "log.showRoot=true"),  # else the first commit changes nothing
    *("-c", "i18n.logOutputEncoding=UTF-8"),
)
"""Options of every call."""

NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
"""Options of every call that is not there to run a hook of the user's."""


@frozen
class GitAnswer:
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


def program(name: str = "git") -> str:
    """Return the absolute path of a program on PATH; relative entries of PATH are passed over.

    Raises:
        NoRepositoryError: There is none.
    """
    return _program(name, search_path())


def search_path() -> str:
    """Return PATH without entries that are relative or empty: they lead into the working folder."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith(os.sep))


@lru_cache(maxsize=8)
def _program(name: str, path: str) -> str:
    program = shutil.which(name, path=path) if path else None
    if program is None:
        raise NoRepositoryError(f"{name} is not installed", hint=NO_GIT_HINT)
    return program


def stray_variables(extra: Iterable[str] = ()) -> list[str]:
    """Return the variables that git must not get, but for those that `extra` sets again."""
    known = _KEPT.union(extra)
    return [n for n in os.environ if n.startswith(("GIT_", _OURS)) and n not in known]


_OF_TRANSPORT = lazy_pattern(
    "GIT_(?:ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|PROXY_.+|SSL_.+|HTTP_.+|TERMINAL_PROMPT)"
)


def transport_variables(*, asks: bool) -> dict[str, str]:
    """Return the user's variables by which git finds credentials, ssh and proxies.

    Args:
        asks: Whether git may ask for a password at the terminal.
    """
    known = {name: value for name, value in os.environ.items() if _OF_TRANSPORT.fullmatch(name)}
    return known if asks else {**known, "GIT_TERMINAL_PROMPT": "0"}


NO_TRANSPORT = {"GIT_ALLOW_PROTOCOL": ""}
"""Variables that keep git from a remote. In a partial clone it would fetch an object that is not
there by itself, and so start the ssh, the proxy or the credential helper of the configuration."""


def ask(folder: Path, *arguments: str) -> GitAnswer:
    """Run one short git command that reads, in `folder`, without loading GitPython.

    Raises:
        NoRepositoryError: There is no git.
        UsageError: A file of git's configuration is a pipe or a device.
        UnavailableError: It does not end.
    """
    check_configuration()
    try:
        done = subprocess.run(  # noqa: S603 - an absolute program and arguments of ours
            [program(), "-C", str(folder), *GUARDS, *arguments],
            env=environment(NO_TRANSPORT),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_answer(arguments[0]) from error
    said = printable(end_of(done.stderr).decode(errors="replace")).rstrip()
    return GitAnswer(done.returncode, done.stdout, said)


def wait_for(answers: IO[bytes], name: str) -> None:
    """Wait until a git that is kept open answers.

    Raises:
        UnavailableError: It does not.
    """
    poll = select.poll()
    poll.register(answers, select.POLLIN)
    if not poll.poll(_PATIENCE * 1000):
        raise _no_answer(name)


def _no_answer(name: str) -> UnavailableError:
    message = f"git {name} gave no answer within {_PATIENCE:g} seconds"
    return UnavailableError(message, hint=WAITS)


def check_configuration() -> None:
    """Check that git can read the files of its configuration to their end.

    It would wait for a pipe, or for a terminal, without end and without a word.

    Raises:
        UsageError: One is a pipe, a socket or a device.
    """
    for file, variable in configuration_files():
        if _is_endless(file):
            named = f"{variable} names" if variable else "git takes its configuration from"
            raise UsageError(
                f"{named} {file!a}, which is no file",
                hint=f"unset {variable}, or let it name a file"
                if variable
                else "put a file in its place, or remove it",
            )


def configuration_files() -> Iterator[tuple[str, str | None]]:
    """Yield the files of the configuration (`git help config`), and the variable that names one."""
    environ = os.environ
    if "GIT_CONFIG_GLOBAL" in environ:
        yield environ["GIT_CONFIG_GLOBAL"], "GIT_CONFIG_GLOBAL"
    else:
        home = environ.get("HOME")
        if home is not None:
            yield f"{home}/.gitconfig", None
        if folder := environ.get("XDG_CONFIG_HOME") or (home is not None and f"{home}/.config"):
            yield f"{folder}/git/config", None
    if system := environ.get("GIT_CONFIG_SYSTEM"):
        yield system, "GIT_CONFIG_SYSTEM"


def system_files(name: str, said: str | None = None) -> Iterator[str | None]:
    """Yield where a file of the system's may be; None: where git was built to look for it.

    Args:
        name: Its name.
        said: Where git says that it is; git before 2.42 does not say it.
    """
    if said:
        yield said
    elif sys.platform == "linux":
        yield f"/etc/{name}"
        prefix = os.path.realpath(program()).rpartition("/bin/")[0]
        yield f"{prefix}/etc/{name}"
    else:
        yield None


def _is_endless(file: str) -> bool:
    """Return whether there is something that need not have an end."""
    try:
        status = os.stat(file)
        if S_ISREG(status.st_mode) or S_ISDIR(status.st_mode):
            return False
        return status.st_rdev != os.stat(os.devnull).st_rdev
    except OSError:
        return False


def surroundings() -> Mapping[str, str]:
    """Return the variables that every git gets: programs from absolute folders, plain English."""
    return {"PATH": search_path(), "LC_ALL": "C", "LANGUAGE": "C"}


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return all the variables of a git that GitPython does not start, with `more` of its own."""
    stray = set(stray_variables())
    kept = {name: value for name, value in os.environ.items() if name not in stray}
    return {**kept, **surroundings(), **more}


def printable(text: str) -> str:
    """Return text with everything but printable characters, tabs and line breaks escaped."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )
