"""What was checked is what is opened, also if a folder becomes a link in between."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.files.archive_file import writing
from dagctl.commands.files.folder_walk import folders_below
from dagctl.commands.files.foreign_files import text_of
from dagctl.commands.files.links import OutsideError, opened
from dagctl.commands.files.new_files import NewFile, write_files, write_new, write_over
from dagctl.commands.files.read_specs import read_file
from dagctl.commands.migrations import export_migrations
from dagctl.errors import DagctlError, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPEC = "dag_name: Demo\n"


def write_archive(folder: Path) -> None:
    with writing(folder / "out.zip") as file:
        file.write(b"new")


WRITERS: dict[str, Callable[[Path], object]] = {
    "new": lambda folder: write_new(folder / "new.yaml", "new"),
    "upgrade": lambda folder: write_over(folder / "x.yaml", SPEC.encode(), b"new"),
    "convert": lambda folder: write_files([NewFile(folder / "x.yaml", "new")], force=True),
    "export": write_archive,
    "migrations": export_migrations,
}


def read_nothing(read: Callable[[Path], object]) -> Callable[[Path], None]:
    def fails(secret: Path) -> None:
        with pytest.raises(DagctlError):
            read(secret)

    return fails


def check_refused(secret: Path) -> None:
    assert isinstance(read_file(str(secret)), Diagnostic)


READERS: dict[str, Callable[[Path], None]] = {
    "create": check_refused,
    "convert": read_nothing(text_of),
    "walk": read_nothing(lambda secret: list(folders_below(secret.parent))),
}


@pytest.fixture
def exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of a workspace that becomes a link when it was looked at once."""
    workspace, outside = tmp_path / "work", tmp_path / "outside"
    for folder in (workspace / "specs", outside):
        folder.mkdir(parents=True)
        (folder / "x.yaml").write_text(SPEC)
    (outside / "secret.yaml").write_text(SPEC)
    (workspace / "dagctl.toml").touch()
    look = os.path.realpath

    def look_then_exchange(path: str, *, strict: bool = False) -> str:
        real = look(path, strict=strict)
        if not (workspace / "specs").is_symlink():
            (workspace / "specs").rename(workspace / "away")
            (workspace / "specs").symlink_to(outside)
        return real

    monkeypatch.setattr(os.path, "realpath", look_then_exchange)
    return workspace / "specs"


@pytest.mark.parametrize("name", WRITERS)
def test_promise_9_nothing_is_written_in_a_folder_that_became_a_link(
    exchanged: Path, name: str
) -> None:
    outside = exchanged.parents[1] / "outside"
    with pytest.raises(DagctlError):
        WRITERS[name](exchanged)
    assert {file.name: file.read_text() for file in outside.iterdir()} == {
        "x.yaml": SPEC,
        "secret.yaml": SPEC,
    }
    assert [file.name for file in (exchanged.parent / "away").iterdir()] == ["x.yaml"]


@pytest.mark.parametrize("name", READERS)
def test_promise_9_nothing_is_read_in_a_folder_that_became_a_link(
    exchanged: Path, name: str
) -> None:
    secret = exchanged / "secret.yaml"
    READERS[name](secret)
    with pytest.raises(OutsideError):
        opened(secret)
