"""Promises 3 and 4 in surroundings that refuse or fail."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ConflictError, DagctlError, UnavailableError, UnfinishedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagctl.commands.create import CreateResult
    from tests.conftest import Sandbox
    from tests.e2e.conftest import Place


def create(place: Place, *specs: Path, force: bool = False) -> CreateResult:
    with place.open() as client:
        return client.create(list(specs), force=force)


def check_nothing_happened(place: Place, head: str, users: dict[str, str]) -> None:
    assert place.git("rev-parse", "HEAD") == head
    assert place.users() == users
    assert place.records() == []
    assert not list((place.root / "dags").glob("*"))
    assert not [
        file for file in (place.root / ".git/dagctl/top/store").rglob("*") if file.is_file()
    ]
    assert not list((place.root / ".git/dagctl/top/journal").glob("*"))
    assert place.git("status", "--porcelain", "dags") == ""


@contextmanager
def refused(place: Place, kind: type[DagctlError], match: str) -> Iterator[None]:
    """Check that the block is refused and that nothing has happened."""
    users, head = place.users(), place.git("rev-parse", "HEAD")
    with pytest.raises(kind, match=match) as caught:
        yield
    assert caught.value.state == "nothing was changed"
    check_nothing_happened(place, head, users)


def test_a_rejecting_hook_undoes_all_and_says_what_it_said(place: Place, sandbox: Sandbox) -> None:
    sandbox.hook("pre-commit", "echo 'no DAGs on Fridays'; exit 1")
    spec = place.spec("specs/x.yaml", "X")
    with refused(place, ConflictError, "no DAGs on Fridays"):
        create(place, spec)


def test_a_hook_that_is_not_run_does_not_reject(place: Place, sandbox: Sandbox) -> None:
    sandbox.hook("pre-commit", "exit 1")
    spec = place.spec("specs/x.yaml", "X")
    with place.open() as client:
        assert client.create(spec, verify=False).dags[0].state == "created"
    place.check_agreement()


def test_a_detached_head_is_refused(place: Place) -> None:
    place.git("-c", "advice.detachedHead=false", "stash", "-q")
    place.git("checkout", "-q", "--detach")
    place.git("stash", "pop", "-q", "--index")
    spec = place.spec("specs/x.yaml", "X")
    head = place.git("rev-parse", "HEAD")
    with pytest.raises(ConflictError, match="detached"):
        create(place, spec)
    assert place.git("rev-parse", "HEAD") == head
    assert place.records() == []


def test_a_missing_identity_is_refused(place: Place, git_config: Path) -> None:
    git_config.write_text("[user]\nuseConfigOnly = true\n")
    spec = place.spec("specs/x.yaml", "X")
    with refused(place, UsageError, "who you are"):
        create(place, spec)


def test_an_ignored_target_is_refused(place: Place) -> None:
    (place.root / ".git/info/exclude").write_text("dags/\n")
    spec = place.spec("specs/x.yaml", "X")
    with refused(place, ConflictError, "ignored"):
        create(place, spec)


def test_a_link_at_the_target_is_refused_even_with_force(place: Place, tmp_path: Path) -> None:
    (place.root / "dags").mkdir()
    (tmp_path / "elsewhere").write_text("mine")
    (place.root / "dags/x.py").symlink_to(tmp_path / "elsewhere")
    spec = place.spec("specs/x.yaml", "X")
    with pytest.raises(ConflictError, match="link"):
        create(place, spec, force=True)
    assert (tmp_path / "elsewhere").read_text() == "mine"
    assert place.records() == []


def test_a_linked_dags_folder_is_named_itself_with_the_next_step(
    place: Place, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (place.root / "dags").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConflictError) as refusal:
        create(place, place.spec("specs/x.yaml", "X"), force=True)
    assert refusal.value.message == "dags is a link, or something else that is not a folder"
    assert str(refusal.value.hint).startswith("move it away")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_held_index_is_refused_or_left_for_later(place: Place) -> None:
    spec = place.spec("specs/x.yaml", "X")
    (place.root / ".git/index.lock").write_text("")
    head = place.git("rev-parse", "HEAD")
    with pytest.raises(ConflictError, match=r"index\.lock"):
        create(place, spec)
    (place.root / ".git/index.lock").unlink()
    assert place.git("rev-parse", "HEAD") == head
    assert create(place, spec).dags[0].dag_id == "x"
    place.check_agreement()


def test_a_branch_that_moves_meanwhile_is_followed(place: Place, sandbox: Sandbox) -> None:
    sandbox.hook(
        "pre-commit",
        "unset GIT_INDEX_FILE; [ -e moved ] && exit 0; touch moved; new=$(git commit-tree -p HEAD "
        "-m theirs 'HEAD^{tree}'); git update-ref refs/heads/main $new; rm moved",
    )
    spec = place.spec("specs/x.yaml", "X")
    create(place, spec)
    subjects = place.git("log", "--format=%s", "-2").splitlines()
    assert subjects == ["Create DAG x", "theirs"]
    place.check_agreement()


def test_a_read_only_folder_changes_nothing(place: Place) -> None:
    if os.geteuid() == 0 and shutil.which("chattr") is None:
        pytest.skip("root writes everywhere")
    dags = place.root / "dags"
    dags.mkdir()
    with read_only(dags):
        spec = place.spec("specs/x.yaml", "X")
        with refused(place, UnavailableError, "writable|permitted|denied"):
            create(place, spec)
    assert create(place, spec).dags[0].state == "created"
    place.check_agreement()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder unwritable, for root as well where the file system can do it."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    if subprocess.run(["chattr", "+i", folder], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable folders")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", folder], check=True)


def test_a_read_only_file_system_under_the_dags_folder_changes_nothing(place: Place) -> None:
    spec = place.spec("specs/x.yaml", "X")
    dags = place.root / "dags"
    dags.mkdir()
    with mounted_read_only(dags), refused(place, UnavailableError, "read-only|Read-only"):
        create(place, spec)
    assert create(place, spec).dags[0].state == "created"
    place.check_agreement()


@contextmanager
def mounted_read_only(folder: Path) -> Iterator[None]:
    """Mount a folder over itself, so that even removing what is not there is refused."""
    bind = ["mount", "--bind", str(folder), str(folder)]
    if os.geteuid() != 0 or subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of its own, 2 MB in size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("free", [0, 4, 12, 24, 36, 48, 64, 80, 100, 140, 200])
def test_a_full_disk_changes_nothing_or_is_made_good_when_there_is_space(
    place: Place, small_disk: Path, free: int
) -> None:
    there = place.copy(small_disk / "w")
    first = there.spec("specs/first.yaml", "First")
    create(there, first)
    spec = there.spec("specs/x.yaml", "X", "y" * 20_000)
    users = there.users()
    filler = small_disk / "filler"
    fill(filler, free * 1024)
    outcome = attempt(there, spec)
    filler.unlink()
    if isinstance(outcome, UnfinishedError):
        assert outcome.hint == "free some space on the disk, then dagctl recover"
        there.recover()
    elif isinstance(outcome, DagctlError):
        assert isinstance(outcome, UnavailableError)
        assert outcome.state == "nothing was changed"
        assert [record.dag_id for record in there.records()] == ["first"]
    there.check_agreement()
    assert there.users() == users
    create(there, spec)
    there.check_agreement()
    assert [record.dag_id for record in there.records()] == ["first", "x"]


def attempt(place: Place, spec: Path) -> CreateResult | DagctlError:
    try:
        return create(place, spec)
    except DagctlError as error:
        return error


def fill(filler: Path, free: int) -> None:
    """Write a file that leaves about `free` bytes of its file system."""
    space = os.statvfs(filler.parent)
    filler.write_bytes(b"\0" * max(space.f_bavail * space.f_frsize - free, 0))
