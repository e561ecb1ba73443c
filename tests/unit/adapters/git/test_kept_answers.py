"""What git says of a repository is kept until something changes that it comes from."""

from __future__ import annotations

import os
import time
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git import kept_answers as kept
from dagctl.adapters.git.configuration import read_configuration
from dagctl.adapters.git.folder import locate
from dagctl.adapters.git.git_command import GitCommand
from dagctl.adapters.git.kept_answers import KeptAnswers
from dagctl.adapters.git.place import place_in
from dagctl.adapters.git.repo import GitRepo
from dagctl.ports import GitIdentity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Sandbox


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all changes so far be old."""
    for name in ("_SETTLED", "_FINELY_SETTLED"):
        monkeypatch.setattr(kept, name, -1.0)


def asking(root: Path) -> Callable[[], int]:
    """Return what gives how many times git was asked."""
    numbers, answers = count(1), KeptAnswers[int](lambda _, __: True)
    return lambda: answers.get(root, lambda: next(numbers))


def test_an_answer_is_kept(sandbox: Sandbox) -> None:
    ask = asking(sandbox.root)
    assert [ask(), ask(), ask()] == [1, 1, 1]
    sandbox.commit("f", b"")  # nothing that it comes from
    assert ask() == 1


CHANGES: dict[str, Callable[[Sandbox], object]] = {
    "a setting of the repository": lambda s: s.git("config", "user.name", "Eve"),
    "a setting of the work tree": lambda s: s.write(".git/config.worktree", b"[user]\n"),
    "a setting of the user": lambda s: s.git("config", "--global", "user.name", "Eve"),
    "a setting that keeps its length and time": lambda s: same_length(s.root / ".git/config"),
    "another repository": lambda s: (
        s.git("clone", "-q", "--bare", ".", "../new"),
        (s.root / ".git").rename(s.root.parent / "old"),
        (s.root.parent / "new").rename(s.root / ".git"),
    ),
    "rights": lambda s: (s.root / ".git").chmod(0o700),
    "a repository elsewhere": lambda s: s.write(".git/commondir", b"../other\n"),
    "no HEAD": lambda s: (s.root / ".git/HEAD").unlink(),
    "a HEAD that git does not take": lambda s: s.write(".git/HEAD", b"nothing\n"),
}


def same_length(file: Path) -> None:
    """Change a file so that its length and its time of change stay."""
    before, text = file.stat(), file.read_text("utf-8")
    file.write_text(text.replace("= ", "=\t"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("what", CHANGES)
def test_git_is_asked_again_after_a_change(sandbox: Sandbox, what: str) -> None:
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 1]
    time.sleep(0.02)  # the clock of a file system is coarse
    CHANGES[what](sandbox)
    assert ask() == 2


def test_git_is_asked_again_with_other_variables_and_after_a_minute(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 1]
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Eve")
    assert [ask(), ask()] == [2, 2]
    monkeypatch.setattr(kept, "_LONGEST", 0.0)
    assert ask() == 3


@pytest.mark.parametrize("setting", ["include.path", "includeIf.onbranch:main.path"])
def test_nothing_is_kept_where_a_setting_includes_other_files(
    sandbox: Sandbox, setting: str
) -> None:
    sandbox.git("config", setting, "other")
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 2]


def test_nothing_is_kept_of_what_has_just_changed(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_SETTLED", "_FINELY_SETTLED"):
        monkeypatch.setattr(kept, name, 3.0)
    sandbox.git("config", "user.name", "Eve")
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 2]


@pytest.mark.parametrize(("digits", "asked"), [(0, 2), (123_456_789, 1)])
def test_a_change_is_soon_old_by_a_fine_clock_and_later_by_one_that_counts_seconds(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, digits: int, asked: int
) -> None:
    monkeypatch.setattr(kept, "_SETTLED", 3.0)
    a_second_ago = (int(time.time()) - 1) * 10**9 + digits
    monkeypatch.setattr(kept, "_state", lambda _: (1, 1, 1, 1, 1, a_second_ago, a_second_ago))
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, asked]


@pytest.mark.parametrize("name", [".git", "g"])
def test_nothing_is_kept_of_a_folder_that_is_not_the_top_of_its_repository(
    sandbox: Sandbox, name: str
) -> None:
    (sandbox.root / ".git").rename(sandbox.root / name)
    (sandbox.root / "inside").mkdir()
    ask = asking(sandbox.root if name == "g" else sandbox.root / "inside")
    assert [ask(), ask()] == [1, 2]


def test_nothing_is_kept_where_a_file_of_the_configuration_has_a_relative_name(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "settings")
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 2]


def test_a_configuration_without_a_home_is_seen(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(sandbox.root))
    ask = asking(sandbox.root)
    assert [ask(), ask()] == [1, 1]
    sandbox.write("git/config", b"[user]\n")
    assert ask() == 2


def test_no_pipe_is_waited_for(sandbox: Sandbox) -> None:
    os.mkfifo(sandbox.root / ".git/config.worktree")  # git reads none before a setting says so
    asked = Thread(target=asking(sandbox.root), daemon=True)
    asked.start()
    asked.join(10)
    assert not asked.is_alive()


def test_a_configuration_is_that_of_its_caller(sandbox: Sandbox) -> None:
    ada, eve = (GitIdentity(name, f"{name}@example.com") for name in ("ada", "eve"))
    for who in (ada, eve, ada):
        git = GitCommand(sandbox.root, who)
        assert read_configuration(git).identity() == who


def test_what_a_broken_repository_is_answered_from_counts_as_it_is_now(sandbox: Sandbox) -> None:
    """git passes over a `.git` that is none, and takes the repository around it."""
    inner = sandbox.root / "inner"
    sandbox.git("init", "-q", str(inner))
    (inner / ".git/HEAD").write_text("nothing\n")
    for name in ("Ada", "Eve"):
        sandbox.git("config", "user.name", name)
        assert GitRepo(inner, "dags").identity().name == name


def test_a_repository_that_was_mended_says_who_commits(sandbox: Sandbox) -> None:
    sandbox.git("config", "user.name", "Own")
    head = (sandbox.root / ".git/HEAD").read_text()
    place = place_in(GitCommand(sandbox.root), locate(sandbox.root))
    (sandbox.root / ".git/HEAD").write_text("nothing\n")
    assert "user.name" in read_configuration(place.git).values
    (sandbox.root / ".git/HEAD").write_text(head)
    assert read_configuration(place.git).identity().name == "Own"
