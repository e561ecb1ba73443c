"""Every call is made as its caller, who is known by a token, and row level security decides."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.server.conftest import APP
from tests.server.served import Person, Served, environment, spec
from tests.session.forger import Forger, foreign, shared
from tests.stand_in import faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.server.served import World

OTHER_ISSUER = "http://127.0.0.1:1/auth/v1"
OPEN_TO_ALL = {"/healthz", "/readyz", "/metrics"}


def operations(world: World) -> list[tuple[str, str]]:
    """Return method and path of every operation that asks for a token."""
    paths = world.nobody().request("GET", "/openapi.json").json()["paths"]
    return [
        (method.upper(), path.replace("{dag_id}", "orders").replace("{version}", "1"))
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation.get("security")
    ]


def ask(who: Person, method: str, path: str, project_id: str) -> httpx.Response:
    if path == "/create-dag":
        return who.request(method, path, json=spec(project_id=project_id))
    body = {"json": spec(project_id=project_id)} if method == "PUT" else {}
    return who.request(method, path, params={"project_id": project_id}, **body)


def made(world: World) -> set[str]:
    root = world.served.root
    return {folder.name for folder in root.iterdir()}


@pytest.mark.parametrize("reason", ["none", "bad", "expired", "foreign", "other issuer", "basic"])
def test_no_one_is_let_in_without_a_good_token(world: World, reason: str) -> None:
    project = world.project()
    known = world.member(project)
    forger = Forger(world.stand_in, known.user_id)
    authorization: Mapping[str, Any] = {
        "none": {},
        "bad": {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
        "expired": {"Authorization": f"Bearer {forger.in_time('exp', -90)}"},
        "foreign": {"Authorization": f"Bearer {foreign()(forger)}"},
        "other issuer": {"Authorization": f"Bearer {forger.says(iss=OTHER_ISSUER)}"},
        "basic": {"Authorization": f"Basic {known.token}"},
    }[reason]
    found = operations(world)
    assert len(found) >= 8
    for method, path in found:
        answer = world.nobody().request(method, path, headers=authorization, content=b"{" * 10)
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        flaw = ', error="invalid_token"' if authorization else ""
        assert answer.headers["www-authenticate"] == f'Bearer realm="dagctl"{flaw}'
        assert answer.json()["code"] == "NOT_SIGNED_IN"


def test_a_key_that_the_project_does_not_know_is_no_fault_of_the_caller(world: World) -> None:
    known = world.member(world.project())
    token = shared(lambda _: b"a secret")(Forger(world.stand_in, known.user_id))
    refusal = faults.answer(401, {"message": "Invalid API key"})
    world.stand_in.faults.add("GET", "/auth/v1/user", refusal)
    answer = Person(world.served, token=token).request("GET", "/schema")
    found = answer.json()
    assert (answer.status_code, found["code"]) == (503, "UNAVAILABLE")
    assert "the project does not know the publishable key" in found["detail"]
    assert found["fix"] == "ask the operators of the server"


def test_only_what_operators_ask_needs_no_token(world: World) -> None:
    paths = world.nobody().request("GET", "/openapi.json").json()["paths"]
    asked = {
        path for path, methods in paths.items() for one in methods.values() if "security" in one
    }
    assert set(paths) - asked == OPEN_TO_ALL
    for path in OPEN_TO_ALL:
        assert world.nobody().request("GET", path).status_code == 200


OF_A_PROJECT = ("/dags", "/create", "/export", "/import")


def test_a_stranger_is_refused_by_every_route_of_a_project(world: World) -> None:
    project, stranger = world.project(), world.stranger()
    assert world.member(project).create(spec(project_id=project)).status_code == 200
    of_project = [one for one in operations(world) if one[1].startswith(OF_A_PROJECT)]
    assert len(of_project) >= 5
    for method, path in of_project:
        answer = ask(stranger, method, path, project)
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_A_MEMBER"), (method, path)


def test_a_stranger_leaves_no_trace_of_a_project(world: World) -> None:
    stranger, before = world.stranger(), made(world)
    for project in (world.project(), world.project(), "00000000-0000-0000-0000-000000000000"):
        assert stranger.create(spec(project_id=project)).status_code == 403
        assert stranger.get("/dags", project_id=project).status_code == 403
    assert made(world) == before


def test_a_viewer_reads_and_does_not_write(world: World) -> None:
    project = world.project()
    editor, viewer = world.member(project), world.member(project, "viewer")
    refused = viewer.create(spec(project_id=project))
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_A_MEMBER")
    assert project not in made(world)

    editor.create(spec(project_id=project))
    assert viewer.create(spec(project_id=project)).status_code == 403
    assert [dag["dag_id"] for dag in viewer.get("/dags", project_id=project).json()["dags"]] == [
        "orders"
    ]
    for path in ("", "/graph", "/source"):
        assert viewer.get(f"/dags/orders{path}", project_id=project).status_code == 200
    assert world.served.git(project, "rev-list", "--count", "HEAD").strip() == "1"


def test_a_dag_of_another_project_is_not_found(world: World) -> None:
    here, there = world.project(), world.project()
    editor = world.member(here)
    world.member(there).create(spec(project_id=there))
    for path in ("", "/graph", "/source"):
        answer = editor.get(f"/dags/orders{path}", project_id=here)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        assert there not in answer.text


def test_a_member_who_is_removed_loses_access_at_once(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    world.stand_in.remove_member(project, editor.user_id)
    assert editor.create(spec(project_id=project)).status_code == 403
    for path in ("", "/orders", "/orders/source"):
        assert editor.get(f"/dags{path}", project_id=project).status_code == 403


def test_every_request_to_supabase_is_the_callers(world: World) -> None:
    project = world.project()
    one, other = world.member(project), world.member(project)
    for who in (one, other):
        world.stand_in.requests.clear()
        assert who.create(spec(project_id=project)).status_code == 200
        assert who.get("/dags", project_id=project).status_code == 200
        asked = [
            entry
            for entry in world.stand_in.requests
            if entry.path.startswith(("/rest/", "/storage/"))
        ]
        assert {entry.user_id for entry in asked} == {who.user_id}
        assert len(asked) >= 4


def test_the_server_holds_no_service_key(world: World) -> None:
    with open(f"/proc/{world.served.pid}/environ", encoding="utf-8") as file:  # noqa: PTH123 - no regular file
        environ = dict(line.split("=", 1) for line in file.read().split("\0") if line)
    keys = {name: value for name, value in environ.items() if "KEY" in name or "TOKEN" in name}
    assert keys["DAGCTL_SUPABASE_KEY"] == world.stand_in.publishable_key
    assert world.stand_in.secret_key not in environ.values()


def refused_start(tmp_path: Path, *options: str, **variables: str) -> str:
    """Return what `dagctl serve` says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "dagctl", "serve", "--port", "0", "--root", "root", *options],
        env=environment(tmp_path, **variables),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "root").exists()
    return done.stderr


