from __future__ import annotations

import shlex
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.commit import Patience
from dagctl.adapters.git.repo import GitRepo
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.unit.adapters.git.conftest import Operation

MAIN = "refs/heads/main"
X = FileWrite(path="dags/x.py", new=b"x = 1\n")


def test_a_held_index_is_a_warning_with_the_command_that_repairs_it(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.commit("f", b"")
    operation.commit(X, stage=False)
    sandbox.write(".git/index.lock", b"")
    warning = operation.repo.stage([X.path])
    assert warning is not None
    (sandbox.root / ".git/index.lock").unlink()
    command = warning.partition("afterwards run: ")[2]
    subprocess.run(shlex.split(command), check=True)
    assert sandbox.status() == []


def test_an_index_that_is_held_for_a_moment_is_waited_for(
    sandbox: Sandbox, operation: Operation
) -> None:
    operation.commit(X, stage=False)
    sandbox.write(".git/index.lock", b"")

    def release() -> None:
        time.sleep(0.3)
        (sandbox.root / ".git/index.lock").unlink()

    other = threading.Thread(target=release)
    other.start()
    assert GitRepo(sandbox.root, "dags", patience=Patience(index=60)).stage([X.path]) is None
    other.join()
    assert sandbox.status() == []


def test_what_the_user_changed_since_stays_unstaged(sandbox: Sandbox, operation: Operation) -> None:
    operation.commit(X, stage=False)
    sandbox.write(X.path, b"mine\n")
    assert operation.repo.stage([X.path]) is None
    assert sandbox.status() == [" M dags/x.py"]


def test_what_the_user_removed_since_stays_removed(sandbox: Sandbox, operation: Operation) -> None:
    operation.commit(X, stage=False)
    (sandbox.root / X.path).unlink()
    assert operation.repo.stage([X.path]) is None
    assert sandbox.status() == [" D dags/x.py"]


def test_what_is_not_committed_leaves_the_index(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    sandbox.write(X.path, b"mine\n")
    sandbox.git("add", X.path)
    assert operation.repo.stage([X.path]) is None
    assert sandbox.status() == ["?? dags/x.py"]


def test_all_three_at_once(sandbox: Sandbox, operation: Operation) -> None:
    writes = [FileWrite(path=f"dags/{name}.py", new=name.encode()) for name in "abc"]
    operation.commit(*writes, stage=False)
    sandbox.write("dags/b.py", b"mine\n")
    sandbox.write("dags/d.py", b"mine\n")
    sandbox.git("add", "dags/d.py")
    assert operation.repo.stage([f"dags/{name}.py" for name in "abcd"]) is None
    assert sandbox.status() == [" M dags/b.py", "?? dags/d.py"]


@pytest.mark.parametrize("name", ["a b.py", "'\".py", "ä.py", ":(top)x.py", "*"])
def test_any_name_is_staged(sandbox: Sandbox, operation: Operation, name: str) -> None:
    operation.commit(FileWrite(path=f"dags/{name}", new=b"x\n"))
    assert sandbox.status() == []
    assert list(sandbox.entries()) == [f"dags/{name}"]


@pytest.mark.parametrize(
    "flags",
    [["--assume-unchanged"], ["--skip-worktree"], ["--assume-unchanged", "--skip-worktree"]],
)
def test_a_file_that_git_does_not_look_at_is_staged_too_and_stays_flagged(
    sandbox: Sandbox, operation: Operation, flags: list[str]
) -> None:
    operation.commit(X)
    for flag in flags:
        sandbox.git("update-index", flag, X.path)
    letters = sandbox.git("ls-files", "-v", X.path)
    operation.commit(FileWrite(path=X.path, old=X.new, new=b"x = 2\n"))
    assert sandbox.git("diff", "--cached", "--name-only") == ""
    assert sandbox.git("ls-files", "-v", X.path) == letters
