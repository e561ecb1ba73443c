"""Section 5 of the reference, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stand_in.tests.cast import PROJECT, Cast, LiveCast
from tests.stand_in.tests.golden_rows import UNSET, Row, fits, rows

if TYPE_CHECKING:
    import httpx

    from tests.postgres.server import Server
    from tests.stand_in import StandIn

SERVICES = ("auth", "rest", "storage")
ALL = [
    pytest.param(row, id=f"{service}: {row.says}", marks=[pytest.mark.live] if row.is_live else [])
    for service in SERVICES
    for row in rows(service)
]
API_VERSION = {"x-supabase-api-version": "2024-01-01"}
CLEAR = """
truncate auth.users, public.project_members, public.notes, storage.objects;
update storage.buckets set file_size_limit = null
"""


@pytest.fixture(scope="module")
def one_database(postgres_cluster: Server, project_template: str) -> str:
    """Name a database for all rows: to clear it is quicker than to copy one for each."""
    return postgres_cluster.url_of(postgres_cluster.create_database(project_template))


@pytest.fixture
def stand_in(stand_in_server: StandIn, one_database: str) -> StandIn:
    stand_in_server.use(one_database)
    stand_in_server.sql(CLEAR)
    return stand_in_server


def test_no_row_expects_several_rows_in_an_order_that_it_does_not_ask_for() -> None:
    several = [row for row in rows("rest") if isinstance(row.answer, list) and len(row.answer) > 1]
    assert len(several) >= 10
    assert [row.says for row in several if "order=" not in row.call and row.call[:3] == "GET"] == []


@pytest.mark.parametrize("row", ALL)
def test_the_stand_in_answers_as_the_reference_says(
    row: Row, cast: Cast | LiveCast, http: httpx.Client
) -> None:
    row = row.filled(cast.names)
    store(http, cast)
    if row.sql:
        cast.sql(row.sql)
    response = send(http, cast, row)
    assert response.status_code == row.status, response.text
    assert_body(row, response)
    assert {name: response.headers.get(name) for name in row.headers} == row.headers
    if row.then:
        after = send(http, cast, Row(says="then", **row.then))
        assert after.json() == row.then["answer"]


def send(http: httpx.Client, cast: Cast | LiveCast, row: Row) -> httpx.Response:
    kind = {"content-type": "text/x-python"} if row.raw is not None else {}
    headers = API_VERSION | kind | cast.headers(row.sender) | dict(row.headers_sent)
    return http.request(row.method, row.target, headers=headers, **row.body())


def store(http: httpx.Client, cast: Cast | LiveCast) -> None:
    response = http.post(
        f"/storage/v1/object/dags/{PROJECT}/dags/a.py",
        headers=cast.headers("editor"),
        files={"file": ("a.py", b"a = 1\n", "text/x-python")},
        data={"cacheControl": "3600", "metadata": '{"sha256": "x"}'},
    )
    assert response.status_code == 200, response.text


def assert_body(row: Row, response: httpx.Response) -> None:
    if row.answer_text is not None:
        assert response.text == row.answer_text
    elif row.answer is None:
        assert response.content == b""
    elif row.answer is not UNSET:
        assert fits(row.answer, response.json()), response.text
