"""What git's log says does not depend on how a user, or an unpacked repository, has set it up."""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from tests.attacks.victim import script
from tests.cli.conftest import Shell, shell, workspace

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["shell", "workspace"]

SETTINGS = {
    "log.showSignature": "true",
    "log.showRoot": "false",
    "i18n.logOutputEncoding": "UTF-16",
    "log.follow": "true",
    "log.diffMerges": "combined",
    "log.decorate": "full",
    "log.abbrevCommit": "true",
    "color.ui": "always",
    "format.pretty": "raw",
}


@pytest.fixture
def signed(workspace: Shell) -> Shell:
    """Return a user whose repository begins with the signed commit of a `create`."""
    workspace.git("config", "user.name", "Zoë Lima")
    workspace.ok("create", "specs/orders.yaml")
    commit = workspace.git("cat-file", "commit", "HEAD")
    head, _, message = commit.partition("\n\n")
    assert "parent" not in head
    seal = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    file = workspace.write("commit", f"{head}\n{seal}\n\n{message}\n")
    made = workspace.git("hash-object", "-t", "commit", "-w", str(file))
    workspace.git("update-ref", "HEAD", made)
    rmtree(workspace.folder / ".git/dagctl")
    return workspace


@pytest.mark.parametrize("name", SETTINGS)
def test_no_setting_of_the_log_changes_who_made_what(
    signed: Shell, tmp_path: Path, name: str
) -> None:
    signed.git("config", "gpg.program", str(script(tmp_path / "program", tmp_path)))
    signed.git("config", name, SETTINGS[name])
    commit = signed.git("rev-parse", "--short=7", "HEAD")
    assert f"by Zoë Lima <ana@example.com>  {commit}" in signed.ok("history", "daily_orders").out
    assert signed.ok("list").out.split()[-1] == "synced"
    assert not (tmp_path / "PWNED").exists()


def test_a_log_that_fails_is_said_and_is_no_empty_list(signed: Shell) -> None:
    signed.git("config", "diff.algorithm", "nonsense")
    for command in (["list"], ["doctor"], ["show", "daily_orders"]):
        done = signed.run(*command, "-q")
        assert "warning: what came into this work tree is not read: git log failed" in done.err
