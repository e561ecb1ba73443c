from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.work_tree import WorkTree
from dagctl.durable import LARGEST
from dagctl.errors import ConflictError, UnavailableError, UsageError
from dagctl.ports import FileWrite, SpecWrite

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
NEW = FileWrite(path="dags/x.py", new=b"new\n")
UPDATE = FileWrite(path="dags/x.py", new=b"new\n", old=b"old\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dags").mkdir()
    return tmp_path


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Act without root's right to write everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_link_at_the_target_is_not_followed(root: Path) -> None:
    secret = root / "secret"
    secret.write_bytes(b"old\n")
    (root / "dags/x.py").symlink_to(secret)
    files = WorkTree(root, "dags")
    with pytest.raises(ConflictError, match=r"dags/x\.py"):
        files.read("dags/x.py")
    for write in (NEW, UPDATE):
        with pytest.raises(ConflictError, match=r"dags/x\.py"):
            files.write([write])
    assert files.restore([FileWrite(path="dags/x.py", new=b"old\n")]) == ["dags/x.py"]
    assert secret.read_bytes() == b"old\n"


def test_a_link_to_nowhere_is_not_followed(root: Path) -> None:
    (root / "dags/x.py").symlink_to(root / "nowhere")
    with pytest.raises(ConflictError):
        WorkTree(root, "dags").write([NEW])
    assert not (root / "nowhere").exists()


def test_a_link_on_the_way_is_not_followed(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / "linked").symlink_to(elsewhere)
    with pytest.raises(ConflictError):
        WorkTree(root, "linked").write([FileWrite(path="linked/x.py", new=b"")])
    with pytest.raises(ConflictError):
        WorkTree(root, "linked").read("linked/x.py")
    assert WorkTree(root, "linked").restore([FileWrite(path="linked/x.py", new=b"")]) == [
        "linked/x.py"
    ]
    assert names(elsewhere) == []


def test_a_root_behind_a_link_works(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    WorkTree(tmp_path / "alias", "dags").write([NEW])
    assert (root / "dags/x.py").read_bytes() == b"new\n"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_folder_at_the_target_is_refused_at_once(root: Path, make: object) -> None:
    assert callable(make)
    make(root / "dags/x.py")
    with pytest.raises(ConflictError):
        WorkTree(root, "dags").read("dags/x.py")
    with pytest.raises(ConflictError):
        WorkTree(root, "dags").write([NEW])


def test_a_file_on_the_way_is_refused(root: Path) -> None:
    (root / "file").write_bytes(b"")
    with pytest.raises(ConflictError):
        WorkTree(root, "file").write([FileWrite(path="file/x.py", new=b"")])


def test_missing_folders_are_made(root: Path) -> None:
    WorkTree(root, "a/b/c").write([FileWrite(path="a/b/c/x.py", new=b"new\n")])
    assert (root / "a/b/c/x.py").read_bytes() == b"new\n"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o644)])
def test_a_new_file_has_the_mode_that_umask_leaves(root: Path, mask: int, mode: int) -> None:
    with umask(mask):
        WorkTree(root, "dags").write([NEW])
    assert (root / "dags/x.py").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "dags.py",
        "dags/inner/x.py",
        "dags/x.txt",
        "dags/.x.py",
        "dags/x y.py",
        "Dags/x.py",
        ".github/workflows/ci.yml",
        ".git/config",
        ".GIT/hooks/x.py",
        "dags/../.git/x.py",
        ".git /x.py",
        "git~1/x.py",
        ".g\u200cit/x.py",
        ".git::$INDEX_ALLOCATION/x.py",
        ".dagctl/x.py",
        "/tmp/x.py",
        "dags/.dagctl-tmp-x.py",
    ],
)
def test_promise_9_nothing_but_a_file_of_the_dags_folder_is_written(root: Path, path: str) -> None:
    for folder in ("dags", path.rpartition("/")[0]):
        if folder == path.rpartition("/")[0] and is_harmless(path):
            continue
        before = sorted(root.rglob("*"))
        with pytest.raises(UsageError):
            WorkTree(root, folder).write([FileWrite(path=path, new=b"x")])
        with pytest.raises(UsageError):
            WorkTree(root, folder).restore([FileWrite(path=path, new=b"x", old=b"y")])
        assert sorted(root.rglob("*")) == before


@pytest.mark.parametrize(
    "path", ["src/app.py", "../x.yaml", "/tmp/x.yaml", ".git/x.yaml", ".git/config", "x.yaml/.git"]
)
def test_promise_9_nothing_but_a_spec_file_is_written_as_a_spec(root: Path, path: str) -> None:
    before = sorted(root.rglob("*"))
    with pytest.raises(UsageError):
        WorkTree(root, "dags").write_spec(SpecWrite(path=path, old=None, new=b"x"))
    assert sorted(root.rglob("*")) == before


def test_a_file_of_many_bytes_is_not_read_to_its_end(root: Path) -> None:
    with (root / "dags/x.py").open("wb") as file:
        file.truncate(LARGEST + 1)  # a hole: a few bytes in a repository
    with pytest.raises(ConflictError, match=r"dags/x\.py is larger than \d+ MiB"):
        WorkTree(root, "dags").read("dags/x.py")


