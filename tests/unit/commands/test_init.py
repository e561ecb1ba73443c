"""Making a folder a workspace."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from dagctl.commands.init import InitChoices, InitResult, init, toml
from dagctl.errors import ConflictError, UnavailableError, UsageError
from dagctl.settings.setting_sources import TABLES
from dagctl.workspace import Workspace

CHOICES = InitChoices("123e4567-e89b-12d3-a456-426614174000")


def make(root: Path) -> InitResult:
    return init(Workspace(root), CHOICES, schema="{}\n", start_repository=lambda _: True)


def test_all_files_of_a_workspace_are_made(tmp_path: Path) -> None:
    root = tmp_path / "new" / "folder"
    result = make(root)
    assert result.created == ("dagctl.toml", ".dag.schema.json")
    assert result.kept == ()
    assert result.repository == "created"
    assert (root / ".dag.schema.json").read_text() == "{}\n"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "dagctl.toml").write_text("# mine\n")
    result = make(tmp_path)
    assert result.kept == ("dagctl.toml",)
    assert (tmp_path / "dagctl.toml").read_text() == "# mine\n"


def test_a_dead_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "dagctl.toml").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="is a link to elsewhere, which does not exist"):
        make(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_is_made_that_all_may_write(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make(tmp_path / "new/folder")
    finally:
        os.umask(before)
    made = [*(tmp_path / "new").rglob("*"), tmp_path / "new"]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o755, 0o644}


def test_the_second_time_everything_is_there(tmp_path: Path) -> None:
    make(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert make(tmp_path).created == ()
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_file_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConflictError, match=r"file is in the way: it is not a folder") as caught:
        make(tmp_path / "file")
    assert "choose another folder" in str(caught.value.hint)


def test_a_folder_in_the_way_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "dagctl.toml").mkdir()
    with pytest.raises(ConflictError, match=r"dagctl\.toml is in the way: it is a folder"):
        make(tmp_path)


def test_a_folder_that_cannot_be_made_is_said_so() -> None:
    with pytest.raises(UnavailableError, match=r"cannot write /proc/nowhere") as caught:
        make(Path("/proc/nowhere"))
    assert (caught.value.state, caught.value.hint) == (
        "nothing was changed",
        "choose another folder: dagctl init DIR",
    )


def test_the_settings_file_names_every_local_setting_and_is_commented() -> None:
    text = toml(CHOICES)
    local = [key for key in TABLES[""] if key not in TABLES["git"]]
    assert list(tomllib.loads(text)) == local
    assert text.count("\n# ") >= len(local)


def test_a_quote_in_a_folder_name_stays_data() -> None:
    choices = InitChoices(CHOICES.project_id, dags_folder='my "dags"')
    assert tomllib.loads(toml(choices))["dags_folder"] == 'my "dags"'
