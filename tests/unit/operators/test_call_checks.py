"""What is wrong with a call of an operator."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallCheck, CallFinding, CallLevel
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator

KEY = {"bucket_key": "s3://landing/{{ ds }}/orders.csv"}


def operator(name: str, target: str = "3", **versions: str) -> Operator:
    result = lookup(name, target, versions)
    assert isinstance(result, Operator), result
    return result


def findings(
    name: str, arguments: dict[str, Any], target: str = "3", **more: object
) -> list[CallFinding]:
    return check_call(operator(name, target), OperatorCall(arguments=arguments, **more))  # type: ignore[arg-type]


def only(name: str, arguments: dict[str, Any], target: str = "3", **more: object) -> CallFinding:
    result = findings(name, arguments, target, **more)
    assert len(result) == 1, result
    return result[0]


def test_a_right_call_has_no_finding() -> None:
    assert findings("S3KeySensor", {**KEY, "timeout": "2h", "deferrable": True}) == []


def test_a_misspelt_parameter_is_unknown_with_the_near_name() -> None:
    finding = only("S3KeySensor", {**KEY, "wildcard_mach": True})
    assert (finding.check, finding.level) == (CallCheck.UNKNOWN_PARAMETER, CallLevel.ERROR)
    assert finding.message == "`S3KeySensor` has no parameter `wildcard_mach`"
    assert finding.hint == "did you mean `wildcard_match`?"
    assert finding.path == ("wildcard_mach",)


@pytest.mark.parametrize("word", ["bucketKey", "bucket_keys", "BUCKET_KEY", "bucketkey"])
def test_other_spellings_are_near(word: str) -> None:
    hints = {finding.hint for finding in findings("S3KeySensor", {word: "x"})}
    assert "did you mean `bucket_key`?" in hints


def test_a_missing_parameter() -> None:
    finding = only("S3KeySensor", {})
    assert finding.check is CallCheck.MISSING_PARAMETER
    assert finding.message == "`S3KeySensor` needs `bucket_key`"
    assert finding.path == ()


def test_what_default_args_or_expand_bring_is_not_missing() -> None:
    assert findings("S3KeySensor", {}, defaults=["bucket_key"]) == []
    assert findings("S3KeySensor", {}, expanded={"bucket_key": ["a", "b"]}) == []
    assert findings("S3KeySensor", {}, more=True) == []


def test_a_parameter_of_every_task_stands_beside() -> None:
    finding = only("S3KeySensor", {**KEY, "retries": 3})
    assert finding.check is CallCheck.MISPLACED_PARAMETER
    assert finding.hint == "take it out of `with` and put it beside `with`"
    assert (
        only("S3KeySensor", {**KEY, "retries": 3}, beside=["retries"]).check
        is CallCheck.GIVEN_TWICE
    )


def test_given_in_with_and_in_expand() -> None:
    assert only("S3KeySensor", KEY, expanded=KEY).check is CallCheck.GIVEN_TWICE


def test_a_parameter_that_the_operator_gives_its_base_itself() -> None:
    result = operator("PostgresToGCSOperator")
    fixed = next(iter(operator("EksPodOperator").fixed), None)
    assert result.fixed == frozenset() or fixed
    assert fixed is not None
    found = check_call(operator("EksPodOperator"), OperatorCall(arguments={fixed: "x"}, more=True))
    assert [finding.check for finding in found] == [CallCheck.FIXED_PARAMETER]


def test_a_value_of_the_wrong_kind() -> None:
    finding = only("S3KeySensor", {**KEY, "wildcard_match": "yes"})
    assert finding.check is CallCheck.WRONG_KIND
    assert finding.message == "`wildcard_match` takes true or false, not `yes`"


def test_text_for_a_duration_is_right_where_the_type_is_one() -> None:
    assert findings("TimeDeltaSensor", {"delta": "5m"}) == []


def test_a_path_for_a_function_needs_a_marker() -> None:
    finding = only("PythonOperator", {"python_callable": "pkg.mod.run"})
    assert finding.check is CallCheck.WRONG_KIND
    assert "{$ref: package.module.name}" in finding.message
    assert findings("PythonOperator", {"python_callable": {"$ref": "pkg.mod.run"}}) == []


def test_jinja_that_airflow_does_not_render_is_a_warning() -> None:
    finding = only(
        "S3KeySensor",
        {**KEY, "poke_interval": 5, "check_fn": {"$ref": "a.b"}, "region": "{{ params.region }}"},
    )
    assert (finding.check, finding.level) == (CallCheck.NOT_RENDERED, CallLevel.WARNING)
    assert finding.path == ("region",)


def test_a_parameter_that_another_airflow_has() -> None:
    finding = only("ExternalTaskSensor", {"external_dag_id": "x", "bogus_parameter": 1})
    assert finding.check is CallCheck.UNKNOWN_PARAMETER
    finding = only(
        "BashOperator", {"bash_command": "ls", "render_template_as_native_obj": True}, "2"
    )
    assert finding.check is CallCheck.OTHER_VERSION
    assert finding.message == "`render_template_as_native_obj` needs Airflow 3.2 and later"
    [of_sensor] = findings("FileSensor", {"filepath": "/a", "never_fail": True}, "2.9")
    assert of_sensor.message == "`never_fail` needs Airflow 2.10 and later"


def test_mapping_over_what_airflow_refuses() -> None:
    finding = only("BashOperator", {"bash_command": "ls"}, expanded={"queue": ["a", "b"]})
    assert (finding.check, finding.expanded) == (CallCheck.NOT_EXPANDABLE, True)
    assert findings("BashOperator", {"bash_command": "ls"}, expanded={"pool": ["a", "b"]}) == []
    old = only("BashOperator", {"bash_command": "ls"}, "2", expanded={"pool": ["a", "b"]})
    assert old.check is CallCheck.NOT_EXPANDABLE


def test_a_mapped_value_of_the_wrong_kind_at_its_place() -> None:
    finding = only("S3KeySensor", KEY, expanded={"wildcard_match": [True, "yes"]})
    assert (finding.check, finding.path) == (CallCheck.WRONG_KIND, ("wildcard_match", 1))


def test_an_old_path_is_a_note() -> None:
    finding = only("airflow.operators.bash_operator.BashOperator", {"bash_command": "ls"})
    assert (finding.check, finding.level) == (CallCheck.OLD_PATH, CallLevel.NOTE)


def test_an_open_operator_takes_any_name() -> None:
    opened = operator("ADLSToGCSOperator")
    assert opened.open
    assert check_call(opened, OperatorCall(arguments={"anything": 1}, more=True)) == []


def test_names_of_the_user_do_not_break_a_message() -> None:
    finding = only("S3KeySensor", {**KEY, "x\n\x1b[31m" + "y" * 500: 1})
    assert "\n" not in finding.message
    assert "\x1b" not in finding.message
    assert len(finding.message) < 200
