"""The life of a DAG over HTTP: changed, removed, brought back, rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.server.problems import problem_of
from tests.server.served import spec

if TYPE_CHECKING:
    from tests.server.served import Person, World

CALLS = [
    ("PUT", "/dags/orders", spec(project_id=None)),
    ("DELETE", "/dags/orders", None),
    ("POST", "/dags/orders/rollback", None),
    ("POST", "/dags/orders/restore", None),
]


def ask(
    person: Person,
    project: str,
    *call: object,
    headers: dict[str, str] | None = None,
    **params: object,
) -> httpx.Response:
    """Make a call of a project: method, path and perhaps a body."""
    method, path, body = (*call, None)[:3]
    given: dict[str, Any] = {} if body is None else {"json": body}
    given["headers"] = headers or {}
    if method == "PUT":
        given["headers"] = {"If-Match": "*", **given["headers"]}
    given["params"] = {"project_id": project, **params}
    return person.request(str(method), str(path), **given)


def test_a_dag_is_changed_removed_and_brought_back(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).json()["dag_id"] == "orders"
    changed = ask(editor, project, "PUT", "/dags/orders", spec("Renamed", None, owner="team"))
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["dag_id"] == "orders"
    assert editor.get("/dags/orders", project_id=project).json()["dag_name"] == "Renamed"
    back = ask(editor, project, "POST", "/dags/orders/rollback", to=1).json()
    assert (back["action"], back["version"]) == ("rollback", 3)
    removed = ask(editor, project, "DELETE", "/dags/orders").json()
    assert (removed["action"], removed["version"]) == ("delete", 4)
    assert editor.get("/dags", project_id=project).json()["dags"] == []
    problem_of(editor.get("/dags/orders", project_id=project), 404, "NOT_FOUND")
    problem_of(editor.get("/dags/orders/source", project_id=project), 404, "NOT_FOUND")
    page = editor.get("/dags/orders/versions", project_id=project, limit=3).json()
    assert [one["action"] for one in page["versions"]] == ["delete", "rollback", "update"]
    rest = editor.get("/dags/orders/versions", project_id=project, before=page["next_before"])
    assert [one["version"] for one in rest.json()["versions"]] == [1]
    assert editor.create(spec(project_id=project)).json()["dag_id"] == "orders_2"
    late = ask(editor, project, "POST", "/dags/orders/restore", headers={"If-Match": '"3"'})
    assert problem_of(late, 412, "CONFLICT")["newer"]["version"] == 4
    known = {"If-Match": '"4"'}
    restored = ask(editor, project, "POST", "/dags/orders/restore", headers=known).json()
    assert (restored["action"], restored["version"]) == ("restore", 5)
    compared = editor.get("/dags/orders/diff", project_id=project, **{"from": 1, "to": 2}).json()
    fields = sorted(change["path"][0] for change in compared["changes"])
    assert fields == ["dag_name", "owner", "project_id"]
    assert (compared["before"]["version"], compared["after"]["version"]) == (1, 2)
    assert '"owner":"team"' in compared["diff"].replace('": "', '":"')
    newest = editor.get("/dags/orders/diff", project_id=project).json()
    assert [each["kind"] for each in newest["consequences"]] == ["dag_back"]
    problem_of(editor.get("/dags/orders/diff", project_id=project, to=1), 404, "NOT_FOUND")
    version = editor.get("/dags/orders/versions/1", project_id=project).json()
    assert (version["version"], version["spec"]["dag_name"]) == (1, "Orders")
    assert '"dag_name"' in version["spec_text"]


def test_what_is_based_on_an_older_version_is_refused(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    read = editor.get("/dags/orders", project_id=project).headers["etag"]
    assert (
        ask(editor, project, "PUT", "/dags/orders", spec(project_id=None, owner="team")).status_code
        == 200
    )
    for method, path, body in CALLS[:3]:
        late = ask(editor, project, method, path, body, headers={"If-Match": read})
        found = problem_of(late, 412, "CONFLICT")
        assert "based on version 1" in found["detail"]
        assert "version 2" in found["detail"]
    assert editor.get("/dags/orders", project_id=project).headers["etag"] == '"2"'


def test_a_repeat_with_one_key_does_nothing_new(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    ask(editor, project, "PUT", "/dags/orders", spec(project_id=None, owner="team"))
    made = ("PUT", "POST /rollback", "DELETE", "POST /restore")
    calls = [CALLS[0], CALLS[2], CALLS[1], CALLS[3]]
    for name, call in zip(made, calls, strict=True):
        key = {"Idempotency-Key": name.replace(" ", "-")}
        first, again = (ask(editor, project, *call, headers=key) for _ in range(2))
        assert first.status_code == 200, first.text
        assert again.json()["version"] == first.json()["version"]
        assert again.headers["idempotent-replayed"] == "true"
    for call in calls:  # a key stands for one thing that was done
        other = next(name for name, one in zip(made, calls, strict=True) if one != call)
        key = {"Idempotency-Key": other.replace(" ", "-")}
        assert ask(editor, project, *call, headers=key).status_code == 422, (call, other)
    for number, status in ((1, 422), (2, 200)):  # the second one has the spec that came back
        key = {"Idempotency-Key": "POST-/rollback"}
        answer = ask(editor, project, *CALLS[2], headers=key, to=number)
        assert answer.status_code == status, answer.text
    versions = editor.get("/dags/orders/versions", project_id=project).json()["versions"]
    actions = [one["action"] for one in versions]
    assert actions == ["restore", "delete", "rollback", "update", "update", "create"]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=lambda given: str(given)[:12])
def test_only_editors_of_the_project_may(
    world: World, method: str, path: str, body: object
) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    stranger = world.member(world.project())
    viewer = world.member(project, "viewer")
    for person in (stranger, viewer):
        problem_of(ask(person, project, method, path, body), 403, "NOT_A_MEMBER")
    assert ask(world.nobody(), project, method, path, body).status_code == 401
    versions = editor.get("/dags/orders/versions", project_id=project).json()["versions"]
    assert [one["version"] for one in versions] == [1]
    problem_of(stranger.get("/dags/orders/versions", project_id=project), 403, "NOT_A_MEMBER")
    problem_of(stranger.get("/dags/orders/versions/1", project_id=project), 403, "NOT_A_MEMBER")
    problem_of(stranger.get("/dags/orders/diff", project_id=project), 403, "NOT_A_MEMBER")


def test_what_is_not_there_is_not_changed(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for method, path, body in CALLS:
        problem_of(ask(editor, project, method, path, body), 404, "NOT_FOUND")
    editor.create(spec(project_id=project))
    problem_of(ask(editor, project, "POST", "/dags/orders/restore"), 409, "CONFLICT")
    given = ask(editor, project, "PUT", "/dags/orders", spec(project_id=None, dag_id="other"))
    assert "the DAG is `orders`" in problem_of(given, 409, "CONFLICT")["detail"]
    foreign = ask(editor, project, "PUT", "/dags/orders", spec(project_id=world.project()))
    assert "another project" in problem_of(foreign, 400, "USAGE")["detail"]


def test_a_version_has_one_address(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    assert editor.get("/dags/orders/versions/1", project_id=project).status_code == 200
    for number in ("01", "+1", "1_0", "1.0", " 1", "\u0661"):
        answer = editor.get(f"/dags/orders/versions/{number}", project_id=project)
        said = problem_of(answer, 400, "USAGE")["detail"]
        assert said == "path `version`: is not a whole number"
    for path, name in (("diff", "from"), ("diff", "to"), ("versions", "limit")):
        answer = editor.get(f"/dags/orders/{path}", project_id=project, **{name: "01"})
        assert "is not a whole number" in problem_of(answer, 400, "USAGE")["detail"]
    back = ask(editor, project, "POST", "/dags/orders/rollback", to="01")
    assert "is not a whole number" in problem_of(back, 400, "USAGE")["detail"]


@pytest.mark.parametrize(
    ("method", "path", "name", "values"),
    [
        ("POST", "/create-dag", "Idempotency-Key", ["a", "b"]),
        ("PUT", "/dags/orders", "If-Match", ['"1"', '"2"']),
        ("POST", "/validate", "Content-Type", ["application/json", "application/yaml"]),
    ],
)
def test_a_header_that_is_given_twice_is_refused(
    world: World, method: str, path: str, name: str, values: list[str]
) -> None:
    project = world.project()
    token = world.member(project).token
    headers = [("Authorization", f"Bearer {token}"), *((name, value) for value in values)]
    answer = httpx.request(
        method,
        f"{world.served.url}{path}",
        params=None if path == "/validate" else {"project_id": project},
        headers=headers,
        content=b"{}",
        timeout=90,
    )
    detail = problem_of(answer, 400, "USAGE")["detail"]
    assert detail == f"header `{name}`: is given more than once"


def test_what_would_be_passed_over_is_refused(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    twice = ask(editor, project, "POST", "/dags/orders/rollback", to=[1, 2])
    assert problem_of(twice, 400, "USAGE")["detail"] == "query `to`: is given more than once"
    for method, path, _ in CALLS[1:]:
        answer = ask(editor, project, method, path, {"to": 1})
        assert "reads no body" in problem_of(answer, 400, "USAGE")["detail"]
    for chunks in ([b'{"to"', b": 1}"], [b"{", b"} "]):
        answer = in_chunks(editor, project, chunks)
        assert "reads no body" in problem_of(answer, 400, "USAGE")["detail"]
    both = {"project_id": project, "dag_id": ["orders", "orders"]}
    assert editor.request("GET", "/export", params=both).status_code == 200
    assert ask(editor, project, "DELETE", "/dags/orders", {}).status_code == 200


@pytest.mark.parametrize("chunks", [[], [b"{}"], [b"{", b"}"]])
def test_a_body_in_chunks_with_nothing_in_it_is_none(world: World, chunks: list[bytes]) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    assert problem_of(in_chunks(editor, project, chunks), 404, "NOT_FOUND")


def in_chunks(person: Person, project: str, chunks: list[bytes]) -> httpx.Response:
    """Ask for a rollback, with a body whose length is not said."""
    return person.request(
        "POST", "/dags/orders/rollback", params={"project_id": project}, content=iter(chunks)
    )
