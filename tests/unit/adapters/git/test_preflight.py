from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.commit import Patience
from dagctl.adapters.git.repo import GitRepo
from dagctl.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from tests.conftest import Sandbox

X = "dags/x.py"


def preflight(sandbox: Sandbox, *paths: str) -> str:
    return GitRepo(sandbox.root, "dags", patience=Patience(index=0.1)).preflight(paths or (X,))


def conflict(sandbox: Sandbox) -> None:
    """Make two branches that cannot be merged."""
    sandbox.commit("f", b"base\n")
    sandbox.git("switch", "-q", "-c", "other")
    sandbox.commit("f", b"other\n")
    sandbox.git("switch", "-q", "main")
    sandbox.commit("f", b"main\n")


def test_the_branch_is_named_in_full(sandbox: Sandbox) -> None:
    sandbox.commit("f", b"")
    sandbox.git("switch", "-q", "-c", "feature/ä b".replace(" ", "-"))
    assert preflight(sandbox) == "refs/heads/feature/ä-b"


def test_a_folder_in_no_repository_is_refused(tmp_path: Path, git_config: Path) -> None:
    assert git_config.exists()
    with pytest.raises(UsageError, match="not in a git repository") as caught:
        GitRepo(tmp_path, "dags").preflight([X])
    assert caught.value.hint == "git init"


def test_a_bare_repository_is_refused(sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "--bare", "bare.git")
    with pytest.raises(UsageError, match="bare"):
        GitRepo(sandbox.root / "bare.git", "dags").preflight([X])


def test_the_git_folder_itself_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="git folder"):
        GitRepo(sandbox.root / ".git", "dags").preflight([X])


def test_a_detached_head_is_refused_with_a_hint(sandbox: Sandbox) -> None:
    sandbox.commit("f", b"")
    sandbox.git("switch", "-q", "--detach")
    with pytest.raises(ConflictError, match="detached") as caught:
        preflight(sandbox)
    assert caught.value.hint is not None
    assert "git switch" in caught.value.hint


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("git merge other", "a merge"),
        ("git rebase other", "a rebase"),
        ("git rebase --apply other", "a rebase"),
        ("git cherry-pick other", "a cherry-pick"),
        ("git revert HEAD~1", "a revert"),
        ("git bisect start", "a bisect"),
        ("git format-patch -q -1 --stdout other | git am", "an am"),
    ],
)
def test_what_is_under_way_is_refused_by_name(sandbox: Sandbox, command: str, what: str) -> None:
    conflict(sandbox)
    sandbox.commit("f", b"more\n")
    subprocess.run(command, shell=True, cwd=sandbox.root, capture_output=True, check=False)
    with pytest.raises(ConflictError, match=what):
        preflight(sandbox)


@pytest.mark.parametrize(
    ("file", "rule"), [(".gitignore", "*.py"), ("dags/.gitignore", "x.*"), (".gitignore", "/dags/")]
)
def test_an_ignored_target_is_refused_with_its_rule(sandbox: Sandbox, file: str, rule: str) -> None:
    sandbox.write(file, f"# some\n{rule}\n".encode())
    with pytest.raises(ConflictError) as caught:
        preflight(sandbox)
    assert f"dags/x.py is ignored by git ({file}:2: {rule})" in caught.value.message


def test_an_ignored_target_that_is_tracked_is_allowed(sandbox: Sandbox) -> None:
    sandbox.commit(X, b"x\n")
    sandbox.commit(".gitignore", b"dags/\n")
    assert preflight(sandbox) == "refs/heads/main"


def test_a_rule_that_is_negated_does_not_ignore(sandbox: Sandbox) -> None:
    sandbox.write(".gitignore", b"*.py\n!x.py\n")
    assert preflight(sandbox) == "refs/heads/main"


@pytest.mark.parametrize("path", [":(top)x.py", ":x.py", "*.py", "-x.py", 'a"b\\.py', "ä\n.py"])
def test_no_path_is_taken_for_an_option_or_a_pattern(sandbox: Sandbox, path: str) -> None:
    assert preflight(sandbox, path, f"dags/{path}") == "refs/heads/main"


def test_a_held_index_is_refused_and_the_file_named(sandbox: Sandbox) -> None:
    sandbox.write(".git/index.lock", b"")
    with pytest.raises(ConflictError, match=r"index\.lock"):
        preflight(sandbox)


def test_the_path_of_a_held_index_leads_straight_there(sandbox: Sandbox) -> None:
    sandbox.write(".git/index.lock", b"")
    below = sandbox.root / "team"
    below.mkdir()
    with pytest.raises(ConflictError) as caught:
        GitRepo(below, "dags", patience=Patience(index=0.1)).preflight([X])
    assert str(sandbox.root.resolve() / ".git" / "index.lock") in caught.value.message


def test_a_repository_inside_the_repository_is_refused(sandbox: Sandbox) -> None:
    sandbox.git("init", "-q", "dags")
    with pytest.raises(ConflictError, match="dags is a repository of its own or a submodule"):
        preflight(sandbox)


def test_a_submodule_that_is_not_checked_out_is_refused(sandbox: Sandbox) -> None:
    commit = sandbox.commit("f", b"")
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{commit},dags")
    sandbox.git("commit", "-q", "-m", "Add a submodule")
    with pytest.raises(ConflictError, match="dags is a repository of its own or a submodule"):
        preflight(sandbox)


@pytest.mark.parametrize("missing", ["name", "email"])
def test_an_identity_that_git_would_guess_is_refused(
    sandbox: Sandbox, git_config: Path, missing: str
) -> None:
    lines = git_config.read_text().splitlines()
    git_config.write_text("\n".join(line for line in lines if not line.startswith(missing)))
    with pytest.raises(UsageError, match="who you are") as caught:
        preflight(sandbox)
    assert caught.value.hint is not None
    subprocess.run(["sh", "-c", caught.value.hint], check=True)
    assert preflight(sandbox) == "refs/heads/main"


