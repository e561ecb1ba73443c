"""Remotes over HTTP and ssh, odd ones and hostile ones: a push lands, or is refused in bounds."""

from __future__ import annotations

import logging
import os
import subprocess
from typing import TYPE_CHECKING, get_args

import pytest

from dagctl.adapters.git.output import ends_of
from dagctl.errors import DagctlError, PushRefusedError, RemoteUnavailableError
from tests.push.http_remote import Trouble, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.push.conftest import Clone, Remote

PASSWORD = "hunter2-of-Ada"
ODD = (
    *("refs/heads/HEAD", "refs/heads/heads/main", "refs/heads/-f", "refs/tags/main"),
    *("refs/heads/--upload-pack=touch owned", "refs/heads/\u202emain", "refs/remotes/origin/main"),
    *("refs/heads/$(touch owned)", "refs/heads/'; touch owned;'", "refs/heads/" + "long/" * 200),
    *("refs/notes/commits", "refs/replace/" + "0" * 40, "refs/heads/main.lock.x", "refs/stash"),
)


def with_odd_refs(remote: Remote, count: int = 0) -> None:
    """Give the remote refs with odd names, and that many more."""
    names = [name.replace(" ", "_").rstrip("/") for name in ODD]
    names += [f"refs/heads/many/{number:06}" for number in range(count)]
    tip = remote.tip
    lines = [f"{tip} {name}\n" for name in sorted(names, key=str.encode)]
    (remote.path / "packed-refs").write_text(
        f"# pack-refs with: peeled fully-peeled sorted \n{''.join(lines)}"
    )
    (remote.path / "refs/heads/main").write_text(f"{tip}\n")


def refused(clone: Clone) -> DagctlError:
    """Return what a create is refused with: nothing is left of it, and the message is short."""
    spec = clone.spec("specs/orders.yaml")
    with clone.open(push_timeout="2") as client, pytest.raises(DagctlError) as caught:
        client.create(spec)
    assert clone.records() == []
    assert not list((clone.root / ".git/dagctl/top/journal").glob("*"))
    assert len(caught.value.message) < 10_000
    return caught.value


def holding(folder: Path, secret: str) -> list[Path]:
    """Return the files in which a secret stands."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if secret.encode() in file.read_bytes()]


def test_over_http_a_password_in_the_address_gets_no_further(
    clone: Clone, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    remote.git("config", "http.receivepack", "true")
    remote.push("theirs.txt")
    with_odd_refs(remote)
    caplog.set_level(logging.DEBUG)
    with serving(remote.path.parent, PASSWORD) as server:
        url = f"http://ada:{PASSWORD}@{server.address}/{remote.path.name}"
        clone.git("remote", "set-url", "origin", url)
        spec = clone.spec("specs/orders.yaml")
        assert clone.create(spec) == [("orders", "created")]
        remote.git("update-ref", "-d", "refs/tags/main")
        clone.check_published()
        server.password = "another"
        clone.spec("specs/orders.yaml", word="two")
        with pytest.raises(RemoteUnavailableError) as caught:
            clone.create(spec)
    with pytest.raises(RemoteUnavailableError) as gone:
        clone.create(spec)
    said = [str(part) for e in (caught.value, gone.value) for part in (e, e.state, e.hint)]
    assert f"http://{server.address}/" in gone.value.message.replace("ada@", "").replace(
        "[redacted]@", ""
    )
    assert PASSWORD not in "\n".join([*said, caplog.text])
    assert holding(clone.root, PASSWORD) == [clone.root / ".git/config"]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(each, marks=[] if each in {"forbidden", "gone after"} else [pytest.mark.sweep])
        for each in get_args(Trouble)
    ],
)
def test_over_http_a_push_in_trouble_is_done_or_undone_and_the_next_one_is_well(
    clone: Clone, remote: Remote, trouble: Trouble
) -> None:
    remote.git("config", "http.receivepack", "true")
    spec, before = clone.spec("specs/orders.yaml"), remote.tip
    with serving(remote.path.parent) as server:
        clone.git("remote", "set-url", "origin", f"http://{server.address}/{remote.path.name}")
        server.trouble = trouble
        with clone.open(push_timeout="3") as client:
            try:
                first = [str(dag.state) for dag in client.create(spec).dags]
            except (PushRefusedError, RemoteUnavailableError) as error:
                first = [str(error.state)]
        is_taken = trouble in {"gone after", "cut"}
        assert first == ["created" if is_taken else "nothing was changed"]
        assert (remote.tip != before) is is_taken
        assert clone.create(spec)[0][1] in {"created", "unchanged"}
        clone.check_published()
    assert len(remote.marks()) == 1


@pytest.fixture
def ssh(clone: Clone, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The remote by ssh: a program in its place runs the command here; the program."""
    program = tmp_path / "ssh"
    program.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    clone.git("remote", "set-url", "origin", f"ssh://host{remote.path}")
    return program


