"""`dagctl new` and `dagctl templates`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

FACTORY = """
orders:
  default_args: {owner: data, start_date: 2024-01-01}
  tasks:
    load: {operator: airflow.operators.bash.BashOperator, bash_command: echo 1}
"""
TEAM = """\
template:
  name: report
  version: 3
  description: A report of the team
  parameters:
    name: {type: string, description: The name, examples: [Orders Report]}
    day: {type: integer, minimum: 1, maximum: 7, description: The day of the week}
# The name
dag_name: ${{ params.name }}
schedule: 0 6 * * ${{ params.day }}
tasks:
- {task_id: report, bash_command: echo report}
"""


def test_without_a_template_a_small_spec_is_written_that_works(shell: Shell) -> None:
    shell.ok("init")
    done = shell.ok("new", "Daily Orders")

    assert done.out == "Wrote daily_orders.yaml from first_dag@1\n"
    assert "next: dagctl create daily_orders.yaml" in done.err
    assert "# A cron expression" in (shell.folder / "daily_orders.yaml").read_text()
    assert "Created daily_orders" in shell.ok("create", "daily_orders.yaml").out


def test_the_name_of_a_template_is_no_name_of_a_dag_unless_that_is_said(shell: Shell) -> None:
    refused = shell.run("new", "cleanup")

    assert refused.code == ExitCode.USAGE
    assert "dagctl new NAME --template cleanup" in refused.err
    assert not (shell.folder / "cleanup.yaml").exists()
    assert "dag_name: cleanup" in shell.ok("new", "cleanup", "-t", "first_dag", "--print").out


def test_nothing_is_asked_where_a_parameter_is_misspelt(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.ok("init")
    shell.write("templates/report.yaml", TEAM)
    monkeypatch.setattr("dagctl.cli.terminal.prompt.is_at_terminal", lambda _: True)
    refused = shell.run("new", "Sales", "-t", "report", "--set", "dey=1")

    assert refused.code == ExitCode.INVALID
    assert "has no parameter `dey`" in refused.err
    assert "> " not in refused.err.replace("--> ", "")


def test_a_template_of_the_workspace_is_used_before_that_of_the_gallery(shell: Shell) -> None:
    shell.ok("init")
    shell.write("templates/report.yaml", TEAM)
    shell.write("templates/cleanup.yaml", TEAM.replace("name: report", "name: cleanup", 1))
    shell.write("specs/.keep", "")
    rows = [line.split("\t") for line in shell.ok("templates").out.splitlines()]

    assert rows[:2] == [
        ["cleanup", "3", "workspace", "A report of the team"],
        ["report", "3", "workspace", "A report of the team"],
    ]
    assert ["cleanup", "1", "gallery"] in [row[:3] for row in rows]
    shell.ok("new", "Orders Report", "-t", "report", "--set", "day=5")
    text = (shell.folder / "specs/orders_report.yaml").read_text()
    stamp, _, rest = text.partition("\n")
    assert stamp.startswith("# dagctl template workspace/report@3 ")
    assert rest.startswith("# The name\ndag_name: Orders Report\nschedule: 0 6 * * 5\n")
    assert "folder" in shell.ok("templates", "show", "gallery/cleanup").out


def test_all_values_that_are_missing_or_wrong_are_said_at_once(shell: Shell) -> None:
    shell.ok("init")
    shell.write("templates/report.yaml", TEAM)
    done = shell.run("new", "--template", "report", "--set", "day=9", "--set", "dya=1")

    assert done.code == ExitCode.INVALID
    for part in (
        "the template report has no parameter `dya`",
        "did you mean `day`?",
        "the parameter `name` has no value: The name",
        "--set name='Orders Report'",
        "9 is greater than the maximum of 7",
    ):
        assert part in done.err
    assert list(shell.folder.glob("*.yaml")) == []


def test_a_file_that_is_there_is_left_alone(shell: Shell) -> None:
    file = shell.write("daily.yaml", "mine: 1\n")
    (shell.folder / "link.yaml").symlink_to("elsewhere.yaml")

    assert shell.run("new", "Daily").code == ExitCode.CONFLICT
    assert shell.run("new", "Daily", "--file", "link.yaml").code == ExitCode.CONFLICT
    assert file.read_text() == "mine: 1\n"
    assert not (shell.folder / "elsewhere.yaml").exists()


def test_no_link_leads_a_new_file_out_of_the_workspace(shell: Shell) -> None:
    shell.ok("init")
    outside = shell.folder.parent / "outside"
    outside.mkdir()
    (shell.folder / "specs").symlink_to(outside)
    shell.write("orders.yml", FACTORY)

    for command in (["new", "Daily"], ["convert", "orders.yml", "--into", "specs"]):
        done = shell.run(*command)
        assert (done.code, "leads out of the workspace" in done.err) == (ExitCode.CONFLICT, True)
    assert list(outside.iterdir()) == []


def test_a_new_spec_can_be_printed_and_is_json_for_scripts(shell: Shell) -> None:
    printed = shell.ok("new", "Daily", "--print").out
    result = shell.json("new", "Daily", "--file", "specs/d.yaml")

    assert (shell.folder / "specs/d.yaml").read_text() == printed
    assert result == {
        "template": "first_dag",
        "version": 1,
        "file": "specs/d.yaml",
        "dag_id": "daily",
        "text": printed,
    }


def test_a_template_that_is_not_right_is_reported_and_the_others_are_listed(shell: Shell) -> None:
    shell.ok("init")
    shell.write("templates/bad.yaml", TEAM.replace("version: 3", "version: x"))
    (shell.folder / "templates/link.yaml").symlink_to("/etc/passwd")
    done = shell.ok("templates")

    assert "first_dag" in done.out
    assert "templates/bad.yaml:3:12" in done.err
    assert "templates/link.yaml cannot be read" in done.err
    assert shell.run("templates", "show", "reprot").code == ExitCode.INVALID


def test_a_name_that_no_template_has(shell: Shell) -> None:
    done = shell.run("new", "Daily", "-t", "clean_up")

    assert done.code == ExitCode.NOT_FOUND
    assert "did you mean `cleanup`?" in done.err
    assert shell.run("templates", "list").code == ExitCode.USAGE
    assert shell.run("new", "Daily", "--set", "name").code == ExitCode.USAGE
    assert shell.run("new", "Daily", "--set", "name=x").code == ExitCode.USAGE


def test_a_spec_that_uses_a_template_is_created_and_follows_its_version(shell: Shell) -> None:
    shell.ok("init")
    shell.write("templates/report.yaml", TEAM)
    shell.write("orders.yaml", "use: report@3\nwith: {name: Orders, day: 5}\nowner: ana\n")
    assert "Created orders" in shell.ok("create", ".").out
    assert "0 6 * * 5" in shell.ok("show", "orders", "--source").out

    shell.write(
        "templates/report_4.yaml", TEAM.replace("version: 3", "version: 4").replace("6", "7")
    )
    assert "unchanged" in shell.ok("create", "orders.yaml").out
    shell.write("orders.yaml", "use: report@4\nwith: {name: Orders, day: 5}\nowner: ana\n")
    assert "Updated orders" in shell.ok("create", "orders.yaml").out
    assert "0 7 * * 5" in shell.ok("show", "orders", "--source").out

    shell.write("templates/report.yaml", TEAM.replace("version: 3", "version: x"))
    done = shell.run("create", "templates/report_4.yaml")
    assert (done.code, "only files with defaults, or templates" in done.err) == (2, True)
    done = shell.run("validate", ".")
    assert (done.code, "templates/report.yaml:3:12" in done.out) == (ExitCode.INVALID, True)


@pytest.mark.parametrize(
    "command",
    [
        ("new", "Orders", "-f", ".git/hooks/orders.yaml"),
        ("convert", "old", "--into", ".git/hooks"),
        ("export", "-o", "specs/../.git/out.zip"),
    ],
)
def test_no_argument_leads_into_the_git_folder(workspace: Shell, command: tuple[str, ...]) -> None:
    workspace.ok("create", "specs")
    workspace.write("old/dags.yaml", FACTORY)
    before = sorted((workspace.folder / ".git/hooks").iterdir())
    refused = workspace.run(*command)
    assert refused.code == ExitCode.CONFLICT, refused
    assert "is in a folder of git or dagctl" in refused.err
    assert sorted((workspace.folder / ".git/hooks").iterdir()) == before
    assert not (workspace.folder / ".git/out.zip").exists()


def test_a_version_in_the_name_of_a_template_is_named(shell: Shell) -> None:
    for command in (("templates", "show", "cleanup@2"), ("new", "--template", "cleanup@2")):
        done = shell.run(*command)
        assert done.code == ExitCode.NOT_FOUND
        assert "its versions here: 1" in done.err
