"""What tests of several parts share: a git repository of their own, PostgreSQL, the stand-in."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.live.fixtures import live
from tests.stand_in.fixtures import (
    postgres_cluster,
    project_template,
    stand_in,
    stand_in_server,
)

__all__ = ["live", "postgres_cluster", "project_template", "stand_in", "stand_in_server"]
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""
settings.register_profile("steady", PATIENT, derandomize=True, max_examples=50)
settings.register_profile("searching", PATIENT)
settings.load_profile("steady")
"""Each run tries the same few examples; `make test-all` searches for new ones."""
UNIT = Path(__file__).parent / "unit"
REPEATS = {
    UNIT / "codegen/test_goldens.py",
    UNIT / "graph/test_drawings.py",
    UNIT / "operation/test_faults.py",
    UNIT / "operation/test_lifecycle_faults.py",
    UNIT / "operators/test_outputs.py",
    UNIT / "spec/test_bounded.py",
}
"""Half of the time of the unit tests: they take the same paths of the code again and again."""
CLEAR_HOOK = "unset GIT_INDEX_FILE GIT_DIR GIT_PREFIX\n"
"""Lets a hook use the user's index rather than the one that it is shown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        action="store_true",
        help="let the tests marked `live` use the Supabase project that DAGCTL_LIVE_* name",
    )


def pytest_configure() -> None:
    """Hear Ctrl-C even when the run was started in the background, where shells ignore it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure the coverage of unit tests alone: the tracing makes a test three times as slow."""
    for item in items:
        if UNIT not in item.path.parents or item.path in REPEATS:
            item.add_marker(pytest.mark.no_cover)


@dataclass
class Sandbox:
    """A git repository in a temporary folder, and the user who works in it by hand."""

    root: Path

    def at(self, root: Path) -> Sandbox:
        """Return the repository of another folder."""
        return Sandbox(root)

    def git(self, *arguments: str, data: bytes = b"") -> str:
        """Run git as the user would; return its standard output without the last line break."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).removesuffix("\n")

    def write(self, path: str, content: bytes) -> None:
        """Put a file into the work tree."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def commit(self, path: str, content: bytes) -> str:
        """Commit one file as the user would; return the commit id."""
        self.write(path, content)
        self.git("add", "--", path)
        self.git("commit", "-q", "--no-verify", "-m", f"Write {path}", "--", path)
        return self.git("rev-parse", "HEAD")

    def hook(self, name: str, script: str) -> None:
        """Install a hook."""
        folder = self.root / self.git("rev-parse", "--git-path", "hooks")
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def entries(self) -> dict[str, str]:
        """Return the entries of the index: mode, blob and stage by path."""
        lines = self.git("ls-files", "-s", "-z").split("\0")[:-1]
        return {line.partition("\t")[2]: line.partition("\t")[0] for line in lines}

    def status(self) -> list[str]:
        """Return what `git status` lists, file by file."""
        listing = self.git("status", "--porcelain", "-z", "--untracked-files=all")
        return listing.split("\0")[:-1]


@pytest.fixture
def git_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make git see only a global configuration of the test's own; return its path."""
    file = tmp_path / "gitconfig"
    file.write_text(
        "[user]\nname = Ada Lovelace\nemail = ada@example.com\n[init]\ndefaultBranch = main\n"
    )
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(file))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("EMAIL", raising=False)
    return file


@pytest.fixture
def sandbox(tmp_path: Path, git_config: Path) -> Sandbox:
    """Return an empty repository on the unborn branch `main`."""
    assert git_config.exists()
    root = tmp_path / "repository"
    root.mkdir()
    sandbox = Sandbox(root)
    sandbox.git("init", "-q")
    return sandbox
