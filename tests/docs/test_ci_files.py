"""The pipelines of docs/how-to/ci.md: their scripts are run, as far as that needs no host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.push.http_remote import serving

if TYPE_CHECKING:
    from tests.conftest import Sandbox

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/ci.md"
TOKEN = "glpat-0123456789abcdefghij"
SETTINGS = """\
project_id = "123e4567-e89b-12d3-a456-426614174000"

[git]
remote = "origin"
push = "always"
publish_from = ["main"]
"""
SPEC = """\
dag_name: {name}
tasks:
  - {{task_id: load, task_type: bash, bash_command: echo load}}
"""


def pipelines() -> list[dict[Any, Any]]:
    """Return the files of the page that have jobs."""
    texts = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    documents = [yaml.safe_load(text) for text in texts]
    return [each for each in documents if "jobs" in each or "publish" in each]


class Runner:
    """Runs scripts as a host does: in a checkout, with its shell, with its variables."""

    def __init__(self, remote: Path, folder: Path) -> None:
        self.remote = remote
        self.folder = folder
        home = folder.with_name(f"{folder.name}-home")
        home.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DAGCTL_"))}
        self.environ = {
            **kept,
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CI": "true",
        }

    def git(self, *arguments: str) -> str:
        return self._ran(["git", *arguments])

    def script(self, text: str) -> str:
        """Run a script; return what it prints."""
        return self._ran(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text])

    def _ran(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, check=False
        )
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 0, said
        return said

    def published(self) -> list[str]:
        return self.git("-C", str(self.remote), "ls-tree", "--name-only", "main:dags").split()


@pytest.fixture
def runner(sandbox: Sandbox, tmp_path: Path) -> Runner:
    """A checkout of a workspace, as a push to main begins it."""
    sandbox.commit("dagctl.toml", SETTINGS.encode())
    sandbox.commit("specs/orders.yaml", SPEC.format(name="Orders").encode())
    remote, folder = tmp_path / "remote.git", tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", "--bare", str(sandbox.root), str(remote)], check=True)
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{remote}", str(folder)], check=True)
    return Runner(remote, folder)


def test_the_pipelines_publish_and_leave_no_token_in_the_checkout(runner: Runner) -> None:
    check, github, gitlab = pipelines()
    (job,) = check["jobs"].values()
    runner.script(job["steps"][-1]["run"])
    assert github[True]["push"]["branches"] == ["main"]  # `on` is a truth value in YAML 1.1
    checkout, publish = github["jobs"]["publish"]["steps"]
    assert checkout["with"]["ref"] == "main"
    assert all("${{" in value for value in publish["env"].values())  # no secret in the file
    runner.script(publish["run"])
    assert runner.published() == ["orders.py"]

    (runner.folder / "specs/sales.yaml").write_text(SPEC.format(name="Sales"))
    runner.git("add", "specs")
    runner.git("commit", "-qm", "Sales")
    runner.git("push", "-q", f"file://{runner.remote}", "HEAD:main")
    runner.git("fetch", "-q")
    runner.git("checkout", "-q", "--detach")
    runner.git("branch", "-qD", "main")
    runner.git("-C", str(runner.remote), "config", "http.receivepack", "true")
    with serving(runner.remote.parent, TOKEN, user="dagctl") as server:
        runner.git("config", "--global", "url.http://.insteadOf", "https://")
        runner.environ |= {
            "CI_COMMIT_BRANCH": "main",
            "CI_SERVER_HOST": server.address,
            "CI_PROJECT_PATH": "remote",
            "PUSH_TOKEN": TOKEN,
        }
        said = runner.script("\n".join(gitlab["publish"]["script"]))
        assert any("known" in line for line in server.asked)
    assert runner.published() == ["orders.py", "sales.py"]
    files = [file for file in runner.folder.rglob("*") if file.is_file()]
    assert not [file for file in files if TOKEN.encode() in file.read_bytes()]
    assert TOKEN not in said
