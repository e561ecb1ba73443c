"""The contract of the `Files` port, over the twin and over a real folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from dagctl.adapters.work_tree import WorkTree
from dagctl.errors import ConflictError, UsageError
from dagctl.ports import Files, FileWrite
from tests.twins.files import MemoryFiles

if TYPE_CHECKING:
    from pathlib import Path

NEW = FileWrite(path="dags/x.py", new=b"new\n")
UPDATE = FileWrite(path="dags/x.py", new=b"new\n", old=b"old\n")
REMOVAL = FileWrite(path="dags/x.py", new=None, old=b"old\n")


class World(Protocol):
    """A work tree and the user who changes it by hand."""

    files: Files

    def put(self, path: str, content: bytes) -> None:
        """Write a file."""

    def block(self, path: str) -> None:
        """Put something there that is not a regular file."""


class MemoryWorld:
    def __init__(self) -> None:
        self.memory = MemoryFiles()
        self.files: Files = self.memory

    def put(self, path: str, content: bytes) -> None:
        self.memory.content[path] = content

    def block(self, path: str) -> None:
        self.memory.irregular.add(path)


class FolderWorld:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: Files = WorkTree(root, "dags")

    def put(self, path: str, content: bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def block(self, path: str) -> None:
        (self.root / path).mkdir(parents=True)


@pytest.fixture(params=["memory", "folder"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return MemoryWorld() if request.param == "memory" else FolderWorld(tmp_path)


def test_nothing_is_read_as_none(world: World) -> None:
    assert world.files.read("dags/x.py") is None


def test_what_is_written_is_read(world: World) -> None:
    world.files.write([NEW, FileWrite(path="dags/y.py", new=b"")])
    assert (world.files.read("dags/x.py"), world.files.read("dags/y.py")) == (b"new\n", b"")


def test_an_update_replaces_the_old_content(world: World) -> None:
    world.put(UPDATE.path, b"old\n")
    world.files.write([UPDATE])
    assert world.files.read(UPDATE.path) == b"new\n"


def test_writing_again_finishes_what_was_cut_short(world: World) -> None:
    world.put(NEW.path, b"new\n")
    world.files.write([NEW, FileWrite(path="dags/y.py", new=b"y\n")])
    assert world.files.read("dags/y.py") == b"y\n"


@pytest.mark.parametrize("write", [NEW, UPDATE])
def test_what_somebody_else_has_written_is_not_overwritten(world: World, write: FileWrite) -> None:
    world.put(write.path, b"theirs\n")
    with pytest.raises(ConflictError, match=r"dags/x\.py"):
        world.files.write([write])
    assert world.files.read(write.path) == b"theirs\n"


def test_an_update_of_a_file_that_is_gone_is_refused(world: World) -> None:
    with pytest.raises(ConflictError, match=r"dags/x\.py"):
        world.files.write([UPDATE])
    assert world.files.read(UPDATE.path) is None


def test_what_is_no_regular_file_is_neither_read_nor_written_nor_restored(world: World) -> None:
    world.block(NEW.path)
    with pytest.raises(ConflictError):
        world.files.read(NEW.path)
    with pytest.raises(ConflictError):
        world.files.write([NEW])
    assert world.files.restore([NEW]) == [NEW.path]


def test_restore_gives_the_old_content_back(world: World) -> None:
    world.put(UPDATE.path, b"old\n")
    writes = [UPDATE, FileWrite(path="dags/y.py", new=b"y\n")]
    world.files.write(writes)
    assert world.files.restore(writes) == []
    assert world.files.read("dags/x.py") == b"old\n"
    assert world.files.read("dags/y.py") is None


def test_restore_leaves_what_was_changed_since_and_says_so(world: World) -> None:
    writes = [NEW, FileWrite(path="dags/y.py", new=b"y\n")]
    world.files.write(writes)
    world.put("dags/x.py", b"theirs\n")
    assert world.files.restore(writes) == ["dags/x.py"]
    assert world.files.read("dags/x.py") == b"theirs\n"
    assert world.files.read("dags/y.py") is None


def test_restore_of_what_never_was_written_changes_nothing(world: World) -> None:
    assert world.files.restore([NEW]) == []
    assert world.files.restore([UPDATE]) == [UPDATE.path]


def test_restore_twice_is_restore_once(world: World) -> None:
    world.put(UPDATE.path, b"old\n")
    world.files.write([UPDATE])
    assert [world.files.restore([UPDATE]), world.files.restore([UPDATE])] == [[], []]
    assert world.files.read(UPDATE.path) == b"old\n"


def test_the_python_files_of_a_folder_are_read(world: World) -> None:
    assert list(world.files.python_files("dags", 9, 100)) == []
    for path in ("dags/b.py", "dags/a/c.py", "dags/notes.md", "dags/.git/d.py", "other/e.py"):
        world.put(path, b"x = 1\n")
    world.put("dags/large.py", b"#" * 101)
    expected = {"dags/a/c.py": b"x = 1\n", "dags/b.py": b"x = 1\n"}
    assert dict(world.files.python_files("dags", 9, 100)) == expected
    assert len(list(world.files.python_files("dags", 1, 100))) == 1


def test_the_python_files_of_a_folder_are_listed_without_a_look_into_them(world: World) -> None:
    assert list(world.files.python_paths("dags", 9)) == []
    for path in ("dags/b.py", "dags/a/c.py", "dags/notes.md", "dags/.git/d.py", "other/e.py"):
        world.put(path, b"#" * 101)
    assert sorted(world.files.python_paths("dags", 9)) == ["dags/a/c.py", "dags/b.py"]
    assert len(list(world.files.python_paths("dags", 1))) == 1


def test_a_removal_takes_the_file_away_and_restore_gives_it_back(world: World) -> None:
    world.put(REMOVAL.path, b"old\n")
    for _ in range(2):  # a repeat finishes what was cut short
        world.files.write([REMOVAL])
        assert world.files.read(REMOVAL.path) is None
    for _ in range(2):
        assert world.files.restore([REMOVAL]) == []
        assert world.files.read(REMOVAL.path) == b"old\n"


def test_what_was_changed_since_is_not_removed(world: World) -> None:
    world.put(REMOVAL.path, b"theirs\n")
    with pytest.raises(ConflictError, match=r"dags/x\.py"):
        world.files.write([REMOVAL])
    assert world.files.restore([REMOVAL]) == [REMOVAL.path]
    assert world.files.read(REMOVAL.path) == b"theirs\n"


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "dags/../../x", "dags//x", "a\0b", "./x"])
def test_no_path_leads_out_of_the_root(world: World, path: str) -> None:
    with pytest.raises(UsageError):
        world.files.read(path)
    with pytest.raises(UsageError):
        world.files.write([FileWrite(path=path, new=b"")])
    with pytest.raises(UsageError):
        world.files.restore([FileWrite(path=path, new=b"")])
