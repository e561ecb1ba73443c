"""Templates of a stranger's repository: real git, hostile repositories, bounded."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.bounded import GitLimits
from dagctl.adapters.git.template_store import GitTemplateStore
from dagctl.durable import Location
from dagctl.errors import RemoteUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b"template: {name: report, version: 1}\ndag_name: X\n"


class Origin:
    """A repository of somebody else."""

    def __init__(self, top: Path) -> None:
        self.top = top
        top.mkdir()
        self.git("init", "-q", "-b", "main")

    @property
    def address(self) -> str:
        return f"file://{self.top}"

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.top, capture_output=True, check=True
        )
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str, content: bytes = GOOD) -> None:
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_bytes(content)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "x")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "origin")


def store(tmp_path: Path, **limits: float) -> GitTemplateStore:
    return GitTemplateStore(Location(tmp_path, ("state",)), GitLimits(**limits))  # type: ignore[arg-type]


def test_a_commit_gives_the_templates_of_its_folder_and_nothing_else(
    origin: Origin, tmp_path: Path
) -> None:
    origin.write("a.yaml")
    origin.write("t/b.yml", b"b\0\r\n")
    origin.write("t/c.yaml", b"")
    old = origin.commit()
    origin.write("t/b.yml", b"later")
    new = origin.commit()
    own = store(tmp_path)

    assert own.files(origin.address, old, None, "") == {"a.yaml": GOOD}
    assert own.files(origin.address, old, None, "t") == {"b.yml": b"b\0\r\n", "c.yaml": b""}
    assert own.files(origin.address, new, "main", "t")["b.yml"] == b"later"
    assert own.tip(origin.address, "main") == new
    own.keep("platform", b"{}")
    assert (tmp_path / "state/templates/platform.json").read_bytes() == b"{}"


def test_links_submodules_folders_hidden_files_and_other_names_are_left_out(
    origin: Origin, tmp_path: Path
) -> None:
    origin.write("good.yaml")
    origin.write("folder.yaml/inner.yaml")
    origin.write(".hidden.yaml")
    origin.write("line\nbreak.yaml")
    origin.write("text.txt")
    (origin.top / "passwd.yaml").symlink_to("/etc/passwd")
    other = Origin(tmp_path / "other")
    other.write("x.yaml")
    other.commit()
    origin.git("submodule", "--quiet", "add", other.address, "module.yaml")

    assert list(store(tmp_path).files(origin.address, origin.commit(), None, "")) == ["good.yaml"]


def test_nothing_of_the_repository_runs(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch '{proof}'\ncat\n"
    hooks = tmp_path / "template/hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-index-change", "post-merge"):
        (hooks / name).write_text(script)
        (hooks / name).chmod(0o755)
    filter_program = tmp_path / "filter"
    filter_program.write_text(script)
    filter_program.chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(
        f"[init]\n\ttemplateDir = {tmp_path}/template\n[core]\n\thooksPath = {hooks}\n"
        f'[filter "x"]\n\tsmudge = {filter_program}\n\tclean = {filter_program}\n'
        f"[core]\n\tfsmonitor = {filter_program}\n"
    )
    origin.write(".gitattributes", b"* filter=x\n")
    origin.write("good.yaml")
    commit = origin.commit()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", "/nowhere")

    assert store(tmp_path).files(origin.address, commit, None, "") == {"good.yaml": GOOD}
    assert not proof.exists()


@pytest.mark.parametrize(
    ("name", "content", "limits", "reason"),
    [
        ("big.yaml", b"x" * 500_000, {}, "big.yaml of .* is larger than 400,000 bytes"),
        ("big.bin", os.urandom(3_000_000), {"file": 1_000_000}, "cannot be fetched"),
        ("zeros.yaml", bytes(20_000_000), {}, "is larger than 400,000 bytes"),
    ],
    ids=["file", "pack", "bomb"],
)
def test_what_is_too_large_is_refused(
    origin: Origin, name: str, content: bytes, limits: dict[str, int], reason: str
) -> None:
    origin.write(name, content)
    commit = origin.commit()

    with pytest.raises(RemoteUnavailableError, match=reason):
        store(origin.top.parent, **limits).files(origin.address, commit, None, "")


def test_too_many_files_are_refused(origin: Origin, tmp_path: Path) -> None:
    for number in range(1_001):
        origin.write(f"{number}.yaml")
    commit = origin.commit()

    with pytest.raises(RemoteUnavailableError, match="more than 1,000 templates"):
        store(tmp_path).files(origin.address, commit, None, "")


@pytest.mark.parametrize(
    ("commit", "folder", "reason"),
    [
        ("0" * 40, "", "cannot be fetched"),
        (None, "no/such", "does not have the folder no/such"),
        (None, "a.yaml", "does not have the folder a.yaml"),
        ("0" * 64, "", "cannot be fetched"),
    ],
)
def test_what_is_not_there_is_named(
    origin: Origin, tmp_path: Path, commit: str | None, folder: str, reason: str
) -> None:
    origin.write("a.yaml")
    head = origin.commit()

    with pytest.raises(RemoteUnavailableError, match=reason):
        store(tmp_path).files(origin.address, commit or head, None, folder)
    with pytest.raises(RemoteUnavailableError, match="no branch and no tag gone"):
        store(tmp_path).tip(origin.address, "gone")


def test_a_transport_that_is_a_program_is_not_used(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    for address in (f"ext::sh -c 'touch {proof}'", f"--upload-pack=touch {proof}", "fd::7"):
        with pytest.raises(RemoteUnavailableError):
            store(tmp_path).tip(address, "main")
        with pytest.raises(RemoteUnavailableError):
            store(tmp_path).files(address, "0" * 40, None, "")
    assert not proof.exists()


def test_a_server_that_never_answers_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"https://127.0.0.1:{server.getsockname()[1]}/x.git"
        with pytest.raises(RemoteUnavailableError, match="no answer within 1 seconds"):
            store(tmp_path, seconds=1.0).tip(address, "main")


def test_files_that_git_cannot_give_whole_are_none(origin: Origin, tmp_path: Path) -> None:
    for number in range(5):  # small as a pack, and larger than the limit when they are unpacked
        origin.write(f"t/{number}.yaml", b"# " + bytes([65 + number]) * 300_000)
    commit = origin.commit()
    with pytest.raises(RemoteUnavailableError, match="cannot be fetched"):
        store(tmp_path, file=1 << 20).files(origin.address, commit, None, "t")
