"""`If-Match`: an update over HTTP names the version that the app has read."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    for wrong in ("1", '"0"', "**", 'W/"1"', '"1", "2"'):
        answer = update(editor, project, "x", If_Match=wrong)
        assert "If-Match" in problem_of(answer, 400, "USAGE")["detail"]


def test_there_is_nothing_to_update_where_there_is_no_dag(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for version in ('"1"', "*"):
        found = problem_of(update(editor, project, "x", If_Match=version), 409, "CONFLICT")
        assert "is not recorded" in found["detail"]
    assert editor.get("/dags", project_id=project).json()["dags"] == []


def test_an_if_match_of_another_form_says_which_form_it_has(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for value in ('W/"1"', '"1", "2"', '"01"', "1", '""', '"abc"'):
        found = problem_of(update(editor, project, "odd", If_Match=value), 400, "USAGE")
        assert 'such as "3", alone and with its quotes' in found["detail"]
        assert "^" not in found["detail"]
