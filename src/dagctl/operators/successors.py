"""Operators and parameters that Airflow and its providers have removed, and what took their place.

From the changelogs of the providers. People, and the pages that they copy from, still write the
old names; none of them looks like the new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_OF_ONE_SUCCESSOR = {
    "SQLExecuteQueryOperator": (
        *("JdbcOperator", "MsSqlOperator", "MySqlOperator", "OracleOperator", "PostgresOperator"),
        *("RedshiftSQLOperator", "SnowflakeOperator", "SqliteOperator", "TrinoOperator"),
        "VerticaOperator",
    ),
    "DataprocSubmitJobOperator": (
        *("DataProcHadoopOperator", "DataProcHiveOperator", "DataProcPigOperator"),
        *("DataProcPySparkOperator", "DataProcSparkOperator", "DataProcSparkSqlOperator"),
        *("DataprocSubmitHadoopJobOperator", "DataprocSubmitHiveJobOperator"),
        *("DataprocSubmitPigJobOperator", "DataprocSubmitPySparkJobOperator"),
        *("DataprocSubmitSparkJobOperator", "DataprocSubmitSparkSqlJobOperator"),
    ),
    "BigQueryInsertJobOperator": ("BigQueryExecuteQueryOperator", "BigQueryOperator"),
    "AthenaOperator": ("AWSAthenaOperator",),
    "BatchOperator": ("AwsBatchOperator",),
    "BigQueryToGCSOperator": ("BigQueryToCloudStorageOperator",),
    "EcsRunTaskOperator": ("ECSOperator",),
    "EmptyOperator": ("DummyOperator",),
    "GCSToBigQueryOperator": ("GoogleCloudStorageToBigQueryOperator",),
    "GKEStartPodOperator": ("GKEPodOperator",),
    "GlueCrawlerOperator": ("AwsGlueCrawlerOperator",),
    "GlueJobOperator": ("AwsGlueJobOperator",),
    "HttpOperator": ("SimpleHttpOperator",),
    "LambdaInvokeFunctionOperator": ("AwsLambdaInvokeFunctionOperator",),
    "LocalFilesystemToGCSOperator": ("FileToGoogleCloudStorageOperator",),
    "MySQLToGCSOperator": ("MySqlToGoogleCloudStorageOperator",),
    "PostgresToGCSOperator": ("PostgresToGoogleCloudStorageOperator",),
    "S3KeySensor": ("S3PrefixSensor",),
    "S3ToRedshiftOperator": ("S3ToRedshiftTransfer",),
    "SQLCheckOperator": ("CheckOperator",),
    "SQLIntervalCheckOperator": ("IntervalCheckOperator",),
    "SQLThresholdCheckOperator": ("ThresholdCheckOperator",),
    "SQLValueCheckOperator": ("ValueCheckOperator",),
}
SUCCESSORS = {old: new for new, olds in _OF_ONE_SUCCESSOR.items() for old in olds}
"""By the name of a removed class: the class that its provider names instead."""

_RENAMED = {
    "delegate_to": "impersonation_chain",
    "execution_date": "logical_date",
    "is_delete_operator_pod": "on_finish_action",
    "resources": "container_resources",
    "node_selectors": "node_selector",
    "xcom_push": "do_xcom_push",
}
"""By the old name of a parameter: the new one."""


def renamed_parameter(word: str, names: Collection[str]) -> str | None:
    """Return the parameter that took the place of an old one, or None.

    A connection that has another name is the only one that the operator takes.

    Args:
        word: What was written.
        names: The parameters of the operator.
    """
    if _RENAMED.get(word) in names:
        return _RENAMED[word]
    connections = [name for name in names if _is_connection(name)]
    return connections[0] if _is_connection(word) and len(connections) == 1 else None


def _is_connection(name: str) -> bool:
    return name in {"conn", "conn_id", "connection", "connection_id"} or name.endswith("_conn_id")
