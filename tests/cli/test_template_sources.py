"""Templates of other places: `[templates.NAME]` in `dagctl.toml`, and `dagctl templates fetch`."""

from __future__ import annotations

import json

import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import Shell

REPORT = """\
template:
  name: report
  version: 1
  parameters:
    name: {type: string}
dag_name: ${{ params.name }}
schedule: 0 6 * * *
tasks:
- {task_id: report, bash_command: echo report}
"""
SPEC = "use: platform/report@1\nwith: {name: Orders}\n"


class Team:
    """A workspace, and the repository of the team that gives it templates."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.origin = Shell(shell.folder.parent / "origin", shell.environ)
        self.origin.folder.mkdir()
        self.origin.git("init", "-q")
        shell.ok("init")
        self.plain = (shell.folder / "dagctl.toml").read_text()

    def commit(self, **files: str) -> str:
        for name, text in files.items():
            self.origin.write(f"t/{name}.yaml", text)
        self.origin.git("add", "-A")
        self.origin.git("commit", "-qm", "x")
        return self.origin.git("rev-parse", "HEAD")

    def use(self, commit: str | None, *lines: str) -> None:
        pin = [f'commit = "{commit}"'] if commit else []
        git = f'git = "file://{self.origin.folder}"'
        table = ["[templates.platform]", git, 'ref = "main"', 'folder = "t"', *pin, *lines]
        (self.shell.folder / "dagctl.toml").write_text(f"{self.plain}\n" + "\n".join(table) + "\n")


@pytest.fixture
def team(shell: Shell) -> Team:
    return Team(shell)


def test_templates_of_a_commit_are_fetched_once_and_used_offline(team: Team) -> None:
    commit, shell = team.commit(report=REPORT, broken="template: {name: x}\n"), team.shell
    shell.write("orders.yaml", SPEC)
    team.use(None)
    done = shell.run("templates", "fetch")
    assert (done.code, f'commit = "{commit}"' in done.err) == (ExitCode.USAGE, True)

    team.use(commit)
    done = shell.run("validate", "orders.yaml")
    assert done.code == ExitCode.INVALID
    assert "the templates of platform are not here yet" in done.out + done.err
    result = shell.json("templates", "fetch")
    assert result["fetched"][0]["templates"] == ["report@1"]
    team.origin.folder.rename(team.origin.folder.with_name("gone"))
    assert "Created orders" in shell.ok("create", "orders.yaml").out
    listed = shell.ok("templates")
    assert "report\t1\tplatform\t" in listed.out
    assert "platform/broken.yaml:1" in listed.err
    assert shell.git("status", "--porcelain", "orders.yaml", ".git") == "?? orders.yaml"
    assert shell.run("templates", "fetch").code == ExitCode.UNAVAILABLE


def test_a_version_that_was_seen_never_changes(team: Team) -> None:
    first, shell = team.commit(report=REPORT), team.shell
    team.use(first)
    shell.ok("templates", "fetch")
    shell.write("orders.yaml", SPEC)
    changed = team.commit(report=REPORT.replace("echo", "rm"))
    team.use(changed)

    done = shell.run("validate", "orders.yaml")
    assert done.code == ExitCode.INVALID
    assert "here are not those of dagctl.toml" in done.out + done.err
    done = shell.run("templates", "fetch")
    assert done.code == ExitCode.CONFLICT
    assert "report@1 of platform (report.yaml) has another text" in done.err

    removed = team.commit(report=REPORT.replace("version: 1", "version: 2"))
    team.use(removed)
    assert "new: report@2" in shell.ok("templates", "fetch").out
    team.use(team.commit(old=REPORT.replace("echo", "rm")))
    assert shell.run("templates", "fetch").code == ExitCode.CONFLICT
    team.use(team.commit(old=REPORT, more=REPORT))
    done = shell.run("templates", "fetch")
    assert "has report@1 twice, in more.yaml and in old.yaml" in done.err
    (team.origin.folder / "t/more.yaml").unlink()
    team.use(team.commit(old=REPORT))
    shell.ok("templates", "fetch")
    assert "1 -> 2" in shell.ok("templates", "outdated").out


def test_what_is_kept_counts_only_whole(team: Team) -> None:
    team.use(team.commit(report=REPORT))
    team.shell.ok("templates", "fetch")
    file = team.shell.folder / ".git/dagctl/top/templates/platform.json"
    good = file.read_bytes()
    other = {**json.loads(good), "files": {"report.yaml": 1}}

    for data in (
        good[:-9],
        good.replace(b"echo report", b"rm -rf data"),
        json.dumps(other).encode(),
        b'{"a":' * 100_000,
        b"",
    ):
        file.write_bytes(data)
        done = team.shell.ok("templates")
        assert "\tplatform" not in done.out
        assert "dagctl templates fetch" in done.err
    team.shell.ok("templates", "fetch")
    assert "report\t1\tplatform" in team.shell.ok("templates").out


def test_a_linked_work_tree_and_a_workspace_below_the_top_have_their_own(team: Team) -> None:
    commit, shell = team.commit(report=REPORT), team.shell
    team.use(commit)
    for file in ("dagctl.toml",):
        shell.write(f"teams/a/{file}", (shell.folder / file).read_text())
    shell.git("add", "-A")
    shell.git("commit", "-qm", "x")
    shell.git("worktree", "add", "-q", "../linked")

    for folder in (shell.folder / "teams/a", shell.folder.parent / "linked"):
        other = Shell(folder, shell.environ)
        assert "\tplatform" not in other.ok("templates").out
        other.ok("templates", "fetch")
        assert "report\t1\tplatform" in other.ok("templates").out
    assert "\tplatform" not in shell.ok("templates").out


def test_a_folder_of_the_workspace_can_be_a_source(team: Team) -> None:
    shell = team.shell
    (shell.folder / "dagctl.toml").write_text(f'{team.plain}\n[templates.shop]\nfolder = "s/t"\n')
    shell.write("s/t/report.yaml", REPORT)

    assert "report\t1\tshop" in shell.ok("templates").out
    outside = shell.folder.parent / "outside"
    (shell.folder / "s/t").rename(outside)
    (shell.folder / "s/t").symlink_to(outside)
    assert "\tshop" not in shell.ok("templates").out
