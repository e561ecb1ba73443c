"""Where a workspace stands, and where its state is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.folder import locate
from dagctl.adapters.git.new_repository import start_repository
from dagctl.adapters.state.state_folder import state_in
from dagctl.errors import NoRepositoryError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox


def state(root: Path) -> Path:
    return state_in(locate(root)).path


def test_each_workspace_of_a_repository_has_a_state_of_its_own(sandbox: Sandbox) -> None:
    folder = sandbox.root / ".git/dagctl"
    roots = ("", "teams/data", "teams%2Fdata", "top", "in")
    for root in roots:
        (sandbox.root / root).mkdir(parents=True, exist_ok=True)
    found = [state(sandbox.root / root) for root in roots]
    assert found[0] == folder / "top"
    assert found[1] == folder / "in/teams%2Fdata"
    assert len(set(found)) == len(roots)
    assert all(path.is_relative_to(folder) for path in found)
    assert not folder.exists()


def test_a_name_that_is_too_long_for_a_file_has_a_digest_for_it(sandbox: Sandbox) -> None:
    deep = sandbox.root / "/".join(["x" * 100] * 3)
    deep.mkdir(parents=True)
    assert len(state(deep).name) == 64


def test_a_linked_work_tree_has_a_state_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit("f", b"")
    sandbox.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert state(tmp_path / "linked") == sandbox.root / ".git/worktrees/linked/dagctl/top"


def test_a_submodule_has_a_state_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit("f", b"")
    outer = sandbox.at(tmp_path / "outer")
    outer.root.mkdir()
    outer.git("init", "-q")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "add", "-q", str(sandbox.root), "inner")
    assert state(outer.root / "inner") == outer.root / ".git/modules/inner/dagctl/top"


def test_a_separate_git_folder_has_to_name_its_work_tree(sandbox: Sandbox, tmp_path: Path) -> None:
    apart = sandbox.at(tmp_path / "apart")
    apart.root.mkdir()
    apart.git("init", "-q", "--separate-git-dir", str(tmp_path / "folder"))
    with pytest.raises(UsageError, match="is not known to be the git folder of") as caught:
        locate(apart.root)
    assert f"config core.worktree {apart.root}" in (caught.value.hint or "")
    apart.git("config", "core.worktree", str(apart.root))
    assert state(apart.root) == tmp_path / "folder/dagctl/top"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_promise_9_a_git_file_does_not_lead_to_another_repository(
    sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    if kind == "file":
        (inner / ".git").write_text(f"gitdir: {sandbox.root}/.git\n")
    else:
        (inner / ".git").symlink_to(sandbox.root / ".git")
    with pytest.raises(UsageError, match="is not known to be the git folder of"):
        locate(inner)


@pytest.mark.parametrize("work_tree", [".", ".."])
def test_promise_9_a_folder_that_looks_like_a_repository_is_none(
    sandbox: Sandbox, work_tree: str
) -> None:
    inner = sandbox.root / "evil"
    for name in ("objects", "refs"):
        (inner / name).mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/main\n")
    (inner / "config").write_text(f"[core]\n\tbare = false\n\tworktree = {work_tree}\n")
    with pytest.raises(UsageError, match="bare repository or a git folder"):
        locate(inner)


def test_where_there_is_no_repository_or_no_git_that_is_said(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoRepositoryError, match="is not in a git repository"):
        locate(tmp_path)
    monkeypatch.setenv("PATH", f":.:{tmp_path}")
    with pytest.raises(NoRepositoryError, match="git is not installed"):
        locate(sandbox.root)


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_promise_9_no_commit_goes_to_another_repository(
    sandbox: Sandbox, tmp_path: Path, kind: str
) -> None:
    """An archive may have a git folder with the file `commondir`, as linked work trees have it."""
    inner = tmp_path / "inner"
    inner.mkdir()
    sandbox.at(inner).git("init", "-q")
    assert locate(inner).path == inner / ".git"
    git_folder = inner / ".git"
    if kind == "file":
        git_folder = git_folder.rename(tmp_path / "worktrees")
        (inner / ".git").write_text(f"gitdir: {git_folder}\n")
        (git_folder / "gitdir").write_text("../inner/.git\n")
        assert locate(inner).path == git_folder
    (git_folder / "commondir").write_text(f"{sandbox.root}/.git\n")
    with pytest.raises(UsageError, match="is no repository of its own"):
        locate(inner)


@pytest.mark.parametrize("inside", ["", "hooks", "config", "refs/heads"])
def test_promise_9_no_repository_is_made_through_a_link(tmp_path: Path, inside: str) -> None:
    place, outside = tmp_path / "place", tmp_path / "outside"
    place.mkdir()
    outside.mkdir()
    link = place / ".git" / inside
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / "new" if inside == "config" else outside)
    with pytest.raises(UsageError, match="is a link, and git would write through it"):
        start_repository(place)
    assert not [*outside.iterdir()]
