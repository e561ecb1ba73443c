"""What an answer may cost: a total time, whatever it trickles in, and a total size, unpacked.

httpx limits each step of a request, not the whole, and reads and unpacks a body without end.
"""

from __future__ import annotations

import time
import zlib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

LARGEST = 128 * 1024 * 1024
"""Bytes that an answer may have, unpacked: ten thousand DAGs with their specs have fewer."""
MOST_VALUES = 1_000_000
"""Values that an answer may have, roughly: as JSON, `{}` is two bytes that become hundreds."""
VALUE_MARKS = (b",", b"[", b"{")
"""A value of a JSON document follows each, unless it is in a text or the list is empty."""
PIECE = 16 * 1024
"""Bytes that are sent, or unpacked from, at once: between two pieces the clock is looked at."""
PACKED = {"gzip": 16 + zlib.MAX_WBITS}
"""The content encodings that are taken, one at a time, with zlib's number for each."""

_UNTIL: ContextVar[float | None] = ContextVar("until", default=None)
"""When the request of this thread has to be over, by the monotonic clock."""


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Let no request in the block last longer than to this moment of the monotonic clock."""
    token = _UNTIL.set(moment)
    try:
        yield
    finally:
        _UNTIL.reset(token)


class BoundedTransport(httpx.BaseTransport):
    """Sends by another transport; no answer lasts or grows without end.

    Args:
        inner: What sends. Its connections are given the clock once, the first time.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        pool: Any = getattr(inner, "_pool", None)  # httpx offers no other way to its sockets
        if pool is not None and not isinstance(pool._network_backend, _Backend):  # noqa: SLF001
            pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer; its body is unpacked while it is read.

        Raises:
            httpx.DecodingError: It is packed in a way that was not asked for.
        """
        response = self._inner.handle_request(request)
        packed = response.headers.get("content-encoding", "identity").strip().lower()
        if packed not in {"", "identity", *PACKED}:
            response.close()
            raise httpx.DecodingError("the answer is packed in a way that was not asked for")
        stream = _Body(response.stream, PACKED.get(packed))
        headers = [
            (name, value)
            for name, value in response.headers.raw
            if name.lower() not in {b"content-encoding", *_length_of(packed)}
        ]
        return httpx.Response(
            response.status_code, headers=headers, stream=stream, extensions=response.extensions
        )


def _length_of(packed: str) -> tuple[bytes, ...]:
    """Return the header that is false once a body is unpacked."""
    return (b"content-length",) if packed in PACKED else ()


class TooLarge(httpx.DecodingError):
    """A body has more than `LARGEST` bytes or `MOST_VALUES`; a repetition would have them again."""


class _Body(httpx.SyncByteStream):
    """A body that is unpacked piece by piece, within `LARGEST` and `MOST_VALUES`."""

    def __init__(
        self, inner: httpx.SyncByteStream | httpx.AsyncByteStream, window: int | None
    ) -> None:
        if not isinstance(inner, httpx.SyncByteStream):
            raise TypeError("an answer of an asynchronous transport")
        self._inner = inner
        self._window = window

    def __iter__(self) -> Iterator[bytes]:
        size = values = 0
        for piece in _unpacked(self._inner, self._window):
            size += len(piece)
            values += sum(map(piece.count, VALUE_MARKS))
            if size > LARGEST:
                raise TooLarge(f"the answer is larger than {LARGEST // 1024**2} MiB")
            if values > MOST_VALUES:
                raise TooLarge(f"the answer has more than {MOST_VALUES} values")
            yield piece

    def close(self) -> None:
        self._inner.close()


def _unpacked(stream: Iterable[bytes], window: int | None) -> Iterator[bytes]:
    if window is None:
        yield from stream
        return
    decoder = zlib.decompressobj(window)
    for received in stream:
        rest = received
        while rest and not decoder.eof:
            try:
                piece = decoder.decompress(rest, PIECE)
            except zlib.error as error:
                raise httpx.DecodingError("the answer cannot be unpacked") from error
            rest = decoder.unconsumed_tail
            _check_time(httpx.ReadTimeout)
            yield piece


class _Backend(httpcore.NetworkBackend):
    """Opens connections that look at the clock before each step."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        limited = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, limited, local_address, socket_options))

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        limited = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_unix_socket(path, limited, socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """One connection; each step has what is left of the request's time."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            piece = buffer[start : start + PIECE]
            self._inner.write(piece, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limited = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, limited))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, expired: type[Exception]) -> float | None:
    """Return the shorter of a step's timeout and what is left of the request's time.

    Raises:
        expired: Nothing is left.
    """
    _check_time(expired)
    moment = _UNTIL.get()
    if moment is None:
        return timeout
    left = max(moment - time.monotonic(), 0.001)
    return left if timeout is None else min(timeout, left)


def _check_time(expired: type[Exception]) -> None:
    moment = _UNTIL.get()
    if moment is not None and time.monotonic() >= moment:
        raise expired("the time for the whole answer is over")
