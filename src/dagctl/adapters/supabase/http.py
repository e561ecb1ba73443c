"""The one HTTP client: real timeouts, no redirects, patience, and failures in dagctl's words."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from dagctl.adapters.supabase.bounds import PACKED, BoundedTransport, TooLarge, until
from dagctl.adapters.supabase.errors import TooLargeError
from dagctl.adapters.supabase.retry import DEADLINE, PAUSED, TRIES, is_passing, pause
from dagctl.adapters.supabase.trust import known_proxies, trusted
from dagctl.endpoint import is_loopback
from dagctl.errors import UnavailableError
from dagctl.next_step import TRY_LATER
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from dagctl.endpoint import Endpoint
    from dagctl.session.signed_in import SignedIn

LOG = logging.getLogger("dagctl.http")
"""Gets a line for each try of a request: its path and the status, never a header or a query."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ONCE = {"dagctl.once": True}
"""The extension of a request that must not be repeated, because the server acts each time."""
MOMENT = 1.5
"""Seconds to wait if the server's clock is so far behind that a token seems to be from tomorrow."""
SHORTEST_TRY = 0.5
"""Seconds that a try gets at least: with less none could succeed."""
LONGEST = 200
"""How much of what a service says is repeated, in characters."""
BAD_REQUEST, UNAUTHORIZED, FAILURE = 400, 401, 500
LENGTH_OF_STATUS = 3
TOO_LARGE = frozenset({"54000"})
"""What PostgreSQL says of an answer that it cannot make, as its own limits are lower."""
TOO_MUCH = TOO_LARGE | {"57014"}
"""The same, and what it says of a statement that it has cancelled, as it took too long."""
_IS_DIVISIBLE: ContextVar[bool] = ContextVar("is_divisible", default=False)


class Connections(httpx.HTTPTransport):
    """Connections to one project that many clients share, one after the other or at once.

    Args:
        patience: How many seconds a request may take in all, its repetitions included: no step of
            a try waits longer than what is left of them.
    """

    def __init__(self, patience: float = DEADLINE) -> None:
        super().__init__(limits=httpx.Limits(max_connections=None, max_keepalive_connections=64))
        self.patience = patience

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: a client that is closed leaves the connections to the others."""

    def hang_up(self) -> None:
        """Close all connections."""
        super().close()


def open_client(
    endpoint: Endpoint,
    signed_in: SignedIn | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
    connections: Connections | None = None,
) -> PatientClient:
    """Return a client for a project; close it.

    Args:
        endpoint: The project.
        signed_in: Whose token each request carries; it is renewed once if the server refuses it.
        sleep: How to wait.
        connections: What to send requests through; by default connections of the client's own.

    Raises:
        UsageError: The environment names a proxy, or a file of certificates, that is none.
    """
    # a proxy would see what goes to this very machine
    trust_env = not is_loopback(urlsplit(endpoint.url).hostname or "")
    with known_proxies():
        return PatientClient(
            sleep=sleep,
            patience=DEADLINE if connections is None else connections.patience,
            auth=None if signed_in is None else BearerAuth(signed_in, sleep),
            headers={"apikey": endpoint.publishable_key, "accept-encoding": ", ".join(PACKED)},
            timeout=TIMEOUT,
            follow_redirects=False,
            transport=connections,
            trust_env=trust_env,
            verify=trusted(trust_env=trust_env),
        )


class PatientClient(httpx.Client):
    """Sends a request again while that may help. Every failure leaves as an `UnavailableError`."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], None],
        patience: float = DEADLINE,
        **options: Any,  # noqa: ANN401 - httpx's own
    ) -> None:
        super().__init__(**options)
        self._sleep = sleep
        self._patience = patience

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return the answer.

        Raises:
            UnavailableError: There is none, or none that counts, after all tries.
        """
        request.read()  # in one piece: else each part of a form is sent on its own
        began = time.monotonic()
        most = 1 if request.extensions.get("dagctl.once") else TRIES
        tries = 0
        while True:
            tries += 1
            left = max(self._patience - (time.monotonic() - began), SHORTEST_TRY)
            _limit(request, left)
            with until(time.monotonic() + left):
                outcome = self._tried(request, options)
            _refuse_too_large(request.url, outcome)
            if isinstance(outcome, httpx.Response) and not is_passing(real_status(outcome)):
                return _settled(outcome)
            wait = pause(tries, outcome.headers if isinstance(outcome, httpx.Response) else {})
            elapsed = time.monotonic() - began
            if tries == most or elapsed + wait + SHORTEST_TRY > self._patience:
                raise _unavailable(request.url, outcome, tries, elapsed)
            self._sleep(wait)

    def _transport_for_url(self, url: httpx.URL) -> httpx.BaseTransport:
        return BoundedTransport(super()._transport_for_url(url))

    def wait(self, seconds: float) -> None:
        """Wait, as between two tries."""
        self._sleep(seconds)

    def _tried(
        self, request: httpx.Request, options: dict[str, Any]
    ) -> httpx.Response | httpx.HTTPError:
        began = time.monotonic()
        said = "no answer"
        try:
            response = super().send(request, **options)
        except httpx.HTTPError as error:
            return error
        else:
            said = str(response.status_code)
            return response
        finally:
            elapsed = time.monotonic() - began
            LOG.debug("%7.3f s  %s %s: %s", elapsed, request.method, request.url.path, said)


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


def _refuse_too_large(url: httpx.URL, outcome: httpx.Response | httpx.HTTPError) -> None:
    """Raise if the answer is too large for dagctl or for the database: a repetition is as large.

    PostgreSQL says 54000 (program_limit_exceeded), for instance of a JSON array of over 256 MB, and
    57014 (query_canceled) where an answer takes longer than `statement_timeout` allows.

    Raises:
        TooLargeError: It is.
    """
    if isinstance(outcome, TooLarge):
        raise TooLargeError(f"{url.host}: {outcome}", hint="ask for fewer DAGs at once")
    if (
        isinstance(outcome, httpx.Response)
        and outcome.status_code == FAILURE
        and _fields(outcome).get("code") in (TOO_MUCH if _IS_DIVISIBLE.get() else TOO_LARGE)
    ):
        raise TooLargeError(
            f"{url.host} cannot answer{_reason(outcome)}", hint="ask for fewer DAGs at once"
        )


def real_status(response: httpx.Response) -> int:
    """Return the status that is meant: Storage answers 400, and has the real one in the body."""
    if response.status_code != BAD_REQUEST or "/storage/v1/" not in response.url.path:
        return response.status_code
    fields = _fields(response)
    said = str(fields.get("statusCode", ""))
    return int(said) if said.isdecimal() and len(said) == LENGTH_OF_STATUS else BAD_REQUEST


def _limit(request: httpx.Request, seconds: float) -> None:
    """Let no step of the next try (connecting, sending, each part of the answer) take longer."""
    given: Mapping[str, float | None] = request.extensions.get("timeout", {})
    limited = {step: seconds if own is None else min(own, seconds) for step, own in given.items()}
    request.extensions = {**request.extensions, "timeout": limited}


class BearerAuth(httpx.Auth):
    """Puts the user's token on each request; renews it once if the server refuses it."""

    requires_response_body = True

    def __init__(self, signed_in: SignedIn, sleep: Callable[[float], None]) -> None:
        self._signed_in = signed_in
        self._sleep = sleep

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
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


