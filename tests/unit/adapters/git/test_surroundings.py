from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.git.repo import GitRepo
from dagctl.errors import ConflictError, DagctlError, UsageError
from dagctl.ports import FileWrite

if TYPE_CHECKING:
    from tests.conftest import Sandbox
    from tests.unit.adapters.git.conftest import Operation

MAIN = "refs/heads/main"
X = FileWrite(path="dags/x.py", new=b"x = 1\n")


def test_a_workspace_may_be_a_subfolder(sandbox: Sandbox, operation: Operation) -> None:
    sandbox.commit("dags/x.py", b"another\n")
    sandbox.hook("pre-commit", "pwd -P > seen")
    workspace = sandbox.root / "teams/data"
    workspace.mkdir(parents=True)
    inside = operation.at(workspace)
    made = inside.commit(X)
    assert sandbox.git("cat-file", "blob", "HEAD:teams/data/dags/x.py") == "x = 1"
    assert sandbox.git("cat-file", "blob", "HEAD:dags/x.py") == "another"
    assert (sandbox.root / "seen").read_text() == f"{sandbox.root.resolve()}\n"
    assert sandbox.status() == ["?? seen"]
    inside.repo.uncommit("op-1", MAIN, made, [X])
    assert sandbox.git("log", "--format=%s") == "Write dags/x.py"


@pytest.mark.parametrize(
    "name", ["a b", "it's", 'a"b', "ä ☃", "$HOME", "~", "-x", "a\\b", "%41", "a:b", "é"]
)
def test_a_workspace_may_have_any_name(sandbox: Sandbox, operation: Operation, name: str) -> None:
    root = sandbox.root / name / "inner"
    root.mkdir(parents=True)
    sandbox.commit("f", b"")
    operation.at(root).commit(X)
    assert sandbox.git("cat-file", "blob", f"HEAD:{name}/inner/dags/x.py") == "x = 1"
    alone = sandbox.at(root.parent)
    alone.git("init", "-q")
    operation.at(root).commit(FileWrite(path="dags/y.py", new=b"y = 1\n"))
    assert alone.git("cat-file", "blob", "HEAD:inner/dags/y.py") == "y = 1"


def test_a_line_break_in_a_folder_name_is_refused(sandbox: Sandbox) -> None:
    root = sandbox.root / "a\nb"
    root.mkdir()
    with pytest.raises(UsageError, match="line break"):
        GitRepo(root, "dags").preflight([X.path])


