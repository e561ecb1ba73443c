"""The command line as its users run it: as a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from dagctl.cli.app import run
from tests.cli.schemas import validator

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
SECONDS = 60

GOOD = """\
dag_name: Daily orders
description: Loads the orders of a day
schedule_interval: "0 2 * * *"
owner: data-team
tags: [orders, gold]
tasks:
  - task_id: extract
    task_type: bash
    bash_command: echo extract
  - task_id: load
    task_type: bash
    bash_command: echo load
    dependencies: [extract]
"""
BAD = """\
dag_name: Bad
schedule_interval: "@dialy"
retires: 3
tasks:
  - task_id: load
    task_type: bash
    bash_command: echo load
    dependencies: [extrct]
  - task_id: extract
    task_type: bash
    bash_command: echo extract
"""


@dataclass(frozen=True)
class Done:
    """A run that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as exactly one JSON document that its published schema allows."""
        found: dict[str, Any] = json.loads(self.out)
        validator(found["command"]).validate(found)
        return found


@dataclass
class Shell:
    """A folder, and a user who runs dagctl there."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(
        self, *arguments: str, stdin: str = "", encoding: str = "utf-8", **environ: str
    ) -> Done:
        """Run dagctl inside this process: quick, with all but the process being real."""
        streams = [TextIOWrapper(BytesIO(), encoding) for _ in range(2)]
        given = TextIOWrapper(BytesIO(stdin.encode()))
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environ | environ, clear=True),
            patch.object(sys, "stdin", given),
            redirect_stdout(streams[0]),
            redirect_stderr(streams[1]),
        ):
            code = run(arguments)
        return Done(code, *map(written, streams))

    def process(self, *arguments: str, stdin: str = "", **environ: str) -> Done:
        """Run dagctl as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "dagctl", *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            input=stdin.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def ok(self, *arguments: str, stdin: str = "") -> Done:
        done = self.run(*arguments, stdin=stdin)
        assert done.code == 0, done.err
        return done

    def json(self, *arguments: str, stdin: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the result of a run that succeeds with `--output json`."""
        done = self.ok(*arguments, "--output", "json", stdin=stdin)
        assert done.document["ok"] is True
        return done.document["result"]

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environ, capture_output=True, check=True
        )
        return done.stdout.decode().strip()


def written(stream: TextIOWrapper) -> str:
    """Return what was written to a stream; bytes that are no text, as of an archive, escaped."""
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, BytesIO)
    return raw.getvalue().decode(stream.encoding, "surrogateescape")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a user with a git identity in an empty folder."""
    home = tmp_path / "home"
    folder = tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ana Lima\n\temail = ana@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return Shell(folder, environ)


@pytest.fixture
def workspace(shell: Shell) -> Shell:
    """Return the user in a workspace with one good spec."""
    shell.ok("init", "--project-id", PROJECT)
    shell.write("specs/orders.yaml", GOOD)
    return shell
