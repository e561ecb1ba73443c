"""Every failure is a problem with the status of its kind, and tells nothing internal."""

from __future__ import annotations

import gzip
import json
import re
import socket
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest

from dagctl.server.body import Room
from dagctl.server.refusals import BusyError
from tests.server.conftest import BODY_LIMIT
from tests.server.problems import problem_of
from tests.server.served import PROJECT, spec
from tests.stand_in import faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.server.served import Person, World

JSON = {"Content-Type": "application/json"}


def test_bad_parameters_are_all_named(world: World) -> None:
    editor = world.member(world.project())
    answer = editor.get("/dags", project_id="x", limit=0, cursor="\x00", user_id="me")
    detail = problem_of(answer, 400, "USAGE")["detail"]
    for name in ("`project_id`", "`limit`", "`cursor`", "`user_id`"):
        assert name in detail


def test_a_misspelt_parameter_is_not_passed_over(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    answer = editor.request("POST", "/create-dag?if_exist=fail", json=spec(project_id=project))
    found = problem_of(answer, 400, "USAGE")
    assert found["detail"] == "query `if_exist`: there is no such parameter"
    assert found["fix"] == "did you mean `if_exists`?"
    assert editor.get("/dags", project_id=project).json()["dags"] == []
    assert problem_of(editor.request("GET", "/schema?x=1"), 400, "USAGE")["fix"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "caf\u00e9"])
def test_a_bad_idempotency_key_is_refused(world: World, key: str) -> None:
    project = world.project()
    answer = world.member(project).request(
        "POST",
        "/create-dag",
        json=spec(project_id=project),
        headers={"Idempotency-Key": key.encode()},
    )
    assert "Idempotency-Key" in problem_of(answer, 400, "USAGE")["detail"]
    assert not (world.served.root / project).exists()


def test_no_token_is_401_and_no_member_403(world: World) -> None:
    project = world.project()
    problem_of(world.nobody().get("/dags", project_id=project), 401, "NOT_SIGNED_IN")
    problem_of(world.stranger().get("/dags", project_id=project), 403, "NOT_A_MEMBER")


def test_what_is_not_there_is_404(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for path in ("", "/graph", "/source"):
        found = problem_of(editor.get(f"/dags/orders{path}", project_id=project), 404, "NOT_FOUND")
        assert found["fix"] == "GET /dags lists what there is"
    for path in (
        "/redoc",
        "/dags/",
        "/dags/a/b",
        "/create-dag/",
        "/%00",
        "/%ff",
        "//",
    ):
        problem_of(editor.request("GET", path), 404, "USAGE")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/dags", "GET, HEAD"),
        ("GET", "/create-dag", "POST"),
        ("BREW", "/schema", "GET, HEAD"),
        ("PATCH", "/dags/orders", "DELETE, GET, HEAD, PUT"),
    ],
)
def test_another_method_is_405(world: World, method: str, path: str, allowed: str) -> None:
    answer = world.nobody().request(method, path)
    problem_of(answer, 405, "USAGE")
    assert answer.headers["allow"] == allowed


