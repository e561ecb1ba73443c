"""Push over `git daemon`, from shallow and partial clones, and from many processes at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import in_child
from tests.push.conftest import Clone, cloned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.push.conftest import Remote

PROCESSES = 16


@pytest.fixture
def daemon(remote: Remote) -> Iterator[str]:
    """The address of the remote behind a `git daemon` that takes pushes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--reuseaddr", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"]
    command = ["git", "daemon", *options, f"--port={port}", f"--base-path={remote.path.parent}"]
    process = subprocess.Popen([*command, str(remote.path.parent)], process_group=0)
    for _ in range(500):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    yield f"git://127.0.0.1:{port}/{remote.path.name}"
    os.killpg(process.pid, signal.SIGKILL)  # `git daemon` is a child of it
    process.wait()


def test_a_push_over_git_daemon(clone: Clone, remote: Remote, daemon: str) -> None:
    clone.git("remote", "set-url", "origin", daemon)
    remote.push()
    assert clone.create(clone.spec("specs/orders.yaml")) == [("orders", "created")]
    clone.check_published()


@pytest.mark.parametrize("options", [["--depth=1"], ["--filter=blob:none"], ["--filter=tree:0"]])
def test_a_clone_need_not_hold_all_of_the_history(
    remote: Remote, tmp_path: Path, options: list[str]
) -> None:
    remote.git("config", "uploadpack.allowFilter", "true")
    remote.git("config", "uploadpack.allowAnySHA1InWant", "true")
    for number in range(3):
        remote.push(f"theirs/{number}.txt", f"{number}\n")
    clone = cloned(remote, tmp_path / "part", *options)
    remote.push("more.txt")
    spec = clone.spec("specs/orders.yaml")
    assert clone.create(spec) == [("orders", "created")]
    clone.spec("specs/orders.yaml", word="two")
    assert clone.create(spec) == [("orders", "updated")]
    with clone.open() as client:
        client.rollback("orders")
    clone.check_published()
    assert len(remote.marks()) == 3


@pytest.mark.sweep
def test_two_clones_with_16_processes_each_publish_every_dag_once(
    remote: Remote, tmp_path: Path
) -> None:
    clones = [cloned(remote, tmp_path / name) for name in ("ada", "bob")]
    children = []
    for clone in clones:
        for number in range(PROCESSES):
            name = f"{clone.root.name} {number}"
            spec = clone.spec(f"specs/{name}.yaml", name)  # one path is one DAG in both clones
            child = os.fork()
            if child == 0:
                os.environ["DAGCTL_LOCK_TIMEOUT"] = "900"
                os._exit(in_child(partial(clone.create, spec)))
            children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 2 * PROCESSES
    assert len(set(remote.marks())) == 2 * PROCESSES
    assert len(remote.files()) == 2 * PROCESSES
    files = remote.files()
    for clone in clones:
        clone.git("pull", "-q", "--ff-only")
        assert {path: (clone.root / path).read_bytes() for path in files} == files
        for record in clone.records():
            clone.git("merge-base", "--is-ancestor", record.commit_id, "origin/main")
        assert len(clone.records()) == 2 * PROCESSES
