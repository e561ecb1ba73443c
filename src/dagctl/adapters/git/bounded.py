"""Runs git on a stranger's repository: bounded in time, memory and disk, and with no way out of it.

No hook, filter or submodule is run or read, and no program but those of the transports that are
allowed. What git writes goes to files, whose size the kernel bounds (`ulimit -f`).
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.adapters.git.git_program import (
    GUARDS,
    NO_HOOKS,
    GitAnswer,
    check_configuration,
    environment,
    printable,
    program,
    transport_variables,
)
from dagctl.adapters.git.network import shown
from dagctl.errors import RemoteUnavailableError
from dagctl.frozen import frozen
from dagctl.next_step import again
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from pathlib import Path

PROTOCOLS = "file:https:ssh"
"""`GIT_ALLOW_PROTOCOL`: it overrides what any configuration allows (`git help config`)."""
_OWN = {"GIT_ALLOW_PROTOCOL": PROTOCOLS, "GIT_NO_LAZY_FETCH": "1", "GIT_ATTR_NOSYSTEM": "1"}
_QUIET = (
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "color.ui=false"),
    *("-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false"),
    *("-c", "fetch.unpackLimit=1"),  # one file, so that one limit bounds all of it
    *("-c", "transfer.bundleURI=false", "-c", "core.attributesFile=/dev/null"),
    *("-c", "core.bigFileThreshold=1m", "-c", "pack.threads=1"),  # a large object is not held
)
_LIMITED = 'ulimit -f "$1"; ulimit -t "$2"; ulimit -v "$3" 2>/dev/null; shift 3; exec "$@"'
_SAID = 64 << 10
"""Bytes of the end of what git says that are read: a server may say any amount."""
_BLOCK = 512
"""Bytes that `ulimit -f` counts in."""


@frozen
class GitLimits:
    """What git may take."""

    seconds: float = 120.0
    """Until its end, and as many of processor time."""
    file: int = 64 << 20
    """Bytes of each file that it writes: of the pack of all that is fetched, and of its output."""
    memory: int = 2 << 30
    """Bytes of its address space."""


def bounded(
    folder: Path, *arguments: str, limits: GitLimits, data: bytes = b"", asks: bool = False
) -> GitAnswer:
    """Run git in a folder of ours and return its answer.

    Args:
        folder: The folder; two files of it take the output.
        arguments: What git is to do.
        limits: What it may take.
        data: What it reads from standard input.
        asks: Whether it may ask the user at the terminal.

    Raises:
        NoRepositoryError: There is no git.
        UsageError: A file of git's configuration is a pipe or a device.
        RemoteUnavailableError: It took too long.
    """
    check_configuration()
    with (folder / "out").open("w+b") as out, (folder / "err").open("w+b") as err:
        process = subprocess.Popen(  # noqa: S603 - absolute programs and arguments of ours
            _command(folder, arguments, limits),
            cwd=folder,
            env=environment({**transport_variables(asks=asks), **_OWN}),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            start_new_session=not asks,
        )
        try:
            process.communicate(data, timeout=limits.seconds)
        except BaseException as error:
            _stop(process, is_group=not asks)
            if isinstance(error, subprocess.TimeoutExpired):
                message = f"git gave no answer within {limits.seconds:g} seconds"
                raise RemoteUnavailableError(message, hint=again()) from error
            raise
        out.seek(0)
        err.seek(max(0, err.seek(0, os.SEEK_END) - _SAID))
        said = redacted(printable(err.read().decode(errors="replace")))
        return GitAnswer(process.returncode, out.read(), shown(said).rstrip())


def _command(folder: Path, arguments: tuple[str, ...], limits: GitLimits) -> list[str]:
    numbers = (limits.file // _BLOCK, int(limits.seconds) + 1, limits.memory // 1024)
    shell = (program("sh"), "-c", _LIMITED, "sh", *map(str, numbers))
    return [*shell, program(), "-C", str(folder), *GUARDS, *NO_HOOKS, *_QUIET, *arguments]


def _stop(process: subprocess.Popen[bytes], *, is_group: bool) -> None:
    with suppress(ProcessLookupError):
        (os.killpg if is_group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
