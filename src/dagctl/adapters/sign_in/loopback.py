"""The `BrowserListener` on a port of this machine, at a path that no other program can guess."""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.next_step import LOGIN_BY_MAIL, Fix

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

HOST = "127.0.0.1"
PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>dagctl</title>
<body><p>dagctl has what it needs. You can close this window.</p></body></html>
"""
SILENCE = 5
"""Seconds that a connection may say nothing: browsers open some only in case."""
POLL = 0.05


class LoopbackListener:
    """Takes one request on a random port, at a random path. A context manager."""

    def __init__(self) -> None:
        try:
            self._server = _Server((HOST, 0), _Handler)
        except OSError as error:
            raise UnavailableError(
                f"cannot listen on {HOST}: {error.strerror}", hint=Fix(LOGIN_BY_MAIL)
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def redirect_to(self) -> str:
        """The address that the browser is sent back to.

        A literal, not `localhost`: Supabase Auth accepts any port of a loopback literal.
        """
        return f"http://{HOST}:{self._server.server_port}{self._server.path}"

    def wait(self, seconds: float) -> Mapping[str, str]:
        """Return the query that the browser brings.

        Raises:
            NotSignedInError: None came in time.
        """
        if not self._server.answered.wait(seconds):
            raise NotSignedInError(
                f"no browser came back within {seconds / 60:.0f} minutes", hint=Fix(LOGIN_BY_MAIL)
            )
        return self._server.answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.path = f"/callback/{secrets.token_urlsafe(24)}"
        self.answer: Mapping[str, str] = {}
        self.answered = threading.Event()
        self._first = threading.Lock()

    def take(self, target: str, host: str) -> bool:
        """Keep the query if this is the one request that is waited for."""
        parts = urlsplit(target)
        is_ours = secrets.compare_digest(parts.path.encode(), self.path.encode())
        if not is_ours or host != f"{HOST}:{self.server_port}":
            return False
        if not self._first.acquire(blocking=False):
            return False
        self.answer = dict(parse_qsl(parts.query))
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a connection that breaks."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = SILENCE
    server_version = "dagctl"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer, and only then let the one who waits go on."""
        is_taken = self.server.take(self.path, self.headers.get("host", ""))
        body = PAGE if is_taken else b""
        self.send_response(200 if is_taken else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        if is_taken:
            self.server.answered.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Write nothing: the path holds a code."""
