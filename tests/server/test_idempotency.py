"""A request that is sent again with its `Idempotency-Key` gets the first result."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.server.served import (
    PROJECT,
    Gate,
    answered,
    begun,
    check_agreement,
    gauge,
    spec,
)
from tests.stand_in import faults

if TYPE_CHECKING:
    import httpx

    from tests.server.served import Person, Served, World
    from tests.stand_in import StandIn

REPLAYED = "idempotent-replayed"


def names(who: Person, project: str) -> list[str]:
    return [dag["dag_id"] for dag in who.get("/dags", project_id=project).json()["dags"]]


def send(who: Person, project: str, key: str, name: str = "Orders") -> httpx.Response:
    return who.create(spec(name, project_id=project), Idempotency_Key=key)


def test_the_same_key_gives_the_first_result(world: World) -> None:
    project, key = world.project(), str(uuid4())
    editor = world.member(project)
    first, *later = (send(editor, project, key) for _ in range(3))
    assert first.status_code == 200
    assert REPLAYED not in first.headers
    for answer in later:
        assert (answer.status_code, answer.json()) == (200, first.json())
        assert answer.headers[REPLAYED] == "true"
    assert names(editor, project) == ["orders"]
    assert world.served.git(project, "rev-list", "--count", "HEAD").strip() == "1"
    assert check_agreement(world.served, world.stand_in, project) == {"orders": 1}


def test_another_key_or_none_makes_another_dag(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for _ in range(2):
        assert REPLAYED not in send(editor, project, str(uuid4())).headers
    editor.create(spec(project_id=project))
    assert names(editor, project) == ["orders", "orders_2", "orders_3"]


def test_the_key_of_another_body_is_refused(world: World) -> None:
    project, key = world.project(), str(uuid4())
    editor = world.member(project)
    send(editor, project, key)
    answer = send(editor, project, key, "Invoices")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert names(editor, project) == ["orders"]


def test_the_key_of_another_request_with_the_same_spec_is_refused(world: World) -> None:
    project, of_create, of_update = world.project(), str(uuid4()), str(uuid4())
    editor, body = world.member(project), spec(project_id=project)
    later = {**body, "description": "later"}

    def put(dag_id: str, content: object, key: str) -> httpx.Response:
        headers = {"Idempotency-Key": key, "If-Match": "*"}
        asked = {"project_id": project}
        return editor.request("PUT", f"/dags/{dag_id}", params=asked, json=content, headers=headers)

    assert editor.create(body, Idempotency_Key=of_create).json()["dag_id"] == "orders"
    assert editor.create(body).json()["dag_id"] == "orders_2"
    first = put("orders_2", later, of_update)
    assert (first.status_code, first.json()["version"]) == (200, 2)
    refused = [
        put("orders", body, of_create),  # it made the DAG
        put("orders", later, of_update),  # it updated the other one
        editor.create(later, Idempotency_Key=of_update),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert {answer.json()["code"] for answer in refused} == {"KEY_REUSED"}
    again = put("orders_2", later, of_update)
    assert (again.json(), again.headers[REPLAYED]) == (first.json(), "true")
    assert names(editor, project) == ["orders", "orders_2"]


def test_a_key_is_its_users_and_its_projects_own(world: World) -> None:
    one, two, key = world.project(), world.project(), str(uuid4())
    editor, other = world.member(one), world.member(one)
    world.stand_in.add_member(two, editor.user_id)
    answers = [send(editor, one, key), send(other, one, key), send(editor, two, key)]
    assert [answer.json()["dag_id"] for answer in answers] == ["orders", "orders_2", "orders"]
    assert not [answer for answer in answers if REPLAYED in answer.headers]


def test_a_key_that_is_sent_twice_at_once_makes_one_dag(world: World) -> None:
    project, key = world.project(), str(uuid4())
    editor = world.member(project)
    with ThreadPoolExecutor(4) as threads:
        sent = [threads.submit(send, editor, project, key) for _ in range(4)]
        answers = [one.result() for one in sent]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert names(editor, project) == ["orders"]


@pytest.mark.parametrize("function", ["reserve", "confirm"])
def test_a_lost_answer_of_the_database_makes_no_second_dag(world: World, function: str) -> None:
    project, key = world.project(), str(uuid4())
    editor = world.member(project)
    world.stand_in.faults.add("POST", f"/rest/v1/rpc/{function}", faults.drop_after(), times=None)
    assert send(editor, project, key).status_code in {200, 503}
    world.stand_in.faults.clear()
    assert send(editor, project, key).json()["dag_id"] == "orders"
    assert names(editor, project) == ["orders"]
    assert check_agreement(world.served, world.stand_in, project) == {"orders": 1}


def test_a_request_that_was_refused_may_be_sent_again_with_its_key(world: World) -> None:
    project, key = world.project(), str(uuid4())
    viewer = world.member(project, "viewer")
    assert send(viewer, project, key).status_code == 403
    world.stand_in.add_member(project, viewer.user_id, "editor")
    answer = send(viewer, project, key)
    assert (answer.status_code, answer.json()["dag_id"]) == (200, "orders")
    assert REPLAYED not in answer.headers


def test_a_request_that_took_too_long_is_found_again(impatient: World) -> None:
    project, key = impatient.project(), str(uuid4())
    editor = impatient.member(project)
    answered(partial(send, editor, project, str(uuid4()), "First"))
    gate = Gate(impatient.served, project)
    assert begun(partial(send, editor, project, key), gate).status_code == 503
    gate.open()
    impatient.served.wait_until(lambda: gauge(impatient.served, "under_way") == 0)
    answer = answered(partial(send, editor, project, key))
    assert (answer.status_code, answer.json()["dag_id"]) == (200, "orders")
    assert answer.headers[REPLAYED] == "true"
    listed = answered(partial(editor.get, "/dags", project_id=project)).json()["dags"]
    assert [dag["dag_id"] for dag in listed] == ["first", "orders"]


def test_a_server_that_was_killed_knows_the_key(
    served: Served, ada: Person, stand_in: StandIn
) -> None:
    key = str(uuid4())
    first = send(ada, PROJECT, key)
    served.kill()
    served.start()
    again = send(ada, PROJECT, key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers[REPLAYED] == "true"
    assert check_agreement(served, stand_in, PROJECT) == {"orders": 1}
