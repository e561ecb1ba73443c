from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.git_command import GitCommand
from dagctl.errors import ConflictError, UnavailableError
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox
    from tests.unit.adapters.git.conftest import Operation

X = FileWrite(path="dags/x.py", new=b"x = 1\n")


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 512)


def interrupt_after(begun: Path) -> None:
    """Send this process what Ctrl-C sends, when a child has made this file."""

    def send() -> None:
        until = time.monotonic() + 60
        while not begun.exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.2)  # let the main thread get to where it waits for the child
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=send).start()


def test_git_ends_what_it_is_doing_when_we_are_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\ntouch begun\nsleep 1\ntouch written\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    interrupt_after(tmp_path / "begun")
    with pytest.raises(KeyboardInterrupt):
        GitCommand(tmp_path).run("update-ref")
    assert (tmp_path / "written").exists()


def slow_git(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> GitCommand:
    program = folder / "bin/git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.chdir(folder)
    return GitCommand(folder)


def test_what_was_begun_is_at_work_while_the_block_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = slow_git(tmp_path, monkeypatch, "until [ -e go ]; do sleep 0.01; done; cat; exit 3")
    with (
        git.begun("check-attr", data=b"a") as first,
        git.begun("check-ignore", data=b"b") as second,
    ):
        (tmp_path / "go").touch()
        answers = second(), first()
    assert [(each.out, each.status) for each in answers] == [(b"b", 3), (b"a", 3)]


def test_what_was_begun_and_is_not_asked_for_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = "until [ -e go ]; do sleep 0.01; done; touch survived"
    git = slow_git(tmp_path, monkeypatch, f"({child}) & touch begun; wait")
    with git.begun("check-attr"):
        while not (tmp_path / "begun").exists():
            time.sleep(0.01)
    (tmp_path / "go").touch()
    time.sleep(0.2)
    assert not (tmp_path / "survived").exists()


def test_a_hook_is_stopped_when_we_are_interrupted(sandbox: Sandbox, operation: Operation) -> None:
    begun, go, survived = (sandbox.root / name for name in ("begun", "go", "survived"))
    wait = f"until [ -e '{go}' ]; do sleep 0.01; done"
    sandbox.hook("pre-commit", f"touch '{begun}'; {wait}; touch '{survived}'")
    interrupt_after(begun)
    with pytest.raises(KeyboardInterrupt):
        operation.commit(X)
    go.touch()
    time.sleep(0.2)
    assert not survived.exists()


def test_a_full_disk_is_unavailable_and_nothing_is_committed(
    sandbox: Sandbox, operation: Operation, small_disk: Path
) -> None:
    full = sandbox.at(small_disk)
    full.git("init", "-q")
    before = full.commit("f", b"")
    full.write(X.path, X.new or b"")
    fill(small_disk)
    repo = operation.at(small_disk).repo
    with pytest.raises(UnavailableError, match="git") as caught:
        repo.commit("op-1", "refs/heads/main", [X], "Create x", verify=True)
    assert caught.value.hint is not None
    assert "free some space" in caught.value.hint
    assert full.git("rev-parse", "HEAD") == before
    (small_disk / "filler").unlink()
    repo.commit("op-1", "refs/heads/main", [X], "Create x", verify=True)
    assert repo.stage([X.path]) is None
    assert full.status() == []


def test_a_read_only_file_system_is_unavailable(
    sandbox: Sandbox, operation: Operation, small_disk: Path
) -> None:
    frozen = sandbox.at(small_disk)
    frozen.git("init", "-q")
    frozen.write(X.path, X.new or b"")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UnavailableError) as caught:
        operation.at(small_disk).repo.commit("op-1", "refs/heads/main", [X], "x", verify=True)
    assert caught.value.hint is not None
    assert "writable" in caught.value.hint


def test_a_branch_that_may_not_be_written_names_the_way_out(
    sandbox: Sandbox, operation: Operation, small_disk: Path
) -> None:
    before = sandbox.commit("f", b"")
    heads = sandbox.root / ".git/refs/heads"
    shutil.copytree(heads, small_disk, dirs_exist_ok=True)
    subprocess.run(["mount", "--bind", "-o", "ro", small_disk, heads], check=True)
    try:
        with pytest.raises(ConflictError, match="refuses to move") as caught:
            operation.commit(X)
    finally:
        subprocess.run(["umount", heads], check=True)
    assert caught.value.hint is not None
    assert "writable" in caught.value.hint
    assert sandbox.git("rev-parse", "HEAD") == before


def test_git_python_is_whole_for_a_program_that_uses_it_too(sandbox: Sandbox) -> None:
    commit = sandbox.commit("f", b"")
    script = """
import sys
from pathlib import Path
from dagctl.adapters.git.git_command import GitCommand
answer = GitCommand(Path.cwd()).run("rev-parse", "HEAD")
assert not {"git", "git.repo", "git.cmd"} & {*sys.modules}
import git
assert git.Repo(".").head.commit.hexsha == answer.text
assert git.Git is git.cmd.Git and git.exc.GitError
print(GitCommand(Path.cwd()).run("rev-parse", "HEAD").text)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=sandbox.root, capture_output=True, check=False
    )
    assert done.stdout.decode().strip() == commit, done.stderr.decode()