def test_a_name_that_must_be_free_is_409(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    answer = editor.request(
        "POST", "/create-dag", params={"if_exists": "fail"}, json=spec(project_id=project)
    )
    problem = problem_of(answer, 409, "CONFLICT")
    assert problem["fix"] == "if_exists=update changes it, if_exists=number makes another"


def test_a_file_in_the_way_is_409(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    (world.served.root / project / "dags" / "invoices.py").write_text("mine = 1\n")
    found = problem_of(editor.create(spec("Invoices", project_id=project)), 409, "CONFLICT")
    assert found["detail"] == "dags/invoices.py exists, and dagctl did not write it"
    assert found["fix"] == "ask the operators of the server"
    assert (world.served.root / project / "dags" / "invoices.py").read_text() == "mine = 1\n"


def test_a_slow_body_is_408(impatient: World) -> None:
    editor = impatient.member(impatient.project())
    answer = head_only(editor, {"Content-Length": "1000"}, b'{"dag_name": ')
    assert answer[0].startswith(b"HTTP/1.1 408 "), answer
    assert b"the body did not arrive in time" in answer[1]


def head_only(who: Person, headers: dict[str, str], begun: bytes) -> tuple[bytes, bytes]:
    """Send a head and the beginning of a body; return head and body of the answer."""
    url = httpx.URL(who.served.url)
    named = {"Host": "x", "Authorization": f"Bearer {who.token}", **JSON, **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    with socket.create_connection((url.host, url.port or 0), timeout=60) as connection:
        connection.sendall(f"POST /validate HTTP/1.1\r\n{head}\r\n".encode() + begun)
        received = b""
        while b"\r\n\r\n" not in received or not received.endswith(b"}"):
            part = connection.recv(65536)
            if not part:
                break
            received += part
    found = received.partition(b"\r\n\r\n")
    return found[0], found[2]


def test_a_body_that_is_said_to_be_too_large_is_413_before_it_is_sent(world: World) -> None:
    editor = world.member(world.project())
    head, body = head_only(editor, {"Content-Length": str(BODY_LIMIT + 1)}, b"")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["detail"] == f"the body is larger than {BODY_LIMIT} bytes"


def test_a_body_that_grows_too_large_is_413(world: World) -> None:
    editor = world.member(world.project())
    parts = iter([b"x" * 1000] * (BODY_LIMIT // 1000 + 1))
    problem_of(editor.request("POST", "/validate", content=parts, headers=JSON), 413, "USAGE")


def test_no_one_has_a_body_read_without_a_token(world: World) -> None:
    head, _ = head_only(world.nobody(), {"Content-Length": str(10**9)}, b"")
    assert head.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "application/json; charset=latin-1", "a" * 5000]
)
def test_another_media_type_is_415(world: World, kind: str) -> None:
    editor = world.member(world.project())
    answer = editor.request("POST", "/validate", content=b"{}", headers={"Content-Type": kind})
    problem = problem_of(answer, 415, "USAGE")
    assert problem["fix"] == "send `Content-Type: application/json`"
    assert "''" not in problem["detail"]


@pytest.mark.parametrize("path", ["/validate", "/import"])
@pytest.mark.parametrize("codings", [("gzip",), ("identity", "BR"), ("identity, zstd",)])
def test_a_compressed_body_is_415(world: World, path: str, codings: tuple[str, ...]) -> None:
    project = world.project()
    editor = world.member(project)
    kind = "application/zip" if path == "/import" else "application/json"
    headers = [
        ("Authorization", f"Bearer {editor.token}"),
        ("Content-Type", kind),
        *(("Content-Encoding", coding) for coding in codings),
    ]
    url = f"{world.served.url}{path}?project_id={project}"
    answer = httpx.post(url, content=gzip.compress(b"{}"), headers=headers, timeout=90)
    assert problem_of(answer, 415, "USAGE")["fix"] == "send it without `Content-Encoding`"
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "identity, Identity,"])
def test_a_body_that_is_said_to_be_as_it_is_is_read(world: World, coding: str) -> None:
    editor = world.member(world.project())
    answer = editor.request("POST", "/validate", json=spec(), headers={"Content-Encoding": coding})
    assert answer.status_code == 200, answer.text


def test_a_spec_with_errors_is_422_with_each_at_its_place(world: World) -> None:
    project = world.project()
    body = {
        "project_id": project,
        "dag_name": "Orders",
        "retires": 3,
        "tasks": [
            {"task_id": "a", "task_type": "python", "python_code": "x = 1\nreturn )\n"},
            {"task_id": "b", "task_type": "bash", "bash_command": "x", "dependencies": ["c"]},
        ],
    }
    text = json.dumps(body, indent=2)
    editor = world.member(project)
    answer = editor.request("POST", "/create-dag", content=text, headers=JSON)
    found = problem_of(answer, 422, "SPEC_INVALID")["diagnostics"]
    assert [one["pointer"] for one in found] == [
        "/retires",
        "/tasks/0/python_code",
        "/tasks/1/dependencies/0",
    ]
    lines = text.splitlines()
    for one, there in zip(found, ('"retires"', '"python_code"', '"c"'), strict=True):
        start = one["range"]["start"]
        assert there in lines[start["line"] - 1]
    start = found[1]["range"]["start"]
    assert lines[start["line"] - 1][start["column"] - 1] == ")"
    assert not (world.served.root / project).exists()


def test_a_yaml_body_has_its_places_too(world: World) -> None:
    editor = world.member(world.project())
    text = "dag_name: Orders\ntasks:\n  - task_id: a\n    task_type: bash\n    bash_command: x\n"
    answer = editor.request(
        "POST", "/create-dag", content=text, headers={"Content-Type": "application/yaml"}
    )
    (found,) = problem_of(answer, 422, "SPEC_INVALID")["diagnostics"]
    assert (found["pointer"], found["range"]["start"]) == ("/project_id", {"line": 1, "column": 1})


@pytest.mark.parametrize(
    ("media_type", "body", "code"),
    [
        ("application/json", b'{"dag_name": "x",\n "tasks": [}', "DAG140"),
        ("application/json", b"[]", "DAG105"),
        ("application/json", b"", "DAG104"),
        ("application/json", b"\xff", "DAG101"),
        ("application/yaml", b"dag_name: x\n\ttasks: 3\n", "DAG123"),
        ("application/yaml", b"a: 1\n---\nb: 2\n", "DAG124"),
    ],
)
def test_a_body_that_cannot_be_read_has_one_finding(
    world: World, media_type: str, body: bytes, code: str
) -> None:
    editor = world.member(world.project())
    answer = editor.request(
        "POST", "/create-dag", content=body, headers={"Content-Type": media_type}
    )
    (found,) = problem_of(answer, 422, "SPEC_INVALID")["diagnostics"]
    assert found["code"] == code


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ('{"dag_name": "project_id", "retires": 3}', ["/project_id", "/retires", "/tasks"]),
        ('{"dag_name": "Orders", "project_id": null}', ["/project_id", "/tasks"]),
        ('{"dag_name": "Orders", "project_id": 1}', ["/project_id", "/tasks"]),
        ("[]", [""]),
        ('{"dag_name": "Orders", ', [""]),
    ],
)
def test_a_project_that_is_not_named_is_reported_with_all_else(
    world: World, body: str, pointers: list[str]
) -> None:
    editor = world.member(world.project())
    answer = editor.request("POST", "/create-dag", content=body, headers=JSON)
    found = problem_of(answer, 422, "SPEC_INVALID")["diagnostics"]
    assert sorted(one["pointer"] for one in found) == pointers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 40_000,
        b"9" * 40_000,
        b'{"a":' * 8000,
        b"{}" * 20_000,
        b'{"dag_name": "\\ud800"}',
        b'{"dag_name": 1, "dag_name": 2}',
        b"\xef\xbb\xbf{}",
        b'{"project_id": NaN}',
    ],
    ids=range(12),
)
def test_hostile_bodies_are_422(world: World, body: bytes) -> None:
    editor = world.member(world.project())
    for path in ("/create-dag", "/render"):
        answer = editor.request("POST", path, content=body, headers=JSON)
        assert problem_of(answer, 422, "SPEC_INVALID")["diagnostics"]
    answer = editor.request("POST", "/validate", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["valid"]) == (200, False)


