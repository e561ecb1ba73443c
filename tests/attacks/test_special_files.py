"""Promise 9: what stands in place of a file is never waited for: a pipe, a device, a circle."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import Shell, shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = "dag_name: demo\ntasks: [{task_id: a, task_type: bash, bash_command: echo 1}]\n"
COMMANDS = {
    "dags/demo.py": ("list", "show demo", "pull demo", "create specs", "doctor"),
    "dags/other.py": ("list", "create specs"),
    "specs/demo.yaml": ("create --dry-run specs", "list --outdated"),
    "specs/defaults.yaml": ("create --dry-run specs",),
    "templates": ("templates",),
    "templates/t.yaml": ("templates",),
    "jobs": ("adopt jobs/x.py", "create jobs", "convert jobs"),
    "dagctl.toml": ("list",),
}
__all__ = ["shell"]

PATIENCE = 60
"""Seconds after which a command counts as one that waits without end."""


@contextmanager
def no_wait_without_end() -> Iterator[None]:
    def late(*_: object) -> None:
        raise AssertionError("the command waits without end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def replaced(path: Path, kind: str) -> Iterator[None]:
    """Put something that is no file where `path` is, for the length of the block."""
    kept = path.with_name("kept")
    is_there = path.exists()
    if is_there:
        path.rename(kept)
    path.parent.mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path.name)
    yield
    path.unlink()
    if is_there:
        kept.rename(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "circle of links"])
def test_what_is_no_file_is_not_waited_for(shell: Shell, kind: str) -> None:
    shell.ok("init")
    shell.write("specs/demo.yaml", SPEC)
    shell.ok("create", "specs/demo.yaml")
    for name, commands in COMMANDS.items():
        with replaced(shell.folder / name, kind):
            for command in commands:
                with no_wait_without_end():
                    done = shell.run(*command.split())
                assert done.code != ExitCode.BUG, (name, command, done)
                if (name, kind) == ("jobs", "circle of links"):
                    assert done.code == ExitCode.USAGE, (command, done)
    assert shell.ok("list", "-o", "name").out == "demo\n"
