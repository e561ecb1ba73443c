"""What a commit's subject says was done to a DAG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.operation.dags.commit_subject import done_in

if TYPE_CHECKING:
    from dagctl.ports import VersionAction


@pytest.mark.parametrize(
    ("subject", "otherwise", "done"),
    [
        ("Rollback DAG orders", "update", ("rollback", None)),
        ("Restore 3 DAGs", "update", ("restore", None)),
        ("Rename DAG orders to sales", "delete", ("rename", "sales")),
        ("Rename DAG sales to orders", "create", ("rename", "sales")),
        ("Rename DAG sales to others", "create", ("create", None)),
        ("Rollback DAG orders", "delete", ("delete", None)),
        ("Rollback DAG orders and update 2 DAGs", "update", ("update", None)),
        ("Update DAG orders", "update", ("update", None)),
        ("", "create", ("create", None)),
    ],
)
def test_a_subject_counts_where_it_says_one_thing(
    subject: str, otherwise: VersionAction, done: tuple[str, str | None]
) -> None:
    assert done_in(subject, "orders", otherwise) == done
