"""Someone at a shell, in a workspace on either backend, with a DAG that has three versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Shell, shell
from tests.supabase.place import ADA, PASSWORD, PROJECT, Place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Done
    from tests.stand_in import StandIn

__all__ = ["shell"]

SPEC = """\
# what the author thinks
dag_name: {name}
schedule_interval: "{schedule}"
tasks:
  - task_id: extract
    task_type: bash
    bash_command: echo extract
"""
LOAD = """\
  - task_id: load
    task_type: bash
    bash_command: echo load
    dependencies: [extract]
"""


def write(user: Shell, schedule: str, more: str = "", name: str = "Orders") -> str:
    """Write a spec file and return its path."""
    path = f"specs/{name.lower()}.yaml"
    user.write(path, SPEC.format(name=name, schedule=schedule) + more)
    return path


@pytest.fixture(params=["local", "supabase"])
def empty(
    request: pytest.FixtureRequest, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """Someone in a workspace without DAGs."""
    if request.param == "local":
        shell.ok("init", "--project-id", PROJECT)
        shell.git("add", "-A")
        shell.git("commit", "-qm", "Workspace")
        return shell
    return on_supabase(request.getfixturevalue("stand_in"), shell, tmp_path, monkeypatch)


@pytest.fixture
def user(empty: Shell) -> Shell:
    """The same, with three versions of the DAG `orders`."""
    for schedule, more in (("@daily", ""), ("0 2 * * *", LOAD), ("0 3 * * *", LOAD)):
        empty.ok("create", write(empty, schedule, more))
    return empty


def on_supabase(
    stand_in: StandIn, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    stand_in.add_member(PROJECT, stand_in.add_user(ADA, PASSWORD))
    shell.git("init", "-q")
    place = Place(shell.folder, stand_in)
    place.link()
    state = str(tmp_path / "home" / "state")
    monkeypatch.setenv("XDG_STATE_HOME", state)
    place.sign_in()
    shell.git("add", "-A")
    shell.git("commit", "-qm", "Workspace")
    return Shell(shell.folder, shell.environ | {"XDG_STATE_HOME": state})


class GitCalls:
    """Counts the git processes that a command starts.

    Args:
        user: Who gives the commands; from now on each git that they start is noted.
        folder: Where the notes are, and a program that stands in front of git.
    """

    def __init__(self, user: Shell, folder: Path) -> None:
        self._user = user
        self._log = folder / "calls"
        program = folder / "bin" / "git"
        program.parent.mkdir()
        path = user.environ["PATH"]
        program.write_text(f'#!/bin/sh\necho >> {self._log}\nPATH={path} exec git "$@"\n', "utf-8")
        program.chmod(0o755)
        user.environ["PATH"] = f"{program.parent}:{path}"

    def count(self, *command: str) -> tuple[Done, int]:
        """Run a command in a process of its own: what git said before is kept inside one."""
        self._log.write_text("", "utf-8")
        done = self._user.process(*command)
        return done, len(self._log.read_text("utf-8").splitlines())
