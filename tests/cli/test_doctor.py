"""`dagctl doctor` on the local backend, and the warnings that go with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_all_is_well_in_a_new_workspace(workspace: Shell) -> None:
    checks = workspace.json("doctor")["checks"]
    assert [one["name"] for one in checks] == ["settings", "git", "journal", "airflow", "objects"]
    assert checks[0]["message"] == "from dagctl.toml"


def test_doctor_says_where_settings_come_from(workspace: Shell) -> None:
    done = workspace.run("doctor", DAGCTL_LOCK_TIMEOUT="5", DAGCTL_VERSION="1")
    assert (
        "from DAGCTL_LOCK_TIMEOUT, dagctl.toml; not known, so ignored: DAGCTL_VERSION" in done.out
    )
    assert (done.code, done.err) == (0, "")


def test_a_misspelt_variable_fails_doctor_with_the_near_name(workspace: Shell) -> None:
    done = workspace.run("doctor", DAGCTL_BACKEDN="local")
    assert done.code == ExitCode.USAGE
    assert "failed  settings    dagctl does not know DAGCTL_BACKEDN" in done.out
    assert "fix: did you mean DAGCTL_BACKEND?" in done.out


@pytest.mark.parametrize("command", [["list"], ["create", "specs"], ["validate", "specs"]], ids=str)
def test_a_misspelt_variable_is_warned_of_and_breaks_nothing(
    workspace: Shell, command: list[str]
) -> None:
    done = workspace.run(*command, "-o", "json", DAGCTL_AIRFLO="2")
    assert done.code == 0
    assert done.document["ok"] is True
    assert done.err.startswith("warning: the variable DAGCTL_AIRFLO is not known, and is ignored")
    assert "did you mean DAGCTL_AIRFLOW?" in done.err
    assert workspace.run(*command, "-q", DAGCTL_AIRFLO="2").err == ""


@pytest.mark.parametrize(
    "command", [["list"], ["show", "x"], ["recover"], ["create", "specs"]], ids=str
)
def test_an_unreadable_journal_entry_is_told_once_and_named_by_doctor(
    workspace: Shell, command: list[str]
) -> None:
    workspace.write(".git/dagctl/top/journal/op-1.json", '{"step": "res')
    aside = str(workspace.folder / ".git/dagctl/top/journal/op-1.json.corrupt")
    told = f"warning: a journal entry cannot be read, and is set aside as {aside}:"
    assert workspace.run(*command, "-o", "json").err.startswith(told)
    assert told not in workspace.run(*command).err
    done = workspace.run("doctor", "-o", "json")
    assert done.code == ExitCode.CONFLICT
    checks = {one["name"]: one for one in done.document["result"]["checks"]}
    assert checks["journal"]["state"] == "failed"
    assert aside in checks["journal"]["message"]
    Path(aside).unlink()
    assert workspace.run("doctor").code == 0
