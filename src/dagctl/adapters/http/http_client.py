"""The one HTTP client: real timeouts, no redirects, patience, and failures in dagctl's words."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from dagctl.adapters.http.bounds import BoundedTransport, TooLarge, until
from dagctl.adapters.http.retry import DEADLINE, TRIES, is_passing, pause
from dagctl.errors import UnavailableError
from dagctl.next_step import TRY_LATER
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOG = logging.getLogger("dagctl.http")
"""Gets a line for each try of a request: its path and the status, never a header or a query."""
ONCE = {"dagctl.once": True}
"""The extension of a request that must not be repeated, because the server acts each time."""
SHORTEST_TRY = 0.5
"""Seconds that a try gets at least: with less none could succeed."""
LONGEST = 200
"""How much of what a service says is repeated, in characters."""


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


class PatientClient(httpx.Client):
    """Sends a request again while that may help. Every failure leaves as an `UnavailableError`.

    A service whose answers mean something of their own says so in `meant_status` and `refuse`.
    """

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
            self.refuse(request.url, outcome)
            if isinstance(outcome, httpx.Response) and not is_passing(self.meant_status(outcome)):
                return _settled(outcome)
            wait = pause(tries, outcome.headers if isinstance(outcome, httpx.Response) else {})
            elapsed = time.monotonic() - began
            if tries == most or elapsed + wait + SHORTEST_TRY > self._patience:
                raise self._unavailable(request.url, outcome, tries, elapsed)
            self._sleep(wait)

    def meant_status(self, response: httpx.Response) -> int:
        """Return the status that counts."""
        return response.status_code

    def refuse(self, url: httpx.URL, outcome: httpx.Response | httpx.HTTPError) -> None:
        """Do nothing, unless a repetition would come to the same.

        Raises:
            UnavailableError: It would.
        """
        if isinstance(outcome, TooLarge):
            raise UnavailableError(f"{url.host}: {outcome}")

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

    def _unavailable(
        self, url: httpx.URL, outcome: httpx.Response | httpx.HTTPError, tries: int, elapsed: float
    ) -> UnavailableError:
        patience = f" ({tries} tries in {elapsed:.0f} s)" if tries > 1 else ""
        if isinstance(outcome, httpx.Response):
            return UnavailableError(
                f"{url.host} answered HTTP {self.meant_status(outcome)}{reason(outcome)}{patience}",
                hint=TRY_LATER,
            )
        said = redacted(str(outcome)) or type(outcome).__name__
        error = UnavailableError(
            f"{url.host} does not answer: {said}{patience}", hint="check the network and the url"
        )
        error.__cause__ = outcome
        return error


def _limit(request: httpx.Request, seconds: float) -> None:
    """Let no step of the next try (connecting, sending, each part of the answer) take longer."""
    given: Mapping[str, float | None] = request.extensions.get("timeout", {})
    limited = {step: seconds if own is None else min(own, seconds) for step, own in given.items()}
    request.extensions = {**request.extensions, "timeout": limited}


def _settled(response: httpx.Response) -> httpx.Response:
    """Return the answer, unless no repetition and no caller can make anything of it."""
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


def reason(response: httpx.Response) -> str:
    """Return what a service says of its failure, such as the database of a statement's timeout."""
    said = fields_of(response).get("message")
    return f": {redacted(' '.join(said.split()))[:LONGEST]}" if isinstance(said, str) else ""


def fields_of(response: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer, or an empty one."""
    try:
        fields = response.json()
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
