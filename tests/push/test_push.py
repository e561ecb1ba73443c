"""Push as a part of the operation: a real remote that others push to, that refuses or hangs."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import (
    UNCHANGED,
    ConflictError,
    DagctlError,
    PushRefusedError,
    RemoteUnavailableError,
    UsageError,
    WorkspaceError,
)
from tests.push.conftest import SETTINGS, cloned, git
from tests.supabase.place import At

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dagctl import Client
    from tests.push.conftest import Clone, Remote


@contextmanager
def pushing(remote: Remote, folder: Path) -> Iterator[list[str]]:
    """Let another clone push some times a second, for the length of the block."""
    other = cloned(remote, folder)
    commits: list[str] = []
    stop = threading.Event()

    def push() -> None:
        while not stop.wait(0.2):
            other.git("commit", "-q", "--allow-empty", "-m", "Theirs")
            while subprocess.run(
                ["git", "-C", str(other.root), "push", "-q"], capture_output=True, check=False
            ).returncode:
                other.git("pull", "-q", "--rebase")
            commits.append(other.git("rev-parse", "HEAD").strip())

    thread = threading.Thread(target=push)
    thread.start()
    try:
        yield commits
    finally:
        stop.set()
        thread.join()


def test_create_update_rollback_and_rm_push_while_others_do(
    clone: Clone, remote: Remote, tmp_path: Path
) -> None:
    spec = clone.spec("specs/orders.yaml")
    other = clone.spec("specs/other.yaml", "Other")
    with pushing(remote, tmp_path / "other") as theirs:
        assert clone.create(spec, other) == [("orders", "created"), ("other", "created")]
        clone.spec("specs/orders.yaml", word="two")
        assert clone.create(spec) == [("orders", "updated")]
        with clone.open() as client:
            outcome = client.rollback("orders")
            assert outcome.pushed == "origin/main"
            client.remove("other")
    remote.git("fsck", "--strict", "--no-dangling")
    assert len(remote.marks()) == 4
    assert theirs
    standing = set(remote.git("rev-list", "main").split())
    assert set(theirs) <= standing
    assert {record.commit_id for record in clone.records()} <= standing
    assert clone.git("diff", "--cached", "--name-only").split() == ["notes.txt"]
    assert (clone.root / "notes.txt").read_text() == "three\n"
    clone.git("merge", "-q", "--ff-only", "origin/main")
    clone.check_published()


def test_a_clone_that_others_are_ahead_of_follows_and_keeps_its_users_work(
    clone: Clone, remote: Remote
) -> None:
    theirs = remote.push("theirs.txt", "new\n")
    assert clone.create(clone.spec("specs/orders.yaml")) == [("orders", "created")]
    assert clone.git("rev-parse", "HEAD~1").strip() == theirs
    assert (clone.root / "theirs.txt").read_text() == "new\n"
    assert clone.git("status", "--porcelain").split("\n")[:1] == ["MM notes.txt"]
    clone.check_published()
    remote.push("notes.txt", "theirs\n")  # which the user is at work on
    clone.spec("specs/orders.yaml", word="two")
    with clone.open() as client:
        result = client.create(clone.root / "specs/orders.yaml")
    assert "main does not follow origin/main here" in result.warnings[-1]
    assert "git merge --ff-only origin/main" in result.warnings[-1]
    assert (clone.root / "notes.txt").read_text() == "three\n"
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    clone.git("merge", "-q", "--ff-only", "origin/main")
    clone.check_published()


def test_the_same_path_is_a_conflict_and_the_next_step_works(
    clone: Clone, remote: Remote, tmp_path: Path
) -> None:
    bob = cloned(remote, tmp_path / "bob")
    spec = clone.spec("specs/orders.yaml")
    assert bob.create(bob.spec("specs/orders.yaml")) == [("orders", "created")]
    head = clone.git("rev-parse", "HEAD")
    with pytest.raises(WorkspaceError, match=r"origin/main has another version of dags/orders\.py"):
        clone.create(spec)
    assert clone.git("rev-parse", "HEAD") == head
    assert clone.records() == []
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    clone.git("pull", "-q", "--ff-only")
    assert clone.create(spec) == [("orders", "unchanged")]
    clone.check_published()


@pytest.mark.parametrize("first", ["rm", "mv"])
def test_of_a_removal_and_a_rename_at_once_the_second_is_refused(
    clone: Clone, remote: Remote, tmp_path: Path, first: str
) -> None:
    clone.create(clone.spec("specs/orders.yaml"), clone.spec("specs/other.yaml", "Other"))
    bob = cloned(remote, tmp_path / "bob")
    acts: dict[str, Callable[[Client], object]] = {
        "rm": lambda client: client.remove(["orders", "other"]),
        "mv": lambda client: client.rename("orders", "sales"),
    }

    def bobs() -> None:
        with bob.open() as client:
            acts[first](client)

    second = acts["mv" if first == "rm" else "rm"]
    with (
        clone.open(At("commit", bobs)) as client,
        pytest.raises(WorkspaceError, match=r"another version of dags/orders\.py in the meantime"),
    ):
        second(client)
    assert {record.dag_id for record in clone.records()} == {"orders", "other"}
    clone.check_agreement()
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    clone.git("pull", "-q", "--ff-only")
    expected = set[str]() if first == "rm" else {"other", "sales"}
    assert {record.dag_id for record in clone.records()} == expected
    clone.check_published()


def test_a_removal_that_another_clone_makes_at_once_is_made_once(
    clone: Clone, remote: Remote, tmp_path: Path
) -> None:
    clone.create(clone.spec("specs/orders.yaml"))
    bob = cloned(remote, tmp_path / "bob")

    def bobs() -> None:
        with bob.open() as client:
            client.remove("orders")

    before = len(remote.marks())
    with clone.open(At("commit", bobs)) as client:
        client.remove("orders")
    assert len(remote.marks()) == before + 1
    assert (clone.records(), bob.records()) == ([], [])


def test_commits_of_the_user_are_not_pushed_along(clone: Clone, remote: Remote) -> None:
    clone.git("commit", "-qm", "Mine")
    tip = remote.tip
    with pytest.raises(WorkspaceError, match="main has 1 commit that origin/main does not have"):
        clone.create(clone.spec("specs/orders.yaml"))
    assert remote.tip == tip
    remote.push()
    with pytest.raises(WorkspaceError) as caught:
        clone.create(clone.spec("specs/orders.yaml"))
    assert caught.value.hint == "git pull --rebase, then git push, then again"
    with clone.open() as client:
        assert client.create(clone.root / "specs/orders.yaml", push=False).pushed is None
    assert len(remote.marks()) == 0


def refusal(clone: Clone) -> DagctlError:
    """Return what a create is refused with; nothing may have changed."""
    spec = clone.spec("specs/orders.yaml")
    before = (clone.git("rev-parse", "HEAD"), clone.git("status", "--porcelain"))
    tip = clone.remote.tip if clone.remote.path.exists() else ""
    with clone.open(push_timeout="2") as client, pytest.raises(DagctlError) as caught:
        client.create(spec)
    assert caught.value.state == UNCHANGED
    assert clone.records() == []
    assert (clone.git("rev-parse", "HEAD"), clone.git("status", "--porcelain")) == before
    assert not list((clone.root / ".git/dagctl/top/journal").glob("*"))
    if tip:
        assert clone.remote.tip == tip
    return caught.value


HOOK = r"""printf 'GH006: Protected branch\033[2J: see https://bob:hunter2x@host/rules\n'; exit 1"""


def test_a_hook_that_refuses_is_shown_safely_and_the_operation_undone(
    clone: Clone, remote: Remote
) -> None:
    remote.hook("pre-receive", HOOK)
    error = refusal(clone)
    assert isinstance(error, PushRefusedError)
    assert "origin refused the push of main" in error.message
    assert r"GH006: Protected branch\x1b[2J" in error.message
    assert "hunter2x" not in error.message
    assert "pre-receive hook declined" in error.message
    assert "--branch NAME" in (error.hint or "")
    (remote.path / "hooks/pre-receive").unlink()
    assert clone.create(clone.root / "specs/orders.yaml") == [("orders", "created")]


def test_a_remote_that_hangs_is_given_up(clone: Clone, remote: Remote) -> None:
    remote.hook("pre-receive", "sleep 50")
    error = refusal(clone)
    assert isinstance(error, RemoteUnavailableError)
    assert "no answer within 2 seconds" in error.message


def test_a_remote_that_is_gone_changes_nothing(clone: Clone, remote: Remote) -> None:
    remote.path.rename(remote.path.with_name("elsewhere"))
    error = refusal(clone)
    assert isinstance(error, RemoteUnavailableError)
    assert "the remote origin cannot be reached" in error.message
    remote.path.with_name("elsewhere").rename(remote.path)
    clone.git("remote", "rename", "origin", "upstream")
    assert "git knows no remote `origin`" in refusal(clone).message


def test_a_rewound_remote_is_not_overwritten_and_a_servers_clone_follows_it(
    clone: Clone, remote: Remote
) -> None:
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    before = remote.tip
    remote.push()
    clone.git("pull", "-q")
    remote.git("update-ref", "refs/heads/main", before)
    refused = refusal(clone)
    assert refused.message.startswith("origin/main was set back: it had 1 commit more")
    assert str(refused.hint).startswith("git reset --keep origin/main follows it, git push brings")
    clone.git("fetch", "-q", "origin", f"+{remote.push()}:refs/remotes/origin/main")
    clone.git("reset", "-q", "--hard", "origin/main")
    remote.git("update-ref", "refs/heads/main", before)
    with clone.open() as client:
        client._backend.upstream("origin").bring_up()
    assert clone.git("rev-parse", "HEAD").strip() == before
    assert clone.git("status", "--porcelain", "--untracked-files=no") == ""
    assert clone.create(clone.root / "specs/orders.yaml") == [("orders", "created")]
    clone.check_published()


def test_a_remote_with_another_history_is_named(clone: Clone, remote: Remote) -> None:
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    other = clone.git("commit-tree", "-m", "Other", "HEAD^{tree}").strip()
    clone.git("push", "-q", "-f", "origin", f"{other}:refs/heads/main")
    assert refusal(clone).message.startswith("origin/main has another history than main")
    assert remote.tip == other


def test_a_servers_clone_follows_a_single_commit_of_others(clone: Clone, remote: Remote) -> None:
    """It is brought up with file and index, as if it were many."""
    clone.git("checkout", "-q", "HEAD", "--", "notes.txt")
    for path in ("dags/theirs.py", "other.txt"):
        tip = remote.push(path)
        with clone.open() as client:
            client._backend.upstream("origin").bring_up()
        assert clone.git("rev-parse", "HEAD").strip() == tip
        assert (clone.root / path).read_text() == "theirs\n"
        assert clone.git("status", "--porcelain", "--untracked-files=no") == ""


def test_a_branch_and_a_remote_without_commits_are_made(remote: Remote, tmp_path: Path) -> None:
    empty = tmp_path / "empty.git"
    git(tmp_path, "init", "-q", "--bare", str(empty))
    clone = cloned(type(remote)(empty), tmp_path / "clone")
    (clone.root / "dagctl.toml").write_text(SETTINGS)
    assert clone.create(clone.spec("specs/orders.yaml")) == [("orders", "created")]
    assert clone.git("log", "--format=%s", "origin/main") == "Create DAG orders\n"
    clone.git("switch", "-q", "-c", "feature")
    clone.spec("specs/orders.yaml", word="two")
    assert clone.create(clone.root / "specs/orders.yaml") == [("orders", "updated")]
    assert clone.remote.git("rev-parse", "feature~1") == clone.remote.tip


def test_publish_from_names_the_branches_that_may(clone: Clone) -> None:
    (clone.root / "dagctl.toml").write_text(SETTINGS + 'publish_from = ["main"]\n')
    clone.git("switch", "-q", "-c", "feature")
    spec = clone.spec("specs/orders.yaml")
    with clone.open() as client:
        with pytest.raises(ConflictError, match="not published from the branch feature") as caught:
            client.create(spec)
        assert "--dry-run" in (caught.value.hint or "")
        assert client.plan(spec).pending
    clone.git("switch", "-q", "main")
    assert clone.create(spec) == [("orders", "created")]


@pytest.mark.parametrize(
    "name",
    ["ext::sh -c touch% PWNED", "-uexec", "--upload-pack=x", "../remote.git", "a b", "a..b", ""],
)
def test_a_name_that_is_no_name_of_a_remote_is_refused(clone: Clone, name: str) -> None:
    (clone.root / "dagctl.toml").write_text(f"{SETTINGS}remote = {name!r}\n")
    with pytest.raises(UsageError, match="must be the name of a git remote"):
        clone.open()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", "ext::sh -c {pwn}"),
        ("url", "fd::0"),
        ("url", "--upload-pack={pwn}"),
        ("url", "ssh://-oProxyCommand={pwn}/x"),
        ("vcs", "ext"),
        ("uploadpack", "{pwn};git-upload-pack"),
        ("receivepack", "{pwn};git-receive-pack"),
        ("pushurl", "ext::sh -c {pwn}"),
    ],
)
def test_a_hostile_configuration_of_a_remote_runs_nothing(
    clone: Clone, remote: Remote, tmp_path: Path, key: str, value: str
) -> None:
    program, mark = tmp_path / "pwn", tmp_path / "PWNED"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    clone.git("config", "protocol.ext.allow", "always")
    clone.git("config", "protocol.fd.allow", "always")
    clone.git("config", f"remote.origin.{key}", value.format(pwn=program))
    for name in ("pre-push", "reference-transaction"):
        (clone.root / ".git/hooks" / name).write_text(program.read_text())
        (clone.root / ".git/hooks" / name).chmod(0o755)
    spec = clone.spec("specs/orders.yaml")
    with suppress(DagctlError):  # most of them are refused
        clone.create(spec)
    assert len(clone.records()) == len(remote.marks()) == (key in {"uploadpack", "receivepack"})
    assert not mark.exists()
