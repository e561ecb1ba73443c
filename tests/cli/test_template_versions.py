"""`dagctl templates outdated` and `dagctl templates upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ONE = """\
template:
  name: report
  version: 1
  parameters:
    name: {type: string}
    day: {type: integer, minimum: 1, maximum: 7}
    note: {type: string, default: none}
# The name
dag_name: ${{ params.name }}
schedule: 0 6 * * ${{ params.day }}
# Who is asked
owner: data
description: "${{ params.note }}"
# What it does
tasks:
# The first task
- {task_id: report, bash_command: echo report}
"""
TWO = ONE.replace("version: 1", "version: 2").replace("0 6", "0 7")


@pytest.fixture
def team(shell: Shell) -> Shell:
    """Return a workspace with a spec that was made from a template, and one that uses it."""
    shell.ok("init")
    shell.write("templates/report.yaml", ONE)
    shell.ok("new", "Orders", "-t", "report", "--set", "day=3", "--file", "made.yaml")
    shell.write("used.yaml", "# Ours\nuse: 'report@1' # here\nwith: {name: Users, day: 5}\n")
    return shell


def edit(shell: Shell, file: str, old: str, new: str) -> None:
    text = (shell.folder / file).read_bytes().decode()
    assert old in text
    (shell.folder / file).write_bytes(text.replace(old, new).encode())


def test_nothing_is_outdated_until_there_is_a_newer_version(team: Shell) -> None:
    assert "Up to date: 2 specs" in team.ok("templates", "outdated", "--exit-code").out

    team.write("templates/report_2.yaml", TWO)
    done = team.run("templates", "outdated", "--exit-code")
    assert done.code == ExitCode.CHANGES
    assert "made.yaml: workspace/report 1 -> 2" in done.out
    assert "0 6 * * 5 -> 0 7 * * 5" in done.out
    result = team.json("templates", "outdated", "used.yaml")
    assert [(each["file"], each["outcome"]) for each in result["outdated"]] == [
        ("used.yaml", "ready")
    ]
    assert result["outdated"][0]["changes"][0]["path"] == ["schedule_interval"]


@pytest.mark.parametrize(("ending", "mark"), [("\n", ""), ("\r\n", "\ufeff")])
def test_an_upgrade_keeps_what_the_author_has_changed(team: Shell, ending: str, mark: str) -> None:
    team.write("templates/report_2.yaml", TWO)
    for file in ("made.yaml", "used.yaml"):
        text = (team.folder / file).read_text()
        (team.folder / file).write_bytes((mark + text.replace("\n", ending)).encode())
    (team.folder / "made.yaml").chmod(0o640)
    edit(team, "made.yaml", "echo report", "echo ours")
    before = {file: (team.folder / file).read_bytes() for file in ("made.yaml", "used.yaml")}

    dry = team.ok("templates", "upgrade", ".", "--dry-run").out
    assert "+schedule: 0 7 * * 3" in dry
    assert {file: (team.folder / file).read_bytes() for file in before} == before

    team.ok("templates", "upgrade", ".")
    made, used = ((team.folder / file).read_bytes().decode() for file in before)
    assert made.removeprefix(mark).startswith("# dagctl template workspace/report@2 ")
    assert f"schedule: 0 7 * * 3{ending}# Who is asked{ending}owner: data{ending}" in made
    assert "echo ours" in made
    assert used == before["used.yaml"].decode().replace("report@1", "report@2")
    assert (made.count("\n"), made.startswith(mark)) == (made.count(ending), True)
    assert (team.folder / "made.yaml").stat().st_mode & 0o777 == 0o640
    assert "Up to date: 2 specs" in team.ok("templates", "outdated").out


def test_a_conflict_stays_beside_the_spec_until_a_person_has_settled_it(team: Shell) -> None:
    team.write("templates/report_2.yaml", TWO)
    edit(team, "made.yaml", "0 6 * * 3", "30 6 * * 3")
    before = (team.folder / "made.yaml").read_bytes()
    beside = team.folder / "made.yaml.upgrade"

    alone = team.run("templates", "upgrade", "made.yaml")
    assert (alone.code, "state: no spec was changed" in alone.err) == (ExitCode.CONFLICT, True)
    beside.unlink()
    done = team.run("templates", "upgrade", ".", "-o", "json")
    assert (done.code, done.document["error"]["code"]) == (ExitCode.CONFLICT, "CONFLICT")
    assert done.document["result"]["written"] == ["used.yaml", "made.yaml.upgrade"]
    assert (team.folder / "made.yaml").read_bytes() == before
    text = beside.read_text()
    for part in ("<<<<<<< made.yaml", "30 6 * * 3", ">>>>>>> workspace/report@2", "0 7 * * 3"):
        assert part in text

    again = team.run("templates", "upgrade", ".")
    assert again.code == ExitCode.CONFLICT
    assert "mv made.yaml.upgrade made.yaml" in again.err
    behind = team.ok("templates", "outdated").err
    assert "next: settle the lines in made.yaml.upgrade, then mv" in behind
    assert "templates upgrade" not in behind
    assert beside.read_text() == text
    lines = [
        line for line in text.splitlines() if line[:7] not in {"<<<<<<<", "=======", ">>>>>>>"}
    ]
    beside.write_text("\n".join(line for line in lines if "0 7" not in line) + "\n")
    beside.rename(team.folder / "made.yaml")
    assert "Up to date" in team.ok("templates", "upgrade", "made.yaml").out
    assert "Created orders" in team.ok("create", "made.yaml").out


def test_values_are_checked_by_the_rules_of_the_new_version(team: Shell) -> None:
    bounded = TWO.replace("maximum: 7", "maximum: 2").replace(
        "    note:", "    region: {enum: [eu, us]}\n    note:"
    )
    bounded = bounded.replace("params.note }}", "params.note }}, ${{ params.region }}")
    team.write("templates/report_2.yaml", bounded)
    before = (team.folder / "used.yaml").read_text()

    done = team.run("templates", "upgrade", ".")
    assert done.code == ExitCode.INVALID
    for part in ("used.yaml:3:", "5 is greater than the maximum of 2", "`region` has no value"):
        assert part in done.err
    assert (team.folder / "used.yaml").read_text() == before

    team.write("templates/report_2.yaml", bounded.replace("maximum: 2", "maximum: 7"))
    twice = team.run(
        "templates", "upgrade", "made.yaml", "--set", "region=eu", "--set", "region=us"
    )
    assert (twice.code, "`region` is set twice" in twice.err) == (ExitCode.USAGE, True)
    team.ok("templates", "upgrade", "made.yaml", "--set", "region=eu")
    assert '"region": "eu"' in (team.folder / "made.yaml").read_text()


def test_a_merge_that_is_no_good_spec_is_not_written_over_it(team: Shell) -> None:
    team.write(
        "templates/report_2.yaml",
        TWO + "- {task_id: mail, bash_command: echo mail, dependencies: [report]}\n",
    )
    edit(team, "made.yaml", "task_id: report", "task_id: count")
    edit(team, "made.yaml", "# The first task", "# A task")
    before = (team.folder / "made.yaml").read_bytes()

    done = team.run("templates", "upgrade", "made.yaml")
    assert done.code == ExitCode.CONFLICT
    assert (team.folder / "made.yaml").read_bytes() == before
    assert (team.folder / "made.yaml.upgrade").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: (t / "templates/report.yaml").unlink(), "version 1, which the spec was made of"),
        (
            lambda t: (t / "templates/report.yaml").write_text(
                ONE.replace("owner: data", "owner: x")
            ),
            "changed without a new version",
        ),
        (
            lambda t: (t / "made.yaml").write_text("# dagctl template x\ndag_name: X\ntasks: []\n"),
            "no stamp that dagctl writes",
        ),
    ],
)
def test_without_its_beginning_a_spec_is_not_merged(team: Shell, change, reason: str) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    team.write("templates/report_2.yaml", TWO)
    change(team.folder)
    before = (team.folder / "made.yaml").read_bytes()

    done = team.run("templates", "upgrade", "made.yaml")
    assert done.code == ExitCode.CONFLICT
    assert reason in done.out
    assert "hint:" in done.out
    assert (team.folder / "made.yaml").read_bytes() == before


@pytest.mark.parametrize("renamed", [False, True])
def test_the_beginning_is_taken_from_an_earlier_commit(team: Shell, *, renamed: bool) -> None:
    team.git("add", "-A")
    team.git("commit", "-qm", "Templates")
    edit(team, "made.yaml", "echo report", "echo mine")
    (team.folder / "templates/report.yaml").write_text(TWO)
    if renamed:
        team.git("mv", "templates/report.yaml", "templates/daily.yaml")
    team.write("templates/other.yaml", "template: {name: report, version: x}\n")

    done = team.ok("templates", "upgrade", "made.yaml")
    assert "1 -> 2  (can be upgraded)" in done.out
    made = (team.folder / "made.yaml").read_text()
    assert made.startswith("# dagctl template workspace/report@2 ")
    assert "schedule: 0 7 * * 3" in made
    assert "echo mine" in made


def test_a_template_that_was_changed_in_place_is_named_and_stops_nothing(team: Shell) -> None:
    edit(team, "templates/report.yaml", "owner: data", "owner: x")

    done = team.ok("templates", "outdated", "--exit-code")
    assert "made.yaml: workspace/report 1  (its template has another text)" in done.out
    assert "give the new text a new version" in done.out
    assert "next:" not in done.err
    assert "Up to date: 2 specs" in team.ok("templates", "upgrade", "made.yaml", "used.yaml").out
    (row,) = team.json("templates", "outdated")["outdated"]
    assert (row["outcome"], row["version"], row["to"]) == ("current", 1, 1)


def test_an_older_version_is_taken_only_if_it_is_asked_for(team: Shell) -> None:
    """A colleague's template has not come yet; the spec that names it is not set back."""
    edit(team, "used.yaml", "report@1", "report@2")
    before = (team.folder / "used.yaml").read_bytes()
    outdated = team.run("templates", "outdated", "used.yaml")
    assert "version 2 is not there; the newest is 1" in outdated.out + outdated.err
    upgraded = team.run("templates", "upgrade", "used.yaml")
    assert (upgraded.code, (team.folder / "used.yaml").read_bytes()) == (ExitCode.CONFLICT, before)
    team.ok("templates", "upgrade", "used.yaml", "--to", "1")
    assert "report@1" in (team.folder / "used.yaml").read_text()