@pytest.mark.parametrize("role", ["AUTHOR", "COMMITTER"])
def test_an_identity_may_come_from_the_environment(
    sandbox: Sandbox, git_config: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    git_config.write_text("")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Grace Hopper")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "grace@example.com")
    assert preflight(sandbox) == "refs/heads/main"
    assert GitRepo(sandbox.root, "dags").identity().email == "grace@example.com"
    monkeypatch.delenv(f"GIT_{role}_EMAIL")
    with pytest.raises(UsageError, match="who you are"):
        preflight(sandbox)


def test_a_repository_of_another_user_is_refused_with_the_fix(git_config: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        subprocess.run(["git", "init", "-q", name], check=True)
        os.chown(root / ".git", 65534, 65534)
        os.chown(root, 65534, 65534)
        with pytest.raises(UsageError, match="another user") as caught:
            GitRepo(root, "dags").preflight([X])
        assert caught.value.hint == f"git config --global --add safe.directory {root}"
        subprocess.run(["git", "config", "--global", "--add", "safe.directory", name], check=True)
        assert GitRepo(root, "dags").preflight([X]) == "refs/heads/main"
    assert "safe" in git_config.read_text()


def test_a_machine_without_git_is_reported(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git is not installed"):
        preflight(sandbox)


def test_a_git_that_is_too_old_is_refused(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin/git"
    old.parent.mkdir()
    old.write_text(
        f"""#!/bin/sh
case "$*" in
*cat-file*) echo "error: unknown option \\`batch-command'" >&2; exit 129 ;;
*version) echo git version 2.35.9 ;;
*) exec {shutil.which("git")} "$@" ;;
esac
"""
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(UsageError, match=r"git version 2\.35\.9 is too old"):
        preflight(sandbox)


@pytest.mark.parametrize("where", ["commit", "index", "commit, removed from the index"])
def test_a_new_dag_does_not_replace_what_git_tracks_and_the_work_tree_has_not(
    sandbox: Sandbox, where: str
) -> None:
    if where == "index":
        sandbox.write(X, b"theirs\n")
        sandbox.git("add", X)
    else:
        sandbox.commit(X, b"theirs\n")
    (sandbox.root / X).unlink()
    if where.endswith("removed from the index"):
        sandbox.git("add", "-A")
    repo = GitRepo(sandbox.root, "dags")
    with pytest.raises(
        ConflictError, match=rf"{X} is under version control, and was deleted"
    ) as caught:
        repo.preflight([X], new=[X])
    command, *arguments = str(caught.value.hint).split("`")[1].split()
    assert command == "git"
    assert repo.preflight([X]) == "refs/heads/main"
    sandbox.git(*arguments)
    assert (sandbox.root / X).read_bytes() == b"theirs\n"


@pytest.mark.parametrize("where", ["work tree", "commit"])
def test_a_new_dag_does_not_stand_beside_a_file_that_differs_by_case_only(
    sandbox: Sandbox, where: str
) -> None:
    twin = "dags/X.py"
    if where == "commit":
        sandbox.commit(twin, b"theirs\n")
        (sandbox.root / twin).unlink()
    else:
        sandbox.write(twin, b"theirs\n")
    with pytest.raises(ConflictError, match=rf"{twin} is there, which differs from {X} by case"):
        GitRepo(sandbox.root, "dags").preflight([X], new=[X])


@pytest.mark.parametrize(
    "name",
    [
        *("index", "packed-refs", "objects", "refs", "refs/heads/a"),
        *("logs", "logs/HEAD", "logs/refs/heads/a", "logs/refs/heads/a/b"),
        *("objects/00", "objects/pack"),
    ],
)
def test_promise_9_a_link_through_which_git_would_write_is_refused(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    sandbox.commit("f", b"")
    sandbox.git("switch", "-q", "-c", "a/b")
    sandbox.git("pack-refs", "--all")
    assert preflight(sandbox) == "refs/heads/a/b"
    path = sandbox.root / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    refusal = f"{name} is a link, and git would write through it"
    with pytest.raises(ConflictError, match=refusal):
        preflight(sandbox)
    with pytest.raises(ConflictError, match=refusal):  # as a recovery does
        GitRepo(sandbox.root, "dags").uncommit("op", "refs/heads/a/b", "0" * 40, [])


def test_a_key_that_cannot_sign_is_refused_before_anything_is_done(sandbox: Sandbox) -> None:
    sandbox.commit("f", b"")
    sandbox.git("config", "commit.gpgSign", "true")
    sandbox.git("config", "gpg.program", "false")
    before = sorted((sandbox.root / ".git/objects").rglob("*"))
    with pytest.raises(ConflictError, match="could not be signed"):
        preflight(sandbox)
    assert sorted((sandbox.root / ".git/objects").rglob("*")) == before


def test_preflight_changes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit("f", b"")
    shutil.copytree(sandbox.root, tmp_path / "before")
    preflight(sandbox)
    compared = subprocess.run(
        ["diff", "-r", tmp_path / "before", sandbox.root], capture_output=True, check=False
    )
    assert compared.stdout == b""


def test_a_date_that_git_cannot_read_is_named(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "rubbish")
    with pytest.raises(UsageError, match="GIT_AUTHOR_DATE in the environment is no date") as caught:
        GitRepo(sandbox.root, "dags").identity()
    assert str(caught.value.hint).startswith("unset GIT_AUTHOR_DATE, or set it to a time")
