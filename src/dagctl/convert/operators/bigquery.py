"""Operators of BigQuery that Google's provider has removed, as those that take the job itself.

What each argument becomes in the job is what `BigQueryHook.run_query` made of it in the last
versions of the provider that had these operators (10.x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODULE = "airflow.providers.google.cloud.operators.bigquery"
_QUERIES = ("BigQueryExecuteQueryOperator", "BigQueryOperator")
_TABLES = ("BigQueryCreateExternalTableOperator",)
_OF_QUERY = {
    "sql": "query",
    "priority": "priority",
    "use_legacy_sql": "useLegacySql",
    "query_params": "queryParameters",
    "udf_config": "userDefinedFunctionResources",
    "maximum_billing_tier": "maximumBillingTier",
    "maximum_bytes_billed": "maximumBytesBilled",
    "time_partitioning": "timePartitioning",
    "schema_update_options": "schemaUpdateOptions",
}
_OF_TABLE = {
    "allow_large_results": ("allowLargeResults", False),
    "flatten_results": ("flattenResults", None),
    "write_disposition": ("writeDisposition", "WRITE_EMPTY"),
    "create_disposition": ("createDisposition", "CREATE_IF_NEEDED"),
}
"""What counts where the result goes into a table alone, with the defaults that the hook had."""
_ALONE = ("labels", "cluster_fields", "encryption_configuration", "destination_dataset_table")
_PARTS = lazy_pattern(r"(?:\{\{.*?\}\}|[^.:{])+")
_LONGEST_TABLE = 1_000
"""Characters of the name of a table; templates in it are a part of them."""
_SQL_FILE = lazy_pattern(r"[^\s{}'\"]+\.sql")


class Successor(NamedTuple):
    """What takes the place of a task."""

    path: str
    """The operator's import path."""
    arguments: dict[str, Any]


def own_arguments(path: str) -> tuple[str, ...]:
    """Return the arguments of a removed operator that `default_args` may hold for it."""
    if path.rpartition(".")[2] not in _QUERIES:
        return ()
    return (*_OF_QUERY, *_OF_TABLE, *_ALONE, "bigquery_conn_id")


def for_bigquery(path: str, given: Mapping[str, Any]) -> Successor | None:
    """Return what takes the place of a removed operator of BigQuery.

    None where there is none: for another operator, several queries in one task, a table that does
    not name its project, and arguments that no job has.

    Args:
        path: The import path of the operator.
        given: Its arguments.
    """
    word = path.rpartition(".")[2]
    if not path.startswith("airflow.") or given.get("api_resource_configs"):
        return None
    rest = dict(given)
    connection = rest.pop("bigquery_conn_id", None)
    if connection is not None:
        rest["gcp_conn_id"] = connection
    if word in _QUERIES:
        return _job(rest)
    return _table(rest) if word in _TABLES else None


def _job(given: dict[str, Any]) -> Successor | None:
    sql, destination = given.get("sql"), given.get("destination_dataset_table")
    table = _reference(destination)
    if sql is None or isinstance(sql, list | tuple) or (destination and table is None):
        return None
    if isinstance(sql, str) and _SQL_FILE.fullmatch(sql):
        given["sql"] = f"{{% include '{sql}' %}}"
    given.setdefault("priority", "INTERACTIVE")
    given.setdefault("use_legacy_sql", True)
    query = {
        name: given.pop(key)
        for key, name in _OF_QUERY.items()
        if given.get(key) not in (None, {}, ())
    }
    of_table = {name: given.pop(key, default) for key, (name, default) in _OF_TABLE.items()}
    if table is not None:
        query |= {"destinationTable": table, **of_table}
    if table is not None and "$" in table["tableId"]:
        query["timePartitioning"] = {"type": "DAY"} | query.get("timePartitioning", {})
    if given.get("cluster_fields"):
        query["clustering"] = {"fields": given["cluster_fields"]}
    if given.get("encryption_configuration"):
        query["destinationEncryptionConfiguration"] = given["encryption_configuration"]
    labels = given.get("labels")
    configuration = {"query": _without_none(query)} | ({"labels": labels} if labels else {})
    rest = {key: value for key, value in given.items() if key not in (*_ALONE, *_OF_QUERY)}
    return Successor(
        f"{_MODULE}.BigQueryInsertJobOperator", {"configuration": configuration} | rest
    )


def _reference(table: object) -> dict[str, str] | None:
    """Return the three parts of the name of a table; None if it is no text with all of them."""
    if not isinstance(table, str) or len(table) > _LONGEST_TABLE:
        return None
    parts = _PARTS.findall(table)
    names = ("projectId", "datasetId", "tableId")
    if len(parts) != len(names) or len("".join(parts)) + 2 != len(table):
        return None
    return dict(zip(names, parts, strict=True))


def _table(given: dict[str, Any]) -> Successor | None:
    """Return what makes the same external table of a `table_resource`."""
    resource = given.get("table_resource")
    reference = resource.get("tableReference") if isinstance(resource, dict) else None
    if not isinstance(reference, dict) or not reference.keys() >= {"datasetId", "tableId"}:
        return None
    made = {"dataset_id": reference["datasetId"], "table_id": reference["tableId"]}
    if reference.get("projectId") is not None:
        made["project_id"] = reference["projectId"]
    idle = ("bucket", "source_objects", "google_cloud_storage_conn_id")  # the resource says them
    rest = {key: value for key, value in given.items() if key not in idle}
    return Successor(f"{_MODULE}.BigQueryCreateTableOperator", made | rest)


def _without_none(query: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in query.items() if value is not None}
