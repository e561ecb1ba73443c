"""The arguments of `DAG`: kept exactly or refused at their line, and absent unless given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl import load_spec, render
from dagctl.findings.codes import Code
from dagctl.spec.fields.durations import length_of
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.model import DagSpec

TASKS = "tasks: [{task_id: a, task_type: bash, bash_command: echo a}]\n"
LEAST = {"dag_name": "Least", "tasks": [{"task_id": "a", "bash_command": "a", "task_type": "bash"}]}


def codes(text: str) -> list[tuple[str, int | None]]:
    return [
        (found.code, found.line) for found in check_spec(f"dag_name: A\n{text}{TASKS}").diagnostics
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("timezone: Berlin\n", Code.BAD_TIME_ZONE),
        ("timezone: CEST\n", Code.BAD_TIME_ZONE),
        ("timezone: ../../etc/passwd\n", Code.BAD_TIME_ZONE),
        ("timezone: /etc/localtime\n", Code.BAD_TIME_ZONE),
        ("timezone: localtime\n", Code.BAD_TIME_ZONE),
        ('timezone: ""\n', Code.BAD_TIME_ZONE),
        ("timezone: 2\n", Code.WRONG_TYPE),
        ('end_date: "2023-12-31"\n', Code.END_BEFORE_START),
        ("end_date: soon\n", Code.BAD_START_DATE),
        ("max_active_runs: 0\n", Code.OUT_OF_RANGE),
        ("max_active_runs: 1.5\n", Code.WRONG_TYPE),
        ("max_active_runs: true\n", Code.WRONG_TYPE),
        ("max_active_tasks: 2147483648\n", Code.OUT_OF_RANGE),
        ("max_consecutive_failed_dag_runs: -1\n", Code.OUT_OF_RANGE),
        ("dagrun_timeout: 90\n", Code.BAD_DURATION),
        ("dagrun_timeout: 5 minutes\n", Code.BAD_DURATION),
        ('dagrun_timeout: ""\n', Code.BAD_DURATION),
        ("dagrun_timeout: 99999999w\n", Code.BAD_DURATION),
        ("doc_md: README.md\n", Code.TEMPLATE_FILE),
        ('dag_display_name: "a\\nb"\n', Code.BAD_CHARACTER),
        ("render_template_as_native_obj: 1\n", Code.WRONG_TYPE),
        ('is_paused_upon_creation: "false"\n', Code.WRONG_TYPE),
    ],
)
def test_a_value_that_airflow_would_not_take_is_refused_at_its_line(line: str, code: Code) -> None:
    assert codes(line) == [(code, 2)]


def test_a_continuous_dag_has_one_run_at_a_time() -> None:
    assert codes('max_active_runs: 2\nschedule: "@continuous"\n') == [(Code.OUT_OF_RANGE, 2)]
    assert codes('max_active_runs: 1\nschedule: "@continuous"\n') == []


def test_a_near_name_of_a_time_zone_is_named() -> None:
    (found,) = check_spec(f"dag_name: A\ntimezone: Europe/Berlim\n{TASKS}").diagnostics

    assert found.hint == "did you mean `Europe/Berlin`?"


@pytest.mark.parametrize(
    ("start", "moment"),
    [
        ("2024-07-01", datetime(2024, 6, 30, 22, tzinfo=UTC)),
        ("2024-01-01T06:00", datetime(2024, 1, 1, 5, tzinfo=UTC)),
        ("2024-01-01T06:00:00Z", datetime(2024, 1, 1, 6, tzinfo=UTC)),
        ("2024-10-27T02:30:00", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        ("2024-10-27T01:30:00Z", datetime(2024, 10, 27, 1, 30, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("airflow", ["2", "3"])
def test_a_date_without_offset_is_by_the_clock_of_the_zone(
    start: str, moment: datetime, airflow: str
) -> None:
    spec = load_spec(f'dag_name: A\ntimezone: Europe/Berlin\nstart_date: "{start}"\n{TASKS}')

    assert spec.start_date == moment
    assert DagSpec.from_data(spec.to_data()) == spec
    names: dict[str, Any] = {}
    source = render(spec, airflow=airflow)
    arguments = source[source.index("default_args = {") :].partition("\n}\n")[0]
    head = "from datetime import datetime, timedelta\nfrom zoneinfo import ZoneInfo\n"
    exec(f"{head}{arguments}\n}}", names)
    assert names["default_args"]["start_date"].astimezone(UTC) == moment
    assert str(names["default_args"]["start_date"].tzinfo) == "Europe/Berlin"


def test_the_default_start_is_midnight_in_the_zone() -> None:
    spec = load_spec(f"dag_name: A\ntimezone: Asia/Tokyo\n{TASKS}")

    assert spec.start_date == datetime(2023, 12, 31, 15, tzinfo=UTC)


def test_a_date_without_offset_needs_no_warning_in_a_zone() -> None:
    assert codes('timezone: Europe/Berlin\nstart_date: "2024-01-01T06:00"\n') == []


@given(st.text(max_size=30) | st.from_regex(r"\A[0-9]{1,9}[smhdw]([0-9]{1,3}[smh])?\Z"))
def test_a_length_of_time_is_kept_or_refused(text: str) -> None:
    checked = check_data({**LEAST, "dagrun_timeout": text})

    if checked.spec is None:
        assert [found.code for found in checked.diagnostics] == [Code.BAD_DURATION]
    else:
        assert checked.spec.dagrun_timeout == text
        assert timedelta(0) <= length_of(text) <= timedelta(days=3650)
