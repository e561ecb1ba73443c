"""Watches every request: its id, its log line, its measurements, and the exceptions of nobody."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from dagctl.errors import UnavailableError
from dagctl.server.answers import BugError, problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from dagctl.server.metrics import Metrics

LOG = logging.getLogger("dagctl.server")
REQUEST_ID = "X-Request-ID"
_GOOD_ID = re.compile(r"[A-Za-z0-9_.:/+=-]{1,128}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Observer:
    """An ASGI middleware."""

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
            await self._app(scope, receive, seen.send)
        except asyncio.CancelledError:
            if seen.status is not None:
                raise
            await problem(_cut_off(), Request(scope))(scope, receive, seen.send)
        except Exception:
            LOG.exception("a bug", extra={"fields": {"request_id": seen.request_id}})
            if seen.status is not None:
                raise
            error = BugError(
                "the server met something that nobody foresaw",
                state="unknown: see what is there before you try again",
                hint=f"tell the operators the request id {seen.request_id}",
            )
            await problem(error, Request(scope))(scope, receive, seen.send)
        finally:
            self._tell(seen)

    def _tell(self, seen: _Seen) -> None:
        seconds = time.perf_counter() - seen.began
        scope, status = seen.scope, seen.status or 0
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.answered(method, route, status, seconds)
        state = scope["state"]
        fields = {
            "request_id": seen.request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "user_id": state.get("user_id"),
            "code": state.get("code"),
        }
        LOG.info("request", extra={"fields": fields})


def _cut_off() -> UnavailableError:
    """Return the answer to what was under way when the patience of a shutdown was over.

    Operations never come to this: `Turns` knows how far they are.
    """
    return UnavailableError("the server is shutting down", hint="try again in a moment")


class _Seen:
    """A request, and what is known about its answer so far."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        self.scope = scope
        self.began = time.perf_counter()
        self.status: int | None = None
        self.request_id = given if _GOOD_ID.fullmatch(given) else str(uuid4())
        self._send = send
        scope.setdefault("state", {})["request_id"] = self.request_id

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, its first one with the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[REQUEST_ID] = self.request_id
        await self._send(message)
