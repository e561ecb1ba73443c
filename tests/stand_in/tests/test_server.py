from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from tests.stand_in import StandIn
from tests.stand_in.tests.cast import PROJECT, Cast

if TYPE_CHECKING:
    from tests.postgres.server import Server

ROOT = Path(__file__).parents[3]
SECONDS = 60


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "localhost", ""])
def test_it_binds_to_nothing_but_loopback(host: str, postgres_cluster: Server) -> None:
    with pytest.raises(ValueError, match=r"loopback|does not appear"):
        StandIn(postgres_cluster.url, host=host)


def test_each_test_gets_a_fresh_project_at_the_same_address(
    stand_in: StandIn, postgres_cluster: Server, project_template: str, http: httpx.Client
) -> None:
    url, key = stand_in.url, stand_in.publishable_key
    headers = Cast(stand_in).headers("editor")
    assert len(http.get("/rest/v1/notes", headers=headers).json()) == 3
    other = postgres_cluster.create_database(project_template)
    stand_in.use(postgres_cluster.url_of(other))
    assert (stand_in.url, stand_in.publishable_key) == (url, key)
    assert http.get("/rest/v1/notes", headers=headers).status_code == 401
    assert len(stand_in.requests) == 1
    assert stand_in.sql("select count(*) from auth.users") == [(0,)]


def test_the_log_counts_requests_and_holds_no_secret(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    key = stand_in.publishable_key
    token = cast.token("editor")
    http.get(f"/rest/v1/notes?apikey={key}", headers={"authorization": f"Bearer {token}"})
    http.get("/rest/v1/gone", headers=cast.headers("editor"))
    shown = [(entry.method, entry.path, entry.status) for entry in stand_in.requests]
    assert shown == [("GET", "/rest/v1/notes", 200), ("GET", "/rest/v1/gone", 404)]
    assert stand_in.requests.count("GET", "/rest/v1/*") == 2
    assert stand_in.requests.count("POST") == 0
    assert key not in repr(list(stand_in.requests))


def test_an_unknown_key_is_refused(stand_in: StandIn, http: httpx.Client) -> None:
    assert stand_in.url
    response = http.get("/rest/v1/notes", headers={"apikey": "sb_publishable_other"})
    assert (response.status_code, response.json()["message"]) == (401, "Invalid API key")


def test_a_body_of_unknown_length_is_refused(stand_in: StandIn, http: httpx.Client) -> None:
    headers = {"apikey": stand_in.publishable_key}
    response = http.post("/rest/v1/notes", content=iter([b"[", b"]"]), headers=headers)
    assert response.status_code == 411
    assert http.get("/auth/v1/health", headers=headers).status_code == 200


def test_the_secret_key_passes_row_security(stand_in: StandIn, http: httpx.Client) -> None:
    Cast(stand_in)
    stand_in.sql("grant select on public.notes to service_role")
    response = http.get("/rest/v1/notes", headers={"apikey": stand_in.secret_key})
    assert len(response.json()) == 3


def test_a_removed_member_sees_nothing_with_the_old_token(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    headers = cast.headers("editor")
    assert len(http.get("/rest/v1/notes", headers=headers).json()) == 3
    stand_in.remove_member(PROJECT, cast.editor)
    assert http.get("/rest/v1/notes", headers=headers).json() == []


def test_an_object_can_be_changed_behind_everybody_s_back(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    key, headers = f"{PROJECT}/dags/a.py", cast.headers("editor")
    target = f"/storage/v1/object/dags/{key}"
    http.post(target, content=b"1", headers=headers | {"content-type": "text/x-python"})
    stand_in.tamper(key, b"2")
    assert http.get(target, headers=headers).content == b"2"


def test_uploads_of_one_key_at_one_time_all_succeed(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    key = f"{PROJECT}/dags/race.py"
    headers = cast.headers("editor") | {"content-type": "text/x-python"}

    def upload(data: str) -> int:
        target = f"/storage/v1/object/dags/{key}"
        return http.post(target, content=data.encode(), headers=headers).status_code

    stand_in.settings.while_uploading = Barrier(12, timeout=SECONDS).wait
    with ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(upload, "abcdefghijkl"))
    assert seen == [200] * 12, "each was checked before the first was written"
    stored = stand_in.stored(key)
    assert stored is not None
    assert stored.decode() in "abcdefghijkl"
    rows = stand_in.sql("select count(*) from storage.objects where name = %s", key)
    assert rows == [(1,)]


def test_an_answer_comes_in_one_piece(stand_in: StandIn) -> None:
    """Head and body in two writes would cost each request a delayed ACK of 40 ms."""
    target = urlsplit(stand_in.url)
    asked = f"GET /auth/v1/health HTTP/1.1\r\napikey: {stand_in.publishable_key}\r\n\r\n"
    with socket.create_connection((target.hostname, target.port or 0), SECONDS) as connection:
        for _ in range(3):
            connection.sendall(asked.encode())
            head, _, body = connection.recv(65_536).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert f"content-length: {len(body)}".encode() in head


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "x", "\xb2"])
def test_a_length_that_is_no_number_is_400(stand_in: StandIn, length: str) -> None:
    target = urlsplit(stand_in.url)
    asked = f"POST /rest/v1/notes HTTP/1.1\r\ncontent-length: {length}\r\n\r\n"
    with socket.create_connection((target.hostname, target.port or 0), SECONDS) as connection:
        connection.sendall(asked.encode("latin-1"))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400")
        assert connection.recv(1) == b"", "the connection is closed"


def test_tokens_can_be_signed_with_a_shared_secret(
    postgres_cluster: Server, project_template: str
) -> None:
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name), algorithm="HS256") as old:
        headers = Cast(old).headers("editor")
        assert len(httpx.get(f"{old.url}/rest/v1/notes", headers=headers).json()) == 3
        assert httpx.get(f"{old.url}/auth/v1/.well-known/jwks.json").json() == {"keys": []}


