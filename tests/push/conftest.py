"""A workspace whose repository has a remote, with other people who push to it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from tests.e2e.conftest import PROJECT, Place

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.operation.backend import Silence
    from tests.conftest import Sandbox

SETTINGS = f'project_id = "{PROJECT}"\n\n[git]\npush = "always"\n'


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return os.fsdecode(done.stdout).removesuffix("\n")


@dataclass
class Remote:
    """A bare repository, and the way others change it."""

    path: Path

    def git(self, *arguments: str) -> str:
        return git(self.path, *arguments)

    @property
    def tip(self) -> str:
        return self.git("rev-parse", "main")

    def push(self, path: str = "theirs.txt", text: str = "theirs\n") -> str:
        """Commit one file on the tip, as somebody else's push would; return the commit."""
        blob = (
            subprocess.run(
                ["git", "-C", str(self.path), "hash-object", "-w", "--stdin"],
                input=text.encode(),
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .strip()
        )
        index = {**os.environ, "GIT_INDEX_FILE": str(self.path / "their-index")}
        for command in (
            ["read-tree", "main"],
            ["update-index", "--add", "--cacheinfo", f"100644,{blob},{path}"],
        ):
            subprocess.run(["git", "-C", str(self.path), *command], env=index, check=True)
        tree = (
            subprocess.run(
                ["git", "-C", str(self.path), "write-tree"],
                env=index,
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .strip()
        )
        old = self.tip
        commit = self.git("commit-tree", "-p", old, "-m", f"Write {path}", tree)
        self.git("update-ref", "refs/heads/main", commit, old)
        return commit

    def hook(self, name: str, script: str) -> None:
        file = self.path / "hooks" / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def files(self) -> dict[str, bytes]:
        """Return the DAG files that the tip has."""
        names = self.git("ls-tree", "-r", "--name-only", "main", "dags").split()
        return {name: self.git("show", f"main:{name}").encode() + b"\n" for name in names}

    def marks(self) -> list[str]:
        """Return the operations whose commits stand, and check that history is one line."""
        parents = self.git("log", "--format=%P", "main").splitlines()
        assert all(len(line.split()) <= 1 for line in parents)
        return self.git("log", "--format=%(trailers:key=Dagctl-Op,valueonly)", "main").split()


@dataclass
class Clone(Place):
    """A clone of the remote, with a workspace in it."""

    remote: Remote

    def open(self, listener: Silence | None = None, **overrides: str) -> Client:
        return Client.open(self.root, listener=listener, overrides=overrides)

    def create(self, *specs: Path, listener: Silence | None = None) -> list[tuple[str, str]]:
        with self.open(listener) as client:
            return [(dag.dag_id, dag.state) for dag in client.create(list(specs)).dags]

    def check_published(self) -> None:
        """Check that all agree here, and that each recorded commit stands on the remote."""
        self.check_agreement()
        self.git("fetch", "-q")
        files = self.remote.files()
        for record in self.records():
            self.git("merge-base", "--is-ancestor", record.commit_id, "origin/main")
            assert files[record.file_path] == (self.root / record.file_path).read_bytes()
        self.remote.git("fsck", "--strict", "--no-dangling")


def cloned(remote: Remote, to: Path, *options: str) -> Clone:
    subprocess.run(["git", "clone", "-q", *options, f"file://{remote.path}", str(to)], check=True)
    return Clone(to, remote)


@pytest.fixture
def remote(sandbox: Sandbox, tmp_path: Path) -> Remote:
    """A remote with one commit: the settings of a workspace that pushes."""
    sandbox.commit("dagctl.toml", SETTINGS.encode())
    sandbox.commit("notes.txt", b"one\n")
    path = tmp_path / "remote.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(sandbox.root), str(path)], check=True)
    return Remote(path)


@pytest.fixture
def clone(remote: Remote, tmp_path: Path) -> Clone:
    """A clone in which its user has staged, unstaged and untracked work."""
    clone = cloned(remote, tmp_path / "clone")
    (clone.root / "notes.txt").write_text("two\n")
    clone.git("add", "notes.txt")
    (clone.root / "notes.txt").write_text("three\n")
    (clone.root / "untracked").write_text("mine\n")
    return clone
