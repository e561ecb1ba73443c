"""Rows of `user_dags` that no `create` has made, for lists that are long."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.stand_in import StandIn

INSERT = """
insert into user_dags (project_id, user_id, dag_id, dag_name, description, file_path, owner, tags,
                       task_count, commit_id)
select %s, gen_random_uuid(), dag_id, dag_id, %s, 'dags/' || dag_id || '.py', 'airflow', '{}', 1,
       repeat('0', 40)
from unnest(%s::text[]) as dag_id
"""


def insert_rows(
    stand_in: StandIn, project_id: str, dag_ids: Iterable[str] | int, description: str = ""
) -> None:
    """Insert a row for each of the ids, or for so many of them, past the server."""
    named = [f"row_{n:06}" for n in range(dag_ids)] if isinstance(dag_ids, int) else list(dag_ids)
    stand_in.sql(INSERT, project_id, description, named)


def copy_row(registry: Path, dag_id: str, names: Iterable[str]) -> None:
    """Insert rows like the one of a DAG into the file of an embedded registry."""
    with closing(sqlite3.connect(registry, timeout=60)) as connection, connection:
        connection.row_factory = sqlite3.Row
        find = "select * from user_dags where dag_id = ?"
        row = dict(connection.execute(find, [dag_id]).fetchone())
        values = ", ".join(f":{column}" for column in row)
        connection.executemany(
            f"insert into user_dags ({', '.join(row)}) values ({values})",
            ({**row, "id": f"id-of-{name}", "dag_id": name} for name in names),
        )
