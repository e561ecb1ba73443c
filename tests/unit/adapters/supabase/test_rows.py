"""Rows are read one by one: a bad one is marked, and harms no other."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.adapters.supabase.rows import record_data, records_of, versions_of
from dagctl.errors import UnavailableError

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
USER = "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01"


def row(**changes: object) -> dict[str, Any]:
    return {
        "id": USER,
        "project_id": PROJECT,
        "user_id": USER,
        "dag_id": "x",
        "dag_name": "X",
        "description": "",
        "file_path": "dags/x.py",
        "schedule_interval": None,
        "owner": "data",
        "tags": ["etl"],
        "task_count": 1,
        "is_active": True,
        "created_at": "2026-11-01T10:00:00+00:00",
        "updated_at": "2026-11-01T10:00:00.123+02:00",
        "commit_id": "c0ffee",
        "version": 1,
        "base_name": "x",
        "source_path": "specs/x.yaml",
        "storage_path": f"{PROJECT}/dags/x.py",
        "airflow": "3",
        "spec": {"dag_name": "X"},
        "spec_digest": "a" * 64,
        "content_digest": "b" * 64,
        "created_by_name": "ada@example.com",
        "updated_by_name": None,
        **changes,
    }


def test_a_good_row_is_a_record_without_a_problem_and_back() -> None:
    (record,) = records_of([row()], PROJECT)
    assert record.problem is None
    assert (record.tags, record.created_by_name) == (("etl",), "ada@example.com")
    data = record_data(record)
    assert data | {"updated_at": row()["updated_at"]} == row()


@pytest.mark.parametrize("path", ["x.py", "dags/x.py", "a b/é/x.py"])
def test_a_row_that_no_dagctl_made_is_a_record_too(path: str) -> None:
    empty: dict[str, Any] = {"spec": {}, "spec_digest": "", "content_digest": "", "tags": []}
    key = f"{PROJECT}/dags/{path.rpartition('/')[2]}"
    (record,) = records_of([row(file_path=path, storage_path=key, **empty)], PROJECT)
    assert (record.problem, record.file_path) == (None, path)


@pytest.mark.parametrize(
    "changes",
    [
        {"file_path": "dags/a/../../b.py"}, {"file_path": "/etc/x.py"}, {"file_path": ".git/x.py"},
        {"file_path": "dags/x\x1b.py"}, {"file_path": "dags\\x.py"}, {"file_path": ".GIT/x.py"},
        {"file_path": "dags/x"}, {"file_path": ""}, {"file_path": None}, {"file_path": 7},
        {"file_path": "a/" * 600 + "x.py"}, {"storage_path": f"{PROJECT}/dags/alpha.py"},
        {"storage_path": "elsewhere/dags/x.py"}, {"source_path": "/etc/passwd"},
        {"source_path": "a/../b"}, {"source_path": ".git/config"}, {"dag_id": "../x"},
        {"dag_id": "Odd id"}, {"dag_id": "x" * 201}, {"id": "1"}, {"user_id": "ada"},
        {"project_id": USER}, {"tags": None}, {"tags": [1]}, {"tags": "etl"}, {"task_count": -1},
        {"task_count": True}, {"version": 0}, {"version": "1"}, {"airflow": "1"}, {"airflow": []},
        {"spec": []}, {"spec": "x"}, {"spec": None}, {"spec_digest": "A" * 64},
        {"content_digest": "a" * 63}, {"created_at": "yesterday"}, {"updated_at": None},
        {"created_at": "2026-11-01T10:00:00"}, {"commit_id": "a b"}, {"is_active": 1},
        {"created_by_name": 7}, {"updated_by_name": 7}, {"tags": ["x"] * 10_001},
        {"description": "x" * 1_000_001},
    ],
    ids=lambda changes: str(changes)[:40],
)  # fmt: skip
def test_a_bad_row_is_marked_and_the_others_are_read(changes: dict[str, Any]) -> None:
    good, bad, other = records_of([row(), row(**changes), row(dag_id="x")], PROJECT)
    assert (good.problem, other.problem) == (None, None)
    assert str(bad.problem).startswith(next(iter(changes)))
    assert (bad.file_path, bad.storage_path) == ("", "")
    assert bad.source_path == (None if "source_path" in changes else "specs/x.yaml")
    assert (bad.spec, bad.content_digest) == ({}, "")


@pytest.mark.parametrize("column", sorted(row()))
def test_a_column_that_is_missing_is_marked(column: str) -> None:
    lacking = row()
    del lacking[column]
    (record,) = records_of([lacking], PROJECT)
    assert record.problem == f"{column} is missing"


@pytest.mark.parametrize("data", [None, {}, "x", 7, [1], [None], [[]]])
def test_what_is_no_list_of_rows_is_no_answer(data: object) -> None:
    with pytest.raises(UnavailableError):
        records_of(data, PROJECT)


@pytest.mark.parametrize(("text", "kept"), [("dag_name: ü", "dag_name: ü"), ("\ud800", None)])
def test_the_text_of_a_version_is_one_that_a_file_can_hold(text: str, kept: str | None) -> None:
    said = {"action": "create", "renamed": None, "operation_id": None, "spec_text": text}
    (version,) = versions_of([row(**said)], PROJECT)
    assert version.spec_text == kept