def test_a_check_and_a_rendering_are_for_the_target_that_is_asked_for(world: World) -> None:
    editor = world.member(world.project())
    hitl = {"operator": "HITLOperator", "with": {"subject": "a", "options": ["b"]}}
    spark = {"operator": "AthenaSparkSensor", "with": {"calculation_execution_id": "b"}}

    def said(path: str, task: Mapping[str, object]) -> tuple[int, str]:
        body = {"dag_name": "Targets", "tasks": [{"task_id": "a", **task}]}
        answer = editor.request("POST", path, json=body)
        return answer.status_code, answer.text

    assert '"valid":true' in said("/validate?airflow=3.1", hitl)[1].replace(" ", "")
    for early in ("/validate?airflow=3.0", "/validate"):  # 3 is each Airflow of the series
        assert "needs Airflow 3.1" in said(early, hitl)[1]
    assert said("/render?airflow=3.1", hitl)[0] == 200
    assert said("/render?airflow=2.11", hitl)[0] == 422
    assert "AthenaSparkSensor" in said("/render", spark)[1]
    old = "?airflow=3&provider=amazon==9.10&provider=google==10.0"
    assert "in the version of `amazon` that you have" in said(f"/validate{old}", spark)[1]
    assert said(f"/render{old}", spark)[0] == 422
    status, text = said("/validate?provider=amzon==1", spark)
    assert (status, "did you mean `amazon`?" in text) == (400, True)