def test_a_newer_version_is_that_of_the_same_source(team: Shell) -> None:
    team.write("templates/cleanup.yaml", TWO.replace("report", "cleanup").replace("2", "9", 1))
    team.ok("new", "Tidy", "-t", "gallery/cleanup", "--set", "folder=/data/x", "--file", "t.yaml")

    assert "Up to date: 1 spec" in team.ok("templates", "outdated", "t.yaml").out


def test_no_link_leads_an_upgrade_out_of_the_workspace(team: Shell) -> None:
    outside = team.folder.parent / "outside.yaml"
    (team.folder / "made.yaml").rename(outside)
    (team.folder / "made.yaml").symlink_to(outside)
    team.write("templates/report_2.yaml", TWO)
    before = outside.read_bytes()

    assert team.run("templates", "upgrade", "made.yaml").code == ExitCode.USAGE
    assert outside.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["upgrade"],
        ["upgrade", "-"],
        ["outdated", "--dry-run"],
        ["upgrade", ".", "--exit-code"],
        ["show", "report", "--to", "2"],
        ["upgrade", ".", "--set", "x"],
        ["other"],
    ],
)
def test_what_does_not_belong_together_is_refused(team: Shell, words: list[str]) -> None:
    assert team.run("templates", *words).code == ExitCode.USAGE


def test_validate_counts_templates_and_finds_what_is_wrong_with_their_specs(team: Shell) -> None:
    done = team.run("validate", "templates", "used.yaml")
    assert (done.code, done.err) == (0, "1 spec and 1 template valid\n")
    assert team.run("validate", "templates").err == "1 template valid\n"
    team.write("templates/report.yaml", ONE.replace("bash_command", "bash_comand"))
    done = team.run("validate", "templates")
    assert done.code == ExitCode.INVALID
    assert "templates/report.yaml:17:21" in done.out
