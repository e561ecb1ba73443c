from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.repo import GitRepo
from dagctl.errors import ConflictError, UnavailableError
from dagctl.ports import FileWrite
from tests.conftest import Sandbox
from tests.unit.adapters.git.conftest import HASTE, Operation

if TYPE_CHECKING:
    from pathlib import Path

X = FileWrite(path="dags/x.py", new=b"x = 1\n")
OTHERS = FileWrite(path="dags/x.py", new=b"theirs\n")


def busy(sandbox: Sandbox) -> None:
    """Leave a work tree as people do: staged, unstaged, untracked, removed and renamed files."""
    for name in ("unstaged", "staged", "both", "removed", "renamed", "dags/old.py"):
        sandbox.commit(name, name.encode())
    sandbox.write("unstaged", b"changed\n")
    sandbox.write("staged", b"changed\n")
    sandbox.write("both", b"first\n")
    sandbox.write("new", b"added\n")
    sandbox.git("add", "staged", "both", "new")
    sandbox.write("both", b"second\n")
    sandbox.write("untracked", b"untracked\n")
    sandbox.write("dags/untracked.py", b"untracked\n")
    sandbox.write("intended", b"intended\n")
    sandbox.git("add", "-N", "intended")
    sandbox.git("rm", "-q", "removed")
    sandbox.git("mv", "renamed", "moved")
    sandbox.git("update-index", "--assume-unchanged", "dags/old.py")


def files(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in root.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(root).parts
    }


def test_nothing_of_the_users_is_touched(sandbox: Sandbox, operation: Operation) -> None:
    busy(sandbox)
    before = (sandbox.entries(), sandbox.status(), files(sandbox.root))
    config = (sandbox.root / ".git/config").read_bytes()
    operation.commit(X)
    entries, content = sandbox.entries(), files(sandbox.root)
    assert sandbox.git("rev-parse", "HEAD:dags/x.py") in entries.pop(X.path)
    assert content.pop(X.path) == X.new
    assert (entries, sandbox.status(), content) == before
    assert (sandbox.root / ".git/config").read_bytes() == config


def test_an_undone_operation_leaves_everything_as_it_was(
    sandbox: Sandbox, operation: Operation
) -> None:
    busy(sandbox)
    before = (sandbox.entries(), sandbox.status(), sandbox.git("rev-parse", "HEAD"))
    made = operation.commit(X)
    operation.repo.uncommit("op-1", "refs/heads/main", made, [X])
    (sandbox.root / X.path).unlink()
    assert (sandbox.entries(), sandbox.status(), sandbox.git("rev-parse", "HEAD")) == before


def test_the_commit_is_the_users_with_one_path_and_our_trailer(
    sandbox: Sandbox, operation: Operation
) -> None:
    busy(sandbox)
    made = operation.commit(X, message="Create x")
    shown = sandbox.git("show", "--name-status", "--format=%an <%ae> %cn <%ce>%n%B", made)
    assert shown.split("\n") == [
        "Ada Lovelace <ada@example.com> Ada Lovelace <ada@example.com>",
        "Create x",
        "",
        "Dagctl-Op: op-1",
        "",
        "",
        "A\tdags/x.py",
    ]
    assert sandbox.git("log", "-1", "--format=%gs", "-g") == "dagctl: Create x"


def test_the_repository_is_sound_afterwards(sandbox: Sandbox, operation: Operation) -> None:
    busy(sandbox)
    deep = FileWrite(path="a/b/c.d/x.py", new=b"deep\n")
    made = operation.commit(X, deep)
    operation.repo.uncommit("op-1", "refs/heads/main", made, [X, deep])
    operation.commit(X)
    subprocess.run(["git", "fsck", "--strict"], cwd=sandbox.root, check=True)


