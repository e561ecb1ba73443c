from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.stand_in import faults
from tests.stand_in.tests.cast import PROJECT

if TYPE_CHECKING:
    from tests.stand_in import StandIn
    from tests.stand_in.faults import Fault
    from tests.stand_in.tests.cast import Cast

NOTES = "/rest/v1/notes"


def insert(http: httpx.Client, cast: Cast, name: str = "d") -> httpx.Response:
    row = {"project_id": PROJECT, "name": name}
    return http.post(NOTES, json=row, headers=cast.headers("editor"))


def names(stand_in: StandIn) -> list[str]:
    return [row[0] for row in stand_in.sql("select name from public.notes order by name")]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(faults.answer(status), status) for status in (401, 403, 404, 409, 413, 500, 503, 540)]
    + [(faults.bad_gateway(), 502), (faults.too_many_requests(7), 429)],
)
def test_an_answer_of_the_gateway_comes_without_an_effect(
    fault: Fault, status: int, stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, fault)
    assert insert(http, cast).status_code == status
    assert names(stand_in) == ["a", "b", "c"]
    assert insert(http, cast).status_code == 201


def test_429_says_when_to_come_again(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    stand_in.faults.add("*", "/rest/v1/*", faults.too_many_requests(7))
    assert insert(http, cast).headers["retry-after"] == "7"


def test_502_is_a_page_of_html(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    stand_in.faults.add("*", "*", faults.bad_gateway())
    response = insert(http, cast)
    assert response.headers["content-type"] == "text/html"
    assert response.text.startswith("<html>")


def test_an_answer_can_have_any_body(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    body = {"code": "PGRST303", "message": "JWT expired"}
    stand_in.faults.add("*", "*", faults.answer(401, body, www_authenticate="Bearer"))
    response = insert(http, cast)
    assert response.json() == body
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_connection_dropped_before_has_no_effect(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.drop_before())
    with pytest.raises(httpx.RemoteProtocolError):
        insert(http, cast)
    assert names(stand_in) == ["a", "b", "c"]


def test_a_connection_dropped_after_has_its_effect(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.drop_after())
    with pytest.raises(httpx.RemoteProtocolError):
        insert(http, cast)
    assert names(stand_in) == ["a", "b", "c", "d"]


def test_a_duplicate_acts_twice(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    stand_in.faults.add("POST", NOTES, faults.duplicate())
    assert insert(http, cast).status_code == 409
    assert names(stand_in) == ["a", "b", "c", "d"]


def test_a_late_request_acts_when_no_one_waits_any_more(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.late(0.2))
    started = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        insert(http, cast)
    while "d" not in names(stand_in):
        assert time.monotonic() - started < 10
    assert time.monotonic() - started >= 0.2


def test_a_late_request_can_be_let_in_at_once(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.late(60))
    with pytest.raises(httpx.RemoteProtocolError):
        insert(http, cast)
    assert names(stand_in) == ["a", "b", "c"]
    stand_in.settle()
    assert names(stand_in) == ["a", "b", "c", "d"]


def test_a_late_request_of_one_project_does_not_reach_the_next(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.late(60))
    with pytest.raises(httpx.RemoteProtocolError):
        insert(http, cast)
    stand_in.use(stand_in.conninfo)
    stand_in.settle()
    assert names(stand_in) == ["a", "b", "c"]


def test_a_delay_comes_before_the_effect(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    stand_in.faults.add("POST", NOTES, faults.delay(60))
    headers = cast.headers("editor")
    row = {"project_id": PROJECT, "name": "d"}
    with pytest.raises(httpx.ReadTimeout):
        http.post(NOTES, json=row, headers=headers, timeout=0.1)
    assert names(stand_in) == ["a", "b", "c"]
    stand_in.settle()
    assert names(stand_in) == ["a", "b", "c", "d"]


def test_a_truncated_body_is_shorter_than_announced(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("GET", NOTES, faults.truncate())
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending complete"):
        http.get(NOTES, headers=cast.headers("editor"))


def test_the_nth_request_is_spoiled_and_so_many_after_it(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("POST", NOTES, faults.answer(503), nth=2, times=2)
    seen = [insert(http, cast, name).status_code for name in "defgh"]
    assert seen == [201, 503, 503, 201, 201]


def test_a_fault_without_end_lasts_until_it_is_cleared(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.faults.add("*", "/rest/v1/*", faults.answer(500), times=None)
    assert [insert(http, cast).status_code for _ in range(3)] == [500, 500, 500]
    stand_in.faults.clear()
    assert insert(http, cast).status_code == 201


def test_other_routes_are_not_spoiled(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    stand_in.faults.add("POST", "/storage/v1/*", faults.answer(500), times=None)
    stand_in.faults.add("DELETE", NOTES, faults.answer(500), times=None)
    assert insert(http, cast).status_code == 201


def test_the_server_s_clock_can_be_wrong(stand_in: StandIn, cast: Cast, http: httpx.Client) -> None:
    token = cast.headers("editor")
    stand_in.clock.skew = 3600 + 29
    assert http.get(NOTES, headers=token).status_code == 200
    stand_in.clock.skew = 3600 + 32
    expired = http.get(NOTES, headers=token)
    assert expired.json()["message"] == "JWT expired"
    stand_in.clock.skew = -86400
    date = http.get(NOTES, headers=token).headers["date"]
    yesterday = time.strftime("%d %b %Y", time.gmtime(time.time() - 86400))
    assert yesterday in date
