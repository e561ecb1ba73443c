"""The body of a request: read whole within limits, then as a spec."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from dagctl.frozen import frozen
from dagctl.next_step import TRY_LATER
from dagctl.server.refusals import BusyError, RequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.requests import Request

    from dagctl.readers.syntax import Format

FORMATS: dict[str, Format] = {
    "application/json": "json",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
}
"""What a body holds, by its media type. No foreign page can send one of these without asking."""

_NOTHING = frozenset({b"", b"{}"})
"""Bodies with nothing in them; some libraries always send `{}`."""
_LENGTHS_OF_NOTHING = frozenset(str(len(body)) for body in _NOTHING)
_ENOUGH = 3
"""Bytes that say that there is more."""


@frozen
class Body:
    """A spec as it was sent."""

    data: bytes
    format: Format


class Room:
    """Memory for the bodies of all requests, of which no caller gets all. For one event loop."""

    def __init__(self, size: int, of_one: int) -> None:
        """Take `size` bytes, of which one caller may have `of_one`."""
        self._size = size
        self._of_one = of_one
        self._taken: Counter[str] = Counter()

    @contextmanager
    def share(self, user_id: str) -> Iterator[Callable[[int], None]]:
        """Yield what takes so many bytes more for one body; they are given back at the end.

        What is yielded raises `BusyError` if there is no room, for this caller or for anybody.
        """
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self._taken[user_id] + size > self._of_one:
                raise BusyError("too many large bodies of yours are under way", hint=TRY_LATER)
            if self._taken.total() + size > self._size:
                raise BusyError("too many large bodies are under way", hint=TRY_LATER)
            self._taken[user_id] += size
            mine += size

        try:
            yield take
        finally:
            self._taken[user_id] -= mine
            if not self._taken[user_id]:
                del self._taken[user_id]


async def read_body(
    request: Request, take: Callable[[int], None], *, limit: int, seconds: float
) -> Body:
    """Return the body; `take` gets each part and may refuse it.

    Raises:
        BusyError: There is no room for it.
        RequestError: It is no JSON or YAML, larger than `limit` bytes, or slower than `seconds`.
    """
    check_coding(request)
    kind = _format(request.headers.get("content-type", ""))
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    async with in_time(seconds):
        return Body(await _whole(request, take, limit), kind)


async def check_no_body(request: Request, *, seconds: float) -> None:
    """Check that a request without a use for a body has none, or one without anything in it.

    A body in chunks has no length before it is read; as little of it is read as says enough.

    Raises:
        RequestError: There is more, or it is slower than `seconds`.
    """
    is_chunked = "transfer-encoding" in request.headers
    is_empty = request.headers.get("content-length", "0") in _LENGTHS_OF_NOTHING
    if is_chunked and is_empty:
        start = b""
        async with in_time(seconds):
            async for part in request.stream():
                start += part[: _ENOUGH - len(start)]
                if len(start) == _ENOUGH:
                    break
        is_empty = start in _NOTHING
    if not is_empty:
        raise RequestError(
            f"{request.method} {request.scope['route'].path} reads no body",
            hint="leave the body out; parameters go into the query",
        )


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[None]:
    """Read a body in the block.

    Raises:
        RequestError: It takes longer, or the connection is closed before its end.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise RequestError(
            "the body did not arrive in time", status=HTTPStatus.REQUEST_TIMEOUT
        ) from error
    except ClientDisconnect as error:
        raise RequestError("the connection was closed before the body had arrived") from error


def check_coding(request: Request) -> None:
    """Check that the body was sent as it is: nothing is unpacked here.

    Raises:
        RequestError: It is compressed (RFC 9110, section 8.4).
    """
    codings = ", ".join(request.headers.getlist("content-encoding"))
    if any(coding.strip().lower() not in {"", "identity"} for coding in codings.split(",")):
        raise RequestError(
            f"the body has the coding {codings[:100]!a}, which is not read here",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            hint="send it without `Content-Encoding`",
            headers={"Accept-Encoding": "identity"},
        )


async def _whole(request: Request, take: Callable[[int], None], limit: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        take(len(part))
        parts.append(part)
    return b"".join(parts)


def _format(content_type: str) -> Format:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [
        parameter.removeprefix("charset=").strip('"')
        for parameter in parameters
        if "charset" in parameter
    ]
    if media_type not in FORMATS or any(
        parameter not in {"utf-8", "utf8", "us-ascii"} for parameter in charsets
    ):
        is_what = "no Content-Type says that the body is"
        if content_type:
            is_what = f"the body is {content_type[:100]!a}, not"
        raise RequestError(
            f"{is_what} JSON or YAML in UTF-8",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            hint="send `Content-Type: application/json`",
        )
    return FORMATS[media_type]


def _too_large(limit: int) -> RequestError:
    return RequestError(
        f"the body is larger than {limit} bytes",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        hint="make the spec smaller; --body-limit of the server is the most that it takes",
    )