def test_no_folder_without_files_is_left_in_a_tree(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    made = operation.commit(FileWrite(path="a/b/x.py", new=b"deep\n"))
    sandbox.commit("f", b"more\n")
    write = FileWrite(path="a/b/x.py", new=b"deep\n")
    operation.repo.uncommit("op-1", "refs/heads/main", made, [write])
    assert sandbox.git("ls-tree", "-r", "-t", "--name-only", "HEAD") == "f"


def test_names_sort_as_git_sorts_them(sandbox: Sandbox, operation: Operation) -> None:
    for name in ("dags-old", "dags.py", "dags0", "dags/z.py"):
        sandbox.commit(name, b"")
    operation.commit(X, FileWrite(path="dags/x/y.py", new=b""))
    subprocess.run(["git", "fsck", "--strict"], cwd=sandbox.root, check=True)


def test_a_thousand_files_are_one_commit(sandbox: Sandbox, operation: Operation) -> None:
    writes = [FileWrite(path=f"dags/x_{n}.py", new=b"x = %d\n" % n) for n in range(1000)]
    operation.commit(*writes)
    assert len(sandbox.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")) == 1000
    assert sandbox.git("rev-list", "--count", "HEAD") == "1"
    assert sandbox.status() == []


@pytest.mark.parametrize("obstacle", ["file", "link", "submodule"])
def test_what_is_no_folder_on_the_branch_is_not_replaced(
    sandbox: Sandbox, operation: Operation, obstacle: str
) -> None:
    commit = sandbox.commit("f", b"")
    blob = sandbox.git("hash-object", "-w", "--stdin", data=b"x")
    entry = {"file": f"100644,{blob}", "link": f"120000,{blob}", "submodule": f"160000,{commit}"}
    sandbox.git("update-index", "--add", "--cacheinfo", f"{entry[obstacle]},dags")
    sandbox.git("commit", "-q", "-m", "Put an obstacle")
    before = sandbox.git("rev-parse", "HEAD")
    with pytest.raises(ConflictError, match="dags is a"):
        operation.commit(X)
    assert sandbox.git("rev-parse", "HEAD") == before


def test_a_file_that_changes_while_it_is_committed_is_refused(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.write(X.path, b"somebody was quicker\n")
    branch = operation.repo.preflight([X.path])
    with pytest.raises(ConflictError, match=r"dags/x\.py was changed"):
        operation.repo.commit("op-1", branch, [X], "Create x", verify=True)
    assert sandbox.git("for-each-ref") == ""


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "HEAD.lock"])
def test_a_ref_that_is_locked_for_a_moment_is_waited_for(
    sandbox: Sandbox, operation: Operation, lock: str
) -> None:
    sandbox.commit("f", b"")
    file = sandbox.root / ".git" / lock
    file.touch()

    def release() -> None:
        time.sleep(0.3)
        file.unlink()

    other = threading.Thread(target=release)
    other.start()
    operation.commit(X)
    other.join()
    assert sandbox.git("cat-file", "blob", "HEAD:dags/x.py") == "x = 1"


@pytest.mark.parametrize("lock", ["refs/heads/main.lock", "HEAD.lock"])
def test_a_ref_that_stays_locked_is_unavailable_and_the_lock_is_named(
    sandbox: Sandbox, lock: str
) -> None:
    operation = Operation(sandbox.root, patience=HASTE)
    before = sandbox.commit("f", b"")
    (sandbox.root / ".git" / lock).touch()
    with pytest.raises(UnavailableError, match=rf"/\.git/{lock} for 0\.5 seconds"):
        operation.commit(X)
    assert sandbox.git("rev-parse", "HEAD") == before
    assert operation.repo.find_commit("op-1", "refs/heads/main") is None


def test_many_commits_at_once_all_land(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    writes = [FileWrite(path=f"dags/x_{n}.py", new=b"x = %d\n" % n) for n in range(6)]
    for write in writes:
        sandbox.write(write.path, write.new or b"")

    def commit(write: FileWrite) -> None:
        operation.repo.commit(write.path, "refs/heads/main", [write], "Create", verify=False)

    threads = [threading.Thread(target=commit, args=(write,)) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox.git("rev-list", "--count", "HEAD") == "7"
    assert len(sandbox.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")) == 7


@pytest.mark.parametrize(
    "hook", ["reference-transaction", "post-index-change", "post-commit", "fsmonitor-watchman"]
)
def test_promise_9_no_hook_runs_but_pre_commit_and_commit_msg(
    sandbox: Sandbox, operation: Operation, tmp_path: Path, hook: str
) -> None:
    sandbox.commit("f", b"")
    sandbox.hook(hook, f"touch {tmp_path}/ran; exit 1")
    sandbox.git("config", "core.fsmonitor", ".git/hooks/fsmonitor-watchman")
    operation.commit(X)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("attributes", ["* text=auto eol=crlf", "* text", "*.py -text"])
def test_attributes_apply_and_the_work_tree_is_clean(
    sandbox: Sandbox, operation: Operation, attributes: str
) -> None:
    sandbox.commit(".gitattributes", f"{attributes}\n".encode())
    operation.commit(FileWrite(path="dags/x.py", new=b"# $Id$\nx = 1\n"))
    assert sandbox.git("cat-file", "blob", "HEAD:dags/x.py") == "# $Id$\nx = 1"
    assert sandbox.status() == []


def test_autocrlf_leaves_a_clean_work_tree(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.git("config", "core.autocrlf", "true")
    operation.commit(X)
    assert sandbox.status() == []


@pytest.mark.parametrize("kind", ["clean", "process", "required"])
def test_a_filter_is_refused_before_anything_is_done_and_not_run(
    sandbox: Sandbox, operation: Operation, tmp_path: Path, kind: str
) -> None:
    sandbox.commit(".gitattributes", b"*.py filter=upper\n")
    sandbox.git("config", f"filter.upper.{kind}", f"touch {tmp_path}/ran; tr a-z A-Z")
    with pytest.raises(ConflictError, match=r"dags/x\.py.*the attribute filter=upper") as caught:
        operation.repo.preflight([X.path])
    assert "`dags/*.py -filter`" in (caught.value.hint or "")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("attribute", ["working-tree-encoding=UTF-16", "ident"])
def test_what_changes_a_file_in_a_clone_is_refused_before_anything_is_done(
    sandbox: Sandbox, operation: Operation, attribute: str
) -> None:
    sandbox.commit(".gitattributes", f"*.py text {attribute}\n*.c -ident\n".encode())
    with pytest.raises(ConflictError, match=f"it has the attribute {attribute}") as caught:
        operation.repo.preflight([X.path])
    name = attribute.partition("=")[0]
    assert f"`dags/*.py -{name}`" in (caught.value.hint or "")
    sandbox.commit(".gitattributes", f"*.c {attribute}\n*.py -{name}\n".encode())
    assert GitRepo(sandbox.root, "dags").preflight([X.path]) == "refs/heads/main"


def test_a_filter_that_is_set_up_nowhere_changes_nothing(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.commit(".gitattributes", b"*.py filter=lfs -text\n")
    operation.commit(X)
    assert sandbox.git("cat-file", "blob", "HEAD:dags/x.py") == "x = 1"
    assert sandbox.status() == []


def test_a_split_index_gets_no_part_of_ours(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    sandbox.git("config", "core.splitIndex", "true")
    sandbox.git("config", "core.untrackedCache", "true")
    sandbox.git("update-index", "--split-index")
    shared = sorted((sandbox.root / ".git").glob("sharedindex.*"))
    sandbox.hook("pre-commit", "git diff --cached --name-only > seen")
    operation.commit(X, stage=False)
    assert sorted((sandbox.root / ".git").glob("sharedindex.*")) == shared
    assert (sandbox.root / "seen").read_text() == "dags/x.py\n"
    operation.repo.stage([X.path])
    assert sandbox.status() == ["?? seen"]


def test_the_users_index_is_not_even_read(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    (sandbox.root / ".git/index").write_bytes(b"no index at all")
    operation.commit(X, stage=False)
    assert sandbox.git("cat-file", "blob", "HEAD:dags/x.py") == "x = 1"


def test_no_temporary_file_is_left(
    sandbox: Sandbox, operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = sorted(os.listdir(sandbox.root / ".git"))  # noqa: PTH208 - names only
    operation.commit(X)
    assert list(temporary.iterdir()) == []
    after = sorted(os.listdir(sandbox.root / ".git"))  # noqa: PTH208 - names only
    assert set(after) - set(before) <= {"index", "logs"}


@pytest.mark.parametrize("text", ["Äöü ☃ e\u0301", "-x", "# no comment", "a\n\nb: c\n---\nd"])
def test_a_message_is_kept_and_the_trailer_is_real(
    sandbox: Sandbox, operation: Operation, text: str
) -> None:
    sandbox.git("config", "i18n.commitEncoding", "ISO-8859-1")
    sandbox.git("config", "trailer.separators", "=")
    made = operation.commit(X, message=text)
    assert sandbox.git("cat-file", "commit", made).split("\n\n", 1)[1].startswith(text)
    assert operation.repo.find_commit("op-1", "refs/heads/main") == made


def test_the_text_of_a_message_is_no_trailer(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.git("commit", "-q", "--allow-empty", "-m", "Talk\n\nDagctl-Op: op-1 is\nmere talk")
    sandbox.git("commit", "-q", "--allow-empty", "-m", "Talk", "-m", "Dagctl-Op: op-1", "-m", "so")
    assert operation.repo.find_commit("op-1", "refs/heads/main") is None


def test_the_same_content_is_not_committed_again(sandbox: Sandbox, operation: Operation) -> None:
    before = sandbox.commit(X.path, X.new or b"")
    made = operation.commit(X)
    assert made == before
    assert sandbox.git("rev-parse", "HEAD") == before


def test_a_file_that_was_removed_by_hand_can_be_written_again(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.commit(X.path, b"before\n")
    (sandbox.root / X.path).unlink()
    operation.commit(X)
    assert sandbox.status() == []


def test_a_branch_that_moves_in_every_pause_between_tries_is_still_committed_to(
    sandbox: Sandbox, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.commit("first", b"first\n")
    advance = "git update-ref refs/heads/main $(git commit-tree -p HEAD -m moved HEAD^{tree})"
    sandbox.hook("pre-commit", advance)

    def move_branch(_seconds: float) -> None:
        subprocess.run(["sh", "-c", advance], cwd=sandbox.root, check=True)

    monkeypatch.setattr("dagctl.adapters.git.branch_tips.time.sleep", move_branch)
    made = operation.commit(X)
    assert sandbox.git("log", "--format=%s", "-3", made).split("\n") == [
        "Create x",
        "moved",
        "moved",
    ]


@pytest.mark.parametrize("hashing", ["sha1", "sha256"])
@pytest.mark.parametrize("is_set", [True, False], ids=["a date is set", "no date"])
def test_a_commit_is_the_one_that_git_itself_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashing: str, *, is_set: bool
) -> None:
    sandbox = Sandbox(tmp_path / "repo")
    sandbox.root.mkdir()
    sandbox.git("init", "-q", "-b", "main", f"--object-format={hashing}")
    sandbox.git("config", "user.name", "Žofie\u00a0Ada <")
    sandbox.git("config", "user.email", "ada@example.com")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    if is_set:
        monkeypatch.setenv("GIT_AUTHOR_DATE", "2020-02-02T02:02:02+0530")
    operation = Operation(sandbox.root)
    first, made = operation.commit(X), operation.commit(OTHERS, message="Änder x")
    author, committed = sandbox.git("log", "-1", "--format=%at %ad%n%ct", "--date=format:%z").split(
        "\n"
    )
    assert (author == "1580589122 +0530") is is_set
    assert abs(time.time() - int(committed)) < 60
    monkeypatch.setenv("GIT_AUTHOR_DATE", author)
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{committed} +0545")
    text = sandbox.git("log", "-1", "--format=%B")
    tree = f"{made}^{{tree}}"
    assert sandbox.git("commit-tree", "-p", first, "-m", text, tree) == made


def test_a_shared_repository_gets_the_modes_of_git(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.git("config", "core.sharedRepository", "0660")
    made = operation.commit(X)
    objects = [made, *sandbox.git("rev-parse", f"{made}^{{tree}}", f"{made}:{X.path}").split("\n")]
    paths = [sandbox.root / ".git/objects" / each[:2] / each[2:] for each in objects]
    assert [oct(path.stat().st_mode & 0o777) for path in paths] == ["0o440"] * 3


def test_new_folders_of_objects_have_the_rights_of_the_umask(
    sandbox: Sandbox, operation: Operation
) -> None:
    """So in a folder of a group, a colleague's git can add to them."""
    before = os.umask(0o002)
    try:
        made = operation.commit(X)
    finally:
        os.umask(before)
    folder = sandbox.root / ".git/objects" / made[:2]
    assert oct(folder.stat().st_mode & 0o777) == "0o775"


def test_an_object_that_is_there_becomes_young(sandbox: Sandbox, operation: Operation) -> None:
    """Else `git gc` might remove what only an undone operation had, while it is used again."""
    blob = sandbox.git("hash-object", "-w", "--stdin", data=X.new or b"")
    path = sandbox.root / ".git/objects" / blob[:2] / blob[2:]
    os.utime(path, (1_000_000_000, 1_000_000_000))
    operation.commit(X)
    assert path.stat().st_mtime > time.time() - 60


def test_git_repairs_a_message_that_is_no_text(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    operation.commit(X, message="Create \udce9")
    assert sandbox.git("log", "-1", "--format=%s") == "Create é"


def test_a_commit_takes_few_processes_however_deep_its_folder_is(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.commit("a/b/c/d/old.py", b"old\n")
    folder = sandbox.root / ".git/traced"
    folder.mkdir()
    script = folder / "git"
    script.write_text(f'#!/bin/sh\necho "$@" >> {folder}/log\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    operation = Operation(sandbox.root, dags_folder="a/b/c/d")
    operation.commit(FileWrite(path="a/b/c/d/x.py", new=b"x = 1\n"))
    # one of them asks whether the file, which might be known, is hidden from git
    assert len((folder / "log").read_text().splitlines()) <= 8
    assert sandbox.status() == []
