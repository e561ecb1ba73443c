"""What is made of operators: requirements, an example, a schema for editors, a search."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallLevel
from dagctl.operators.decorators import lookup_decorator
from dagctl.operators.distributions import requirements
from dagctl.operators.example import example, task_id
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.operators.operators_schema import operator_schema
from dagctl.operators.search import names_like, search
from dagctl.operators.targets import release, targets


def operator(name: str, target: str = "3", **versions: str) -> Operator:
    result = lookup(name, target, versions)
    assert isinstance(result, Operator), result
    return result


# --- Requirements ---------------------------------------------------------------------------------


def test_each_distribution_is_required_once_with_its_operators() -> None:
    needed = requirements(
        operator(name)
        for name in ("S3KeySensor", "DockerOperator", "S3ListOperator", "BashOperator")
    )
    assert [(r.distribution, r.operators) for r in needed] == [
        ("apache-airflow-providers-amazon", ("S3KeySensor", "S3ListOperator")),
        ("apache-airflow-providers-docker", ("DockerOperator",)),
        ("apache-airflow-providers-standard", ("BashOperator",)),
    ]


def test_airflow_itself_needs_no_provider() -> None:
    assert requirements([operator("BashOperator", "2")]) == []


def test_airflow_2_needs_a_package_for_environments_of_tasks() -> None:
    for name in ("PythonVirtualenvOperator", "BranchPythonVirtualenvOperator"):
        assert [r.line() for r in requirements([operator(name, "2")])] == ["virtualenv"]
    made = [lookup_decorator(f"task.{name}", "2") for name in ("virtualenv", "branch_virtualenv")]
    needed = requirements([each for each in made if isinstance(each, Operator)])
    assert [(r.line(), r.operators) for r in needed] == [
        ("virtualenv", ("task.branch_virtualenv", "task.virtualenv"))
    ]
    later = [r.line() for r in requirements([operator("PythonVirtualenvOperator", "3")])]
    assert later == ["apache-airflow-providers-standard"]


def test_a_transfer_needs_the_provider_of_the_other_side_too() -> None:
    needed = {r.distribution for r in requirements([operator("GCSToS3Operator")])}
    assert needed == {"apache-airflow-providers-amazon", "apache-airflow-providers-google"}


def test_the_versions_of_the_workspace_are_pinned() -> None:
    result = operator("S3KeySensor", amazon="9.17.0")
    (line,) = [r.line() for r in requirements([result], {"amazon": "9.17.0"})]
    assert line == "apache-airflow-providers-amazon==9.17.0"


# --- An example -----------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["2", "3"])
def test_the_example_of_every_operator_has_no_error(target: str) -> None:
    for match in search("", target):
        result = operator(match.path, release(target))
        if result.kind != "notifier":
            (task,) = yaml.safe_load(example(result))
            found = check_call(result, OperatorCall(arguments=task.get("with", {})))
            assert [f.message for f in found if f.level is CallLevel.ERROR] == [], result.path


def test_the_name_of_a_task() -> None:
    assert task_id("S3KeySensor") == "s3_key"
    assert task_id("SQLExecuteQueryOperator") == "sql_execute_query"
    assert task_id("Operator") == "task"


# --- The schema for editors -----------------------------------------------------------------------


def schema(*providers: str) -> dict[str, Any]:
    made = operator_schema(providers, "3")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": made.definitions,
        "type": "object",
        "properties": {"operator": made.operator},
        "allOf": list(made.conditions),
    }


TASK = {"operator": "S3KeySensor", "with": {"bucket_key": "s3://landing/{{ ds }}"}}


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"operator": "amazon.S3KeySensor"}, True),
        ({"operator": "mlops.operators.Own", "with": {"anything": 1}}, True),
        ({"operator": "SnowflakeSqlApiOperator", "with": {"sql": "SELECT 1"}}, True),
        ({"operator": "S3KeySensr"}, False),
        ({"with": {}}, False),
        ({"with": {"wildcard_match": True}}, False),
        ({"with": {}, "expand": {"bucket_key": ["a", "b"]}}, True),
        ({"with": {}, "expand_kwargs": {"$xcom": "keys"}}, True),
        ({"operator": "EmptyOperator", "with": {}}, True),
        ({"with": {"bucket_kye": "x"}}, False),
        ({"with": {"wildcard_match": "yes"}}, False),
        ({"with": {"bucket_key": "a", "timeout": "2h"}}, True),
        ({"with": {"bucket_key": {"$xcom": "list_keys"}}}, True),
        ({"with": {"bucket_key": "a", "check_fn": {"$ref": "jobs.not_empty"}}}, True),
    ],
)
def test_the_schema_knows_names_and_parameters(change: dict[str, Any], *, good: bool) -> None:
    checker = Draft7Validator(schema("amazon"))
    assert checker.is_valid(TASK | change) is good


@pytest.mark.parametrize(
    "providers",
    [
        {"cncf.kubernetes", "common.sql", "http", "snowflake", "standard"},
        pytest.param({match.provider for match in search("", "3")}, marks=pytest.mark.sweep),
    ],
    ids=["five", "all"],
)
def test_the_schema_of_providers_is_a_schema_and_takes_every_example(providers: set[str]) -> None:
    whole = schema(*sorted(providers))
    Draft7Validator.check_schema(whole)
    known = {k: v for k, v in whole["definitions"].items() if k.startswith("operator.")}
    assert known
    for name in known:
        shown = yaml.safe_load(example(operator(_unambiguous(name.removeprefix("operator.")))))
        called = shown["on_failure_callback"] if isinstance(shown, dict) else shown[0]
        definition = {"$ref": f"#/definitions/{name}", "definitions": whole["definitions"]}
        Draft7Validator(definition).validate(called.get("with", {}))


def _unambiguous(name: str) -> str:
    return name if isinstance(lookup(name, "3"), Operator) else f"yandex.{name}"


def test_the_schema_of_two_large_providers_is_no_megabyte() -> None:
    printed = json.dumps(schema("amazon", "http"), separators=(",", ":"))
    assert len(printed) < 1_000_000


def test_a_parameter_that_several_operators_have_is_written_once() -> None:
    definitions = schema("amazon")["definitions"]
    ends = [
        definitions[f"operator.{name}"]["properties"]["aws_conn_id"]["$ref"]
        for name in (
            "S3KeySensor",
            "S3ListOperator",
        )
    ]
    assert len(set(ends)) == 1
    assert "description" in definitions[ends[0].removeprefix("#/definitions/")]


# --- Search ---------------------------------------------------------------------------------------


def test_the_best_match_comes_first() -> None:
    assert search("bashoperator", "3")[0].name == "BashOperator"
    assert search("S3Key", "3")[0].name == "S3KeySensor"
    assert {match.provider for match in search("docker", "3")[:2]} == {"docker"}


def test_a_search_knows_the_target() -> None:
    assert not [m for m in search("HITLOperator", "3.0") if m.name == "HITLOperator"]
    assert [m for m in search("HITLOperator", "3.1") if m.name == "HITLOperator"]
    for target in targets():
        assert len(search("", target)) > 900


def test_names_for_completion() -> None:
    assert names_like("s3key") == ["S3KeySensor", "S3KeysUnchangedSensor"]


def test_of_operators_that_have_all_words_those_come_first_that_begin_with_one() -> None:
    assert search("file sensor", "3")[0].name == "FileSensor"
    assert search("sensor file", "3")[0].name == "FileSensor"