def test_over_ssh_a_hook_that_never_stops_speaking_is_heard_to_its_end(
    clone: Clone, remote: Remote, ssh: Path
) -> None:
    del ssh
    remote.git("update-ref", "refs/heads/refs/heads/main", "main")
    hint = refused(clone).hint
    assert "`git ls-remote origin '*/refs/heads/main'` names a second ref" in str(hint)
    remote.git("update-ref", "-d", "refs/heads/refs/heads/main")
    remote.hook("pre-receive", "yes 'no, no' | head -c 3000000; echo; echo the end; exit 1")
    error = refused(clone)
    assert isinstance(error, PushRefusedError)
    assert "remote: the end" in error.message
    (remote.path / "hooks/pre-receive").unlink()
    assert clone.create(clone.root / "specs/orders.yaml") == [("orders", "created")]
    clone.check_published()


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("printf 'a\\nb'", b"a\nb"),
        ("yes secret=1 | head -c 99999999; printf 'x\\nend'", b"end"),
        ("head -c 9999 /dev/zero", bytes(50)),
    ],
)
def test_of_what_a_process_writes_the_end_is_kept(script: str, out: bytes) -> None:
    process = subprocess.Popen(
        ["sh", "-c", f"({script}) >&2; {script}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for kept in ends_of(process, b"", 600, most=100):
        assert len(kept) <= 100
        assert kept.endswith(out)
        assert kept == out or kept.startswith(b"secret=1\n")


@pytest.mark.sweep
@pytest.mark.parametrize(
    "script",
    [
        "exec yes words >&2",
        "exec yes words",
        "while :; do printf 0; sleep 0.1; done",
        "while :; do printf 'words ' >&2; sleep 0.1; done",
        "sleep 50",
        "exec cat /dev/urandom",
        "printf 'fffe'; exec cat /dev/zero",
        "exit 0",
        "exit 255",
    ],
)
def test_a_server_that_speaks_nonsense_or_nothing_is_given_up(
    clone: Clone, ssh: Path, script: str
) -> None:
    good = ssh.read_text()
    ssh.write_text(f"#!/bin/sh\n{script}\n")
    assert isinstance(refused(clone), RemoteUnavailableError)
    ssh.write_text(good)
    assert clone.create(clone.root / "specs/orders.yaml") == [("orders", "created")]
    clone.check_published()


@pytest.mark.sweep
def test_a_remote_of_100_000_refs_and_a_large_pack_is_as_good_as_any(
    clone: Clone, remote: Remote
) -> None:
    remote.push("large.txt", os.urandom(20_000_000).hex())
    with_odd_refs(remote, 100_000)
    assert clone.create(clone.spec("specs/orders.yaml")) == [("orders", "created")]
    remote.git("update-ref", "-d", "refs/tags/main")
    assert list(remote.files()) == ["dags/orders.py"]
    clone.check_agreement()
    assert len(clone.git("for-each-ref").splitlines()) < 10


@pytest.mark.sweep
@pytest.mark.parametrize("second", ["", "another"])
def test_a_password_does_not_follow_a_redirect_to_another_server(
    clone: Clone, remote: Remote, second: str
) -> None:
    remote.git("config", "http.receivepack", "true")
    folder = remote.path.parent
    with serving(folder, PASSWORD) as first, serving(folder, second) as other:
        first.moved_to = f"http://{other.address}"
        url = f"http://ada:{PASSWORD}@{first.address}/{remote.path.name}"
        clone.git("remote", "set-url", "origin", url)
        if second:
            assert isinstance(refused(clone), RemoteUnavailableError)
        else:
            spec = clone.spec("specs/orders.yaml")
            assert clone.create(spec) == [("orders", "created")]
        assert other.asked
        assert not [line for line in other.asked if "Basic" in line or "known" in line]
