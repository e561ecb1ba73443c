"""Arguments under their old names or in their old form, as Airflow and its providers have them now.

As the changelogs of the providers say: a name that is gone has another one, and a truth became one
of a few words. What the operator still takes as it is stays as it is.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.operators.model import Parameter

RENAMED = {"task_concurrency": "max_active_tis_per_dag", "xcom_push": "do_xcom_push"}
"""The names that arguments of every task had in Airflow 1 and 2, each with its name now."""
DURATIONS = ("retry_delay", "max_retry_delay", "execution_timeout", "sla")
"""Arguments of every task that are lengths of time."""
_GONE = {"provide_context": "Airflow gives a function what its parameters name"}
_GONE_IN_3 = _GONE | {"sla": "Airflow 3 has no `sla`"}
_GONE_OF_DAGS_IN_3 = {
    "default_view": "only the pages of Airflow 2 read it: how the DAG is shown first",
    "orientation": "only the pages of Airflow 2 read it: how the graph lies",
    "sla_miss_callback": _GONE_IN_3["sla"],
}
_NEW_NAMES: Mapping[str, str] = {
    "bigquery_conn_id": "gcp_conn_id",
    "google_cloud_storage_conn_id": "gcp_conn_id",
    "google_cloud_conn_id": "gcp_conn_id",
    "datastore_conn_id": "gcp_conn_id",
    "s3_conn_id": "aws_conn_id",
    "execution_date": "logical_date",
}
OF_CLASSES: Mapping[str, Mapping[str, str]] = {
    "GKEDeleteClusterOperator": {"name": "cluster_name"},
}
"""Arguments of one class alone that have another name now."""
_TAKEN: Mapping[str, tuple[str, ...]] = {
    "BigQueryToCloudStorageOperator": ("bigquery_conn_id",),
    "FileToGoogleCloudStorageOperator": ("google_cloud_storage_conn_id",),
    "GoogleCloudStorageToBigQueryOperator": ("bigquery_conn_id", "google_cloud_storage_conn_id"),
    "MySqlToGoogleCloudStorageOperator": ("google_cloud_storage_conn_id",),
    "PostgresToGoogleCloudStorageOperator": ("google_cloud_storage_conn_id",),
}
"""Classes that are gone, and the old names of a connection that they took: Airflow 1.10 has them.

All operators that begin with `GoogleCloudStorage` took one too.

Other operators never took these, or take them no more: there Airflow passes over them.
"""
_TRUTHS: Mapping[str, tuple[str, Mapping[bool, str]]] = {
    "auto_remove": ("auto_remove", {True: "success", False: "never"}),
    "is_delete_operator_pod": ("on_finish_action", {True: "delete_pod", False: "keep_pod"}),
}
"""Arguments that were true or false, each with its name and its words now."""


def gone_arguments(airflow: str) -> Mapping[str, str]:
    """Return the arguments of every task that an Airflow has no more, each with the reason."""
    return _GONE if airflow.startswith("2") else _GONE_IN_3


def gone_dag_arguments(airflow: str) -> Mapping[str, str]:
    """Return the arguments of a DAG that an Airflow has no more, each with the reason."""
    return {} if airflow.startswith("2") else _GONE_OF_DAGS_IN_3


def old_names(path: str) -> Mapping[str, str]:
    """Return the old names that an operator took which is gone, each with its name now."""
    word = path.rpartition(".")[2]
    is_of_storage = word.startswith("GoogleCloudStorage") and word.endswith("Operator")
    taken = _TAKEN.get(word, ("google_cloud_storage_conn_id",) if is_of_storage else ())
    return {name: _NEW_NAMES[name] for name in taken}


def argument_now(
    key: str,
    value: object,
    given: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[str, Any]:
    """Return the name and the value that an argument has now."""
    if key in _TRUTHS and isinstance(value, bool):
        name, words = _TRUTHS[key]
        is_free = name == key or (name in parameters and name not in given)
        is_gone = key not in parameters or parameters[key].type.startswith("Literal[")
        return (name, words[value]) if is_free and is_gone else (key, value)
    own = parameters.get(key)
    if own is None:
        name = names.get(key, _NEW_NAMES.get(key, key))
        is_free = name in parameters and given.get(name, value) == value
        return (name, value) if is_free else (key, value)
    is_truth = own.type in {"bool", "bool | None"} and type(value) is int and value in {0, 1}
    return (key, bool(value)) if is_truth else (key, value)
