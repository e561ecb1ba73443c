"""The client's patience, its token, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from dagctl.adapters.http.http_client import ONCE, SHORTEST_TRY
from dagctl.adapters.http.retry import DEADLINE
from dagctl.adapters.supabase.http import BearerAuth, ProjectClient, open_client
from dagctl.endpoint import Endpoint
from dagctl.errors import NotSignedInError, UnavailableError

if TYPE_CHECKING:
    Answer = httpx.Response | Exception

URL = "https://abc.supabase.co/rest/v1/x"


class Script:
    """A server that gives one answer after the other; the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.seen: list[str] = []
        self.patience: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.patience.append(max(request.extensions["timeout"].values()))
        self.seen.append(request.headers.get("authorization", ""))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


class Numbered:
    """A `SignedIn` whose tokens are numbered."""

    user_id, email = "user-1", "ada@example.com"

    def __init__(self) -> None:
        self.number = 0

    def access_token(self) -> str:
        return f"t{self.number}"

    def refresh_after_401(self, token: str) -> str:
        assert token == f"t{self.number}"
        self.number += 1
        return f"t{self.number}"

    def close(self) -> None:
        """There is nothing to close."""


def client(script: Script, waits: list[float] | None = None) -> ProjectClient:
    kept: list[float] = [] if waits is None else waits
    return ProjectClient(sleep=kept.append, transport=httpx.MockTransport(script))


def with_token(script: Script, waits: list[float]) -> ProjectClient:
    transport = httpx.MockTransport(script)
    auth = BearerAuth(Numbered(), waits.append)
    return ProjectClient(sleep=waits.append, transport=transport, auth=auth)


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("dropped"),
        httpx.Response(503),
        httpx.Response(429),
    ],
    ids=repr,
)
def test_a_passing_fault_is_outlived(fault: Answer) -> None:
    script = Script(fault, fault, httpx.Response(200))
    waits: list[float] = []
    with client(script, waits) as http:
        assert http.post(URL).status_code == 200
    assert (len(script.seen), len(waits)) == (3, 2)


def test_patience_ends_after_five_tries() -> None:
    script = Script(httpx.ConnectError("refused"))
    with client(script) as http, pytest.raises(UnavailableError, match=r"refused \(5 tries in 0 s"):
        http.get(URL)
    assert len(script.seen) == 5


def test_patience_ends_where_the_server_asks_for_too_much() -> None:
    script = Script(httpx.Response(429, headers={"retry-after": "121"}))
    waits: list[float] = []
    with client(script, waits) as http, pytest.raises(UnavailableError, match="HTTP 429"):
        http.get(URL)
    assert waits == []


@pytest.mark.parametrize(("patience", "most"), [(12.0, 12.0), (3.0, 3.0), (0.0, SHORTEST_TRY)])
def test_no_try_is_longer_than_what_is_left(patience: float, most: float) -> None:
    script = Script(httpx.ConnectError("refused"))
    transport = httpx.MockTransport(script)
    with (
        ProjectClient(sleep=lambda _: None, patience=patience, transport=transport) as http,
        pytest.raises(UnavailableError),
    ):
        http.get(URL, timeout=30)
    assert script.patience == sorted(script.patience, reverse=True)
    assert script.patience[0] == pytest.approx(most, abs=0.1)


def test_a_request_may_have_less_time_than_there_is() -> None:
    script = Script(httpx.Response(200))
    with client(script) as http:
        http.get(URL, timeout=httpx.Timeout(3, connect=1))
        http.get(URL, timeout=None)
    assert script.patience[0] == 3
    assert script.patience[1] == pytest.approx(DEADLINE, abs=1)


def test_what_must_not_be_repeated_is_sent_once() -> None:
    script = Script(httpx.ReadTimeout("slow"))
    with client(script) as http, pytest.raises(UnavailableError, match="slow"):
        http.post(URL, extensions=ONCE)
    assert len(script.seen) == 1


def test_a_refusal_is_an_answer() -> None:
    script = Script(httpx.Response(403))
    with client(script) as http:
        assert http.get(URL).status_code == 403
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            b'{"code": "57014", "message": "canceling\\n statement"}',
            "HTTP 500: canceling statement (",
        ),
        (b'{"message": "eyJhbGciOiJIUzI1NiJ9.e30.x"}', "HTTP 500: [redacted] ("),
        (b'{"message": ["x"]}', "HTTP 500 ("),
        (b"<html>", "HTTP 500 ("),
        (b"[" * 100_000, "HTTP 500 ("),
    ],
)
def test_what_a_service_says_of_its_failure_is_reported(body: bytes, told: str) -> None:
    script = Script(httpx.Response(500, content=body))
    with client(script) as http, pytest.raises(UnavailableError) as caught:
        http.get(URL)
    assert told in str(caught.value)


