"""A remote behind HTTP on loopback, as git's own `http-backend` serves it, and in hostile ways."""

from __future__ import annotations

import os
import subprocess
import threading
from base64 import b64encode
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


Trouble = Literal["forbidden", "gone before", "gone after", "cut", "silent", "endless"]


class Server(ThreadingHTTPServer):
    """Serves the repositories of a folder."""

    daemon_threads = True

    def __init__(self, folder: Path, password: str, user: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.user = user
        self.password = password
        """What the user has to give; empty: all may come in."""
        self.moved_to = ""
        """Where a request is sent on to; empty: it is answered."""
        self.trouble: Trouble | None = None
        """What happens to the next push; then all is well again."""
        self.is_over = threading.Event()
        self.asked: list[str] = []
        """The requests: method, path and whether they carry the password."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request of git."""

    server: Server
    protocol_version = "HTTP/1.0"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        given = self.headers.get("Authorization", "")
        is_known = (
            given
            == "Basic " + b64encode(f"{self.server.user}:{self.server.password}".encode()).decode()
        )
        self.server.asked.append(f"{self.command} {self.path} {'known' if is_known else given}")
        if self.server.moved_to:
            self._send(302, {"Location": self.server.moved_to + self.path})
        elif self.server.password and not is_known:
            self._send(401, {"WWW-Authenticate": 'Basic realm="git"'})
        else:
            self._with_trouble(body)

    def _with_trouble(self, body: bytes) -> None:
        trouble = self.server.trouble if self.path.endswith("/git-receive-pack") else None
        if trouble is None:
            self._send(*self._by_git(body))
            return
        self.server.trouble = None
        match trouble:
            case "forbidden":
                self._send(403, {})
            case "gone after":
                self._by_git(body)
            case "cut":
                status, headers, content = self._by_git(body)
                self._send(status, {**headers, "Content-Length": "9999"}, content[:9])
            case "silent":
                self.server.is_over.wait(60)
            case "endless":
                self._send(200, {"Content-Type": "application/x-git-receive-pack-result"})
                with suppress(OSError):  # git is stopped after a while
                    while not self.server.is_over.is_set():
                        self.wfile.write(b"0040\x02" + b"x" * 59)

    def _send(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _by_git(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        at = urlsplit(self.path)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": at.path,
            "QUERY_STRING": at.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "ada",
        }
        command = ["git", "-c", "safe.directory=*", "http-backend"]
        done = subprocess.run(
            command, input=body, env=environment, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return int(headers.pop("Status", "200").split()[0]), headers, content


@contextmanager
def serving(folder: Path, password: str = "", *, user: str = "ada") -> Iterator[Server]:
    """Serve the repositories of a folder for the length of the block."""
    with Server(folder, password, user) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            server.shutdown()
            thread.join()