def is_harmless(path: str) -> bool:
    """Return whether another `dags_folder` makes this the path of a DAG file."""
    return path in {"src/app.py", "dags/inner/x.py", "Dags/x.py"}


@pytest.mark.parametrize("mask", [0o000, 0o002])
def test_no_folder_is_made_that_all_may_write(root: Path, mask: int) -> None:
    with umask(mask):
        WorkTree(root, "new/inner").write([FileWrite(path="new/inner/x.py", new=b"x\n")])
    modes = [path.stat().st_mode & 0o777 for path in (root / "new", root / "new/inner")]
    assert modes == [0o755, 0o755]


def test_a_folder_with_the_name_of_the_temporary_file_is_named_and_left(root: Path) -> None:
    (root / "dags/.dagctl-tmp-x.py").mkdir()
    with pytest.raises(ConflictError, match=r"way: dags/\.dagctl-tmp-x\.py"):
        WorkTree(root, "dags").write([NEW])
    assert WorkTree(root, "dags").restore([NEW]) == []
    assert names(root / "dags") == [".dagctl-tmp-x.py"]


def test_an_update_keeps_the_permissions(root: Path) -> None:
    (root / "dags/x.py").write_bytes(b"old\n")
    (root / "dags/x.py").chmod(0o750)
    WorkTree(root, "dags").write([UPDATE])
    assert (root / "dags/x.py").stat().st_mode & 0o777 == 0o750


def test_what_was_written_before_a_refusal_stays_and_nothing_half_done(root: Path) -> None:
    (root / "dags/y.py").write_bytes(b"theirs\n")
    with pytest.raises(ConflictError, match=r"dags/y\.py"):
        WorkTree(root, "dags").write([NEW, FileWrite(path="dags/y.py", new=b"y\n")])
    assert names(root / "dags") == ["x.py", "y.py"]


@pytest.mark.parametrize("act", ["write", "restore"])
def test_a_leftover_of_a_killed_run_is_cleared(root: Path, act: str) -> None:
    (root / "dags/.dagctl-tmp-x.py").write_bytes(b"ha")
    files = WorkTree(root, "dags")
    if act == "write":
        files.write([NEW])
    else:
        files.restore([NEW])
    assert names(root / "dags") == (["x.py"] if act == "write" else [])


@pytest.mark.parametrize("act", ["write", "restore"])
def test_a_leftover_that_is_a_second_link_of_the_file_is_cleared(root: Path, act: str) -> None:
    (root / "dags/x.py").write_bytes(b"new\n")
    (root / "dags/.dagctl-tmp-x.py").hardlink_to(root / "dags/x.py")
    files = WorkTree(root, "dags")
    if act == "write":
        files.write([NEW])
        assert (root / "dags/x.py").read_bytes() == b"new\n"
        assert names(root / "dags") == ["x.py"]
    else:
        assert files.restore([NEW]) == []
        assert names(root / "dags") == []


def test_restore_keeps_the_folder(root: Path) -> None:
    WorkTree(root, "dags").write([NEW])
    WorkTree(root, "dags").restore([NEW])
    assert names(root) == ["dags"]


@pytest.mark.parametrize("write", [NEW, UPDATE])
def test_a_full_disk_is_unavailable_and_leaves_nothing_half_written(
    small_disk: Path, write: FileWrite
) -> None:
    big = FileWrite(path=write.path, new=b"x" * 1_000_000, old=write.old)
    (small_disk / "dags").mkdir()
    if write.old is not None:
        (small_disk / write.path).write_bytes(write.old)
    with pytest.raises(UnavailableError, match=r"dags/x\.py.*No space left") as caught:
        WorkTree(small_disk, "dags").write([big])
    assert caught.value.hint is not None
    assert "free some space" in caught.value.hint
    assert WorkTree(small_disk, "dags").read(write.path) == write.old
    assert names(small_disk / "dags") == ([] if write.old is None else ["x.py"])


def test_a_read_only_file_system_is_unavailable(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(UnavailableError, match=r"[Rr]ead-only"):
        WorkTree(small_disk, "dags").write([NEW])


def test_a_folder_without_the_right_to_write_is_unavailable() -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "dags").mkdir(mode=0o555)
        with ordinary_user(), pytest.raises(UnavailableError, match="Permission denied") as caught:
            WorkTree(root, "dags").write([NEW])
        assert caught.value.hint is not None
        assert names(root / "dags") == []


@pytest.mark.parametrize("write", [NEW, UPDATE])
def test_a_failing_sync_leaves_the_file_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, write: FileWrite
) -> None:
    if write.old is not None:
        (root / write.path).write_bytes(write.old)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(UnavailableError, match=r"dags/x\.py: Input/output error"):
            WorkTree(root, "dags").write([write])
    assert WorkTree(root, "dags").read(write.path) == write.old
    assert ".dagctl-tmp-x.py" not in names(root / "dags")


def test_no_descriptor_is_left_open(root: Path) -> None:
    files = WorkTree(root, "dags")
    (root / "dags/folder").mkdir()
    (root / "dags/link").symlink_to("nowhere")
    before = names(Path("/proc/self/fd"))
    files.write([NEW])
    files.restore([NEW])
    for path in ("dags/folder", "dags/link", "dags/none/x"):
        try:
            files.read(path)
        except ConflictError:
            continue
    assert names(Path("/proc/self/fd")) == before
