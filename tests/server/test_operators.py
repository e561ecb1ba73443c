"""`GET /operators` and `GET /operators/{name}`: the catalogue, for apps that write specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.server.served import Person, World


@pytest.fixture(scope="module")
def editor(shared_world: World) -> Person:
    return shared_world.member(shared_world.project())


def test_a_search_gives_the_best_operators_of_the_airflow_that_is_asked_for(editor: Person) -> None:
    def names(**query: str) -> list[str]:
        answer = editor.request("GET", "/operators", params=query)
        assert answer.status_code == 200, answer.text
        return [operator["name"] for operator in answer.json()["operators"]]

    assert names(q="s3 key")[0] == "S3KeySensor"
    assert "HITLOperator" in names(q="HITLOperator", airflow="3.1")
    assert "HITLOperator" not in names(q="hitl", airflow="2.11")
    assert names(q="S3KeySensr")[0] == "S3KeySensor"
    assert names(q="zzzzzz") == []
    assert len(names(q="a")) == 100


def test_an_operator_is_shown_with_a_task_that_a_server_takes(editor: Person) -> None:
    shown = editor.request("GET", "/operators/S3KeySensor").json()["operator"]
    assert shown["distribution"] == "apache-airflow-providers-amazon"
    assert "bucket_key" in {parameter["name"] for parameter in shown["parameters"]}
    assert editor.request("GET", f"/operators/{shown['path']}").json()["operator"] == shown
    spec = f"dag_name: x\ntasks:\n{shown['example']}"
    headers = {"Content-Type": "application/yaml"}
    verdict = editor.request("POST", "/validate", content=spec, headers=headers).json()
    assert verdict["valid"], verdict
    docker = editor.request("GET", "/operators/task.docker").json()["operator"]
    assert docker["kind"] == "decorated"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/operators/S3KeySensr", 404, "S3KeySensor"),
        ("/operators/my.own.Operator", 404, "GET /operators?q="),
        ("/operators?q=s3&airflow=1.10", 400, "airflow"),
        ("/operators?q=s3&provider=nope==1", 400, "openai"),
        ("/operators?q=", 400, "q"),
        ("/operators", 400, "q"),
        ("/operators?q=" + "+".join("a" * 25), 400, "20 words"),
        ("/operators/a-b", 400, "name"),
    ],
)
def test_a_name_that_leads_to_nothing_is_answered_with_the_next_step(
    editor: Person, path: str, status: int, said: str
) -> None:
    answer = editor.request("GET", path)
    assert answer.status_code == status, answer.text
    problem: dict[str, Any] = answer.json()
    assert said in f"{problem['detail']} {problem['fix']}", problem


def test_the_catalogue_is_for_those_who_are_signed_in(shared_world: World) -> None:
    for path in ("/operators?q=s3", "/operators/S3KeySensor"):
        assert shared_world.nobody().request("GET", path).status_code == 401


def test_hints_about_operators_name_requests(editor: Person) -> None:
    body = {"dag_name": "x", "tasks": [{"task_id": "a", "operator": "Qwertzuiop"}]}
    (finding,) = editor.request("POST", "/validate", json=body).json()["diagnostics"]
    assert finding["hint"] == "GET /operators?q=WORD searches them"
