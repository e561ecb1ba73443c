"""Operators of single databases, which providers have removed, as the operator for all of them.

It takes the same SQL. Its connection has another name, and what an operator of Snowflake passed to
its hook is in `hook_params`. As the changelogs of the providers say, and the last versions of these
operators, which were subclasses of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SUCCESSOR = "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator"
_OF_SNOWFLAKE = ("warehouse", "database", "role", "schema", "authenticator", "session_parameters")


class _Database(NamedTuple):
    """How an operator named its connection, and what it gave to its hook."""

    connection: str
    default: str
    of_hook: tuple[str, ...] = ()


_DATABASES = {
    "JdbcOperator": _Database("jdbc_conn_id", "jdbc_default"),
    "MsSqlOperator": _Database("mssql_conn_id", "mssql_default"),
    "MySqlOperator": _Database("mysql_conn_id", "mysql_default"),
    "OracleOperator": _Database("oracle_conn_id", "oracle_default"),
    "PostgresOperator": _Database("postgres_conn_id", "postgres_default"),
    "RedshiftSQLOperator": _Database("redshift_conn_id", "redshift_default"),
    "SnowflakeOperator": _Database("snowflake_conn_id", "snowflake_default", _OF_SNOWFLAKE),
    "SqliteOperator": _Database("sqlite_conn_id", "sqlite_default"),
    "TrinoOperator": _Database("trino_conn_id", "trino_default"),
    "VerticaOperator": _Database("vertica_conn_id", "vertica_default"),
}


def is_of_a_database(path: str) -> bool:
    """Return whether an import path means a removed operator of a single database."""
    return path.startswith("airflow.") and path.rpartition(".")[2] in _DATABASES


def own_arguments(path: str) -> tuple[str, ...]:
    """Return the arguments of such an operator that its successor does not have."""
    database = _DATABASES[path.rpartition(".")[2]]
    return (database.connection, *database.of_hook)


def for_all_databases(path: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of such an operator as those of its successor.

    Args:
        path: The import path of the operator.
        given: Its arguments.
    """
    database = _DATABASES[path.rpartition(".")[2]]
    made: dict[str, Any] = {}
    of_hook: dict[str, Any] = {}
    for key, value in given.items():
        if key == database.connection:
            made["conn_id"] = value
        elif key in database.of_hook:
            of_hook |= {} if value is None else {key: value}
        else:
            made[key] = value
    made.setdefault("conn_id", database.default)
    hook = made.get("hook_params")
    if of_hook:
        made["hook_params"] = of_hook | (hook if isinstance(hook, dict) else {})
    return made
