"""Promise 12: a few kilobytes of a repository that unpack to a large object fill no memory."""

from __future__ import annotations

import os
import zlib
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git import git_command
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.git_objects import LARGEST
from dagctl.errors import ExitCode, UnavailableError
from tests.attacks.waits import no_wait_without_end
from tests.cli.conftest import Shell, shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox

SPEC = "dag_name: demo\ntasks: [{task_id: a, task_type: bash, bash_command: echo 1}]\n"
READING = ("list", "show demo", "history demo", "validate specs", "list --outdated")
ASKING = ("create --dry-run specs", "create specs", "rm demo --dry-run", "doctor")
"""Commands that look at the last commit."""
__all__ = ["shell"]


def large(root: Path, kind: str, head: bytes, size: int) -> str:
    """Write an object of `size` equal bytes after its head, and return its id."""
    data = b"%s %d\0%s" % (kind.encode(), len(head) + size, head) + b"x" * size
    name = sha1(data, usedforsecurity=False).hexdigest()
    file = root / ".git/objects" / name[:2] / name[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(data, 1))
    return name


def test_a_commit_of_a_large_message_is_not_read(shell: Shell) -> None:
    shell.ok("init")
    shell.write("specs/demo.yaml", SPEC)
    shell.ok("create", "specs")
    who = "Eve <eve@example.com> 1700000000 +0000"
    tree = shell.git("rev-parse", "HEAD^{tree}").strip()
    head = f"tree {tree}\nauthor {who}\ncommitter {who}\n\n"
    name = large(shell.folder, "commit", head.encode(), LARGEST)
    shell.git("update-ref", "HEAD", name)
    for line in READING:
        shell.ok(*line.split())
    for line in ASKING:
        done = shell.run(*line.split())
        assert done.code == ExitCode.UNAVAILABLE, (line, done)
        assert "git cat-file answers with more than 64 MB" in done.out + done.err
    assert shell.git("rev-parse", "HEAD").strip() == name


def test_an_answer_of_git_without_end_is_not_read_to_its_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = large(sandbox.root, "blob", b"", 8 << 20)
    git = GitCommand(sandbox.root)
    assert len(git.run("cat-file", "blob", name).out) == 8 << 20
    monkeypatch.setattr(git_command, "WHOLE", 1 << 20)
    with no_wait_without_end(), pytest.raises(UnavailableError, match="git cat-file answers with"):
        git.run("cat-file", "blob", name)


def test_a_git_that_reads_nothing_of_what_it_is_given_is_stopped(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(sandbox.root / "pipe")
    sandbox.git("config", "include.path", "../pipe")
    monkeypatch.setattr(git_command, "LONGEST", 0.3)
    with no_wait_without_end(), pytest.raises(UnavailableError, match="did not end within"):
        GitCommand(sandbox.root).run("hash-object", "--stdin-paths", data=b"x\n" * 1_000_000)
