"""A remote that others push to without a pause: a push lands, and nothing of anybody is lost."""

from __future__ import annotations

import logging
import re
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import UNCHANGED, RemoteUnavailableError
from tests.push.conftest import cloned

if TYPE_CHECKING:
    from pathlib import Path

    from tests.push.conftest import Clone, Remote

MOVES = 3
MOVING = """\
n=$(cat {path}/moves 2>/dev/null || echo 0)
[ "$n" -ge {moves} ] && exit 0
echo $((n + 1)) > {path}/moves
who="-c user.name=Bob -c user.email=bob@example.com"
git update-ref refs/heads/main "$(git $who commit-tree -p main -m Theirs 'main^{{tree}}')"
"""
"""Lets the branch move after git has looked at it, and before it takes a push."""


def commands(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return which git commands were run, in order."""
    names = ("fetch", "push", "commit-tree", "mktree", "cat-file", "rev-parse")
    lines = [record.getMessage().split() for record in caplog.records]
    return [next((word for word in line if word in names), line[-1]) for line in lines]


def test_between_fetch_and_push_no_git_is_started(
    clone: Clone, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    remote.hook("update", MOVING.format(path=remote.path, moves=MOVES))
    spec = clone.spec("specs/orders.yaml")
    with caplog.at_level(logging.DEBUG, logger="dagctl.git"):
        assert clone.create(spec) == [("orders", "created")]
    run = commands(caplog)
    assert run.count("push") == MOVES + 1
    first, last = run.index("push"), len(run) - run[::-1].index("push")
    assert run[first:last] == ["push", "cat-file", *["fetch", "push"] * MOVES]
    assert remote.git("log", "-1", "--format=%s %an", "main") == clone.git(
        "log", "-1", "--format=%s %an"
    ).removesuffix("\n")
    assert len(remote.marks()) == 1
    assert int(remote.git("rev-list", "--count", "main")) == 2 + MOVES + 1
    clone.check_published()


@pytest.mark.sweep
def test_a_push_that_is_always_late_says_how_often_it_was_tried_and_what_helps(
    clone: Clone, remote: Remote
) -> None:
    remote.hook("update", MOVING.format(path=remote.path, moves=10**6))
    spec = clone.spec("specs/orders.yaml")
    with clone.open(push_timeout="2") as client, pytest.raises(RemoteUnavailableError) as caught:
        client.create(spec)
    assert re.search(r"origin/main moved at each of \d+ tries in \d+ sec", caught.value.message)
    assert caught.value.hint == (
        "run it again when fewer people push; or publish for a review: --branch NAME"
    )
    assert caught.value.state == UNCHANGED
    assert clone.records() == []
    assert remote.marks() == []


@pytest.mark.sweep
def test_a_push_lands_while_another_clone_pushes_without_a_pause(
    clone: Clone, remote: Remote, tmp_path: Path
) -> None:
    other = cloned(remote, tmp_path / "other")
    theirs: list[str] = []
    stop = threading.Event()

    def push() -> None:
        while not stop.is_set():
            other.git("commit", "-q", "--allow-empty", "-m", "Theirs")
            command = ["git", "-C", str(other.root), "push", "-q"]
            while subprocess.run(command, capture_output=True, check=False).returncode:
                other.git("pull", "-q", "--rebase")
            theirs.append(other.git("rev-parse", "HEAD").strip())

    thread = threading.Thread(target=push)
    thread.start()
    try:
        for name in ("Orders", "Sales", "Stock"):
            spec = clone.spec(f"specs/{name}.yaml", name)
            assert clone.create(spec) == [(name.lower(), "created")]
    finally:
        stop.set()
        thread.join()
    assert len(remote.marks()) == len(set(remote.marks())) == 3
    assert set(theirs) <= set(remote.git("rev-list", "main").split())
    clone.git("merge", "-q", "--ff-only", "origin/main")
    clone.check_published()
