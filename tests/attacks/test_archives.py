"""Hostile archives: each is refused in words, and nothing of it is written anywhere."""

from __future__ import annotations

import io
import os
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dagctl.archive.archive_form import ALWAYS, ArchiveError, ArchiveLimits
from dagctl.archive.archive_reader import open_archive
from dagctl.client import Client
from dagctl.operation.plans.arrivals import arrivals
from tests.attacks.hostile_archives import (
    FILE,
    HISTORY,
    HOSTILE,
    ID,
    bomb,
    entries_of,
    packed,
    spec,
    true,
)
from tests.attacks.victim import CANARY
from tests.cli.conftest import GOOD, PROJECT, Shell, shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["shell"]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive as `export` writes it."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\n\tname = Ana\n\temail = ana@example.com\n")
    folder = tmp_path_factory.mktemp("good")
    user = Shell(folder, {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8"})
    user.ok("init", "--project-id", PROJECT)
    user.write("specs/orders.yaml", GOOD)
    user.ok("create", "specs/orders.yaml")
    user.write("specs/orders.yaml", GOOD.replace("0 2", "0 3"))
    user.ok("create", "specs/orders.yaml")
    user.ok("export", "-o", "good.zip")
    return (folder / "good.zip").read_bytes()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_before_anything_is_done(good: bytes, name: str) -> None:
    archive = HOSTILE[name](entries_of(good))
    assert archive != good
    with pytest.raises(ArchiveError) as caught:
        arrivals(open_archive(io.BytesIO(archive)), PROJECT)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_the_good_archive_is_good_and_built_as_the_others_are(good: bytes) -> None:
    for archive in (good, packed(entries_of(good)), true(entries_of(good))):
        (arrival,) = arrivals(open_archive(io.BytesIO(archive)), PROJECT).dags
        assert (arrival.dag.dag_id, arrival.dag.version) == (ID, 2)


@pytest.mark.parametrize(
    "limits",
    [ArchiveLimits(archive=100), ArchiveLimits(unpacked=100), ArchiveLimits(dags=0)],
    ids=str,
)
def test_less_than_the_form_allows_may_be_asked_for(good: bytes, limits: ArchiveLimits) -> None:
    with pytest.raises(ArchiveError):
        open_archive(io.BytesIO(good), limits)


def test_no_byte_of_an_archive_can_be_changed_without_a_refusal(good: bytes) -> None:
    for at in range(0, len(good), 7):
        broken = bytearray(good)
        broken[at] ^= 0x10
        try:
            (arrival,) = arrivals(open_archive(io.BytesIO(bytes(broken))), PROJECT).dags
        except ArchiveError:
            continue
        assert arrival.dag.dag_id == ID  # a byte that says nothing, as the time of an entry


def test_an_archive_that_is_changed_between_its_check_and_its_use_is_refused(good: bytes) -> None:
    file = io.BytesIO(good)
    checked = arrivals(open_archive(file), PROJECT)
    assert checked.newest(checked.dags[0]).version == 2
    (other,) = (replace(each, spec_digest="0" * 64) for each in checked.dags)
    with pytest.raises(ArchiveError, match="changed while it was read"):
        checked.newest(other)
    file.truncate(100)
    with pytest.raises(ArchiveError):
        checked.newest(checked.dags[0])


def test_what_a_bomb_unpacks_to_is_never_in_memory(good: bytes) -> None:
    archive = bomb(ALWAYS - 1024 * 1024)(entries_of(good))
    tracemalloc.start()
    with pytest.raises(ArchiveError):
        arrivals(open_archive(io.BytesIO(archive)), PROJECT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < ALWAYS / 2


@pytest.fixture
def tree(shell: Shell) -> Iterator[Shell]:
    """A victim's workspace, of which every byte is the same in the end."""
    shell.ok("init", "--project-id", PROJECT)
    shell.git("add", "-A")
    shell.git("commit", "-qm", "Workspace")
    before = everything(shell.folder)
    yield shell
    assert everything(shell.folder) == before


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".git/dagctl" not in str(file)
    }


LATE = ("another checksum", "another digest", "a deep version", "a file in .git", "a link")


def test_a_refused_import_writes_nothing_and_says_what_to_do(
    tree: Shell, good: bytes, tmp_path: Path
) -> None:
    archive = tmp_path / "evil.zip"
    for name in LATE:
        archive.write_bytes(HOSTILE[name](entries_of(good)))
        for options in ((), ("--dry-run",), ("--force", "--if-exists", "update")):
            done = tree.run("import", str(archive), *options)
            assert done.code == 3, (name, done)
            assert "error[ARCHIVE_INVALID]" in done.err
            assert "nothing was changed" in done.err
            assert CANARY not in done.out + done.err


def test_an_archive_whose_spec_is_bad_today_is_refused_at_its_place(
    tree: Shell, good: bytes, tmp_path: Path
) -> None:
    archive = tmp_path / "old.zip"
    archive.write_bytes(spec(schedule_interval="99 * * * *")(entries_of(good)))
    done = tree.run("import", str(archive))
    assert done.code == 3
    assert f"the spec of {ID}" in done.err
    archive.write_bytes(spec(project_id="no project")(entries_of(good)))
    assert tree.run("import", str(archive), "--dry-run").code == 0  # it names this one now


def test_the_code_in_an_archive_is_never_written(shell: Shell, good: bytes, tmp_path: Path) -> None:
    shell.ok("init", "--project-id", PROJECT)
    archive = tmp_path / "evil.zip"
    evil = entries_of(good)[FILE] + b"\nimport os; os.system('touch /tmp/owned')\n"
    archive.write_bytes(true({**entries_of(good), FILE: evil}))
    done = shell.ok("import", str(archive))
    assert "is made again from its spec" in done.err
    assert (shell.folder / FILE).read_bytes() == entries_of(good)[FILE]


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a device"])
def test_what_is_no_file_is_not_read(tree: Shell, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "evil.zip"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero")
    assert tree.run("import", str(place)).code == 2


def test_an_archive_that_changes_while_it_is_imported_is_refused(
    tree: Shell, good: bytes, tmp_path: Path
) -> None:
    """The second reading, of the older versions, is checked as the first one was."""
    archive = tmp_path / "dags.zip"
    archive.write_bytes(good)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in tree.environ.items():
            patch.setenv(name, value)
        with (
            Client.open(tree.folder, listener=Changing(archive)) as client,
            archive.open("rb", buffering=0) as file,
        ):
            with pytest.raises(ArchiveError):
                client.import_archive(file)
            assert [len(page) for page in client.pages()] == [0]


class Changing:
    """Changes the archive in its place when the older versions are about to be read."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive

    def step(self, name: str, *, done: bool, detail: str = "") -> None:  # noqa: ARG002 - a port
        if name == "history" and not done:
            content = self._archive.read_bytes()
            at = content.index(HISTORY.encode()) + len(HISTORY) + 20
            with self._archive.open("r+b") as file:
                file.seek(at)
                file.write(b"\0" * 16)

    def progress(self, name: str, completed: int, total: int) -> None:
        pass

    def warn(self, text: str) -> None:
        pass

    def waiting(self, text: str) -> None:
        pass
