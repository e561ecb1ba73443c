from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.commit import Patience
from dagctl.adapters.git.repo import GitRepo
from dagctl.errors import ConflictError
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.unit.adapters.git.conftest import Operation

MAIN = "refs/heads/main"
X = FileWrite(path="dags/x.py", new=b"x = 1\n")


def test_pre_commit_sees_our_files_and_not_what_the_user_has_staged(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.commit("f", b"before\n")
    sandbox.write("f", b"staged\n")
    sandbox.git("add", "f")
    sandbox.hook("pre-commit", "git diff --cached --name-status > seen; git show :f >> seen")
    operation.commit(X)
    assert (sandbox.root / "seen").read_text() == "A\tdags/x.py\nbefore\n"


def test_pre_commit_sees_every_file_of_the_branch(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("f", b"")
    sandbox.hook("pre-commit", "git ls-files > seen; git diff-files --name-only >> seen")
    operation.commit(X)
    assert (sandbox.root / "seen").read_text() == "dags/x.py\nf\n" + "dags/x.py\n"


def test_a_refusal_shows_what_the_hook_said_without_control_characters(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.hook("pre-commit", "printf 'bad\\033[31m name\\n'; echo also >&2; exit 3")
    with pytest.raises(ConflictError) as caught:
        operation.commit(X)
    assert "the pre-commit hook refused the commit" in caught.value.message
    assert "bad\\x1b[31m name\nalso" in caught.value.message
    assert caught.value.hint is not None
    assert "--no-verify" in caught.value.hint
    assert sandbox.git("for-each-ref") == ""


def test_a_hook_that_stages_something_is_a_refusal(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.hook("pre-commit", "echo more > more; git add more")
    with pytest.raises(ConflictError, match="changed the files to commit"):
        operation.commit(X)
    assert sandbox.git("for-each-ref") == ""
    assert sandbox.entries() == {}


@pytest.mark.parametrize("ending", ["exit 0", "exit 1", "git add dags/x.py"])
def test_what_a_formatting_hook_made_of_our_file_is_taken_back(
    sandbox: Sandbox, operation: Operation, ending: str
) -> None:
    sandbox.hook("pre-commit", f"echo '# formatted' >> dags/x.py; {ending}")
    with pytest.raises(ConflictError):
        operation.commit(X)
    assert (sandbox.root / X.path).read_bytes() == X.new


def test_a_hook_that_removes_our_file_is_a_refusal(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.hook("pre-commit", "rm dags/x.py")
    with pytest.raises(ConflictError, match=r"dags/x\.py was changed"):
        operation.commit(X)
    assert (sandbox.root / X.path).read_bytes() == X.new


def test_a_hook_that_hangs_is_killed_with_its_children(sandbox: Sandbox) -> None:
    go, survived = sandbox.root / "go", sandbox.root / "survived"
    child = f"until [ -e '{go}' ]; do sleep 0.01; done; touch '{survived}'"
    sandbox.hook("pre-commit", f"({child}) & wait")
    sandbox.write(X.path, X.new or b"")
    repo = GitRepo(sandbox.root, "dags", patience=Patience(hook=0.3))
    with pytest.raises(ConflictError, match=r"did not end within 0\.3 seconds"):
        repo.commit("op-1", MAIN, [X], "Create x", verify=True)
    go.touch()
    time.sleep(0.2)
    assert not survived.exists()


def test_a_hook_without_the_right_to_run_is_not_run(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.hook("pre-commit", "exit 1")
    (sandbox.root / ".git/hooks/pre-commit").chmod(0o644)
    operation.commit(X)
    assert operation.repo.find_commit("op-1", MAIN) is not None


@pytest.mark.parametrize("where", ["relative", "absolute"])
def test_hooks_of_another_folder_run(sandbox: Sandbox, operation: Operation, where: str) -> None:
    folder = "my hooks" if where == "relative" else str(sandbox.root / "my hooks")
    sandbox.git("config", "core.hooksPath", folder)
    sandbox.hook("pre-commit", "echo no; exit 1")
    assert (sandbox.root / "my hooks/pre-commit").exists()
    with pytest.raises(ConflictError, match="no"):
        operation.commit(X)


def test_commit_msg_may_edit_the_message(sandbox: Sandbox, operation: Operation) -> None:
    script = "sed -i '1s/^/[T-1] /' \"$1\"; printf '\\nReviewed-by: Grace\\n\\n\\n' >> \"$1\""
    sandbox.hook("commit-msg", script)
    made = operation.commit(X, message="Create x")
    message = sandbox.git("show", "-s", "--format=%B", made)
    assert message.startswith("[T-1] Create x\n\n")
    assert "Reviewed-by: Grace" in message
    assert operation.repo.find_commit("op-1", MAIN) == made


@pytest.mark.parametrize("script", ["echo Mine > $1", "printf 'a\\n\\nDagctl-Op: op-9\\n' > $1"])
def test_our_trailer_survives_commit_msg(
    sandbox: Sandbox, operation: Operation, script: str
) -> None:
    sandbox.hook("commit-msg", script)
    made = operation.commit(X)
    assert operation.repo.find_commit("op-1", MAIN) == made


def test_commit_msg_may_refuse(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.hook("commit-msg", "echo no ticket; exit 1")
    with pytest.raises(ConflictError, match="the commit-msg hook refused the commit:\nno ticket"):
        operation.commit(X)
    assert sandbox.git("for-each-ref") == ""


def test_a_message_that_commit_msg_empties_is_a_refusal(
    sandbox: Sandbox, operation: Operation
) -> None:
    sandbox.hook("commit-msg", ": > $1")
    with pytest.raises(ConflictError, match="empty message"):
        operation.commit(X)


def test_without_verify_neither_hook_runs(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.hook("pre-commit", "exit 1")
    sandbox.hook("commit-msg", "exit 1")
    operation.commit(X, verify=False)
    assert operation.repo.find_commit("op-1", MAIN) is not None