def test_a_secret_key_is_refused_at_the_start(world: World, tmp_path: Path) -> None:
    secret = world.stand_in.secret_key
    said = refused_start(
        tmp_path, DAGCTL_SUPABASE_URL=world.stand_in.url, DAGCTL_SUPABASE_KEY=secret
    )
    assert "would bypass row level security" in said
    assert secret not in said


def test_a_server_without_tokens_is_for_this_machine_only(tmp_path: Path) -> None:
    said = refused_start(tmp_path, "--local-user", "ana@example.com", "--host", "0.0.0.0")
    assert "--local-user asks for no token" in said
    assert "--host 127.0.0.1" in said


def test_a_server_needs_to_know_its_backend(tmp_path: Path) -> None:
    assert "no url of a Supabase project is set" in refused_start(tmp_path)


def test_a_web_page_cannot_use_the_local_server(local: Served) -> None:
    project = "5f0e3c68-9f0a-4b5e-9f4e-1f2d3c4b5a69"
    user, body = Person(local), spec(project_id=project)
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", ""):
        rebound = user.request("POST", "/create-dag", json=body, headers={"Host": host})
        assert rebound.status_code == 400, host
        assert user.get("/dags", project_id=project).json() == {"dags": [], "next_cursor": None}

    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        simple = user.request("POST", "/create-dag", content=b"{}", headers={"Content-Type": kind})
        assert simple.status_code == 415, kind
    asked = user.request(
        "OPTIONS",
        "/create-dag",
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]
    for origin in (
        "https://evil.com",
        "null",
        "http://127.0.0.1:1",
        local.url.replace("http", "https"),
    ):
        posted = user.create(body, Origin=origin)
        assert (posted.status_code, posted.json()["code"]) == (403, "USAGE"), origin
        read = user.request(
            "GET", "/dags", params={"project_id": project}, headers={"Origin": origin}
        )
        assert read.status_code == 403, origin
    assert not (local.root / project / ".git").exists()

    assert user.create(body, Origin=local.url).status_code == 200
    assert user.get("/dags", project_id=project).json()["dags"][0]["dag_id"] == "orders"


@pytest.mark.parametrize("options", [("--cors-origin", APP)])
def test_a_web_page_that_the_operator_allows_can_use_the_local_server(local: Served) -> None:
    body = spec(project_id="5f0e3c68-9f0a-4b5e-9f4e-1f2d3c4b5a69")
    assert Person(local).create(body, Origin="https://evil.com").status_code == 403
    assert Person(local).create(body, Origin=APP).status_code == 200


def test_a_request_with_two_tokens_is_refused_in_either_order(world: World) -> None:
    member = world.member(project := world.project())
    other = world.stranger()
    tokens = [f"Bearer {member.token}", f"Bearer {other.token}", "Bearer x", ""]
    for pair in (*itertools.permutations(tokens, 2), (tokens[0], tokens[0])):
        headers = [("Authorization", value) for value in pair]
        answer = httpx.get(
            f"{world.served.url}/dags", params={"project_id": project}, headers=headers, timeout=90
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "NOT_SIGNED_IN"), pair
        assert answer.json()["detail"] == "the request has two Authorization headers"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_a_token_is_in_any_case(world: World, scheme: str) -> None:
    member = world.member(project := world.project())
    answer = world.nobody().request(
        "GET",
        "/dags",
        params={"project_id": project},
        headers={"Authorization": f"{scheme} {member.token}"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("options", [("--host", "0.0.0.0")])
def test_plain_http_on_a_network_is_warned_of(served: Served) -> None:
    (line,) = (line for line in served.lines() if line["level"] == "warning")
    assert "plain HTTP" in line["message"]
    assert line["host"] == "0.0.0.0"


def test_on_this_machine_plain_http_is_no_risk(world: World) -> None:
    assert not [line for line in world.served.lines() if "plain HTTP" in line["message"]]
