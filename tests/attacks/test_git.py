"""Promise 7 and 9 where git runs programs: hooks, and what a local configuration names.

A local configuration and hooks are never cloned, so they are trusted as git trusts them. How far:
reading runs none of them, and `create` only the hooks of a commit and the signing program.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.attacks.commands import COMMANDS
from tests.attacks.victim import Attack, run_all, script, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.attacks.victim import Victim
    from tests.cli.conftest import Shell

SECRETS = {
    "DAGCTL_PASSWORD": "pw-canary-7Q",
    "DAGCTL_ACCESS_TOKEN": "tok-canary-8R",
    "DAGCTL_EMAIL": "ada@example.com",
}
PROGRAMS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "pager.log",
    "gpg.program",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "merge.evil.driver",
    "diff.evil.textconv",
    "uploadpack.packObjectsHook",
    "alias.rev-parse",
)
"""Settings that name a program."""


HOOKS = (
    "post-index-change",
    "reference-transaction",
    "post-commit",
    "post-checkout",
    "pre-push",
)


def with_programs(root: Path, victim: Victim) -> None:
    """Leave a local configuration that names a program wherever it can, and every hook."""
    program = script(victim.home / "bin/program", victim.home)
    write(program, f"#!/bin/sh\nps -o args= $PPID >> {victim.home}/PWNED\n")
    for name in PROGRAMS:
        victim.git("config", name, f"!{program}" if name.startswith("alias") else str(program))
    write(root / ".git/info/attributes", "*.md filter=evil diff=evil merge=evil\n")
    for name in HOOKS:
        script(root / ".git/hooks" / name, victim.home)


def with_other_files_of_settings(root: Path, victim: Victim) -> None:
    """Leave the same where git looks besides: included files, the work tree's own, templates."""
    with_programs(root, victim)
    mine = (root / ".git/config").read_text()
    victim.git("config", "extensions.worktreeConfig", "true")
    write(root / ".git/config.worktree", mine.partition("[remote")[0])
    write(root / "settings", mine.partition("[remote")[0])
    victim.git("config", "includeIf.gitdir:**.path", "../settings")
    victim.git("config", "core.hooksPath", "hooks")
    victim.git("config", "init.templateDir", str(root / "template"))
    for name in HOOKS:
        script(root / "hooks" / name, victim.home)
        script(root / "template/hooks" / name, victim.home)


def check_nothing_ran(victim: Victim) -> None:
    """Check that no program has left its trace, and that one would."""
    trace = victim.home / "PWNED"
    assert (trace.read_text() if trace.exists() else "") == ""
    command = ("git", "status")
    subprocess.run(command, cwd=victim.clone, env=victim.environ, capture_output=True, check=False)
    assert trace.exists()


@pytest.mark.sweep
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "serve"])
def test_promise_9_no_file_of_settings_has_a_program_run(victim: Victim, command: str) -> None:
    shell = victim.meets(Attack(leave=with_other_files_of_settings))
    run_all(shell, [command])
    check_nothing_ran(victim)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "serve"])
def test_promise_9_no_command_runs_a_program_that_the_configuration_names(
    victim: Victim, command: str
) -> None:
    shell = victim.meets(Attack(leave=with_programs))
    run_all(shell, [command])
    check_nothing_ran(victim)


@pytest.mark.parametrize("lacking", ["HEAD:dags", "HEAD^{tree}", "HEAD:dags/demo.py"])
def test_promise_9_no_object_that_a_partial_clone_lacks_is_fetched(
    victim: Victim, lacking: str
) -> None:
    shell = victim.meets(Attack())
    assert shell.run("create", "specs/demo.yaml").code == 0
    lost = victim.git("rev-parse", lacking)
    (victim.clone / ".git/objects" / lost[:2] / lost[2:]).unlink()
    program = script(victim.home / "bin/program", victim.home)
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("core.sshCommand", str(program)),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", "ssh://example.com/x"),
        ("remote.origin.promisor", "true"),
    ):
        victim.git("config", name, value)
    shutil.rmtree(victim.clone / ".git/dagctl")
    (victim.clone / "dags/demo.py").unlink()
    for command in (["doctor"], ["create", "--dry-run", "specs/demo.yaml"]):
        done = shell.run(*command)
        assert done.code in {0, 7, 9}, done.err
    assert not (victim.home / "PWNED").exists()


def hooked(shell: Shell, victim: Victim, text: str) -> None:
    for name in ("pre-commit", "commit-msg"):
        hook = write(victim.clone / ".git/hooks" / name, f"#!/bin/sh\n{text}\n")
        hook.chmod(0o755)
    shell.environ.update(SECRETS)


def test_promise_7_a_hook_gets_none_of_dagctls_variables(victim: Victim) -> None:
    shell = victim.meets(Attack())
    hooked(shell, victim, f"env >> {victim.home}/seen")
    assert shell.run("create", "specs/demo.yaml").code == 0
    seen = (victim.home / "seen").read_text()
    assert "HOME=" in seen
    assert "DAGCTL_" not in seen
    assert not [secret for secret in SECRETS.values() if secret in seen]


def test_promise_7_what_a_hook_prints_is_shown_without_secrets(victim: Victim) -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    shell = victim.meets(Attack())
    hooked(shell, victim, f"echo found {' '.join(SECRETS.values())} {token} >&2; exit 1")
    done = shell.run("create", "specs/demo.yaml")
    assert done.code == 7
    assert "found" in done.err
    for secret in (SECRETS["DAGCTL_PASSWORD"], SECRETS["DAGCTL_ACCESS_TOKEN"], token):
        assert secret not in done.err


def test_a_signing_program_runs_before_anything_is_done(victim: Victim) -> None:
    shell = victim.meets(Attack())
    victim.git("config", "commit.gpgSign", "true")
    victim.git("config", "gpg.program", "false")
    before = victim.everything()
    done = shell.run("create", "specs/demo.yaml")
    assert done.code == 7
    assert "could not be signed" in done.err
    assert "nothing was changed" in done.err
    victim.check_nothing_outside(before)
    assert not (victim.clone / "dags").exists()