@pytest.mark.parametrize("fault", [faults.answer(503), faults.drop_before(), faults.bad_gateway()])
def test_a_project_that_does_not_answer_is_503(world: World, fault: faults.Fault) -> None:
    project = world.project()
    editor = world.member(project)
    assert editor.create(spec(project_id=project)).status_code == 200
    world.stand_in.faults.add("*", "/rest/*", fault, times=None)
    answer = editor.create(spec(project_id=project))
    assert problem_of(answer, 503, "UNAVAILABLE")["state"] == "nothing was changed"
    world.stand_in.faults.clear()
    assert editor.create(spec(project_id=project)).json()["dag_id"] == "orders_2"


def test_a_project_without_the_migrations_is_no_fault_of_the_caller(world: World) -> None:
    project = world.project()
    body = {"code": "PGRST202", "message": "Could not find the function public.list_dags"}
    world.stand_in.faults.add("POST", "/rest/v1/rpc/list_dags", faults.answer(404, body))
    answer = world.member(project).get("/dags", project_id=project)
    found = problem_of(answer, 503, "UNAVAILABLE")
    assert found["detail"].startswith(f"the server is not set up well for project {project}: ")
    assert found["fix"] == "ask the operators of the server"


def test_a_folder_that_cannot_be_had_is_503_and_says_no_path(world: World) -> None:
    project = world.project()
    root = world.served.root
    (root / project).write_text("in the way")
    try:
        answer = world.member(project).create(spec(project_id=project))
    finally:
        (root / project).unlink()
    found = problem_of(answer, 503, "UNAVAILABLE")
    assert project in found["detail"]
    assert str(root) not in answer.text


@pytest.mark.parametrize("trouble", ["a changed file", "a detached HEAD"])
def test_what_is_in_the_way_in_the_repository_is_the_operators_to_clear(
    world: World, trouble: str
) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    repository = world.served.root / project
    if trouble == "a changed file":
        (repository / "dags/orders.py").write_text("mine\n")
    else:
        subprocess.run(["git", "checkout", "-q", "--detach"], cwd=repository, check=True)
    wanted = spec(project_id=project, description="new")
    answer = editor.request(
        "POST", "/create-dag?if_exists=update", json=wanted, headers={"If-Match": "*"}
    )
    assert problem_of(answer, 409, "CONFLICT")["fix"] == "ask the operators of the server"


@pytest.mark.parametrize(
    "change",
    [
        """spec = '{"bad": 1}'""",
        "spec = '[1]'",
        """spec = jsonb_set(spec, '{schedule_interval}', '"0 0 30 2 *"')""",
        "file_path = 'dags/a/../../b.py'",
    ],
)
def test_a_bad_row_harms_only_itself(world: World, change: str) -> None:
    project = world.project()
    editor = world.member(project)
    for name in ("Orders", "Sales"):
        assert editor.create(spec(project_id=project, dag_name=name)).status_code == 200
    statement = f"update public.user_dags set {change} where dag_id = 'orders' and project_id = %s"
    world.stand_in.sql(statement, project)
    listed = editor.get("/dags", project_id=project).json()["dags"]
    assert [dag["dag_id"] for dag in listed] == ["orders", "sales"]
    answers = {
        path: editor.get(f"/dags/orders{path}", project_id=project).status_code
        for path in ("", "/graph", "/source", "/versions")
    }
    assert {path: code for path, code in answers.items() if code >= 500} == {}
    for path in ("", "/graph", "/source"):
        assert editor.get(f"/dags/sales{path}", project_id=project).status_code == 200


