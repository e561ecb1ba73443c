"""Classes and parameters that providers have removed: the message names what took their place."""

from __future__ import annotations

import pytest

from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator, Unresolved
from dagctl.operators.near import operator_names
from dagctl.operators.successors import SUCCESSORS


@pytest.mark.parametrize(("old", "new"), SUCCESSORS.items())
def test_only_what_is_gone_is_said_to_be_gone(old: str, new: str) -> None:
    known = set(operator_names())
    result = lookup(old, "3")

    assert (old in known, new in known) == (False, True)
    assert isinstance(result, Unresolved)
    assert (result.hint, result.allowed) == (f"use `{new}`", False)


@pytest.mark.parametrize(
    "name",
    [
        "snowflake.SnowflakeOperator",
        "airflow.providers.google.cloud.operators.bigquery.BigQueryExecuteQueryOperator",
    ],
)
def test_the_provider_may_be_named(name: str) -> None:
    result = lookup(name, "3")
    assert isinstance(result, Unresolved)
    assert result.message.endswith("any more")


def test_a_path_of_a_provider_that_the_catalogue_lacks_stays_allowed() -> None:
    result = lookup("airflow.providers.postgres.operators.postgres.PostgresOperator", "3")
    assert isinstance(result, Unresolved)
    assert result.allowed
    assert "`SQLExecuteQueryOperator`" in (result.hint or "")


def test_an_old_path_of_a_class_that_was_renamed_leads_to_the_class_of_the_target() -> None:
    for target, path in (
        ("2", "airflow.operators.empty.EmptyOperator"),
        ("3", "airflow.providers.standard.operators.empty.EmptyOperator"),
    ):
        result = lookup("airflow.operators.dummy_operator.DummyOperator", target)
        assert isinstance(result, Operator)
        assert result.path == path


@pytest.mark.parametrize(
    ("operator", "old", "new"),
    [
        ("TriggerDagRunOperator", "execution_date", "logical_date"),
        ("SQLExecuteQueryOperator", "postgres_conn_id", "conn_id"),
        ("HttpOperator", "conn_id", "http_conn_id"),
        ("BigQueryInsertJobOperator", "bigquery_conn_id", "gcp_conn_id"),
        ("KubernetesPodOperator", "node_selectors", "node_selector"),
        ("SQLExecuteQueryOperator", "connection", "conn_id"),
        # What other tools, and people, call it.
        ("EmailOperator", "body", "html_content"),
        ("SQLExecuteQueryOperator", "query", "sql"),
        ("SSHOperator", "cmd", "command"),
        ("KubernetesPodOperator", "args", "arguments"),
        ("KubernetesPodOperator", "env", "env_vars"),
        ("FileSensor", "path", "filepath"),
        # The name has all words of the longer one.
        ("S3KeySensor", "bucket", "bucket_name"),
        ("S3KeySensor", "key", "bucket_key"),
        ("GlueJobOperator", "job", "job_name"),
        ("S3KeySensor", "timeout_seconds", "timeout"),
    ],
)
def test_the_parameter_that_was_meant_is_named(operator: str, old: str, new: str) -> None:
    known = lookup(operator, "3")
    assert isinstance(known, Operator)
    hints = {item.path: item.hint for item in check_call(known, OperatorCall(arguments={old: "x"}))}

    assert hints[(old,)] == f"did you mean `{new}`?"