def _is_too_early(response: httpx.Response) -> bool:
    return response.status_code == UNAUTHORIZED and "issued at future" in response.text


def _is_too_late(request: httpx.Request, response: httpx.Response) -> bool:
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


def _settled(response: httpx.Response) -> httpx.Response:
    """Return the answer, unless no repetition and no caller can make anything of it."""
    if response.status_code == PAUSED:
        raise UnavailableError(f"the project at {response.url.host} is paused")
    if not response.has_redirect_location:
        return response
    there = _origin(response.headers["location"])
    raise UnavailableError(
        f"{response.url.host} answered with a redirect{there}, which is not followed: a session "
        "goes to its own server only",
        hint="check the url of the project",
    )


def _origin(location: str) -> str:
    """Return where a redirect leads, without what it carries along."""
    try:
        target = urlsplit(location)
    except ValueError:
        return ""
    return f" to {target.scheme}://{target.hostname}" if target.hostname else ""


def _unavailable(
    url: httpx.URL, outcome: httpx.Response | httpx.HTTPError, tries: int, elapsed: float
) -> UnavailableError:
    patience = f" ({tries} tries in {elapsed:.0f} s)" if tries > 1 else ""
    if isinstance(outcome, httpx.Response):
        return UnavailableError(
            f"{url.host} answered HTTP {real_status(outcome)}{_reason(outcome)}{patience}",
            hint=TRY_LATER,
        )
    said = redacted(str(outcome)) or type(outcome).__name__
    error = UnavailableError(
        f"{url.host} does not answer: {said}{patience}", hint="check the network and the url"
    )
    error.__cause__ = outcome
    return error


def _reason(response: httpx.Response) -> str:
    """Return what a service says of its failure, such as the database of a statement's timeout."""
    said = _fields(response).get("message")
    return f": {redacted(' '.join(said.split()))[:LONGEST]}" if isinstance(said, str) else ""


def _fields(response: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer, or an empty one."""
    try:
        fields = response.json()
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
