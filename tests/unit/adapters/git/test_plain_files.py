"""What files of the git folder say without git is what git says; else git is asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.adapters.git.branch_tips import head
from dagctl.adapters.git.configuration import read_configuration
from dagctl.adapters.git.folder import locate
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.git_tree import Trees
from dagctl.adapters.git.look import unstaged
from dagctl.adapters.git.place import place_in
from dagctl.adapters.git.plain_files import read_object
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Sandbox

X = "dags/deep/x.py"
MAIN = "refs/heads/main"


def is_asked(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str = MAIN) -> bool:
    """Return whether git is asked where a branch stands; check that the answer is git's."""
    place = place_in(GitCommand(sandbox.root), locate(sandbox.root))
    by_git = Trees(place.git)
    said = by_git.read_tip(name, [X], [X, "dags/y.py"])
    asked: list[object] = []
    started = GitCommand._started

    def noted(self: GitCommand, words: Any, *options: Any) -> object:  # noqa: ANN401 - as there
        asked.append(words)
        return started(self, words, *options)

    with monkeypatch.context() as patch:
        patch.setattr(GitCommand, "_started", noted)
        assert place.trees.read_tip(name, [X], [X, "dags/y.py"]) == said
    assert place.trees.find(said.commit, X) == by_git.find(said.commit, X)
    return bool(asked)


@pytest.fixture
def committed(sandbox: Sandbox) -> Sandbox:
    """Return a repository with a file that is in the last commit, and not in the index."""
    sandbox.commit("f", b"")
    sandbox.commit(X, b"1\n")
    sandbox.git("rm", "-q", "--cached", X)
    return sandbox


def test_a_branch_with_files_of_its_own_needs_no_git(
    committed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_asked(committed, monkeypatch)
    assert not is_asked(committed, monkeypatch, "HEAD")
    committed.git("checkout", "-q", "--detach")
    assert not is_asked(committed, monkeypatch, "HEAD")


def no_commit(sandbox: Sandbox) -> None:
    sandbox.git("update-ref", "-d", MAIN)


def replaced(sandbox: Sandbox) -> None:
    commit, other = (sandbox.git("rev-parse", name) for name in ("main", "main~1"))
    sandbox.git("replace", commit, other)


def replaced_and_packed(sandbox: Sandbox) -> None:
    replaced(sandbox)
    tip = sandbox.git("rev-parse", "main")
    sandbox.git("pack-refs", "--all")
    (sandbox.root / ".git/refs/heads/main").write_text(f"{tip}\n")


@pytest.mark.parametrize(
    "change",
    [
        no_commit,
        replaced,
        replaced_and_packed,
        lambda sandbox: sandbox.git("repack", "-a", "-d", "-q"),
        lambda sandbox: sandbox.git("pack-refs", "--all"),
        lambda sandbox: sandbox.git("add", X),
        lambda sandbox: (
            sandbox.git("add", X),
            sandbox.git("update-index", "--index-version", "4"),
        ),
        lambda sandbox: (sandbox.git("add", X), sandbox.git("update-index", "--split-index")),
    ],
)
def test_git_is_asked_what_the_files_do_not_say(
    committed: Sandbox, monkeypatch: pytest.MonkeyPatch, change: Callable[[Sandbox], object]
) -> None:
    change(committed)
    assert is_asked(committed, monkeypatch)


def test_an_object_that_is_not_what_its_name_says_counts_as_none(committed: Sandbox) -> None:
    files = locate(committed.root).files
    commit = committed.git("rev-parse", "main")
    stored = read_object(files, commit)
    assert stored is not None
    assert stored.data.decode() == committed.git("cat-file", "commit", "main") + "\n"
    file = committed.root / ".git/objects" / commit[:2] / commit[2:]
    other = committed.git("rev-parse", "main~1")
    file.chmod(0o644)
    whole = file.read_bytes()
    (file.parent.parent / other[:2] / other[2:]).chmod(0o644)
    for content in (
        whole[:-9],
        whole[:-2],
        whole + b"x",
        b"",
        b"x",
        (file.parent.parent / other[:2] / other[2:]).read_bytes(),
    ):
        file.write_bytes(content)
        assert read_object(files, commit) is None


@pytest.mark.parametrize("line", [b"tree a\0b\n", b"tree \xff\n", b"tree ../../HEAD\n"])
def test_git_says_what_a_damaged_commit_is(
    committed: Sandbox, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    (committed.root / "odd").write_bytes(line)
    odd = committed.git("hash-object", "--literally", "-t", "commit", "-w", "odd")
    committed.write(".git/refs/heads/main", f"{odd}\n".encode())
    assert is_asked(committed, monkeypatch)


@pytest.mark.parametrize("end", [b"\r\n", b" \n", b"\0\n"])
def test_git_says_what_a_head_with_an_odd_end_is(committed: Sandbox, end: bytes) -> None:
    committed.write(".git/HEAD", b"ref: refs/heads/main" + end)
    place = place_in(GitCommand(committed.root), locate(committed.root))
    assert head(place) == MAIN


def test_git_says_what_a_damaged_index_is(
    committed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = committed.root / ".git/index"
    committed.write(".git/index", index.read_bytes()[:40])
    assert is_asked(committed, monkeypatch)
    place = place_in(GitCommand(committed.root), locate(committed.root))
    committed.write(".git/index", b"")
    with pytest.raises(UnavailableError, match="smaller than expected"):
        place.trees.read_tip(MAIN, [X], [X])


def below_a_submodule(sandbox: Sandbox) -> None:
    commit = sandbox.git("rev-parse", "main")
    sandbox.git("update-index", "--add", "--cacheinfo", f"160000,{commit},new")
    sandbox.write("new/x.py", b"")


def in_other_case(sandbox: Sandbox) -> None:
    sandbox.git("config", "core.ignoreCase", "true")
    sandbox.write("new/X.py", b"")
    sandbox.git("add", "new/X.py")
    (sandbox.root / "new/X.py").rename(sandbox.root / "new/x.py")


def as_a_pipe(sandbox: Sandbox) -> None:
    sandbox.write("new/y.py", b"")
    os.mkfifo(sandbox.root / "new/x.py")


def as_a_folder(sandbox: Sandbox) -> None:
    sandbox.write("new/x.py/y", b"")


@pytest.mark.parametrize("make", [below_a_submodule, in_other_case, as_a_pipe, as_a_folder])
def test_what_git_would_not_add_is_not_unstaged(
    sandbox: Sandbox, make: Callable[[Sandbox], object]
) -> None:
    sandbox.commit("f", b"")
    make(sandbox)
    place = place_in(GitCommand(sandbox.root), locate(sandbox.root))
    assert unstaged(place, ["new/x.py"], read_configuration(place.git)) == set()
