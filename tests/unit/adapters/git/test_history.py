"""Which commits are of one history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.repo import GitRepo

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Sandbox

COMMITS = 5_000


def test_more_versions_of_another_branch_than_go_onto_a_command_line(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = sandbox.commit("dags/x.py", b"here\n")
    sandbox.git("fast-import", "--quiet", data="".join(map(imported, range(COMMITS))).encode())
    there = sandbox.git("rev-list", "other").split()
    for number in range(19):  # the environment takes of the same 2 MiB
        monkeypatch.setenv(f"FILLED_{number}", "x" * 100_000)
    line = GitRepo(sandbox.root, "dags").line_of(dict.fromkeys([here, *there], "dags/x.py"), here)
    assert line == {here: True, **dict.fromkeys(there, False)}


def imported(number: int) -> str:
    text = f"x = {number}\n"
    return (
        f"commit refs/heads/other\ncommitter A <a@example.com> {number} +0000\ndata 0\n"
        f"M 100644 inline dags/x.py\ndata {len(text)}\n{text}\n"
    )
