"""`GET /export` and `POST /import`: bounded, for members only, and once for each key."""

from __future__ import annotations

import io
import json
import zipfile
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from dagctl.server.archives import LARGEST
from tests.attacks.hostile_archives import HOSTILE, ID, entries_of
from tests.server.problems import problem_of
from tests.server.served import spec

if TYPE_CHECKING:
    import httpx

    from tests.server.served import Person, World

ZIP = {"Content-Type": "application/zip"}
ANY = {"If-Match": "*"}
There = tuple[Any, str, bytes]
"""An editor, a project with two DAGs, and its archive."""


def send(
    person: Person, project: str, archive: bytes, key: str | None = None, **params: object
) -> httpx.Response:
    headers = ZIP | ({"Idempotency-Key": key} if key else {})
    query = {"project_id": project, **params}
    return person.request("POST", "/import", content=archive, headers=headers, params=query)


def announced(person: Person, project: str, size: int) -> int:
    """Return the status of an import whose body is said to be so large, and never comes."""
    connection = HTTPConnection(urlsplit(person.served.url).netloc, timeout=30)
    connection.putrequest("POST", f"/import?project_id={project}")
    for name, value in {"Authorization": f"Bearer {person.token}", **ZIP}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.fixture(scope="session")
def there(shared_world: World) -> There:
    """An editor, a project with two DAGs, and its archive."""
    project = shared_world.project()
    editor = shared_world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    query = {"project_id": project}
    body = spec("Orders", None, owner="team")
    put = editor.request("PUT", "/dags/orders", json=body, params=query, headers=ANY)
    assert put.status_code == 200, put.text
    assert editor.create(spec("Sales", project_id=project)).status_code == 200
    answer = editor.get("/export", project_id=project)
    assert answer.status_code == 200, answer.text
    return editor, project, answer.content


def test_an_archive_goes_from_one_project_into_another(shared_world: World, there: There) -> None:
    editor, project, archive = there
    first, second = (editor.get("/export", project_id=project, dag_id="orders") for _ in "ab")
    assert first.headers["content-type"] == "application/zip"
    assert first.headers["content-length"] == str(len(first.content))
    assert first.headers["etag"] == second.headers["etag"]
    with zipfile.ZipFile(io.BytesIO(first.content)) as opened:
        assert [dag["dag_id"] for dag in json.loads(opened.read("manifest.json"))["dags"]] == [
            "orders"
        ]
    other = shared_world.project()
    person = shared_world.member(other)
    answers = [send(person, other, archive, key="k") for _ in "ab"]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json()["dags"] == answers[1].json()["dags"]
    assert [answer.headers.get("idempotent-replayed") for answer in answers] == [None, "true"]
    assert [
        (dag["dag_id"], dag["action"], dag["version"]) for dag in answers[0].json()["dags"]
    ] == [
        ("orders", "import", 2),
        ("sales", "import", 1),
    ]
    versions = person.get("/dags/orders/versions", project_id=other).json()["versions"]
    assert [(one["version"], one["action"]) for one in versions] == [(2, "update"), (1, "create")]
    assert (versions[0]["imported_by"], versions[1]["imported_by"]) == (
        None,
        versions[0]["made_by"],
    )
    shown = person.get("/dags/sales", project_id=other).json()
    assert shown["spec"]["project_id"] == other  # it named the other project
    again = problem_of(send(person, other, first.content, key="k"), 422, "KEY_REUSED")
    assert again["state"] == "nothing was changed"
    changed = spec("Orders", None, owner="us")
    query = {"project_id": other}
    put = person.request("PUT", "/dags/orders", json=changed, params=query, headers=ANY)
    assert put.status_code == 200, put.text
    taken = problem_of(send(person, other, archive), 409, "CONFLICT")
    assert "`orders`" in taken["detail"]
    left = send(person, other, archive, if_exists="skip").json()["dags"]
    assert [dag["action"] for dag in left] == ["unchanged", "unchanged"]
    updated = send(person, other, archive, if_exists="update").json()["dags"]
    assert [(dag["action"], dag["version"]) for dag in updated] == [("update", 4), ("unchanged", 1)]
    numbered = send(person, other, first.content, if_exists="number").json()["dags"]
    assert [(dag["dag_id"], dag["version"]) for dag in numbered] == [("orders_2", 2)]


