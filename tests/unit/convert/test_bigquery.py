"""Operators of BigQuery that are gone, as those that take the job itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Outcome, convert_python

HEAD = """
from datetime import datetime
from airflow import DAG
from airflow.contrib.operators.bigquery_operator import BigQueryOperator
from airflow.providers.google.cloud.operators.bigquery import (
    BigQueryCreateExternalTableOperator, BigQueryExecuteQueryOperator
)
"""


def convert(call: str, default_args: str = "{}") -> ConvertedDag:
    dag = f"with DAG('d', start_date=datetime(2024, 1, 1), default_args={default_args}):\n"
    text = f"{HEAD}{dag}    {call}\n"
    return convert_python(text, "d.py", airflow="3", today=date(2026, 3, 10)).dags[0]


def task(call: str, default_args: str = "{}") -> dict[str, Any]:
    dag = convert(call, default_args)
    assert dag.whole, dag.remarks
    (made,) = dag.data["tasks"]
    return {"operator": made["operator"], **made["with"]}


def test_a_query_is_a_job() -> None:
    call = "BigQueryExecuteQueryOperator(task_id='a', sql='select 1', use_legacy_sql=False)"
    assert task(call) == {
        "operator": "BigQueryInsertJobOperator",
        "configuration": {
            "query": {"query": "select 1", "priority": "INTERACTIVE", "useLegacySql": False}
        },
    }


def test_a_table_gets_the_result_as_before() -> None:
    made = task(
        "BigQueryOperator(task_id='a', sql='q/report.sql', labels={'team': 'a'}, location='EU',"
        " destination_dataset_table='{{ var.value.project }}:shop.t${{ ds_nodash }}',"
        " write_disposition='WRITE_TRUNCATE', cluster_fields=['b'], maximum_bytes_billed=1.5,"
        " bigquery_conn_id='bq')"
    )
    assert (made["location"], made["gcp_conn_id"]) == ("EU", "bq")
    assert made["configuration"] == {
        "labels": {"team": "a"},
        "query": {
            "query": "{% include 'q/report.sql' %}",
            "priority": "INTERACTIVE",
            "useLegacySql": True,
            "maximumBytesBilled": 1.5,
            "destinationTable": {
                "projectId": "{{ var.value.project }}",
                "datasetId": "shop",
                "tableId": "t${{ ds_nodash }}",
            },
            "allowLargeResults": False,
            "writeDisposition": "WRITE_TRUNCATE",
            "createDisposition": "CREATE_IF_NEEDED",
            "timePartitioning": {"type": "DAY"},
            "clustering": {"fields": ["b"]},
        },
    }


def test_arguments_for_all_tasks_are_taken_into_the_job() -> None:
    shared = "{'use_legacy_sql': False, 'bigquery_conn_id': 'bq', 'priority': 'BATCH'}"
    made = task("BigQueryOperator(task_id='a', sql='select 1')", shared)
    assert made["gcp_conn_id"] == "bq"
    assert made["configuration"]["query"]["useLegacySql"] is False
    assert made["configuration"]["query"]["priority"] == "BATCH"


@pytest.mark.parametrize(
    "given",
    [
        "sql=['select 1', 'select 2']",
        "sql='select 1', destination_dataset_table='shop.t'",
        "sql='select 1', destination_dataset_table='a.b.c.d'",
        "sql='select 1', destination_dataset_table='{{' * 5_000 + 'a.b.c'",
        "sql='select 1', api_resource_configs={'query': {'useQueryCache': False}}",
    ],
)
def test_what_no_job_says_as_it_was_is_a_gap(given: str) -> None:
    dag = convert(f"BigQueryExecuteQueryOperator(task_id='a', {given})")
    assert any(each.outcome is Outcome.GAP for each in dag.remarks)


def test_an_external_table_is_made_of_the_same_resource() -> None:
    reference = {"projectId": "p", "datasetId": "d", "tableId": "t"}
    made = task(
        "BigQueryCreateExternalTableOperator(task_id='a', table_resource="
        "{'tableReference': {'projectId': 'p', 'datasetId': 'd', 'tableId': 't'},"
        " 'externalDataConfiguration': {'sourceFormat': 'PARQUET', 'sourceUris': ['gs://b/x']}})"
    )
    assert made["operator"] == "BigQueryCreateTableOperator"
    assert (made["project_id"], made["dataset_id"], made["table_id"]) == ("p", "d", "t")
    assert made["table_resource"]["tableReference"] == reference