def test_a_stored_file_that_is_no_text_is_409(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    world.stand_in.tamper(f"{project}/dags/orders.py", b"\xff\xfe no text")
    found = problem_of(editor.get("/dags/orders/source", project_id=project), 409, "CONFLICT")
    assert found["detail"] == "the stored file of `orders` is not the recorded one"
    assert found["fix"] == "ask the operators of the server"
    assert editor.get("/dags/orders", project_id=project).status_code == 200


@pytest.mark.parametrize(
    "lines",
    [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Content-Length: +2\r\n",
        "Content-Length : 2\r\n",
        "X-A: b\r\n folded: c\r\nBad Name: x\r\n",
        "X-A: \x00\r\n",
    ],
    ids=range(8),
)
def test_a_request_that_proxies_may_read_otherwise_ends_its_connection(
    world: World, lines: str
) -> None:
    url = httpx.URL(world.served.url)
    smuggled = b"0\r\n\r\nGET /schema HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((url.host, url.port or 0), timeout=30) as connection:
        connection.sendall(f"POST /nothing HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode() + smuggled)
        received = b""
        while part := connection.recv(65536):
            received += part
    assert re.match(rb"HTTP/1\.1 (400|501) ", received)
    assert received.count(b"HTTP/1.1") == 1
    assert b"traceback" not in received.lower()


def test_paths_and_queries_of_any_kind_are_answered(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for dag_id in ("..%2f..%2fetc", "%00", "a%0d%0ab", "\u00e9", "%ff", "x" * 251, "-a", "a%20b"):
        answer = editor.request("GET", f"/dags/{dag_id}", params={"project_id": project})
        assert answer.status_code in {400, 404}, dag_id
    for owner in (
        '"',
        "\\",
        "a,b",
        "(x)",
        "*",
        "%",
        "\u00e9",
        "{}",
        "a.b",
        "eq.x",
        "\ud7ff\U0010ffff",
    ):
        for name in ("owner", "tag"):
            answer = editor.get("/dags", project_id=project, **{name: owner})
            assert answer.json() == {"dags": [], "next_cursor": None}, owner
    problem_of(editor.get("/dags", project_id=project, owner="\x00"), 400, "USAGE")
    problem_of(editor.get("/dags", project_id=project, owner="x" * 20_000), 400, "USAGE")
    assert editor.request("GET", f"/dags?{'x' * 60_000}").status_code == 400
    host = editor.request("GET", "/nothing", headers={"Host": "["})
    problem_of(host, 404, "USAGE")


def test_pages_go_on_where_the_one_before_ended(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    for _ in range(3):
        editor.create(spec(project_id=project))
    found, cursor = [], None
    while True:
        given: dict[str, str] = {} if cursor is None else {"cursor": cursor}
        page = editor.get("/dags", project_id=project, limit=2, **given).json()
        found.append([dag["dag_id"] for dag in page["dags"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [["orders", "orders_2"], ["orders_3"]]
    last = editor.get("/dags", project_id=project, cursor="zzz").json()
    assert last == {"dags": [], "next_cursor": None}


def test_bodies_have_a_room_that_is_given_back() -> None:
    room = Room(10, of_one=10)
    with room.share("ada") as take:
        take(6)
        with (
            room.share("bob") as other,
            pytest.raises(BusyError, match="too many large bodies are"),
        ):
            other(5)
        with room.share("bob") as other:
            other(4)
    with room.share("ada") as take:
        take(10)


def test_no_one_takes_the_room_of_all_others() -> None:
    room = Room(10, of_one=6)
    with room.share("ada") as take, room.share("ada") as further, room.share("bob") as other:
        take(4)
        with pytest.raises(BusyError, match="too many large bodies of yours"):
            further(3)
        further(2)
        other(4)
    with room.share("ada") as take:
        take(6)


def test_an_answer_can_be_read_by_clients_that_know_only_latin_1(world: World) -> None:
    project = world.project()
    answer = world.member(project).create(spec("\u6ce8\u6587 Orders", project_id=project))
    assert answer.content.isascii()
    assert answer.json()["dag_id"] == "orders"


@pytest.mark.parametrize(
    ("path", "params", "detail"),
    [
        ("/dags", {"project_id": "yes"}, "query `project_id`: is not a UUID, such as 123e4567-"),
        ("/dags", {}, "query `project_id`: is missing"),
        ("/dags", {"project_id": PROJECT, "limit": "0"}, "query `limit`: is less than 1"),
        ("/dags", {"project_id": PROJECT, "limit": "2000"}, "query `limit`: is more than 1000"),
        ("/dags", {"project_id": PROJECT, "limit": "x"}, "query `limit`: is not a whole number"),
        ("/dags", {"project_id": PROJECT, "tag": "x" * 101}, "query `tag`: has more than 100 char"),
        ("/dags", {"project_id": PROJECT, "user_id": "x"}, "query `user_id`: is not a UUID"),
        (
            "/dags/.x",
            {"project_id": PROJECT},
            "path `dag_id`: has a character that is not allowed, or is empty: an id has letters,",
        ),
        (
            "/dags/x/graph",
            {"project_id": PROJECT, "format": "png"},
            "query `format`: must be 'json'",
        ),
    ],
)
def test_a_wrong_parameter_is_explained_in_plain_words(
    world: World, path: str, params: dict[str, str], detail: str
) -> None:
    answer = world.stranger().request("GET", path, params=params)
    found = problem_of(answer, 400, "USAGE")
    assert found["detail"].startswith(detail)
    assert "Input should" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{}", b'{"nonsense": 1, "dag_name": "x"}'])
def test_no_finding_about_a_body_names_a_command(world: World, body: bytes) -> None:
    answer = world.stranger().request(
        "POST", "/create-dag", content=body, headers={"Content-Type": "application/json"}
    )
    found = problem_of(answer, 422, "SPEC_INVALID")
    assert found["diagnostics"]
    assert "dagctl " not in answer.text
    assert "docs/" not in answer.text


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_browser_gets_a_page_with_the_endpoints(world: World, path: str) -> None:
    answer = world.nobody().request("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<td>POST</td><td>/create-dag</td><td>Create a DAG</td>" in answer.text
    assert "script" not in answer.text


def test_what_is_certain_to_fail_is_refused_by_every_request(world: World) -> None:
    project = world.project()
    editor = world.member(project)
    editor.create(spec(project_id=project))
    task = {"task_id": "a", "bash_command": "echo {{ execution_date }}"}
    body = spec(project_id=project, tasks=[task])
    verdict = editor.request("POST", "/validate", json=body).json()
    assert not verdict["valid"]
    assert [one["severity"] for one in verdict["diagnostics"]] == ["error"]
    for method, path in (
        ("POST", "/create-dag"),
        ("PUT", f"/dags/orders?project_id={project}"),
        ("POST", "/render"),
    ):
        found = problem_of(editor.request(method, path, json=body), 422, "SPEC_INVALID")
        assert [one["code"] for one in found["diagnostics"]] == ["DAG453"]
    assert editor.request("POST", "/render?airflow=2", json=body).status_code == 200
    folder = world.served.root / project  # a project for Airflow 2, on the same server
    toml = (folder / "dagctl.toml").read_text()
    (folder / "dagctl.toml").write_text(toml.replace('airflow = "3"', 'airflow = "2"'))
    assert editor.create(body).json()["dag_id"] == "orders_2"
