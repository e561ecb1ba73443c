"""Faults that tests order: which answer goes wrong, how, and how often.

`faults.add("POST", "/rest/v1/rpc/reserve", drop_after())` spoils the next such request;
`nth=3` the third one, `times=None` all from there on. The first rule that is due wins.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from tests.stand_in.messages import Request

Kind = Literal[
    "answer", "clock", "delay", "drop_before", "drop_after", "duplicate", "late", "truncate"
]
HTML = b"<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
TEXTS = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
    540: "Project paused",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which an answer goes wrong."""

    kind: Kind
    seconds: float = 0.0
    response: Response | None = None


def answer(status: int, body: object = None, **headers: str) -> Fault:
    """Answer with this status without acting, as a gateway does."""
    data = {"message": TEXTS.get(status, "Error")} if body is None else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("answer", response=json_response(status, data, named))


def too_many_requests(retry_after: int = 1) -> Fault:
    """Answer 429 with `Retry-After`."""
    body = {"code": "over_request_rate_limit", "message": "Request rate limit reached"}
    return answer(429, body, retry_after=str(retry_after))


def bad_gateway() -> Fault:
    """Answer 502 with a page of HTML."""
    return Fault("answer", response=Response(502, HTML, {"content-type": "text/html"}))


def delay(seconds: float) -> Fault:
    """Act and answer well, but only after a while."""
    return Fault("delay", seconds)


def clock(seconds: float) -> Fault:
    """Put the server's clock so far from the machine's (behind, if negative), then act."""
    return Fault("clock", seconds)


def drop_before() -> Fault:
    """Close the connection without having acted."""
    return Fault("drop_before")


def drop_after() -> Fault:
    """Act, then close the connection without an answer."""
    return Fault("drop_after")


def duplicate() -> Fault:
    """Act twice, as when a proxy sends a request again; answer with the second result."""
    return Fault("duplicate")


def late(seconds: float) -> Fault:
    """Close the connection now and act only after a while."""
    return Fault("late", seconds)


def truncate() -> Fault:
    """Act, then answer with half of the body that the headers announce."""
    return Fault("truncate")


@dataclass(slots=True)
class Rule:
    """A fault and the requests that it meets."""

    method: str
    path: str
    fault: Fault
    nth: int
    times: int | None
    seen: int = 0

    def due(self, request: Request) -> bool:
        """Count a request that matches; return whether it is one to spoil."""
        if self.method not in {"*", request.method} or not fnmatchcase(request.path, self.path):
            return False
        self.seen += 1
        return self.nth <= self.seen and (self.times is None or self.seen < self.nth + self.times)


@dataclass
class Faults:
    """The rules in force."""

    _rules: list[Rule] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self, method: str, path: str, fault: Fault, *, nth: int = 1, times: int | None = 1
    ) -> None:
        """Order a fault.

        Args:
            method: The HTTP method, or `*`.
            path: The path, with shell wildcards (`/storage/v1/object/*`; `*` matches `/` too).
            fault: What shall go wrong.
            nth: Which of the matching requests from now on is the first to spoil.
            times: How many in a row; None for all that follow.
        """
        with self._lock:
            self._rules.append(Rule(method, path, fault, nth, times))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def pick(self, request: Request) -> Fault | None:
        """Return the fault for this request, if one is due. Each rule counts each match."""
        with self._lock:
            due = [rule.fault for rule in self._rules if rule.due(request)]
        return due[0] if due else None
