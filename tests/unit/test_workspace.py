"""Which folder is the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import UsageError
from dagctl.workspace import Workspace, find_workspace, resolve_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "dagctl.toml").touch()
    return folder


def test_the_folder_with_the_file_is_found_from_itself_and_from_below(root: Path) -> None:
    below = root / "a" / "b"
    below.mkdir(parents=True)
    assert find_workspace(root) == find_workspace(below) == Workspace(root)


def test_the_state_stands_in_the_workspace(root: Path) -> None:
    assert find_workspace(root).schema == root / ".dag.schema.json"


def test_the_nearest_workspace_wins(root: Path) -> None:
    inner = root / "inner"
    inner.mkdir()
    (inner / "dagctl.toml").touch()
    assert find_workspace(inner).root == inner


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_search_stops_at_a_git_root_or_worktree(root: Path, kind: str) -> None:
    inner = root / "inner"
    inner.mkdir()
    git = inner / ".git"
    if kind == "folder":
        git.mkdir()
    else:
        git.write_text("gitdir: elsewhere")
    with pytest.raises(UsageError, match=r"no dagctl\.toml"):
        find_workspace(inner)


def test_the_git_root_itself_is_searched(root: Path) -> None:
    (root / ".git").mkdir()
    assert find_workspace(root).root == root


def test_the_search_stops_at_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = root / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(UsageError) as caught:
        find_workspace(home)
    assert caught.value.hint == "dagctl init"


def test_a_link_is_followed_to_the_real_folder(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    assert find_workspace(link).root == root


def test_a_folder_called_dagctl_toml_is_no_marker(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "dagctl.toml").mkdir()
    with pytest.raises(UsageError):
        find_workspace(tmp_path)


@pytest.mark.parametrize("name", ["missing", "nul\0", "loop", "file"])
def test_a_start_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        resolve_folder(tmp_path / name)
