"""Watches every request: its id, its log line, its measurements, unexpected exceptions."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from dagctl.errors import UnavailableError, UnexpectedError, of_the_machine
from dagctl.patterns import lazy_pattern
from dagctl.server.answers import problem
from dagctl.server.refusals import RequestError, shutting_down

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dagctl.errors import DagctlError
    from dagctl.server.metrics import Metrics

LOG = logging.getLogger("dagctl.server")
REQUEST_ID = "X-Request-ID"
_GOOD_ID = lazy_pattern(r"[A-Za-z0-9_.:/+=-]{1,128}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LONGEST_PATH = 500
"""How much of a path is logged, in characters."""


class Observer:
    """An ASGI middleware around all others."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and see what becomes of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, send)
        try:
            await self._app(seen.scope, receive, seen.send)
        finally:
            self._report(seen)

    def _report(self, seen: _Seen) -> None:
        seconds = time.perf_counter() - seen.began
        scope, status = seen.scope, seen.status or 0
        route = getattr(scope.get("route"), "path", "none")
        method = seen.method if seen.method in METHODS else "other"
        self._metrics.answered(method, route, status, seconds)
        state = scope["state"]
        fields = {
            "request_id": seen.request_id,
            "method": method,
            "path": scope["path"][:LONGEST_PATH],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "user_id": state.get("user_id"),
            "code": state.get("code"),
            "detail": state.get("detail"),
        }
        LOG.info("request", extra={"fields": fields})


class Guard:
    """An ASGI middleware within all others: an unexpected exception becomes an answer, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless proxies may disagree about where its body ends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_ambiguous(Headers(scope=scope)):
            error = RequestError("Content-Length and Transfer-Encoding contradict each other")
            await _answer(error, scope, receive, send)
            return
        sent = _Sent(send)
        try:
            await self._app(scope, receive, sent)
        except asyncio.CancelledError:
            if sent.has_begun:
                raise
            # no operation comes to this: `Turns` knows how far they are
            await _answer(shutting_down(), scope, receive, send)
        except Exception as error:
            request_id = scope["state"]["request_id"]
            what = "the machine failed" if of_the_machine(error) else "a bug"
            LOG.exception(what, extra={"fields": {"request_id": request_id}})
            if sent.has_begun:
                raise
            await _answer(_unforeseen(error, request_id), scope, receive, send)


class _Seen:
    """A request, and what is known about its answer so far."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        self.began = time.perf_counter()
        self.method: str = scope["method"]
        self.status: int | None = None
        self.request_id = given if _GOOD_ID.fullmatch(given) else str(uuid4())
        self.scope = {
            **scope,
            # The server below sends no body in answer to a HEAD, which is a GET to all above it.
            "method": "GET" if self.method == "HEAD" else self.method,
            "state": {**scope.get("state", {}), "request_id": self.request_id},
        }
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, its first one with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        await self._send(message)


class _Sent:
    """Whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self.has_begun = False
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Pass a part of the answer on."""
        self.has_begun = True
        await self._send(message)


async def _answer(error: DagctlError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a problem, and close the connection: what comes on it cannot be trusted."""
    request = Request(scope)
    answer = problem(error, request)
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)


def _is_ambiguous(headers: Headers) -> bool:
    """Return whether two headers give the end of the body: RFC 9112, section 6.3."""
    return "content-length" in headers and "transfer-encoding" in headers


def _unforeseen(error: Exception, request_id: str) -> DagctlError:
    """Return the answer for an exception; the log has the exception in full."""
    state = "unknown: see what is there before you try again"
    hint = f"give the operators the request id {request_id}"
    failed = of_the_machine(error)
    if failed is not None:
        message = f"the server's machine failed: {failed.strerror}"
        return UnavailableError(message, state=state, hint=hint)
    return UnexpectedError("the server met an unexpected error", state=state, hint=hint)
