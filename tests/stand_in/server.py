"""HTTP/1.1 on a loopback address: sockets in, requests to the gateway, faults on the way out."""

from __future__ import annotations

import ipaddress
import socket
import time
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from dagctl.endpoint import claims
from tests.stand_in import gateway
from tests.stand_in.faults import Fault, Faults
from tests.stand_in.late import LateRequests
from tests.stand_in.messages import NeverAnsweredError, Request, Response, json_response
from tests.stand_in.request_log import RequestLog

if TYPE_CHECKING:
    from tests.stand_in.project import Project

RECORDED = "supabase-py 2.34.1, storage-api 2026-08-21, auth 2026-08-20, PostgREST 2026-08-21"
REASONS = {200: "OK", 201: "Created", 204: "No Content", 206: "Partial Content", 302: "Found"}


class Server(ThreadingHTTPServer):
    """Answers for one project, which can be replaced by another while it runs."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, project: Project, host: str, port: int) -> None:
        """Bind the address.

        Raises:
            ValueError: `host` is not the literal of a loopback address.
        """
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the stand-in is for tests and binds to loopback only, not to {host}")
        super().__init__((host, port), Handler)
        self.project = project
        self.faults = Faults()
        self.requests = RequestLog()
        self.late = LateRequests()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        """A client that has gone away is no error; everything else is answered with 500."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def do(self) -> None:
        """Read a request, let a fault have its way with it, answer it."""
        length = self.headers.get("content-length") or "0"
        if not length.isascii() or not length.isdigit():  # a negative one would be read to the end
            self.close_connection = True
            self._send(Response(400, b"", {"connection": "close"}), truncated=False)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(int(length)))
        began = time.monotonic()
        fault = self.server.faults.pick(request)
        response = self._unmeasured(request) or self._outcome(request, fault)
        status = response.status if response else None
        user_id = claims(request.bearer or "").get("sub")
        self.server.requests.add(request.method, request.path, status, began, user_id=user_id)
        if response is None:
            self._drop()
        else:
            self._send(response, truncated=fault is not None and fault.kind == "truncate")
        if response is not None and response.status == 411:
            self._linger()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - as http.server asks

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Write nothing: paths may hold tokens."""

    def _unmeasured(self, request: Request) -> Response | None:
        """Return the refusal of a body whose length is not told."""
        if "transfer-encoding" not in request.headers:
            return None
        self.close_connection = True
        text = b"the stand-in needs to be told the content-length"
        return Response(411, text, {"connection": "close"})

    def _outcome(self, request: Request, fault: Fault | None) -> Response | None:
        """Return the answer, or None for a dropped connection."""
        project = self.server.project
        match fault:
            case Fault("answer", response=response):
                return response
            case Fault("drop_before"):
                return None
            case Fault("drop_after"):
                act(project, request)
                return None
            case Fault("late", seconds):
                self.server.late.add(partial(act, project, request), seconds)
                return None
            case Fault("delay", seconds):
                with self.server.late.held(seconds):
                    return act(project, request)
            case Fault("clock", seconds):
                project.clock.skew = seconds
            case Fault("duplicate"):
                act(project, request)
        return act(project, request)

    def _send(self, response: Response, *, truncated: bool) -> None:
        """Send head and body in one write: two would wait for the client's delayed ACK."""
        body = b"" if self.command == "HEAD" else response.body
        data = self._head(response) + (body[: len(body) // 2] if truncated else body)
        self.wfile.write(data)
        if truncated:
            self._drop()

    def _head(self, response: Response) -> bytes:
        date = formatdate(self.server.project.clock.now(), usegmt=True)
        lengthless = {} if response.status == 204 else {"content-length": str(len(response.body))}
        headers = {"date": date, "x-stand-in": RECORDED, **lengthless, **response.headers}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        reason = REASONS.get(response.status, "")
        start = f"HTTP/1.1 {response.status} {reason}"
        return "\r\n".join([start, *lines, "", ""]).encode("latin-1")

    def _linger(self) -> None:
        """Let the client have the answer before the rest of its body meets a closed socket."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(5)
            while self.connection.recv(65536):
                pass

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def act(project: Project, request: Request) -> Response | None:
    """Act on a request; a bug of the stand-in shows as a 500 with its own words.

    Returns:
        The answer; None for none, after which the connection is closed.
    """
    try:
        return gateway.handle(project, request)
    except NeverAnsweredError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever it is, the client under test must see it
        return json_response(500, {"message": f"stand-in: {type(error).__name__}: {error}"})
