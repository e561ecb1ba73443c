"""Findings in each format, read back by independent readers."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.diagnostics import FORMATS, DiagnosticReport, Look
from dagctl.cli.terminal.text import cells
from dagctl.errors import Diagnostic, Severity, Source
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.cli.terminal.console import Style

TEXT = 'dag_name: x\nschedule: "@dialy"\n'
SCHEDULE = Diagnostic(
    code="DAG210",
    message="`@dialy` is not a schedule preset",
    hint="did you mean `@daily`?",
    path=("schedule",),
    line=2,
    column=11,
    end_line=2,
    end_column=19,
    file="specs/a.yaml",
    source=Source("specs/a.yaml", TEXT),
)
HOSTILE = Diagnostic(
    code="DAG201",
    severity=Severity.WARNING,
    message="50% off\r\n::error::x\x1b[2J",
    line=1,
    column=1,
    file="a,b:c%.yaml",
)
BARE = Diagnostic(code="NOT_FOUND", message="there is no such file", hint="look", file="no pe.yaml")
REPORT = DiagnosticReport((SCHEDULE, HOSTILE, BARE))


def written(name: str, report: DiagnosticReport = REPORT, look: Look | None = None) -> str:
    return "\n".join(FORMATS[name](report, look or Look()))


def test_of_many_findings_people_see_the_first_errors_and_what_is_left() -> None:
    report = DiagnosticReport((HOSTILE, BARE, SCHEDULE, HOSTILE, BARE, HOSTILE))
    lines = written("text", report, Look(most=4)).splitlines()
    heads = [line.partition(":")[0] for line in lines if re.match(r"(error|warning)\[", line)]
    assert heads == [
        "warning[DAG201]",
        "error[NOT_FOUND]",
        "error[DAG210]",
        "error[NOT_FOUND]",
    ]
    assert "2 more are not shown: 2 DAG201" in lines
    assert "more" not in written("text", report, Look(most=6))
    for form in ("concise", "github"):
        assert len(written(form, report, Look(most=1)).splitlines()) == 6


def test_text_shows_the_line_the_place_and_the_hint() -> None:
    assert written("text", DiagnosticReport((SCHEDULE,))) == (
        "error[DAG210]: `@dialy` is not a schedule preset\n"
        " --> specs/a.yaml:2:11\n"
        "  |\n"
        '2 | schedule: "@dialy"\n'
        "  |           ^^^^^^^^ did you mean `@daily`?\n"
    )


def test_text_without_a_place_shows_the_file_and_the_hint() -> None:
    assert written("text", DiagnosticReport((BARE,))) == (
        "error[NOT_FOUND]: there is no such file\n --> no pe.yaml\n  = hint: look\n"
    )


def test_a_hint_that_does_not_fit_stands_on_its_own_line() -> None:
    lines = written("text", DiagnosticReport((SCHEDULE,)), Look(width=40)).split("\n")
    assert lines[4:6] == ["  |           ^^^^^^^^", "  = hint: did you mean `@daily`?"]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_excerpt_keeps_to_the_width(width: int) -> None:
    text = f"key: {'日本' * 300} x"
    source = Source("f", text)
    found = Diagnostic(
        code="DAG201", message="m", line=1, column=300, end_column=310, source=source
    )
    report = DiagnosticReport((found,))
    lines = written("text", report, Look(width=width)).split("\n")
    assert all(cells(line) <= width for line in lines)


def test_text_in_colour_says_the_same() -> None:
    def paint(text: str, style: Style) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if text else text

    coloured = written("text", look=Look(paint=paint))
    assert re.sub(r"\x1b\[\w*m", "", coloured) == written("text")


@pytest.mark.parametrize("name", ["text", "concise", "github", "sarif"])
def test_no_format_lets_a_value_steer_the_terminal(name: str) -> None:
    assert "\x1b" not in written(name)


def test_concise_is_one_line_a_finding() -> None:
    assert written("concise").split("\n") == [
        "specs/a.yaml:2:11: DAG210 `@dialy` is not a schedule preset (did you mean `@daily`?)",
        r"a,b:c%.yaml:1:1: DAG201 50% off\r\n::error::x\x1b[2J",
        "no pe.yaml: NOT_FOUND there is no such file (look)",
    ]


def annotation(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as GitHub's runner does: split first, unescape then."""
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert match
    pairs = (pair.split("=", 1) for pair in match[2].split(","))
    properties = {
        name: value.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%25", "%")
        for name, value in pairs
    }  # fmt: skip - one step of the runner after the other
    data = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    return match[1], properties, data


def test_github_annotations_read_back() -> None:
    first, second, third = map(annotation, written("github").split("\n"))
    assert first == (
        "error",
        {
            "file": "specs/a.yaml",
            "line": "2",
            "col": "11",
            "endLine": "2",
            "endColumn": "19",
            "title": "dagctl (DAG210)",
        },
        "`@dialy` is not a schedule preset\ndid you mean `@daily`?",
    )
    assert second[0] == "warning"
    assert second[1]["file"] == "a,b:c%.yaml"
    assert second[2] == "50% off\r\n::error::x\\x1b[2J"
    assert "line" not in third[1]


def test_sarif_has_the_places_and_the_rules() -> None:
    log = json.loads(written("sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "dagctl"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["DAG210", "DAG201", "NOT_FOUND"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    first, second, third = (one["locations"][0]["physicalLocation"] for one in run["results"])
    assert first["region"] == {"startLine": 2, "startColumn": 11, "endLine": 2, "endColumn": 19}
    assert second["artifactLocation"]["uri"] == "a%2Cb%3Ac%25.yaml"
    assert third == {"artifactLocation": {"uri": "no%20pe.yaml"}}
    assert [one["level"] for one in run["results"]] == ["error", "warning", "error"]


def test_sarif_names_files_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = Diagnostic(code="DAG201", message="m", file=str(tmp_path / "specs" / "a.yaml"))
    (run,) = json.loads(written("sarif", DiagnosticReport((found,))))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "specs/a.yaml"


def test_the_totals_count_errors_warnings_and_files() -> None:
    assert REPORT.totals == "2 errors, 1 warning in 3 files"


def test_what_only_its_name_shows_to_be_a_secret_is_shown_as_stars() -> None:
    text = "dag_name: x\ntasks: [{task_id: a, operator: X, with: {PGPASSWORD: hunter2, A: b}}]\n"
    report = DiagnosticReport(check_spec(text, format="yaml", origin="a.yaml").diagnostics)
    shown = written("text", report)
    assert "DAG150" in shown
    assert "{PGPASSWORD: *******, A: b}" in shown
    assert "hunter2" not in shown
