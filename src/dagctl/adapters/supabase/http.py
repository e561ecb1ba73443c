"""The HTTP client of a project: the user's token, and what Supabase means by its answers."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dagctl.adapters.http.bounds import PACKED, TooLarge
from dagctl.adapters.http.http_client import PatientClient, fields_of, reason
from dagctl.adapters.http.messages import URL, Auth, HTTPError, Request, Response, Timeout
from dagctl.adapters.http.retry import DEADLINE
from dagctl.adapters.http.trust import known_proxies, trusted
from dagctl.adapters.supabase.supabase_errors import TooLargeError
from dagctl.endpoint import is_loopback
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.supabase.large_body import LargeBody
    from dagctl.endpoint import Endpoint
    from dagctl.session.signed_in import SignedIn

TIMEOUT = Timeout(30.0, connect=10.0)
MOMENT = 1.5
"""Seconds to wait if the server's clock is so far behind that a token seems to be from tomorrow."""
BAD_REQUEST, UNAUTHORIZED, FAILURE = 400, 401, 500
PAUSED = 540
"""The status of a project that its owner has paused; waiting does not help."""
LENGTH_OF_STATUS = 3
TOO_LARGE = frozenset({"54000"})
"""What PostgreSQL says of an answer that it cannot make, as its own limits are lower."""
TOO_MUCH = TOO_LARGE | {"57014"}
"""The same, and what it says of a statement that it has cancelled, as it took too long."""
_IS_DIVISIBLE: ContextVar[bool] = ContextVar("is_divisible", default=False)


def open_client(
    endpoint: Endpoint,
    signed_in: SignedIn | None = None,
    *,
    connections: Connections | None = None,
) -> ProjectClient:
    """Return a client for a project; close it.

    Args:
        endpoint: The project.
        signed_in: Whose token each request carries; it is renewed once if the server refuses it.
        connections: What to send requests through; by default connections of the client's own.

    Raises:
        UsageError: The environment names a proxy, or a file of certificates, that is none.
    """
    # a proxy would see what goes to this very machine
    trust_env = not is_loopback(urlsplit(endpoint.url).hostname or "")
    with known_proxies():
        return ProjectClient(
            sleep=time.sleep,
            patience=DEADLINE if connections is None else connections.patience,
            auth=None if signed_in is None else BearerAuth(signed_in, time.sleep),
            headers={"apikey": endpoint.publishable_key, "accept-encoding": ", ".join(PACKED)},
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=connections,
            trust_env=trust_env,
            verify=trusted(trust_env=trust_env),
        )


class ProjectClient(PatientClient):
    """The client of one project."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - httpx's own
        super().__init__(**options)
        self._sent = threading.local()

    @contextmanager
    def sending(self, body: LargeBody | None) -> Iterator[None]:
        """Let the requests that this client makes in the block have a body in place of their own.

        Those of others do not: a session that is renewed meanwhile sends its own token.
        """
        self._sent.body = body
        try:
            yield
        finally:
            self._sent.body = None

    def build_request(self, *args: Any, **options: Any) -> Request:  # noqa: ANN401 - httpx's own
        """Return the request; in a block of `sending` it has that body."""
        request = super().build_request(*args, **options)
        body: LargeBody | None = getattr(self._sent, "body", None)
        if body is not None:
            request.stream = body
            request.headers["Content-Length"] = str(body.size)
        return request

    def meant_status(self, response: Response) -> int:
        """Return the status that is meant: Storage answers 400, and has it in the body."""
        if response.status_code != BAD_REQUEST or "/storage/v1/" not in response.url.path:
            return response.status_code
        said = str(fields_of(response).get("statusCode", ""))
        return int(said) if said.isdecimal() and len(said) == LENGTH_OF_STATUS else BAD_REQUEST

    def refuse(self, url: URL, outcome: Response | HTTPError) -> None:
        """Raise if the project is paused, or the answer too large for dagctl or for the database.

        PostgreSQL says 54000 (program_limit_exceeded), for instance of a JSON array of over 256 MB,
        and 57014 (query_canceled) where an answer takes longer than `statement_timeout` allows.

        Raises:
            TooLargeError: It is too large: a repetition is as large.
            UnavailableError: The project is paused.
        """
        if isinstance(outcome, TooLarge):
            raise TooLargeError(f"{url.host}: {outcome}", hint="ask for fewer DAGs at once")
        if not isinstance(outcome, Response):
            return
        if outcome.status_code == PAUSED:
            raise UnavailableError(f"the project at {url.host} is paused")
        refused = TOO_MUCH if _IS_DIVISIBLE.get() else TOO_LARGE
        if outcome.status_code == FAILURE and fields_of(outcome).get("code") in refused:
            raise TooLargeError(
                f"{url.host} cannot answer{reason(outcome)}", hint="ask for fewer DAGs at once"
            )


@contextmanager
def divisible() -> Iterator[None]:
    """Let a request in the block not be repeated if the database cancels it as too slow.

    Its sender asks for less instead (`TooLargeError`).
    """
    token = _IS_DIVISIBLE.set(True)
    try:
        yield
    finally:
        _IS_DIVISIBLE.reset(token)


class BearerAuth(Auth):
    """Puts the user's token on each request; renews it once if the server refuses it."""

    requires_response_body = True

    def __init__(self, signed_in: SignedIn, sleep: Callable[[float], None]) -> None:
        self._signed_in = signed_in
        self._sleep = sleep

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Send the request, and once more with a newer token."""
        token = self._signed_in.access_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if _is_too_early(response):
            self._sleep(MOMENT)
            response = yield request
        if _is_too_late(request, response):
            newer = self._signed_in.refresh_after_401(token)
            request.headers["Authorization"] = f"Bearer {newer}"
            yield request


def _is_too_early(response: Response) -> bool:
    return response.status_code == UNAUTHORIZED and "issued at future" in response.text


def _is_too_late(request: Request, response: Response) -> bool:
    """Return whether the answer may mean that the token has run out.

    Storage answers 400 for that, and where anybody may read, `Bucket not found`: it then goes on as
    if there were no token.
    """
    text = response.text if response.is_client_error else ""
    if response.status_code == UNAUTHORIZED:
        return "API key" not in text
    is_read = request.method in {"GET", "HEAD"} and "/storage/v1/object/" in request.url.path
    is_refused = '\\"exp\\" claim' in text or '"InvalidJWT"' in text
    return is_refused or (is_read and "NoSuchBucket" in text)