def test_a_workspace_may_be_reached_through_a_link(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    (sandbox.root / "inner").mkdir()
    (tmp_path / "link").symlink_to(sandbox.root / "inner")
    operation.at(tmp_path / "link").commit(X)
    assert sandbox.git("ls-tree", "-r", "--name-only", "HEAD") == "inner/dags/x.py"


def test_a_workspace_may_be_given_relative_to_the_current_folder(
    sandbox: Sandbox, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sandbox.root)
    operation.at(Path()).commit(X)
    assert sandbox.status() == []


def test_a_linked_worktree_has_its_own_branch_and_index(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    sandbox.commit("f", b"")
    before = (sandbox.entries(), sandbox.status(), sandbox.git("rev-parse", "HEAD"))
    sandbox.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    linked = sandbox.at(tmp_path / "linked")
    inside = operation.at(linked.root)
    made = inside.commit(X)
    assert linked.git("rev-parse", "refs/heads/other") == made
    assert linked.status() == []
    assert (sandbox.entries(), sandbox.status(), sandbox.git("rev-parse", "HEAD")) == before
    inside.repo.uncommit("op-1", "refs/heads/other", made, [X])
    assert linked.status() == ["?? dags/x.py"]


def test_a_merge_in_another_worktree_does_not_matter(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    commit = sandbox.commit("f", b"")
    sandbox.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    sandbox.write(".git/MERGE_HEAD", f"{commit}\n".encode())
    operation.at(tmp_path / "linked").commit(X)
    with pytest.raises(ConflictError, match="a merge"):
        operation.repo.preflight([X.path])


def test_a_submodule_is_a_repository_of_its_own(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    (tmp_path / "library").mkdir()
    library = sandbox.at(tmp_path / "library")
    library.git("init", "-q")
    library.commit("f", b"")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    sandbox.git(*add, str(library.root), "library")
    sandbox.git("commit", "-q", "-m", "Add a submodule")
    before = sandbox.git("rev-parse", "HEAD")
    made = operation.at(sandbox.root / "library").commit(X)
    assert sandbox.at(sandbox.root / "library").git("rev-parse", "HEAD") == made
    assert sandbox.git("rev-parse", "HEAD") == before
    with pytest.raises(ConflictError, match="library is a repository of its own or a submodule"):
        operation.repo.preflight(["library/dags/x.py"])


def test_a_repository_that_is_removed_meanwhile_is_not_replaced_by_one_around_it(
    sandbox: Sandbox, operation: Operation
) -> None:
    tip = sandbox.commit("notes.txt", b"one\n")
    inner = sandbox.root / "inner"
    inner.mkdir()
    sandbox.at(inner).git("init", "-q")
    repo = operation.at(inner).repo
    branch = repo.preflight([X.path])
    (inner / "dags").mkdir()
    (inner / X.path).write_bytes(X.new or b"")
    shutil.rmtree(inner / ".git")
    with pytest.raises(DagctlError, match="not a git repository"):
        repo.commit("op-1", branch, [X], "Create x", verify=True)
    assert sandbox.git("rev-parse", "HEAD") == tip
    assert sandbox.entries().keys() == {"notes.txt"}


@pytest.mark.parametrize("kind", ["sparse-checkout", "sparse index"])
def test_a_sparse_checkout_stays_sparse(sandbox: Sandbox, operation: Operation, kind: str) -> None:
    for path in ("inside/f", "outside/deep/f", "g"):
        sandbox.commit(path, b"f\n")
    index = "--sparse-index" if kind == "sparse index" else "--no-sparse-index"
    sandbox.git("sparse-checkout", "set", "--cone", index, "inside")
    sandbox.hook("pre-commit", "git diff --cached --name-only > inside/seen")
    before = sandbox.git("ls-files", "-t")
    operation.commit(FileWrite(path="inside/x.py", new=b"x = 1\n"))
    assert (sandbox.root / "inside/seen").read_text() == "inside/x.py\n"
    assert sandbox.git("ls-files", "-t") == before.replace("inside/f", "inside/f\nH inside/x.py")
    assert sandbox.status() == ["?? inside/seen"]
    assert not (sandbox.root / "outside").exists()


def test_a_repository_of_sha256_works(sandbox: Sandbox, operation: Operation) -> None:
    (sandbox.root / "inner").mkdir()
    inner = sandbox.at(sandbox.root / "inner")
    inner.git("init", "-q", "--object-format=sha256")
    inside = operation.at(inner.root)
    made = inside.commit(X)
    assert (len(made), inner.status()) == (64, [])
    inside.repo.uncommit("op-1", MAIN, made, [X])
    assert inner.status() == ["?? dags/x.py"]


def test_inside_a_hook_of_another_repository_the_right_one_is_used(
    sandbox: Sandbox, operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    other = sandbox.at(tmp_path / "other")
    other.git("init", "-q")
    other.commit("f", b"")
    before = (other.entries(), other.git("rev-parse", "HEAD"))
    surroundings = {
        "GIT_DIR": str(other.root / ".git"),
        "GIT_WORK_TREE": str(other.root),
        "GIT_INDEX_FILE": str(other.root / ".git/index"),
        "GIT_PREFIX": "sub/",
        "GIT_OBJECT_DIRECTORY": str(other.root / ".git/objects"),
        "GIT_CONFIG_PARAMETERS": "'core.hooksPath=/nowhere'",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "Mallory",
        "GIT_LITERAL_PATHSPECS": "0",
        "GIT_CEILING_DIRECTORIES": str(sandbox.root.parent),
    }
    sandbox.hook("pre-commit", "git diff --cached --name-only > seen")
    with monkeypatch.context() as inside:
        for name, value in surroundings.items():
            inside.setenv(name, value)
        operation.commit(X)
    assert (other.entries(), other.git("rev-parse", "HEAD")) == before
    assert sandbox.git("log", "--format=%an %s") == "Ada Lovelace Create x"
    assert (sandbox.root / "seen").read_text() == "dags/x.py\n"
    assert sandbox.status() == ["?? seen"]


def test_the_identity_and_date_of_the_environment_are_kept(
    sandbox: Sandbox, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace Hopper")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2024-02-29T12:00:00+01:00")
    operation.commit(X)
    shown = sandbox.git("log", "--format=%an %ae %aI %cn")
    assert shown == "Grace Hopper ada@example.com 2024-02-29T12:00:00+01:00 Ada Lovelace"


def test_the_adapter_can_be_imported_where_there_is_no_git(tmp_path: Path) -> None:
    code = "import os, dagctl.adapters.git.repo; assert 'GIT_PYTHON_REFRESH' not in os.environ"
    environment = {"PATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


FAKE_GPG = """#!/bin/sh
cat > "{seen}"
echo '[GNUPG:] SIG_CREATED ' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nfake\\n-----END PGP SIGNATURE-----\\n'
"""


def program(path: Path, script: str) -> str:
    path.write_text(script)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("value", ["true", "yes", "1", None])
def test_commits_are_signed_if_the_configuration_says_so(
    sandbox: Sandbox, operation: Operation, tmp_path: Path, git_config: Path, value: str | None
) -> None:
    fake = program(tmp_path / "gpg", FAKE_GPG.format(seen=tmp_path / "seen"))
    sandbox.git("config", "gpg.program", fake)
    with git_config.open("a") as file:
        file.write("[commit]\ngpgsign" + (f" = {value}\n" if value else "\n"))
    made = operation.commit(X)
    assert "-----BEGIN PGP SIGNATURE-----" in sandbox.git("cat-file", "commit", made)
    assert "Dagctl-Op: op-1" in (tmp_path / "seen").read_text()
    assert operation.repo.find_commit("op-1", MAIN) == made


def test_commits_are_signed_with_ssh(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("needs ssh-keygen")
    key = tmp_path / "key"
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    (tmp_path / "allowed").write_text(f"ada@example.com {key.with_suffix('.pub').read_text()}")
    settings = {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(tmp_path / "allowed"),
        "commit.gpgSign": "true",
    }
    for name, value in settings.items():
        sandbox.git("config", name, value)
    sandbox.git("verify-commit", operation.commit(X))


def test_a_commit_that_cannot_be_signed_is_refused(
    sandbox: Sandbox, operation: Operation, tmp_path: Path
) -> None:
    fake = program(tmp_path / "gpg", "#!/bin/sh\necho no secret key >&2\nexit 2\n")
    sandbox.git("config", "gpg.program", fake)
    sandbox.git("config", "commit.gpgSign", "true")
    with pytest.raises(ConflictError, match="could not be signed"):
        operation.commit(X)
    assert sandbox.git("for-each-ref") == ""
