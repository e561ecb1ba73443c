"""Promise 9: what stands in place of a file is never waited for: a pipe, a device, a circle.

Nor is a file read whole that has no end to speak of: a few bytes in a repository become gigabytes.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git import git_command, git_program
from dagctl.adapters.git.folder import LARGEST_CONFIGURATION
from dagctl.adapters.git.git_command import GitCommand
from dagctl.errors import ExitCode, UnavailableError
from tests.attacks.hostile_files import OPERATION
from tests.attacks.waits import PATIENCE, no_wait_without_end
from tests.cli.conftest import Shell, shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Sandbox

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


@contextmanager
def replaced(path: Path, kind: str) -> Iterator[None]:
    """Put something that is no file where `path` is, for the length of the block."""
    kept = path.with_name("kept")
    is_there = path.exists()
    if is_there:
        path.rename(kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless file":
        path.touch()
        os.truncate(path, 1 << 40)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path.name)
    yield
    path.unlink(missing_ok=True)  # an entry of the journal is set aside
    if is_there:
        kept.rename(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "circle of links", "endless file"])
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


IN_GIT_FOLDER = ("HEAD", "index", "packed-refs", "refs/heads/main", "commondir", "shallow")
OF_DAGCTL = ("registry.db", "registry.db-wal", "lock", "lock.holder", f"journal/{OPERATION}.json")


@pytest.mark.parametrize("name", [*IN_GIT_FOLDER, *(f"dagctl/top/{name}" for name in OF_DAGCTL)])
def test_a_pipe_in_the_git_folder_is_not_waited_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An unpacked archive may have one. git itself may wait for it, and is stopped."""
    shell.ok("init")
    shell.write("specs/demo.yaml", SPEC)
    shell.ok("create", "specs/demo.yaml")
    monkeypatch.setattr(git_program, "_PATIENCE", 1.0)
    monkeypatch.setattr(git_command, "LONGEST", 1.0)
    with replaced(shell.folder / ".git" / name, "pipe"):
        for line in ("list", "show demo", "create --dry-run specs", "create specs", "doctor"):
            with no_wait_without_end():
                done = shell.run(*line.split())
            assert done.code != ExitCode.BUG, (line, done)
    assert shell.ok("list", "-o", "name").out == "demo\n"


@pytest.mark.parametrize("name", ["logs/HEAD", "logs/refs/heads/main"])
def test_a_pipe_where_git_writes_its_log_is_refused_before_anything_is_done(
    shell: Shell, name: str
) -> None:
    shell.ok("init")
    shell.write("specs/demo.yaml", SPEC)
    shell.ok("create", "specs/demo.yaml")
    shell.write("specs/demo.yaml", SPEC.replace("echo 1", "echo 2"))
    log = shell.folder / ".git" / name
    with replaced(log, "pipe"), no_wait_without_end():
        done = shell.run("create", "specs")
    assert done.code == ExitCode.CONFLICT
    assert f"{log} is no file and no folder" in done.err
    assert "echo 1" in (shell.folder / "dags/demo.py").read_text()
    shell.ok("create", "specs")


@pytest.mark.parametrize("place", ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", ".gitconfig"])
def test_a_configuration_of_git_that_is_no_file_is_named(
    shell: Shell, tmp_path: Path, place: str
) -> None:
    shell.ok("init")
    home = tmp_path / "other"
    home.mkdir()
    pipe = home / ".gitconfig"
    os.mkfifo(pipe)
    named = {"HOME": str(home)} if place == ".gitconfig" else {place: str(pipe)}
    with no_wait_without_end():
        done = shell.run("list", **named)
    assert done.code == ExitCode.USAGE
    assert str(pipe) in done.err
    assert place in done.err
    assert shell.run("list", **({} if place == ".gitconfig" else {place: os.devnull})).code == 0


@pytest.mark.parametrize("command", ["list", "create specs", "doctor"])
def test_a_configuration_that_takes_git_seconds_to_read_is_named(
    shell: Shell, command: str
) -> None:
    shell.ok("init")
    shell.write("specs/demo.yaml", SPEC)
    configuration = shell.folder / ".git/config"
    with configuration.open("a") as file:
        file.write('[x]\n\ty = "' + "a" * LARGEST_CONFIGURATION + '"\n')
    done = shell.run(*command.split())
    assert done.code == ExitCode.USAGE
    assert f"{configuration} has more than 8 MiB" in done.err + done.out


def test_a_git_that_waits_without_end_is_stopped(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that the configuration includes, as one of the work tree, may be a pipe."""
    os.mkfifo(sandbox.root / "pipe")
    sandbox.git("config", "include.path", "../pipe")
    monkeypatch.setattr(git_program, "_PATIENCE", 0.3)
    monkeypatch.setattr(git_command, "LONGEST", 0.3)
    with no_wait_without_end():
        with pytest.raises(UnavailableError, match="git rev-parse gave no answer within") as asked:
            git_program.ask(sandbox.root, "rev-parse", "HEAD")
        with pytest.raises(UnavailableError, match="git var did not end within") as ran:
            GitCommand(sandbox.root).run("var", "-l")
    assert "is a pipe" in f"{asked.value.hint}"
    assert "is a pipe" in f"{ran.value.hint}"


def test_an_interrupt_ends_a_git_that_waits_without_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(sandbox.root / "pipe")
    sandbox.git("config", "include.path", "../pipe")
    monkeypatch.setattr(git_command, "LONGEST", 1.0)

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGALRM, late)
        raise KeyboardInterrupt

    def late(*_: object) -> None:
        raise AssertionError("it waits without end")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3, PATIENCE)
    try:
        with pytest.raises(KeyboardInterrupt):
            GitCommand(sandbox.root).run("var", "-l")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
