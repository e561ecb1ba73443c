"""`/openapi.json` is a valid document whose examples are true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.server.served import spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.served import World

OPERATIONS = {
    ("/create-dag", "post"),
    ("/dags", "get"),
    ("/dags/{dag_id}", "get"),
    ("/dags/{dag_id}/graph", "get"),
    ("/dags/{dag_id}/source", "get"),
    ("/dags/{dag_id}", "put"),
    ("/dags/{dag_id}", "delete"),
    ("/dags/{dag_id}/restore", "post"),
    ("/dags/{dag_id}/rollback", "post"),
    ("/dags/{dag_id}/versions", "get"),
    ("/dags/{dag_id}/versions/{version}", "get"),
    ("/dags/{dag_id}/diff", "get"),
    ("/export", "get"),
    ("/import", "post"),
    ("/validate", "post"),
    ("/render", "post"),
    ("/schema", "get"),
    ("/templates", "get"),
    ("/operators", "get"),
    ("/operators/{name}", "get"),
    ("/healthz", "get"),
    ("/readyz", "get"),
    ("/metrics", "get"),
}


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    answer = world.nobody().request("GET", "/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield media type and content of the body and of every answer."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).items()


def fits(document: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def test_the_document_is_valid_and_names_every_operation(document: dict[str, Any]) -> None:
    OPENAPI_31_VALIDATOR.validate(document)
    assert document["openapi"].startswith("3.1")
    assert {
        (path, method) for path, methods in document["paths"].items() for method in methods
    } == OPERATIONS
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    schemas = document["components"]["schemas"]
    found = set(references(document))
    assert found
    assert {one.rpartition("/")[2] for one in found} <= set(schemas)
    assert all(one.startswith("#/components/schemas/") for one in found)


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for name, operation in operations(document):
        for media_type, content in contents(operation):
            given = [one["value"] for one in content.get("examples", {}).values()]
            for value in [*given, *([content["example"]] if "example" in content else [])]:
                assert "schema" in content, (name, media_type)
                fits(document, content["schema"], value)
                checked += 1
    assert checked >= 12


def test_the_example_of_a_spec_can_be_created(document: dict[str, Any], world: World) -> None:
    body = document["paths"]["/create-dag"]["post"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values()
    project = world.project()
    editor = world.member(project)
    created = editor.create({**example["value"], "project_id": project})
    assert created.status_code == 200, created.text


def test_answers_fit_their_schemas(document: dict[str, Any], world: World) -> None:
    project = world.project()
    editor = world.member(project)
    bad = spec(project_id=project) | {"retires": 1}
    asked = {
        "post /create-dag": editor.create(spec(project_id=project, schedule_interval="@daily")),
        "get /dags": editor.get("/dags", project_id=project),
        "get /dags/{dag_id}": editor.get("/dags/orders", project_id=project),
        "get /dags/{dag_id}/graph": editor.get("/dags/orders/graph", project_id=project),
        "get /dags/{dag_id}/versions": editor.get("/dags/orders/versions", project_id=project),
        "get /dags/{dag_id}/versions/{version}": editor.get(
            "/dags/orders/versions/1", project_id=project
        ),
        "put /dags/{dag_id}": editor.request(
            "PUT",
            "/dags/orders",
            params={"project_id": project},
            json=spec(project_id=None, owner="team"),
            headers={"If-Match": '"1"'},
        ),
        "post /dags/{dag_id}/rollback": editor.request(
            "POST", "/dags/orders/rollback", params={"project_id": project}
        ),
        "get /dags/{dag_id}/diff": editor.get("/dags/orders/diff", project_id=project),
        "delete /dags/{dag_id}": editor.request(
            "DELETE", "/dags/orders", params={"project_id": project}
        ),
        "post /dags/{dag_id}/restore": editor.request(
            "POST", "/dags/orders/restore", params={"project_id": project}
        ),
        "post /validate": editor.request("POST", "/validate", json=bad),
        "post /render": editor.request("POST", "/render", json=bad),
        "get /readyz": editor.request("GET", "/readyz"),
        "get /schema": editor.request("GET", "/schema"),
        "get /templates": editor.request("GET", "/templates"),
        "get /operators": editor.request("GET", "/operators?q=file sensor"),
        "get /operators/{name}": editor.request("GET", "/operators/FileSensor"),
    }
    found = dict(operations(document))
    for name, answer in asked.items():
        described = found[name]["responses"][str(answer.status_code)]["content"]
        media_type = answer.headers["content-type"].partition(";")[0]
        fits(document, described[media_type]["schema"], answer.json())


def test_graphs_come_in_the_forms_that_are_announced(
    document: dict[str, Any], world: World
) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    described = document["paths"]["/dags/{dag_id}/graph"]["get"]["responses"]["200"]["content"]
    for form, begins in {"mermaid": "flowchart", "dot": "digraph", "json": "{"}.items():
        answer = editor.get("/dags/orders/graph", project_id=project, format=form)
        assert answer.text.startswith(begins)
        assert answer.headers["content-type"].partition(";")[0] in described


def test_whatever_changes_a_project_may_have_to_wait_too_long(document: dict[str, Any]) -> None:
    """For its turn (429), or for a body (408): also where a body has no use."""
    answers = {
        (method, path): set(operation["responses"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in {"post", "put", "delete"} and {"403", "409"} <= set(operation["responses"])
    }
    assert ("delete", "/dags/{dag_id}") in answers
    assert len(answers) >= 6
    assert {key for key, statuses in answers.items() if not {"408", "429"} <= statuses} == set()


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        needs_token = "security" in operation
        assert {"401", "503"} <= set(operation["responses"]) or not needs_token, name
        for status, answer in operation["responses"].items():
            if status >= "400" and needs_token:
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_there_is_no_page_that_needs_the_network(world: World) -> None:
    for path in ("/", "/docs"):
        assert "//" not in world.nobody().request("GET", path).text
    for path in ("/redoc", "/docs/oauth2-redirect"):
        answer = world.nobody().request("GET", path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