def test_nothing_of_a_project_is_exported_or_imported_by_others(
    shared_world: World, there: There
) -> None:
    editor, project, archive = there
    other = shared_world.project()
    for person in (shared_world.member(other), shared_world.stranger()):
        for answer in (
            person.get("/export", project_id=project),
            person.get("/export", project_id=project, dag_id="orders"),
            send(person, project, archive),
        ):
            problem_of(answer, 403, "NOT_A_MEMBER")
    viewer = shared_world.member(project, "viewer")
    assert viewer.get("/export", project_id=project).content == archive
    problem_of(send(viewer, project, archive), 403, "NOT_A_MEMBER")
    problem_of(shared_world.nobody().get("/export", project_id=project), 401, "NOT_SIGNED_IN")
    assert len(editor.get("/dags", project_id=project).json()["dags"]) == 2


def test_what_is_no_archive_or_too_large_is_refused(shared_world: World, there: There) -> None:
    person, project, archive = there
    query = {"project_id": project}
    for body in (b"", b"no zip", archive[:-1], archive + b"x"):
        problem_of(send(person, project, body), 422, "ARCHIVE_INVALID")
    answer = person.request("POST", "/import", json={}, params=query)
    problem_of(answer, 415, "USAGE")
    assert announced(person, project, LARGEST + 1) == 413
    problem_of(send(person, project, archive, if_exists="explode"), 400, "USAGE")
    problem_of(person.get("/export", project_id=project, dag_id="nope"), 404, "NOT_FOUND")
    problem_of(person.get("/export", project_id=project, dag_id="a/b"), 400, "USAGE")
    problem_of(person.get("/export", project_id=shared_world.project()), 403, "NOT_A_MEMBER")


def test_every_read_of_a_dag_names_its_version(there: There) -> None:
    person, project, _ = there
    for path in ("", "/graph", "/source", "/versions/2"):
        answer = person.get(f"/dags/orders{path}", project_id=project)
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"'), path
    for path in ("/dags", "/dags/orders/versions"):
        tags = [person.get(path, project_id=project).headers["etag"] for _ in "ab"]
        assert tags[0] == tags[1] != '"2"'


READS = (
    *("/dags", "/dags/orders", "/dags/orders/graph", "/dags/orders/source"),
    *("/dags/orders/versions", "/dags/orders/versions/1", "/dags/orders/diff", "/export"),
)


@pytest.mark.parametrize("path", READS)
def test_who_has_the_answer_to_a_read_gets_304_and_no_body(there: There, path: str) -> None:
    """RFC 9110, 13.1.2."""
    person, project, _ = there
    whole = person.get(path, project_id=project)
    tag = whole.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = person.request(
            "GET", path, params={"project_id": project}, headers={"If-None-Match": known}
        )
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["etag"] == tag
        assert "content-length" not in answer.headers
    for other in ('"x"', "", tag.strip('"'), '"'):
        answer = person.request(
            "GET", path, params={"project_id": project}, headers={"If-None-Match": other}
        )
        assert answer.status_code == 200, other
        assert answer.headers["etag"] == tag


def test_what_is_not_there_is_no_304_and_a_change_takes_no_if_none_match(there: There) -> None:
    person, project, _ = there
    headers = {"If-None-Match": "*"}
    for path, status, code in (
        ("/dags/nope", 404, "NOT_FOUND"),
        ("/dags/a~b", 400, "USAGE"),
    ):
        answer = person.request("GET", path, params={"project_id": project}, headers=headers)
        problem_of(answer, status, code)
    gone = person.request("DELETE", "/dags/orders", params={"project_id": project}, headers=headers)
    assert "goes with a GET" in problem_of(gone, 400, "USAGE")["detail"]
    assert person.get("/dags/orders", project_id=project).status_code == 200


@pytest.fixture(scope="session")
def own(shared_world: World) -> There:
    """An editor, a project with one DAG of two versions, and its archive."""
    project = shared_world.project()
    editor = shared_world.member(project)
    assert editor.create(spec(ID, project_id=project)).status_code == 200
    query, body = {"project_id": project}, spec(ID, None, owner="team")
    put = editor.request("PUT", f"/dags/{ID}", json=body, params=query, headers=ANY)
    assert put.status_code == 200, put.text
    return editor, project, editor.get("/export", project_id=project).content


@pytest.mark.sweep
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_over_http_too(own: There, name: str) -> None:
    editor, project, archive = own
    good = entries_of(archive)
    found = problem_of(send(editor, project, HOSTILE[name](good)), 422, "ARCHIVE_INVALID")
    assert found["state"] == "nothing was changed"
    assert editor.get("/export", project_id=project).content == archive
