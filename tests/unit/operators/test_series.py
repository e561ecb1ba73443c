"""A target that is a series has only what each Airflow of it has."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Reason, Unresolved
from dagctl.operators.series import of_series
from dagctl.operators.targets import targets
from dagctl.spec.load import check_spec


def test_a_series_is_all_versions_that_the_catalogue_knows() -> None:
    assert of_series("2") == ("2.9", "2.10", "2.11")
    assert of_series("3") == tuple(name for name in targets() if name.startswith("3."))
    assert of_series("3.1") == ()


@pytest.mark.parametrize("name", ["HITLOperator", "ApprovalOperator", "standard.HITLEntryOperator"])
def test_a_class_that_the_first_of_them_lacks_is_refused_with_the_version(name: str) -> None:
    found = lookup(name, "3")

    assert isinstance(found, Unresolved)
    assert (found.reason, found.allowed) == (Reason.OTHER_TARGET, False)
    assert "needs Airflow 3.1 and later; the target is 3.0 and later" in found.message
    assert found.hint == 'set `airflow = "3.1"` in dagctl.toml'
    assert isinstance(lookup(name, "3.1"), Operator)


@pytest.mark.parametrize("name", ["FileSensor", "S3KeySensor"])
def test_a_parameter_of_every_sensor_that_came_later_is_none_of_the_series(name: str) -> None:
    of_2, of_3 = lookup(name, "2"), lookup(name, "3")

    assert isinstance(of_2, Operator)
    assert isinstance(of_3, Operator)
    assert "never_fail" not in of_2.parameters
    assert of_2.absent["never_fail"] == "Airflow 2.10 and later"
    assert "never_fail" in of_3.parameters


def test_what_a_newer_provider_brought_counts_as_that_of_the_newest_airflow() -> None:
    of_series_2 = lookup("KubernetesPodOperator", "2")
    newest = lookup("KubernetesPodOperator", "2.11")

    assert isinstance(of_series_2, Operator)
    assert isinstance(newest, Operator)
    assert of_series_2.parameters == newest.parameters


SPEC = "dag_name: D\ntasks:\n- task_id: a\n  operator: {}\n  with: {}\n"
CASES = [
    ("HITLOperator", "{subject: a, options: [b]}", "3", Code.OPERATOR_NOT_HERE, 4),
    ("FileSensor", "{filepath: a, never_fail: true}", "2", Code.OTHER_VERSION, 5),
    ("BashOperator", "{bash_command: {$ref: airflow.sdk.conf}}", "3", Code.NOT_IN_TARGET, 5),
    ("jobs.Own", "{rule: {$ref: airflow.sdk.TriggerRule.ONE}}", "3", Code.NOT_IN_TARGET, 5),
]


@pytest.mark.parametrize(("operator", "given", "target", "code", "line"), CASES)
def test_what_a_series_lacks_is_said_at_its_line(
    operator: str, given: str, target: str, code: Code, line: int
) -> None:
    found = check_spec(SPEC.format(operator, given), airflow=target).diagnostics
    errors = [each for each in found if each.severity == "error"]

    assert [(each.code, each.line) for each in errors] == [(code, line)]


def test_a_timetable_of_the_sdk_has_a_path_that_each_airflow_3_has() -> None:
    schedule = 'schedule: {timetable: airflow.sdk.CronTriggerTimetable, args: ["0 1 * * *"]}\n'
    text = f"dag_name: D\n{schedule}tasks: [{{task_id: a, bash_command: a}}]\n"

    (found,) = check_spec(text, airflow="3").diagnostics

    assert found.hint == "use `airflow.timetables.trigger.CronTriggerTimetable`"
    assert check_spec(text, airflow="3.2").diagnostics == ()


def test_code_that_imports_what_came_later_is_warned_of() -> None:
    code = "from airflow.sdk import DeadlineAlert\n      return DeadlineAlert"
    text = f"dag_name: D\ntasks:\n  - task_id: a\n    python_code: |\n      {code}\n"

    (found,) = check_spec(text, airflow="3").diagnostics

    assert (found.code, found.line) == (Code.PYTHON_IMPORT, 5)
    assert found.hint == 'set `airflow = "3.2"` in dagctl.toml'
    assert check_spec(text, airflow="3.2").diagnostics == ()
