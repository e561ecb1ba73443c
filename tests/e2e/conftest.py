"""A real workspace (git, SQLite, files) with work of the user's own in it, and ways to kill."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.operation.backend import Silence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dagctl.commands.recover import RecoverResult
    from dagctl.ports import DagRecord
    from tests.conftest import Sandbox

PROJECT = "123e4567-e89b-12d3-a456-426614174000"

SPEC = """\
dag_name: {name}
tasks:
  - task_id: a
    task_type: bash
    bash_command: echo {word}
"""


@dataclass
class Place:
    """A workspace at the top of a repository."""

    root: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def spec(self, path: str, name: str = "Orders", word: str = "one") -> Path:
        """Write a spec and return its path."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SPEC.format(name=name, word=word))
        return file

    def copy(self, to: Path) -> Place:
        """Return a copy of all of it."""
        shutil.copytree(self.root, to, symlinks=True)
        copied = Place(to)
        copied.git("update-index", "-q", "--refresh")
        return copied

    def open(self, listener: Silence | None = None) -> Client:
        return Client.open(self.root, listener=listener)

    def recover(self) -> RecoverResult:
        with self.open() as client:
            return client.recover()

    def records(self) -> list[DagRecord]:
        with self.open() as client:
            return list(client.list())

    def users(self) -> dict[str, str]:
        """Return all that is the user's: index, staged and unstaged changes, other files."""
        ours = ":(exclude)dags"
        return {
            "index": self.git("ls-files", "-s", "-v", "--", ".", ours),
            "staged": self.git("diff", "--cached", "--", ".", ours),
            "unstaged": self.git("diff", "--", ".", ours),
            "untracked": self.git("ls-files", "-o", "--", ".", ours, ":(exclude).dagctl"),
            "content": "".join(
                f"{file.name}: {file.read_text()}\n"
                for file in sorted(self.root.iterdir())
                if file.is_file()
            ),
            "head": self.git("symbolic-ref", "HEAD"),
            "config": (self.root / ".git/config").read_text(),
        }

    def check_agreement(self) -> None:
        """Check that file, commit, object and row agree, and that nothing else is left."""
        records = self.records()
        paths = sorted(record.file_path for record in records)
        store = self.root / ".git/dagctl/top/store"
        objects = sorted(str(f.relative_to(store)) for f in store.rglob("*") if f.is_file())
        committed = self.git("ls-tree", "-r", "--name-only", "HEAD", "dags").split()
        files = sorted(f"dags/{f.name}" for f in (self.root / "dags").glob("*"))
        assert objects == sorted(record.storage_path for record in records)
        assert committed == paths
        assert files == paths
        assert self.git("status", "--porcelain", "dags") == ""
        for record in records:
            content = (self.root / record.file_path).read_bytes()
            assert sha256(content).hexdigest() == record.content_digest
            assert (store / record.storage_path).read_bytes() == content
            assert self.git("show", f"HEAD:{record.file_path}").encode() == content
            self.git("merge-base", "--is-ancestor", record.commit_id, "HEAD")
        assert list((self.root / ".git/dagctl/top/journal").glob("*")) == []
        assert self.git("fsck", "--strict", "--no-dangling") == ""
        registry = self.root / ".git/dagctl/top/registry.db"
        if registry.exists():
            database = sqlite3.connect(registry)
            assert database.execute("SELECT * FROM reservations WHERE is_open").fetchall() == []
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            database.close()


@pytest.fixture
def place(sandbox: Sandbox) -> Place:
    """Return a workspace with staged, unstaged and untracked work in it."""
    root = sandbox.root
    sandbox.commit("notes.txt", b"one\n")
    sandbox.commit("README", b"readme\n")
    (root / "dagctl.toml").write_text(f'project_id = "{PROJECT}"\n')
    (root / "notes.txt").write_text("two\n")
    sandbox.git("add", "notes.txt")
    (root / "notes.txt").write_text("three\n")
    (root / "README").write_text("changed\n")
    (root / "untracked").write_text("mine\n")
    return Place(root)


# --- Killing ---


class Killer(Silence):
    """Kills its own process at the beginning or the end of a step."""

    def __init__(self, name: str, *, done: bool) -> None:
        self._at = (name, done)

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        del detail
        if (name, done) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


EFFECTS = frozenset({"os.rename", "os.link", "os.remove", "os.mkdir", "subprocess.Popen"})
"""Audit events of what changes the disk or starts git."""


def kill_at_effect(number: int) -> None:
    """Kill this process just before its n-th effect, counted from 1."""
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in EFFECTS or (event == "open" and _writes(arguments)):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _writes(arguments: Sequence[object]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def in_child(act: Callable[[], object]) -> int:
    """Run `act` in a process of its own; return its exit status, negative for a signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        except BaseException:  # noqa: BLE001 - the parent asserts on the status
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def all_at_once(acts: Sequence[Callable[[], object]]) -> list[int]:
    """Run each act in a process of its own, all at the same time; return the exit statuses."""

    def start(act: Callable[[], object]) -> int:
        child = os.fork()
        if child == 0:
            os._exit(in_child(act))
        return child

    children = [start(act) for act in acts]
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
