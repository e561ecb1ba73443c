"""`If-Match`: an update over HTTP names the version that the app has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.server.problems import problem_of
from tests.server.served import spec

if TYPE_CHECKING:
    import httpx

    from tests.server.served import Person, World


def update(person: Person, project: str, word: str, **headers: str) -> httpx.Response:
    body = spec(project_id=project)
    body["description"] = word
    return person.request(
        "POST",
        "/create-dag",
        params={"if_exists": "update"},
        json=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_an_update_of_what_was_read_is_made_and_a_late_one_is_412(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    dag_id = editor.create(spec(project_id=project)).json()["dag_id"]
    read = editor.get(f"/dags/{dag_id}", project_id=project).headers["etag"]
    assert read == '"1"'
    assert update(editor, project, "first", If_Match=read).status_code == 200
    found = problem_of(update(editor, project, "late", If_Match=read), 412, "CONFLICT")
    assert found["detail"].endswith("based on version 1; since then: description")
    newer = found["newer"]
    assert newer["version"] == 2
    assert newer["made_by"] in found["detail"]
    assert newer["commit_id"]
    (change,) = newer["changes"]
    assert (change["path"], change["after"]) == (["description"], "first")
    assert found["fix"] == "read the DAG again, then repeat the change"
    now = editor.get(f"/dags/{dag_id}", project_id=project)
    assert (now.headers["etag"], now.json()["description"]) == ('"2"', "first")


def test_an_update_that_names_no_version_is_428_and_loses_nothing(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    made = update(editor, project, "made")  # nothing is there that could be lost
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    assert update(editor, project, "made").status_code == 200  # nothing is changed
    found = problem_of(update(editor, project, "blind"), 428, "CONFLICT")
    assert "the newest is version 1, made by user" in found["detail"]
    assert "If-Match" in found["fix"]
    body = {**spec(project_id=None), "description": "blind"}
    put = editor.request("PUT", "/dags/orders", params={"project_id": project}, json=body)
    problem_of(put, 428, "CONFLICT")
    now = editor.get("/dags/orders", project_id=project)
    assert (now.headers["etag"], now.json()["description"]) == ('"1"', "made")
    assert update(editor, project, "any", If_Match="*").headers["etag"] == '"2"'


def test_if_match_goes_with_an_update_and_has_one_form(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    answer = editor.request(
        "POST", "/create-dag", json=spec(project_id=project), headers={"If-Match": '"1"'}
    )
    assert "if_exists=update" in problem_of(answer, 400, "USAGE")["fix"]


def test_there_is_nothing_to_update_where_there_is_no_dag(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for version in ('"1"', "*"):
        found = problem_of(update(editor, project, "x", If_Match=version), 409, "CONFLICT")
        assert "is not recorded" in found["detail"]
    assert editor.get("/dags", project_id=project).json()["dags"] == []


@pytest.mark.parametrize("value", ["1", "**", '"1', "W/1", '"1" "2"', '"1", *', ",", '"a b"'])
def test_what_is_no_list_of_tags_says_which_form_it_has(world: World, value: str) -> None:
    project = world.project()
    found = problem_of(update(world.member(project), project, "x", If_Match=value), 400, "USAGE")
    assert "header `If-Match`: has a character that is not allowed" in found["detail"]
    assert 'such as "3", with its quotes' in found["detail"]
    assert "^" not in found["detail"]


def test_a_tag_of_something_else_is_412_whatever_is_asked_for(world: World) -> None:
    """RFC 9110, 13.1.1: a precondition that is false; a weak tag never fits."""
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    assert update(editor, project, "kept", If_Match='"1"').status_code == 200
    body = {**spec(project_id=None), "description": "lost"}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/create-dag", {"if_exists": "update"}),
        ("PUT", "/dags/orders", {}),
        ("DELETE", "/dags/orders", {}),
        ("POST", "/dags/orders/rollback", {}),
    ]
    for tag in ('W/"2"', '"abc"', '"02"', '""', '"1", W/"2"', '"9999999999"', '"\xe9"'):
        for method, path, query in calls:
            sent = {**body, "project_id": project} if path == "/create-dag" else body
            answer = editor.request(
                method,
                path,
                params={"project_id": project, **query} if path != "/create-dag" else query,
                json=sent if method != "DELETE" and "rollback" not in path else None,
                headers={"If-Match": tag.encode("latin-1")},
            )
            found = problem_of(answer, 412, "CONFLICT")
            assert found["newer"]["version"] == 2, (tag, path)
            assert "ETag" in found["fix"] or "read the DAG again" in found["fix"]
    assert editor.get("/dags/orders", project_id=project).headers["etag"] == '"2"'


def test_one_tag_of_a_list_is_enough(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    for version, tags in ((2, '"7", "1"'), (3, ', W/"9" ,"x,y","2" ,"5",'), (4, "*")):
        assert update(editor, project, tags, If_Match=tags).headers["etag"] == f'"{version}"'
