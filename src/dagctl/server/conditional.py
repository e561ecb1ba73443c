"""`If-None-Match`: who has what a read would answer gets 304 and no body (RFC 9110, 13.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from dagctl.server.routes.dependencies import TAGS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_A_BODY = ("Content-Disposition", "Content-Length", "Content-Type")


class Conditional:
    """An ASGI middleware between the routes and what sends their answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; of an answer that the client has, only the head is sent."""
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        known = Headers(scope=scope).getlist("If-None-Match") if is_read else []
        await self._app(scope, receive, _Answer(",".join(known), send) if known else send)


class _Answer:
    """The answer to a client that has some already."""

    def __init__(self, known: str, send: Send) -> None:
        self._known = known
        self._is_known = False
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Pass a part of the answer on, or leave it out."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            self._is_known = message["status"] == 200 and self._fits(headers.get("ETag"))  # noqa: PLR2004 - HTTP's own
            if self._is_known:
                message["status"] = 304
                for name in _OF_A_BODY:
                    del headers[name]
        elif self._is_known:
            message = {**message, "body": b""}
        await self._send(message)

    def _fits(self, tag: str | None) -> bool:
        """Return whether a client has what has this tag; a weak one fits as well."""
        if tag is None:
            return False
        return self._known.strip() == "*" or tag.strip('"') in {
            text for _, text in TAGS.findall(self._known)
        }
