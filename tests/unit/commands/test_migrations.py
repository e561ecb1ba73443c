from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagctl.commands.migrations import export_migrations, packaged_migrations
from dagctl.errors import ConflictError, UnavailableError


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_migrations_have_the_names_that_the_supabase_cli_takes() -> None:
    names = list(packaged_migrations())
    assert names
    assert all(re.fullmatch(r"\d{14}_[a-z_]+\.sql", name) for name in names)
    assert len({name[:14] for name in names}) == len(names)


def test_migrations_speak_of_no_machine() -> None:
    assert not [
        name
        for name, content in packaged_migrations().items()
        if re.search(rb"/(work|tmp)/", content)
    ]


def test_export_writes_every_migration_into_a_new_folder(tmp_path: Path) -> None:
    target = tmp_path / "supabase" / "migrations"
    result = export_migrations(target)
    assert contents(target) == packaged_migrations()
    assert result.written == tuple(target / name for name in packaged_migrations())
    assert result.unchanged == ()


def test_a_second_export_changes_nothing(tmp_path: Path) -> None:
    first = export_migrations(tmp_path)
    second = export_migrations(tmp_path)
    assert (second.written, second.unchanged) == ((), first.written)


def test_export_adds_what_is_missing_and_leaves_other_migrations_alone(tmp_path: Path) -> None:
    first, *others = export_migrations(tmp_path).written
    first.unlink()
    (tmp_path / "20200101000000_theirs.sql").write_text("select 1;", encoding="utf-8")
    result = export_migrations(tmp_path)
    assert (result.written, result.unchanged) == ((first,), tuple(others))
    assert (tmp_path / "20200101000000_theirs.sql").read_text(encoding="utf-8") == "select 1;"


def test_export_never_overwrites_a_file_that_differs(tmp_path: Path) -> None:
    name = list(packaged_migrations())[1]
    (tmp_path / name).write_text("-- edited", encoding="utf-8")
    with pytest.raises(ConflictError, match=name):
        export_migrations(tmp_path)
    assert contents(tmp_path) == {name: b"-- edited"}


def test_a_target_that_is_no_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConflictError, match="is in the way: it is not a folder") as caught:
            export_migrations(target)
        assert caught.value.hint == "choose another folder"


def test_a_target_that_cannot_be_written_is_said_so() -> None:
    with pytest.raises(UnavailableError, match=r"cannot write /proc/nowhere") as caught:
        export_migrations(Path("/proc/nowhere"))
    assert caught.value.hint == "choose another folder"


def test_export_follows_no_link_of_a_clone(tmp_path: Path) -> None:
    clone, secret = tmp_path / "clone", tmp_path / "secret"
    (clone / ".git").mkdir(parents=True)
    secret.mkdir()
    (clone / "out").symlink_to(secret)
    with pytest.raises(ConflictError, match="leads out of the workspace"):
        export_migrations(clone / "out")
    name = next(iter(packaged_migrations()))
    (clone / "sql").mkdir()
    (clone / "sql" / name).symlink_to("/dev/zero")
    with pytest.raises(ConflictError, match=name):
        export_migrations(clone / "sql")
    assert contents(secret) == {}
