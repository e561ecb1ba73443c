"""Loading: a spec, or every problem at its line; and nothing but `SpecError` ever leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.errors import Severity, SpecError
from dagctl.findings.codes import Code
from dagctl.spec.fields.start_date import DEFAULT_START
from dagctl.spec.load import check_spec, load_spec

TASKS = "tasks:\n  - task_id: a\n    task_type: bash\n    bash_command: echo a\n"
LEAST = "dag_name: Report\n" + TASKS
LEAST_JSON = json.dumps(
    {"dag_name": "Report", "tasks": [{"task_id": "a", "task_type": "bash", "bash_command": "x"}]}
)


def _found(text: str | bytes, **how: Any) -> list[tuple[str, int | None, int | None]]:  # noqa: ANN401 - passed on
    found = check_spec(text, **how).diagnostics
    return [(item.code, item.line, item.column) for item in found]


def test_promise_6_every_problem_at_once_at_its_line() -> None:
    text = (
        'dag_name: Report\nschedule: "@dialy"\nowner: no\nretires: 3\nretries: "3"\ncatchup: 1\n'
        "tags: [a, a]\nstart_date: tomorrow\ntasks:\n"
        "  - task_id: extract\n    task_type: bash\n    bash_comand: python extract.py\n"
        "  - task_id: load it\n    task_type: python\n    dependencies: [extrct]\n"
        "    python_code: |\n      x = 1\n      retrun x\n"
        "  - task_id: clean\n    task_type: bash\n    bash_command: ./clean.sh\n"
        "    bash_command: echo {{ ds }}\n    dependencies: [report]\n"
        '  - task_id: report\n    task_type: bash\n    bash_command: "echo {{ ds"\n'
        "    dependencies: [clean]\n"
    )

    assert _found(text, origin="specs/bad.yaml") == [
        (Code.BAD_SCHEDULE, 2, 11),
        (Code.YAML_WORD, 3, 8),
        (Code.UNKNOWN_KEY, 4, 1),
        (Code.WRONG_TYPE, 5, 10),
        (Code.WRONG_TYPE, 6, 10),
        (Code.DUPLICATE_TAG, 7, 11),
        (Code.BAD_START_DATE, 8, 13),
        (Code.UNKNOWN_KEY, 12, 5),
        (Code.BAD_TASK_ID, 13, 14),
        (Code.UNKNOWN_DEPENDENCY, 15, 20),
        (Code.PYTHON_SYNTAX, 18, 14),
        (Code.TEMPLATE_FILE, 21, 26),
        (Code.DUPLICATE_KEY, 22, 5),
        (Code.CYCLE, 23, 20),
        (Code.BAD_TEMPLATE, 26, 20),
    ]


def test_promise_6_in_json_as_well() -> None:
    text = (
        '{"dag_name": "Report", "schedule": "0 0 31 2 *",\n'
        ' "retires": 1,\n "tasks": [\n'
        '  {"task_id": "a", "task_type": "python", "python_code": "x = 1\\nretrun x",\n'
        '   "dependencies": ["b"]},\n'
        '  {"task_id": "b", "task_type": "Bash", "bash_command": "echo",\n'
        '   "dependencies": ["a"]}\n ]}\n'
    )

    assert _found(text) == [
        (Code.NEVER_FIRES, 1, 36),
        (Code.UNKNOWN_KEY, 2, 2),
        (Code.PYTHON_SYNTAX, 4, 73),
        (Code.CYCLE, 5, 21),
        (Code.UNKNOWN_TASK_TYPE, 6, 33),
    ]


def test_a_diagnostic_says_all_it_knows() -> None:
    with pytest.raises(SpecError) as caught:
        load_spec("retires: 3\n" + LEAST, origin="specs/a.yaml")

    (found,) = caught.value.diagnostics
    assert found.message == "unknown key `retires`"
    assert found.hint == "did you mean `retries`?"
    assert found.path == ("retires",)
    assert (found.line, found.column, found.end_line, found.end_column) == (1, 1, 1, 8)
    assert found.file == "specs/a.yaml"
    assert found.severity is Severity.ERROR


def test_the_path_of_a_key_that_stands_twice_has_the_key_however_it_is_spelled() -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(LEAST_JSON.replace("{", '{"d\\u0061g_name": "a", ', 1))

    twice = next(f for f in caught.value.diagnostics if f.code == Code.DUPLICATE_KEY)
    assert twice.path == ("dag_name",)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        (LEAST, {}),
        (LEAST.encode(), {}),
        ("\ufeff" + LEAST, {}),
        (b"\xef\xbb\xbf" + LEAST.encode(), {}),
        (LEAST_JSON, {}),
        ("\n " + LEAST_JSON, {}),
        (LEAST_JSON, {"format": "yaml"}),
        (LEAST_JSON, {"origin": "a.yml"}),
        ("\ufeff" + LEAST_JSON, {"origin": "a.json"}),
        (LEAST, {"origin": "a.JSON.yaml"}),
        (LEAST, {"format": "yaml", "origin": "a.json"}),
    ],
)
def test_the_format_is_known_by_the_argument_the_suffix_or_the_text(
    text: str | bytes, how: dict[str, Any]
) -> None:
    spec = load_spec(text, **how)

    assert spec.dag_name == "Report"
    assert spec.origin == how.get("origin")


def test_json_is_read_as_json_and_not_as_yaml() -> None:
    assert _found(LEAST, format="json") == [(Code.JSON_SYNTAX, 1, 1)]
    assert _found("{'dag_name': x}")[0][0] == Code.JSON_PYTHON
    assert _found("{dag_name: x}", format="json")[0][0] == Code.JSON_SYNTAX


def test_a_key_without_quotes_is_yaml_on_one_line() -> None:
    text = "{dag_name: x, tasks: [{task_id: a, bash_command: echo}]}"

    assert _found(text) == []


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"dag_name: \xff\n", (Code.NOT_UTF8, 1, 11)),
        ("a: b\ndag_name: é".encode("latin-1"), (Code.NOT_UTF8, 2, 11)),
        (LEAST.encode("utf-16"), (Code.NOT_UTF8, 1, 1)),
        ("dag_name: \ud800\n", (Code.NOT_UTF8, 1, 11)),
        (b"#" * 2_000_001, (Code.FILE_TOO_LARGE, 1, 1)),
        ("é" * 1_000_001, (Code.FILE_TOO_LARGE, 1, 1)),
    ],
)
def test_what_is_no_text_of_a_sane_size_is_refused(
    data: str | bytes, place: tuple[str, int, int]
) -> None:
    assert _found(data) == [place]


def test_an_unquoted_date_is_a_date_only_where_one_belongs() -> None:
    assert load_spec("start_date: 2024-01-01\n" + LEAST).start_date == DEFAULT_START
    assert _found("owner: 2024-01-01\n" + LEAST) == [(Code.YAML_DATE, 1, 8)]


def test_a_number_for_a_text_is_to_be_quoted_as_it_was_written() -> None:
    (found,) = check_spec("owner: 1.10\n" + LEAST).diagnostics

    assert found.hint == 'quote it: "1.10"'


def test_warnings_do_not_stop_a_spec() -> None:
    checked = check_spec('start_date: "2024-01-01T06:00"\n' + LEAST)

    assert checked.spec is not None
    assert [found.code for found in checked.diagnostics] == [Code.NAIVE_START_DATE]
    assert checked.diagnostics[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('schedule: "@hourly"\nstart_date: "2000-01-01"\ncatchup: true\n', Code.MANY_RUNS, 3),
        ('owner: a\nschedule: "*/90 * * * *"\n', Code.LONG_STEP, 2),
        ('owner: a\nschedule: "10-20/15 * * * *"\n', Code.LONG_STEP, 2),
        ('owner: a\nschedule: "50/20 * * * *"\n', Code.LONG_STEP, 2),
        ('owner: a\nschedule: "0 6 * * mon-fri/6"\n', Code.LONG_STEP, 2),
        ('owner: a\nschedule_interval: "0 */25 * * *"\n', Code.LONG_STEP, 2),
        ('schedule: "0 0 */1 * 5"\n', Code.IDLE_DAY, 1),
        ('schedule: "0 0 1 * 0-6"\n', Code.IDLE_DAY, 1),
        ('schedule: "@yearly"\nstart_date: "2000-01-01"\ncatchup: true\n', None, None),
        ('schedule: "@hourly"\nstart_date: "2000-01-01"\n', None, None),
    ],
)
def test_what_a_schedule_does_besides_is_a_warning(
    text: str, code: str | None, line: int | None
) -> None:
    found = check_spec(text + LEAST).diagnostics

    assert [(item.code, item.line) for item in found] == ([(code, line)] if code else [])


@pytest.mark.parametrize(
    ("schedule", "start", "warned"),
    [
        ("0 7 * * 1-5", "2024-01-01T00:00:00+01:00", True),
        ("0 7 * * 1-5", "2024-01-01T00:00:00-05:00", True),
        ("0 7 * * 1-5", "2024-01-01T00:00:00Z", False),
        ("0 7 * * 1-5", "2024-01-01T00:00:00+05:30", False),
        ("*/5 * * * *", "2024-01-01T00:00:00+01:00", False),
        ("@hourly", "2024-01-01T00:00:00+01:00", False),
        ("@daily", "2024-01-01T00:00:00+01:00", True),
    ],
)
def test_hours_at_a_fixed_offset_are_warned_of_where_clocks_change(
    schedule: str,
    start: str,
    warned: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    found = check_spec(f'schedule: "{schedule}"\nstart_date: "{start}"\n' + LEAST).diagnostics

    assert [item.code for item in found] == ([Code.FIXED_OFFSET] if warned else [])


@given(st.text() | st.binary(), st.sampled_from([None, "yaml", "json"]))
def test_nothing_but_spec_error_leaves(text: str | bytes, how: Any) -> None:  # noqa: ANN401 - drawn
    checked = check_spec(text, format=how)

    errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
    assert (checked.spec is None) == bool(errors)


_PIECES = st.sampled_from(
    [
        "dag_name: x",
        TASKS,
        "\n",
        "  ",
        "- ",
        "a: ",
        "|",
        ">",
        "{{",
        "}}",
        "[",
        "]",
        "{",
        "}",
        '"',
        "'",
        "&a ",
        "*a",
        "!t ",
        "@",
        "%",
        "`",
        "#",
        "? ",
        "<<: ",
        "no",
        "010",
        "\t",
        "\r",
        "\x85",
        "---\n",
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_nothing_but_spec_error_leaves_for_pieces_of_yaml(text: str) -> None:
    for form in (None, "yaml", "json"):
        checked = check_spec(text, format=form)
        lines = text.count("\n") + 1
        assert all(1 <= (found.line or 0) <= lines for found in checked.diagnostics)


def test_promise_6_all_that_is_wrong_with_one_value_is_reported_at_its_lines() -> None:
    text = """\
dag_name: Report
dag_id: "a b\u00e9"
owner: "a\\nb\\tc"
tasks:
  - task_id: a
    task_type: bash
    bash_command: |-
      echo {{ ds | one }}
      echo {{ ds | two }}
      ./load.sh
  - task_id: b
    task_type: python
    python_code: |
      @cached
      def f(x=a(), y=b()):
          yield x
"""
    found = check_spec(text).diagnostics

    assert [(each.line, each.code, each.path[-1]) for each in found] == [
        (2, "DAG220", "dag_id"),
        (3, "DAG207", "owner"),
        (3, "DAG207", "owner"),
        (8, "DAG451", "bash_command"),
        (9, "DAG451", "bash_command"),
        (10, "DAG452", "bash_command"),
        (14, "DAG408", "python_code"),
        (15, "DAG409", "python_code"),
        (15, "DAG409", "python_code"),
        (16, "DAG405", "python_code"),
    ]
