"""How many git processes a command starts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.cli.conftest import GOOD, shell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

__all__ = ["shell"]

MOST_OF_CREATE = 6


def test_create_starts_at_most_six_gits_and_list_one(shell: Shell) -> None:
    counted = watched(shell)
    shell.write("specs/orders.yaml", GOOD)
    assert shell.process("init").code == 0
    runs = {
        "the first commit": ["create", "specs/orders.yaml"],
        "a second DAG": ["create", "specs/other.yaml"],
        "an update": ["create", "specs/orders.yaml"],
        "ten DAGs": ["create", "many"],
    }
    shell.write("specs/other.yaml", GOOD.replace("Daily orders", "Other"))
    for number in range(10):
        shell.write(f"many/{number}.yaml", GOOD.replace("Daily orders", f"Many {number}"))
    started = {}
    for name, arguments in runs.items():
        if name == "an update":
            shell.write("specs/orders.yaml", GOOD.replace("echo load", "echo loaded"))
        counted.write_text("")
        done = shell.process(*arguments)
        assert done.code == 0, done.err
        started[name] = [line.partition("-C ")[2] for line in counted.read_text().splitlines()]
    assert {n: lines for n, lines in started.items() if len(lines) > MOST_OF_CREATE} == {}
    counted.write_text("")
    assert shell.process("list").code == 0
    assert len(counted.read_text().splitlines()) == 1


def watched(shell: Shell) -> Path:
    """Put a git on the user's PATH that notes its arguments; return the file with the notes."""
    folder = shell.folder.parent / "bin"
    folder.mkdir()
    notes = folder / "notes"
    notes.touch()
    git = folder / "git"
    git.write_text(f'#!/bin/sh\necho "$@" >> {notes}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    shell.environ["PATH"] = f"{folder}:{shell.environ['PATH']}"
    return notes
