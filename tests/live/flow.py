"""A workspace on a Supabase project, true or stand-in, and a line to it that breaks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx

from dagctl import Client
from dagctl.adapters.http.bounds import BoundedTransport
from dagctl.bootstrap.sign_in import auth_server, session_file
from dagctl.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.live.project import LiveProject, Person

PROJECT = "33333333-3333-4333-8333-333333333333"
KEY = f"{PROJECT}/dags/orders.py"
SPEC = """\
dag_name: Orders
tasks:
  - task_id: a
    task_type: bash
    bash_command: echo {word}
"""


@dataclass(frozen=True)
class Flow:
    """A workspace at the top of a repository, and the project behind it."""

    root: Path
    live: LiveProject

    def begin(self) -> None:
        """Make the repository and the settings."""
        self.root.mkdir()
        self.git("init", "-q")
        (self.root / "dagctl.toml").write_text(
            f'project_id = "{PROJECT}"\nbackend = "supabase"\n\n'
            f'[supabase]\nurl = "{self.live.endpoint.url}"\n'
            f'publishable_key = "{self.live.endpoint.publishable_key}"\n'
        )

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=self.root, capture_output=True, check=True, text=True
        ).stdout

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run dagctl as a user does."""
        return subprocess.run(
            [sys.executable, "-m", "dagctl", *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
            capture_output=True,
            check=False,
            text=True,
            input=stdin,
        )

    def sign_in(self, person: Person) -> None:
        server = auth_server(self.live.endpoint)
        tokens = server.sign_in(person.email, person.password)
        server.close()
        session = Session.begin(self.live.endpoint.url, tokens, time.time())
        session_file(self.live.endpoint, "default").save(session)

    def spec(self, word: str, path: str = "specs/x.yaml") -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SPEC.format(word=word))
        return file

    def open(self) -> Client:
        return Client.open(self.root)

    def set_role(self, person: Person, role: str | None) -> None:
        asked = {"p_user": person.id, "p_role": role}
        self.live.ask(self.live.editor, "POST", "/rest/v1/rpc/set_test_role", json=asked)

    def upload(self, person: Person, data: bytes, **metadata: str) -> httpx.Response:
        """Upload to the key of the DAG past dagctl, as an attacker does."""
        headers = {"authorization": f"Bearer {person.token}", "x-upsert": "true"}
        files: dict[str, Any] = {
            "metadata": (None, httpx.Response(200, json=metadata).content),
            "": ("orders.py", data, "text/x-python"),
        }
        path = f"/storage/v1/object/dags/{KEY}"
        return self.live.http.post(path, headers=headers, files=files)

    def stored(self) -> bytes:
        """Return the stored file of the DAG."""
        return self.live.ask(self.live.editor, "GET", f"/storage/v1/object/dags/{KEY}").content

    def check_agreement(self, version: int | None) -> None:
        """Check that file, commit, object and record agree; None: there is no DAG at all."""
        with self.open() as client:
            records = list(client.list())
            assert [record.version for record in records] == ([] if version is None else [version])
            repairs = client.repairs()
            assert (repairs.dags, repairs.orphans, repairs.left) == ((), (), ())
        assert self.git("status", "--porcelain", "dags") == ""
        for record in records:
            content = (self.root / record.file_path).read_bytes()
            assert sha256(content).hexdigest() == record.content_digest
            assert self.git("show", f"HEAD:{record.file_path}").encode() == content
            assert self.stored() == content
        assert not list((self.root / ".git/dagctl/top/journal").glob("*.json"))


@contextmanager
def broken_line(patch: pytest.MonkeyPatch, number: int, how: str) -> Iterator[list[str]]:
    """Let the n-th request of the block break; yield the requests that were made.

    Args:
        patch: Puts the line back.
        number: Which request, from 1.
        how: `lost answer` (once), `gone` (this and all that follow), `kill before`, `kill after`.
    """
    made: list[str] = []
    whole = BoundedTransport.handle_request

    def handle(transport: BoundedTransport, request: httpx.Request) -> httpx.Response:
        made.append(f"{request.method} {request.url.path}")
        if how == "gone" and len(made) >= number:
            raise httpx.ConnectError("the line is gone")
        if len(made) == number and how == "kill before":
            os.kill(os.getpid(), signal.SIGKILL)
        response = whole(transport, request)
        if len(made) == number and how in {"lost answer", "kill after"}:
            response.read()
            if how == "kill after":
                os.kill(os.getpid(), signal.SIGKILL)
            raise httpx.ReadError("the answer is lost")
        return response

    with patch.context() as patched:
        patched.setattr(BoundedTransport, "handle_request", handle)
        yield made
