"""Operators see each request once, in logs and numbers, and nothing that is nobody's business."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.conftest import APP
from tests.server.served import Person, spec
from tests.stand_in import faults

if TYPE_CHECKING:
    import httpx

    from tests.server.served import Served, World

SECRETS = re.compile(r"canary|eyJ|sb_secret|correct horse")


def lines_of(served: Served, request_id: str) -> list[dict[str, Any]]:
    """Return what is logged about a request, once something is."""
    served.wait_until(lambda: any(line.get("request_id") == request_id for line in served.lines()))
    return [line for line in served.lines() if line.get("request_id") == request_id]


def readiness(who: Person) -> tuple[int, dict[str, str]]:
    answer = who.request("GET", "/readyz")
    return answer.status_code, answer.json()["checks"]


# --- Request ids and logs ---


def test_the_id_of_a_request_is_echoed_and_logged(world: World) -> None:
    editor = world.member(world.project())
    request_id = f"app/1.0:{uuid4()}"
    answer = editor.request("GET", "/schema", headers={"X-Request-ID": request_id})
    assert answer.headers.get_list("x-request-id") == [request_id]
    (line,) = lines_of(world.served, request_id)
    assert line | {"time": "", "milliseconds": 0} == {
        "time": "",
        "level": "info",
        "message": "request",
        "request_id": request_id,
        "method": "GET",
        "path": "/schema",
        "status": 200,
        "milliseconds": 0,
        "user_id": editor.user_id,
    }


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 129, "a\tb", '"}', "\xe9", "a,b"])
def test_a_request_without_a_safe_id_gets_one(world: World, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-ID": given.encode("latin-1")}
    answer = world.nobody().request("GET", "/healthz", headers=headers)
    request_id = answer.headers["x-request-id"]
    assert str(UUID(request_id)) == request_id
    assert len(lines_of(world.served, request_id)) == 1


def test_every_kind_of_answer_is_logged_once(world: World) -> None:
    nobody, editor = world.nobody(), world.member(world.project())
    asked = {"Origin": APP, "Access-Control-Request-Method": "GET"}
    answers: list[httpx.Response] = [
        nobody.request("GET", "/dags"),
        nobody.request("HEAD", "/healthz"),
        nobody.request("OPTIONS", "/dags", headers=asked),
        nobody.request("BREW", "/dags"),
        nobody.request("GET", "/nothing"),
        editor.request("POST", "/validate", content=b"{", headers={"Content-Type": "text/plain"}),
    ]
    for answer in answers:
        (line,) = lines_of(world.served, answer.headers["x-request-id"])
        assert line["status"] == answer.status_code


def test_logs_hold_no_token_no_query_and_no_body(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project, description="canary-in-body"))
    body = spec(project_id=project, description="canary-in-body")
    bad = body | {"canary-key": "canary-value", "dag_name": "Invoices"}
    for options in (
        {"json": bad},
        {"json": body, "headers": {"X-Request-ID": "canary id"}},
        {"json": body, "headers": {"Idempotency-Key": "canary key"}},
        {"json": body, "headers": {"Authorization": f"Bearer {editor.token[:-9]}canary"}},
        {"json": body, "headers": {"Authorization": "Basic canary"}},
        {"json": body, "headers": {"Cookie": "canary", "apikey": "sb_secret_canary"}},
        {"json": body, "params": {"if_exists": "canary", "access_token": editor.token}},
        {"content": b'{"canary": ', "headers": {"Content-Type": "application/json"}},
        {"content": b"canary", "headers": {"Content-Type": "canary/canary"}},
    ):
        editor.request("POST", "/create-dag", **options)
    editor.get("/dags", project_id=project, owner="canary", tag="canary", cursor="canary!")
    editor.request("GET", f"/dags/{editor.token}", params={"project_id": project})
    world.stand_in.faults.add("*", "/storage/*", faults.answer(500, {"message": "no"}), times=None)
    editor.create(body)
    last = editor.request("GET", "/schema").headers["x-request-id"]
    lines_of(world.served, last)
    said = world.served.text()
    assert not SECRETS.search(said), SECRETS.search(said)
    assert all(json.loads(line)["level"] for line in said.splitlines())


def test_operators_learn_why_something_is_not_available(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    world.stand_in.faults.add("*", "/rest/*", faults.answer(503), times=None)
    answer = editor.get("/dags", project_id=project)
    (line,) = lines_of(world.served, answer.headers["x-request-id"])
    assert (line["status"], line["code"]) == (503, "UNAVAILABLE")
    assert "answered HTTP 503" in line["detail"]


# --- Metrics ---


def numbers(world: World) -> dict[tuple[str, ...], float]:
    answer = world.nobody().request("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_count_requests_and_what_they_cost(world: World) -> None:
    project = world.project()
    before = numbers(world)
    editor = world.member(project)
    for _ in range(2):
        assert editor.create(spec(project_id=project)).status_code == 200
    editor.get("/dags/orders", project_id=project)
    editor.request("GET", f"/{uuid4()}")
    editor.request(f"X{uuid4().hex}", "/schema")
    after = numbers(world)

    def grown(*key: str) -> float:
        return after.get(key, 0.0) - before.get(key, 0.0)

    total = "dagctl_http_requests_total"
    assert grown(total, "POST", "/create-dag", "200") == 2
    assert grown(total, "GET", "/dags/{dag_id}", "200") == 1
    assert grown(total, "GET", "none", "404") == 1
    assert grown("dagctl_http_request_seconds_count", "POST", "/create-dag") == 2
    assert grown("dagctl_operation_waiting_seconds_count") == 2
    assert grown("dagctl_operation_waiting_seconds_bucket", "60.0") == 2
    for part in ("git", "database", "storage", "files", "journal"):
        assert grown("dagctl_outside_seconds_total", part) > 0
    for gauge in ("waiting", "under_way", "journalled"):
        assert grown(f"dagctl_operations_{gauge}") == 0
        assert (f"dagctl_operations_{gauge}",) in after


def test_the_question_who_may_write_is_counted_too(world: World) -> None:
    part = ("dagctl_outside_seconds_total", "database")
    before = numbers(world).get(part, 0.0)
    assert world.stranger().create(spec(project_id=world.project())).status_code == 403
    assert numbers(world)[part] > before


def test_no_label_of_metrics_is_the_callers_to_choose(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    method, path = f"X{uuid4().hex}", f"/{uuid4().hex}"
    editor.request(method, path)
    editor.get(f"/dags/{uuid4().hex}", project_id=project)
    said = world.nobody().request("GET", "/metrics").text
    for one in (method, path, project, editor.user_id):
        assert one not in said


# --- Health ---


@pytest.mark.parametrize(
    ("path", "part"),
    [("/auth/*", "auth"), ("/rest/*", "database"), ("/storage/*", "storage")],
)
def test_readiness_names_what_is_down_and_recovers(world: World, path: str, part: str) -> None:
    nobody = world.nobody()
    world.served.wait_until(lambda: readiness(nobody)[0] == 200)
    world.stand_in.faults.add("*", path, faults.answer(503), times=None)
    world.served.wait_until(lambda: readiness(nobody)[0] == 503)
    _, checks = readiness(nobody)
    assert [name for name, said in checks.items() if said != "ok"] == [part]
    assert nobody.request("GET", "/healthz").text == "ok"
    world.stand_in.faults.clear()
    world.served.wait_until(lambda: readiness(nobody)[0] == 200)


def test_readiness_names_a_folder_that_is_gone(world: World) -> None:
    root, nobody = world.served.root, world.nobody()
    root.rename(root.with_name("away"))
    try:
        world.served.wait_until(lambda: readiness(nobody)[1]["root"] != "ok")
        _, checks = readiness(nobody)
        assert checks["root"] == "the folder of the workspaces cannot be written"
    finally:
        root.with_name("away").rename(root)
    world.served.wait_until(lambda: readiness(nobody)[0] == 200)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_readiness_names_a_folder_that_cannot_be_written(world: World) -> None:
    root, nobody = world.served.root, world.nobody()
    root.chmod(0o500)
    try:
        world.served.wait_until(lambda: readiness(nobody)[1]["root"] != "ok")
    finally:
        root.chmod(0o700)


def test_a_look_at_the_dependencies_disturbs_no_caller(world: World) -> None:
    project = world.project()
    editor, nobody = world.member(project), world.nobody()
    editor.create(spec(project_id=project))
    for _ in range(3):
        world.served.wait_until(lambda: readiness(nobody)[0] == 200)
        assert editor.get("/dags", project_id=project).status_code == 200
    assert not [line for line in world.served.lines() if "descriptor" in str(line)]


# --- Browsers and other methods ---


def test_the_apps_pages_may_call_and_no_others(world: World) -> None:
    nobody = world.nobody()

    def asks(origin: str) -> httpx.Response:
        wanted = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        }
        return nobody.request("OPTIONS", "/create-dag", headers=wanted)

    good = asks(APP)
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == APP
    assert "Idempotency-Key" in good.headers["access-control-allow-headers"]
    allowed = set(good.headers["access-control-allow-methods"].split(", "))
    assert {"GET", "POST", "PUT", "DELETE"} <= allowed
    assert "access-control-allow-credentials" not in good.headers
    for origin in ("https://evil.example", "http://app.example.com", f"{APP}.evil.example", "null"):
        assert "access-control-allow-origin" not in asks(origin).headers, origin
        answer = nobody.request("GET", "/dags", headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers, origin
    answer = nobody.request("GET", "/dags", headers={"Origin": APP})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == APP
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]


def test_head_is_a_get_without_its_body(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for path in ("/healthz", "/schema", "/dags", "/openapi.json"):
        options = {"params": {"project_id": project}} if path == "/dags" else {}
        head, whole = (editor.request(one, path, **options) for one in ("HEAD", "GET"))
        assert head.status_code == whole.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == whole.headers["content-length"]
    assert editor.request("HEAD", "/create-dag").status_code == 405
    assert editor.request("OPTIONS", "/schema").status_code == 405
