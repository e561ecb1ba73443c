"""The contract of the `Repo` port, over the twin and over real git."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

import pytest

from dagctl.adapters.git.commit import Patience
from dagctl.adapters.git.repo import GitRepo
from dagctl.errors import ConflictError, UnavailableError
from dagctl.ports import CommitPlace, FileWrite, GitIdentity, Repo
from tests.twins.repo import MemoryRepo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox

MAIN = "refs/heads/main"
X = FileWrite(path="dags/x.py", new=b"x = 1\n")
Y = FileWrite(path="dags/y.py", new=b"y = 1\n")
X2 = FileWrite(path="dags/x.py", new=b"x = 2\n", old=b"x = 1\n")
THEIRS = b"theirs\n"

Action = Literal["refuse", "commit readme", "commit x", "leave"]


class World(Protocol):
    """A repository and what happens around it."""

    repo: Repo

    def commit(self, path: str, content: bytes) -> None:
        """Let the user commit one file."""

    def commit_index(self) -> None:
        """Let the user commit what the index holds."""

    def place(self, write: FileWrite) -> None:
        """Put the new content into the work tree, as the operation does before it commits."""

    def committed(self, path: str) -> bytes | None:
        """Return what the newest commit of main holds."""

    def staged(self, path: str) -> bytes | None:
        """Return what the index holds."""

    def commits(self) -> int:
        """Return how many commits main has."""

    def hook(self, action: Action) -> None:
        """Install a pre-commit hook."""

    def hold_index(self) -> None:
        """Let another process hold the index."""


class MemoryWorld:
    def __init__(self) -> None:
        self.memory = MemoryRepo()
        self.repo: Repo = self.memory

    def commit(self, path: str, content: bytes) -> None:
        self.memory.add(MAIN, self.memory.tree(MAIN) | {path: content}, f"Write {path}")
        self.memory.index[path] = content

    def commit_index(self) -> None:
        self.memory.add(MAIN, dict(self.memory.index), "Commit")

    def place(self, write: FileWrite) -> None:
        """The twin commits what it is given: there is no work tree."""

    def committed(self, path: str) -> bytes | None:
        return self.memory.tree(MAIN).get(path)

    def staged(self, path: str) -> bytes | None:
        return self.memory.index.get(path)

    def commits(self) -> int:
        return len(self.memory.history(MAIN))

    def hook(self, action: Action) -> None:
        def run() -> None:
            match action:
                case "refuse":
                    raise ConflictError("the pre-commit hook refused the commit:\nno way")
                case "commit readme":
                    self.commit("README", THEIRS)
                case "commit x":
                    self.commit("dags/x.py", THEIRS)
                case "leave":
                    self.memory.head = "refs/heads/other"

        self.memory.hook = run

    def hold_index(self) -> None:
        self.memory.index_held = True


class GitWorld:
    _COMMIT = (
        "unset GIT_INDEX_FILE\n"
        "blob=$(printf 'theirs\\n' | git hash-object -w --stdin)\n"
        "git update-index --add --cacheinfo 100644,$blob,{path}\n"
        "git commit -q --no-verify -m theirs\n"
    )
    _SCRIPTS: ClassVar[dict[Action, str]] = {
        "refuse": "echo no way; exit 1",
        "commit readme": _COMMIT.format(path="README"),
        "commit x": _COMMIT.format(path="dags/x.py"),
        "leave": "git symbolic-ref HEAD refs/heads/other",
    }

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.repo: Repo = GitRepo(sandbox.root, "dags", patience=Patience(index=0.1, ref=60))

    def commit(self, path: str, content: bytes) -> None:
        self.sandbox.commit(path, content)

    def commit_index(self) -> None:
        self.sandbox.git("commit", "-q", "--allow-empty", "-m", "Commit")

    def place(self, write: FileWrite) -> None:
        if write.new is None:
            (self.sandbox.root / write.path).unlink(missing_ok=True)
        else:
            self.sandbox.write(write.path, write.new)

    def committed(self, path: str) -> bytes | None:
        return self._content(f"{MAIN}:{path}")

    def staged(self, path: str) -> bytes | None:
        return self._content(f":{path}")

    def commits(self) -> int:
        if not self.sandbox.git("for-each-ref", MAIN):
            return 0
        return int(self.sandbox.git("rev-list", "--count", MAIN))

    def hook(self, action: Action) -> None:
        self.sandbox.hook("pre-commit", self._SCRIPTS[action])

    def hold_index(self) -> None:
        self.sandbox.write(".git/index.lock", b"")

    def _content(self, name: str) -> bytes | None:
        about = self.sandbox.git("cat-file", "--batch-check", data=name.encode())
        if about.endswith("missing"):
            return None
        return self.sandbox.git("cat-file", "blob", name).encode() + b"\n"


@pytest.fixture(params=["memory", "git"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return MemoryWorld()
    return GitWorld(request.getfixturevalue("sandbox"))


def commit(world: World, *writes: FileWrite, operation: str = "op-1", verify: bool = True) -> str:
    for write in writes:
        world.place(write)
    return world.repo.commit(operation, MAIN, writes, "Create DAGs", verify=verify)


def test_identity_is_who_commits(world: World) -> None:
    assert world.repo.identity() == GitIdentity("Ada Lovelace", "ada@example.com")


def test_preflight_names_the_branch_even_before_its_first_commit(world: World) -> None:
    assert world.repo.preflight([X.path]) == MAIN


def test_the_first_commit_makes_the_branch(world: World) -> None:
    commit(world, X)
    assert (world.committed(X.path), world.commits()) == (X.new, 1)


def test_a_commit_holds_all_its_files_and_keeps_all_others(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X, Y)
    assert world.committed(X.path) == X.new
    assert world.committed(Y.path) == Y.new
    assert world.committed("README") == b"hello\n"
    assert world.commits() == 2


def test_an_update_replaces_the_committed_version(world: World) -> None:
    commit(world, X)
    commit(world, X2, operation="op-2")
    assert world.committed(X.path) == X2.new


def test_a_commit_leaves_the_index_alone_and_stage_brings_it_up(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X)
    assert world.staged(X.path) is None
    assert world.repo.stage([X.path]) is None
    assert world.staged(X.path) == X.new
    assert world.staged("README") == b"hello\n"


def test_stage_warns_when_another_process_holds_the_index(world: World) -> None:
    commit(world, X)
    world.hold_index()
    warning = world.repo.stage([X.path])
    assert warning is not None
    assert "index" in warning


def test_a_refusing_hook_stops_the_commit(world: World) -> None:
    world.hook("refuse")
    with pytest.raises(ConflictError, match="no way"):
        commit(world, X)
    assert world.commits() == 0


def test_without_verify_no_hook_runs(world: World) -> None:
    world.hook("refuse")
    commit(world, X, verify=False)
    assert world.committed(X.path) == X.new


def test_a_branch_that_moves_meanwhile_is_followed(world: World) -> None:
    world.hook("commit readme")
    commit(world, X)
    assert (world.committed(X.path), world.committed("README")) == (X.new, THEIRS)
    assert world.commits() == 2


def test_a_branch_that_gets_another_version_meanwhile_is_a_conflict(world: World) -> None:
    world.hook("commit x")
    with pytest.raises(ConflictError, match=r"another version of dags/x\.py"):
        commit(world, X)
    assert (world.committed(X.path), world.commits()) == (THEIRS, 1)


def test_a_branch_that_is_left_meanwhile_is_a_conflict(world: World) -> None:
    world.hook("leave")
    with pytest.raises(ConflictError, match="refs/heads/other"):
        commit(world, X)
    assert world.commits() == 0


def test_what_differs_from_the_commit_that_is_checked_out_is_named(world: World) -> None:
    assert world.repo.differing({X.path: None, Y.path: b"y = 1\n"}) == {Y.path}
    world.commit("README", b"hello\n")
    commit(world, X)
    said = world.repo.differing(
        {X.path: X.new, "README": b"other\n", Y.path: None, "dags/z.py": b"", "dags": None}
    )
    assert said - {"dags"} == {"README", "dags/z.py"}
    assert world.repo.differing({X.path: None}) == {X.path}


def test_where_a_commit_is(world: World) -> None:
    first = commit(world, X)
    second = commit(world, X2, operation="op-2")
    world.repo.uncommit("op-2", MAIN, second, [X2])
    assert world.repo.place_of(first) is CommitPlace.MERGED
    assert world.repo.place_of(second) is CommitPlace.ELSEWHERE
    for unknown in ("0" * 40, "", "HEAD", "--help", "a\nb", "f" * 64):
        assert world.repo.place_of(unknown) is CommitPlace.UNKNOWN


def test_the_last_commit_of_each_path_is_named(world: World) -> None:
    first = commit(world, X, Y)
    second = commit(world, X2, operation="op-2")
    world.commit("README", b"hello\n")
    named = world.repo.last_commits([X.path, Y.path])
    assert named == {X.path: second, Y.path: first}


def test_the_log_says_what_commits_did_to_files_and_folders(world: World) -> None:
    world.commit("templates/a b.yaml", b"one\n")
    world.commit("dags/x.py", b"x = 1\n")
    world.commit("README", b"no one asks\n")
    world.commit("dags/x.py", b"x = 2\n")
    world.commit("dags/x.pyc", b"no one asks\n")
    newest, older, oldest = world.repo.log(["dags/x.py", "templates"])
    assert [list(each.changes) for each in (newest, older, oldest)] == [
        *[["dags/x.py"]] * 2,
        ["templates/a b.yaml"],
    ]
    (before, after), (nothing, first) = newest.changes["dags/x.py"], older.changes["dags/x.py"]
    assert nothing.strip("0") == ""
    assert before == first
    assert world.repo.blobs([before, after, "1" * 40]) == {before: b"x = 1\n", after: b"x = 2\n"}
    assert (newest.by.count("<"), newest.at.utcoffset()) == (1, timedelta(0))
    assert len(newest.id) == len(before)


def test_the_log_says_which_commit_is_of_an_operation_and_which_is_the_first(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X)
    logged = world.repo.log(["README", X.path])
    assert [(each.subject, each.is_first) for each in logged] == [
        ("Create DAGs", False),
        ("", True),
    ]


def test_one_walk_says_of_many_files_what_git_says_of_each(sandbox: Sandbox) -> None:
    sandbox.commit("dags/x.py", b"1\n")
    sandbox.git("switch", "-qc", "side")
    sandbox.commit("dags/y.py", b"2\n")
    sandbox.commit("dags/x.py", b"3\n")
    sandbox.git("switch", "-q", "main")
    sandbox.commit("dags/x.py", b"4\n")
    sandbox.git("merge", "-q", "-s", "ours", "side")
    sandbox.commit("dags/z.py", b"5\n")
    repo, paths = GitRepo(sandbox.root, "dags"), ["dags/x.py", "dags/y.py", "dags/z.py"]
    asked = [paths, paths[:1], ["dags/none.py"], ["README"], []]

    def answers() -> list[object]:
        logs = [repo.log(each) for each in asked]
        commits = {each.id: path for each in logs[0] for path in each.changes}
        blobs = [blob for each in logs[0] for ids in each.changes.values() for blob in ids]
        lines = [repo.line_of(commits, of) for of in (*commits, "HEAD", "1" * 40)]
        lines += [repo.line_of({commit: "dags/x.py"}, of) for commit in commits for of in commits]
        return [logs, repo.blobs(blobs), lines]

    each_by_itself = answers()
    with repo.walking_once([*paths, "dags/none.py"]):
        assert answers() == each_by_itself
    sandbox.commit("dags/x.py", b"6\n")
    assert answers() != each_by_itself


def test_contents_that_a_partial_clone_lacks_are_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.commit("a", b"1\n")
    sandbox.commit("a", b"2\n")
    sandbox.git("config", "uploadpack.allowFilter", "true")
    url = sandbox.root.as_uri()
    sandbox.git("clone", "-q", "--filter=blob:none", url, str(tmp_path / "part"))
    old, new = (sandbox.git("rev-parse", f"{commit}:a") for commit in ("HEAD~1", "HEAD"))
    part = GitRepo(tmp_path / "part", "dags")
    assert part.blobs([new, old]) == {new: b"2\n"}
    with part.walking_once(["a"]):
        assert [part.blobs([new, old]) for _ in range(2)] == [{new: b"2\n"}] * 2


def test_the_log_before_the_first_commit_is_empty(world: World) -> None:
    assert world.repo.log(["dags/x.py"]) == []


def test_commits_of_operations_that_were_made_here_are_known(world: World) -> None:
    made = commit(world, X)
    world.commit("README", b"of the user\n")
    theirs = world.repo.log(["README"])[0].id
    assert world.repo.made_here([made, theirs, "1" * 40]) == {made}


def test_what_git_tracks_is_what_the_index_holds(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X)
    assert world.repo.tracked(["README", X.path, "dags/*"]) == {"README"}
    world.repo.stage([X.path])
    assert world.repo.tracked(["README", X.path, "dags"]) == {"README", X.path}
    assert world.repo.tracked([]) == set()


def test_what_the_index_lacks_is_unstaged(world: World) -> None:
    world.commit("README", b"read me\n")
    world.place(X)
    assert world.repo.unstaged(["README", X.path]) == {X.path}
    assert world.repo.unstaged([]) == set()


def test_what_git_ignores_is_not_unstaged(sandbox: Sandbox) -> None:
    sandbox.commit(".gitignore", b"made/\n")
    for path in ("made/a.yaml", "specs/b.yaml"):
        sandbox.write(path, b"x")
    repo = GitRepo(sandbox.root, "dags")
    assert repo.unstaged(["made/a.yaml", "specs/b.yaml"]) == {"specs/b.yaml"}


def test_what_an_operation_has_removed_is_known_until_it_is_back(world: World) -> None:
    by_hand, operation = "dags/hand.py", "123e4567-e89b-42d3-a456-426614174000"
    world.commit(by_hand, b"1\n")
    commit(world, X, Y)
    world.repo.stage([X.path, Y.path])
    assert world.repo.removals([X.path, by_hand, "dags/never.py"]) == {}
    gone = FileWrite(path=X.path, old=X.new, new=None)
    removed = commit(world, gone, operation=operation)
    world.repo.stage([X.path])
    (only,) = world.repo.removals([X.path, Y.path, by_hand]).items()
    assert (only[0], only[1].commit_id) == (X.path, removed)
    assert only[1].by == "Ada Lovelace <ada@example.com>"
    commit(world, X, operation="op-3")
    assert world.repo.removals([X.path]) == {}


def test_what_git_had_is_remembered(world: World) -> None:
    world.commit("README", b"hello\n")
    assert world.repo.remembered(["README", X.path]) == {"README"}
    commit(world, X)
    world.repo.stage([X.path])
    assert world.repo.remembered(["README", X.path, "dags"]) == {"README", X.path}
    assert world.repo.remembered([]) == set()


def test_find_commit_finds_by_operation(world: World) -> None:
    first = commit(world, X)
    second = commit(world, Y, operation="op-2")
    world.commit("README", b"hello\n")
    assert world.repo.find_commit("op-1", MAIN) == first
    assert world.repo.find_commit("op-2", MAIN) == second


@pytest.mark.parametrize("branch", [MAIN, "refs/heads/gone"])
def test_find_commit_knows_what_is_not_there(world: World, branch: str) -> None:
    commit(world, X)
    assert world.repo.find_commit("op-3", branch) is None


def test_a_branch_that_is_gone_gives_way_to_the_one_that_is_checked_out(world: World) -> None:
    world.commit("README", b"hello\n")
    made = commit(world, X)
    world.repo.stage([X.path])
    assert world.repo.find_commit("op-1", "refs/heads/gone") == made
    world.repo.uncommit("op-1", "refs/heads/gone", made, [X])
    assert (world.commits(), world.committed(X.path), world.staged(X.path)) == (1, None, None)
    assert world.repo.find_commit("op-1", "refs/heads/gone") is None


def test_find_commit_looks_at_a_branch_without_commits(world: World) -> None:
    assert world.repo.find_commit("op-1", MAIN) is None


@pytest.mark.parametrize("update", [False, True])
def test_find_commit_knows_what_a_commit_from_a_stale_index_took_back(
    world: World, *, update: bool
) -> None:
    if update:
        commit(world, X)
        world.repo.stage([X.path])
    write = X2 if update else X
    made = commit(world, write, operation="op-2")
    assert world.repo.find_commit("op-2", MAIN, [write]) == made
    world.commit_index()
    assert world.repo.find_commit("op-2", MAIN, [write]) is None
    assert world.repo.find_commit("op-2", MAIN) == made


def test_a_commit_that_would_be_empty_is_not_made(world: World) -> None:
    world.commit(X.path, b"x = 1\n")
    tip = commit(world, X)
    assert world.commits() == 1
    assert world.repo.find_commit("op-1", MAIN, [X]) is None
    made = commit(world, X2, operation="op-2")
    assert made != tip
    assert world.commits() == 2


def test_a_removal_is_committed_and_taken_back(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X)
    world.repo.stage([X.path])
    gone = FileWrite(path=X.path, new=None, old=X.new)
    made = commit(world, gone, Y, operation="op-2")
    world.repo.stage([X.path, Y.path])
    assert [world.committed(path) for path in (X.path, Y.path)] == [None, Y.new]
    assert [world.staged(path) for path in (X.path, Y.path)] == [None, Y.new]
    assert world.repo.find_commit("op-2", MAIN, [gone, Y]) == made
    world.repo.uncommit("op-2", MAIN, made, [gone, Y])
    assert [world.committed(path) for path in (X.path, Y.path)] == [X.new, None]
    assert world.staged(X.path) == X.new


def test_a_removal_is_taken_back_below_the_work_of_others(world: World) -> None:
    commit(world, X)
    gone = FileWrite(path=X.path, new=None, old=X.new)
    made = commit(world, gone, operation="op-2")
    world.commit("README", b"hello\n")
    world.repo.uncommit("op-2", MAIN, made, [gone])
    assert (world.committed(X.path), world.committed("README")) == (X.new, b"hello\n")
    assert world.repo.find_commit("op-2", MAIN) is None


def test_uncommit_takes_the_first_commit_back(world: World) -> None:
    made = commit(world, X)
    world.repo.stage([X.path])
    world.repo.uncommit("op-1", MAIN, made, [X])
    assert (world.commits(), world.staged(X.path)) == (0, None)
    assert world.repo.find_commit("op-1", MAIN) is None


def test_uncommit_moves_the_branch_back(world: World) -> None:
    world.commit("README", b"hello\n")
    commit(world, X)
    made = commit(world, X2, operation="op-2")
    world.repo.uncommit("op-2", MAIN, made, [X2])
    assert (world.commits(), world.committed(X.path)) == (2, X.new)
    assert world.staged(X.path) == X.new


def test_uncommit_commits_the_reverse_below_the_work_of_others(world: World) -> None:
    commit(world, X)
    made = commit(world, X2, Y, operation="op-2")
    world.commit("README", b"hello\n")
    world.repo.uncommit("op-2", MAIN, made, [X2, Y])
    assert (world.committed(X.path), world.committed(Y.path)) == (X.new, None)
    assert (world.committed("README"), world.commits()) == (b"hello\n", 4)
    assert world.repo.find_commit("op-2", MAIN) is None


def test_uncommit_leaves_what_others_have_changed_since(world: World) -> None:
    made = commit(world, X, Y)
    world.repo.stage([X.path, Y.path])
    world.commit(X.path, THEIRS)
    world.repo.uncommit("op-1", MAIN, made, [X, Y])
    assert (world.committed(X.path), world.committed(Y.path)) == (THEIRS, None)


def test_uncommit_twice_is_uncommit_once(world: World) -> None:
    made = commit(world, X)
    world.commit("README", b"hello\n")
    for _ in range(2):
        world.repo.uncommit("op-1", MAIN, made, [X])
    assert world.commits() == 3


def test_uncommit_does_nothing_while_another_process_holds_the_index(world: World) -> None:
    made = commit(world, X)
    world.hold_index()
    with pytest.raises(UnavailableError, match="index"):
        world.repo.uncommit("op-1", MAIN, made, [X])
    assert world.repo.find_commit("op-1", MAIN) == made


def test_reach_says_which_commits_there_are_and_which_the_branch_has(world: World) -> None:
    first = commit(world, FileWrite(path="dags/a.py", new=b"1\n"))
    made_up = "0" * 40
    found = world.repo.reach([first, made_up, "--all; rm"])
    assert found is not None
    assert found.missing == {made_up, "--all; rm"}
    assert (found.off_branch, found.unpushed) == (frozenset(), None)