def test_a_paused_project_is_reported_at_once() -> None:
    script = Script(httpx.Response(540))
    with client(script) as http, pytest.raises(UnavailableError, match="is paused"):
        http.get(URL)
    assert len(script.seen) == 1


@pytest.mark.parametrize("location", ["https://evil.example/?t=secret", "/elsewhere", "//x", "//["])
def test_a_redirect_is_an_error(location: str) -> None:
    script = Script(httpx.Response(302, headers={"location": location}))
    with client(script) as http, pytest.raises(UnavailableError, match="redirect") as caught:
        http.get(URL)
    assert "secret" not in str(caught.value)
    assert len(script.seen) == 1


def test_a_token_in_a_library_s_words_is_hidden() -> None:
    fault = httpx.LocalProtocolError("Illegal header value b'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x'")
    with client(Script(fault)) as http, pytest.raises(UnavailableError) as caught:
        http.get(URL)
    assert "eyJ" not in repr(caught.value)


# --- The token ------------------------------------------------------------------------------------

EXPIRED = httpx.Response(401, json={"code": "PGRST303", "message": "JWT expired"})
TOO_EARLY = httpx.Response(401, json={"code": "PGRST303", "message": "JWT issued at future"})
IN_STORAGE = httpx.Response(
    400, json={"statusCode": "403", "message": '"exp" claim timestamp check failed'}
)
NO_BUCKET = httpx.Response(400, json={"statusCode": "404", "code": "NoSuchBucket"})
NO_KEY = httpx.Response(401, json={"message": "Invalid API key"})
OBJECT = "https://abc.supabase.co/storage/v1/object/dags/a.py"


@pytest.mark.parametrize(
    ("method", "url", "answer"),
    [
        ("POST", URL, EXPIRED),
        ("POST", OBJECT, IN_STORAGE),
        ("GET", OBJECT, IN_STORAGE),
        ("GET", OBJECT, NO_BUCKET),
    ],
)
def test_an_expired_token_is_renewed_and_the_request_repeated(
    method: str, url: str, answer: httpx.Response
) -> None:
    script = Script(answer, httpx.Response(200))
    with with_token(script, []) as http:
        assert http.request(method, url, content=b"body").status_code == 200
    assert script.seen == ["Bearer t0", "Bearer t1"]


@pytest.mark.parametrize(
    ("method", "url", "answer"),
    [("POST", OBJECT, NO_BUCKET), ("GET", URL, NO_KEY), ("GET", URL, httpx.Response(403))],
)
def test_other_refusals_cost_no_refresh(method: str, url: str, answer: httpx.Response) -> None:
    script = Script(answer)
    with with_token(script, []) as http:
        assert http.request(method, url).is_client_error
    assert script.seen == ["Bearer t0"]


def test_a_token_that_stays_refused_is_renewed_once() -> None:
    script = Script(EXPIRED)
    with with_token(script, []) as http:
        assert http.get(URL).status_code == 401
    assert script.seen == ["Bearer t0", "Bearer t1"]


def test_a_server_whose_clock_is_behind_is_given_a_moment() -> None:
    script, waits = Script(TOO_EARLY, httpx.Response(200)), list[float]()
    with with_token(script, waits) as http:
        assert http.get(URL).status_code == 200
    assert script.seen == ["Bearer t0", "Bearer t0"]
    assert waits == [1.5]


def test_the_end_of_a_session_passes_through() -> None:
    class Over(Numbered):
        def refresh_after_401(self, token: str) -> str:
            raise NotSignedInError(token)

    waits = list[float]()
    auth = BearerAuth(Over(), waits.append)
    transport = httpx.MockTransport(Script(EXPIRED))
    with (
        ProjectClient(sleep=waits.append, transport=transport, auth=auth) as http,
        pytest.raises(NotSignedInError),
    ):
        http.get(URL)


# --- How it is opened -----------------------------------------------------------------------------


def test_a_proxy_never_sees_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with open_client(Endpoint("http://127.0.0.1:54321", "key")) as http:
        assert not http.trust_env
    with open_client(Endpoint("https://abc.supabase.co", "key")) as http:
        assert http.trust_env
        assert not http.follow_redirects
        assert http.headers["apikey"] == "key"
        assert http.timeout.read == 30


class Pieces(httpx.BaseTransport):
    """Keeps what it is given to send, piece by piece."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        self.seen += request.stream
        return httpx.Response(200)


def test_a_form_is_sent_in_one_piece() -> None:
    pieces = Pieces()
    with ProjectClient(sleep=lambda _: None, transport=pieces) as http:
        http.post(URL, files={"file": b"x = 1\n"}, data={"metadata": "{}"})
    (body,) = pieces.seen
    assert b"x = 1" in body