def test_a_mistake_of_the_stand_in_is_an_answer_with_its_words(
    stand_in: StandIn, http: httpx.Client
) -> None:
    headers = {"apikey": stand_in.publishable_key}
    response = http.post("/auth/v1/verify", json={"email": 1, "token": [], "type": {}})
    assert response.status_code in {400, 403}
    stand_in.sql("drop table auth.users cascade")
    response = http.post(
        "/auth/v1/token?grant_type=password", json={"email": "a", "password": "b"}, headers=headers
    )
    assert response.status_code == 500
    assert 'relation "auth.users" does not exist' in response.json()["message"]


def test_it_runs_from_the_command_line_and_says_how_to_reach_it() -> None:
    command = [sys.executable, "-m", "tests.stand_in", "--email", "eve@example.com"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        response = httpx.post(
            f"{told['url']}/auth/v1/token?grant_type=password",
            json={"email": told["email"], "password": told["password"]},
            headers={"apikey": told["publishable_key"]},
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert response.json()["user"]["id"] == told["user_id"]
    assert told["email"] == "eve@example.com"


REPEATED = """
create sequence public.tries;
grant usage on public.tries to public;
create function public.give_up(most integer, code text) returns integer language plpgsql as $$
declare
  number integer := nextval('public.tries'); -- a sequence is not rolled back
begin
  if number <= most then
    raise exception using errcode = code, message = 'given up';
  end if;
  return number;
end $$;
"""


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_deadlock_is_repeated_without_end_and_never_answered(
    stand_in: StandIn, cast: Cast, http: httpx.Client, code: str
) -> None:
    stand_in.sql(REPEATED)

    def ask(most: int) -> httpx.Response:
        headers, asked = cast.headers("editor"), {"most": most, "code": code}
        return http.post("/rest/v1/rpc/give_up", headers=headers, json=asked)

    assert ask(3).json() == 4
    stand_in.settings.repeated_seconds = 0.2
    with pytest.raises(httpx.RemoteProtocolError):
        ask(10**6)
    assert stand_in.sql("select last_value >= 5 from public.tries") == [(True,)]


def test_a_gateway_may_make_a_token_of_the_key(
    stand_in: StandIn, cast: Cast, http: httpx.Client
) -> None:
    stand_in.settings.key_as_token = True
    key_only = cast.headers("anon")
    refused = http.get("/auth/v1/user", headers=key_only)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "bad_jwt")
    assert refused.json()["msg"] == "invalid claim: missing sub claim"
    listed = http.post("/storage/v1/object/list/dags", json={"prefix": ""}, headers=key_only)
    assert (listed.status_code, listed.json()) == (200, [])
