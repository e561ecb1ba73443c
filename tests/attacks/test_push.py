"""Promise 9 where git speaks to a remote: what the folder and its git configuration may not start.

`core.sshCommand` and a credential helper of the local configuration do run, for a remote that needs
them: a clone brings none, and a deploy key is set up so (docs/architecture.md).
"""

from __future__ import annotations

from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from tests.attacks.repositories import settings
from tests.attacks.victim import Attack, script, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.attacks.victim import Victim
    from tests.cli.conftest import Done, Shell

PUSH = ("create", "--push", "specs/demo.yaml")

SILENT = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.pager",
    "core.editor",
    "core.alternateRefsCommand",
    "credential.helper",
    "http.proxy",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "diff.external",
    "gpg.program",
    "merge.evil.driver",
    "uploadpack.packObjectsHook",
    "receive.procReceiveRefs",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "alias.fetch",
    "alias.push",
    "alias.rev-parse",
    "alias.update-ref",
)
"""Settings that start nothing when a commit goes to a remote on this machine."""

HOOKS = (
    "post-commit",
    "post-index-change",
    "pre-auto-gc",
    "pre-push",
    "reference-transaction",
    "update",
)

ALLOW = "protocol.ext.allow=always"
REFUSED = {
    "address": ("remote.origin.url=ext::{program} x", ALLOW),
    "address to push to": ("remote.origin.pushurl=ext::{program} x", ALLOW),
    "all protocols": ("remote.origin.pushurl=ext::{program} x", "protocol.allow=always"),
    "rewritten address": ("url.ext::{program} .insteadOf=file://", ALLOW),
    "rewritten address to push to": ("url.ext::{program} .pushInsteadOf=file://", ALLOW),
    "another transport": ("remote.origin.vcs=ext", ALLOW),
    "a transport that is a program": ("remote.origin.url=evil::x", "protocol.evil.allow=always"),
}
"""Settings that would start a program in place of a transport."""

NAMES = (
    "--upload-pack=./evil",
    "-c",
    ".",
    "..",
    "./evil.git",
    "evil.git",
    "file://./evil.git",
    "ext::sh -c ./evil",
    "https://evil.example/x.git",
    "origin --exec=./evil",
    "origin\\nx",
    "",
)
"""What a committed `dagctl.toml` may call its remote."""


@pytest.fixture
def program(victim: Victim) -> Path:
    return script(victim.home / "bin/git-remote-evil", victim.home)


@pytest.fixture
def shell(victim: Victim) -> Shell:
    """A clone whose remote takes pushes."""
    shell = victim.meets(Attack())
    remote = victim.origin.with_name("remote.git")
    victim.git("clone", "-q", "--bare", str(victim.origin), str(remote), cwd=victim.home)
    victim.git("remote", "set-url", "origin", f"file://{remote}")
    return shell


def started(victim: Victim) -> bool:
    return (victim.home / "PWNED").exists()


def check_refused(victim: Victim, done: Done) -> None:
    """Check that nothing ran, and that nothing is published."""
    assert done.code in {2, 7, 9}, done.err
    assert not started(victim)
    assert not (victim.clone / "dags/demo.py").exists()


def test_promise_9_a_push_starts_nothing_that_the_configuration_names(
    victim: Victim, shell: Shell, program: Path
) -> None:
    for name in SILENT:
        victim.git("config", name, f"{'!' * name.startswith('alias')}{program}")
    victim.git("config", "extensions.worktreeConfig", "true")
    victim.git("config", "--worktree", "core.fsmonitor", str(program))
    write(victim.clone / ".git/more", f"[core]\n\tfsmonitor = {program}\n")
    victim.git("config", "include.path", "more")
    write(victim.clone / ".git/info/attributes", "*.md filter=evil diff=evil merge=evil\n")
    for name in HOOKS:
        script(victim.clone / ".git/hooks" / name, victim.home)
    environ = {
        "GIT_EXEC_PATH": str(program.parent),
        "GIT_EXTERNAL_DIFF": str(program),
        "GIT_EDITOR": str(program),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "remote.origin.receivepack",
        "GIT_CONFIG_VALUE_0": str(program),
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={program}'",
        "GIT_ALLOW_PROTOCOL": "ext",
        "GIT_TRACE": str(victim.home / "trace"),
        "GIT_SSH_COMMAND": str(program),
    }
    done = shell.run(*PUSH, **environ)
    assert done.code == 0, done.err
    assert not started(victim)
    assert not (victim.home / "trace").exists()
    remote = victim.origin.with_name("remote.git")
    assert victim.git("rev-parse", "main", cwd=remote) == victim.git("rev-parse", "HEAD")


FEW_OR_ALL = pytest.mark.parametrize("few", [True, pytest.param(False, marks=pytest.mark.sweep)])


@FEW_OR_ALL
def test_promise_9_no_program_stands_in_for_a_transport(
    victim: Victim, shell: Shell, program: Path, *, few: bool
) -> None:
    kept = (victim.clone / ".git/config").read_text()
    environ = {"PATH": f"{program.parent}:{shell.environ['PATH']}"}
    for values in list(REFUSED.values())[:: 3 if few else 1]:
        (victim.clone / ".git/config").write_text(kept)
        for value in values:
            name, _, text = value.format(program=program).rpartition("=")
            victim.git("config", name, text)
        check_refused(victim, shell.run(*PUSH, **environ))


@FEW_OR_ALL
def test_promise_9_the_settings_of_a_clone_name_no_other_remote(
    victim: Victim, shell: Shell, *, few: bool
) -> None:
    inside = victim.clone / "evil.git"
    victim.git("clone", "-q", "--bare", str(victim.origin), str(inside))
    for hook in ("pre-receive", "update", "post-receive"):
        script(inside / "hooks" / hook, victim.home)
    script(victim.clone / "evil", victim.home)
    for name in NAMES[:: 4 if few else 1]:
        settings(f'[git]\npush = "always"\nremote = "{name}"')(victim.clone, victim)
        check_refused(victim, shell.run("create", "specs/demo.yaml"))
    assert victim.git("rev-parse", "main", cwd=inside) == victim.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    "name", ["logs/refs/remotes/origin/main", "logs/refs/remotes", "refs/remotes"]
)
def test_promise_9_a_push_writes_through_no_link(victim: Victim, shell: Shell, name: str) -> None:
    path = victim.clone / ".git" / name
    if path.is_dir():
        rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(victim.home / (".bashrc" if name.endswith("main") else "empty"))
    before = victim.everything()
    done = shell.run(*PUSH)
    check_refused(victim, done)
    assert f"{name} is a link, and git would write through it" in done.err
    victim.check_nothing_outside(before)
