"""A real `dagctl serve` in a process of its own, and people who call it over real sockets."""

from __future__ import annotations

import itertools
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.stand_in import StandIn
    from tests.stand_in.stand_in import Role

PROJECT = "123e4567-e89b-12d3-a456-426614174000"
PASSWORD = "correct horse battery staple"
START_SECONDS = 60


def spec(
    name: str = "Orders", project_id: str | None = PROJECT, **fields: object
) -> dict[str, Any]:
    """Return a small spec as JSON data."""
    task = {"task_id": "a", "task_type": "bash", "bash_command": "echo one"}
    project = {} if project_id is None else {"project_id": project_id}
    return {**project, "dag_name": name, "tasks": [task], **fields}


@dataclass
class Served:
    """A server that can be stopped, killed and started again on the same folder."""

    root: Path
    environ: Mapping[str, str]
    options: tuple[str, ...] = ()
    log: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    python: str = sys.executable
    """The Python whose dagctl serves."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()

    def start(self) -> None:
        """Start the server and wait until it listens."""
        port = self.url.rpartition(":")[2] or "0"
        command = ("serve", "--root", str(self.root), "--port", port, *self.options)
        with (self.root.parent / "serve.log").open("ab") as file:
            self._offset = file.tell()
            self._process = subprocess.Popen(
                [self.python, "-m", "dagctl", "--quiet", *command],
                env=dict(self.environ),
                cwd=self.root.parent,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
        self.url = self.wait_for("listening")["url"]

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask the server to stop; return its exit code."""
        self.signal(number)
        return self._process.wait(60)

    def signal(self, number: int) -> None:
        """Send the server a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill the server, as a power cut would."""
        self._process.kill()
        self._process.wait(10)

    def lines(self) -> list[dict[str, Any]]:
        """Return what this run has logged so far."""
        text = (self.root.parent / "serve.log").read_bytes()[self._offset :]
        return [json.loads(line) for line in text.splitlines() if line.endswith(b"}")]

    def wait_for(self, message: str) -> dict[str, Any]:
        """Return the first line of the log with this message, once it is there."""
        self.wait_until(lambda: any(line["message"] == message for line in self.lines()))
        return next(line for line in self.lines() if line["message"] == message)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, which the server is to bring about."""
        deadline = time.monotonic() + START_SECONDS
        while not is_so():
            assert self._process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            select.select([], [], [], 0.02)

    def text(self) -> str:
        """Return the log of all runs as text."""
        return (self.root.parent / "serve.log").read_text()

    def git(self, project_id: str, *arguments: str) -> str:
        """Run git in a project's repository."""
        command = ["git", "-C", str(self.root / project_id), *arguments]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


UNCHANGED = "nothing was changed"
"""The state after a refusal."""


@dataclass
class Person:
    """Somebody who calls the server with an access token, or with none."""

    served: Served
    user_id: str = ""
    token: str = ""

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Return the answer to one request on a connection of its own."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = {**bearer, **options.pop("headers", {})}
        return httpx.request(
            method, f"{self.served.url}{path}", headers=headers, timeout=90, **options
        )

    def get(self, path: str, **params: object) -> httpx.Response:
        """Return the answer to a GET."""
        return self.request("GET", path, params={"project_id": PROJECT, **params})

    def create(self, body: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """Return the answer to `POST /create-dag`; header names with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", "/create-dag", json=body or spec(), headers=named)


@dataclass
class World:
    """A server over a stand-in, for many tests: each takes projects and people of its own."""

    stand_in: StandIn
    served: Served
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def project(self) -> str:
        """Return the id of a project that nobody has used yet."""
        return str(uuid4())

    def member(self, project_id: str, role: Role = "editor") -> Person:
        """Return a new user who is a member of the project."""
        name = f"user{next(self._numbers)}"
        return person(self.served, self.stand_in, name, project_id, role=role)

    def stranger(self) -> Person:
        """Return a new user who is not a member of anything."""
        return person(self.served, self.stand_in, f"user{next(self._numbers)}")

    def nobody(self) -> Person:
        """Return somebody without a token."""
        return Person(self.served)


def opened(stand_in: StandIn, folder: Path, options: tuple[str, ...]) -> Iterator[World]:
    """Yield a server that keeps its things in this folder; it ends afterwards."""
    home = folder / "home"
    home.mkdir()
    environ = environment(
        home,
        DAGCTL_SUPABASE_URL=stand_in.url,
        DAGCTL_SUPABASE_KEY=stand_in.publishable_key,
    )
    with Served(folder / "repositories", environ, options) as served:
        yield World(stand_in, served)


def person(
    served: Served, stand_in: StandIn, name: str, *projects: str, role: Role = "editor"
) -> Person:
    """Return a new user who is a member of these projects."""
    user_id = stand_in.add_user(f"{name}@example.com", PASSWORD)
    for project in projects:
        stand_in.add_member(project, user_id, role)
    return Person(served, user_id, stand_in.token(user_id))


class Gate:
    """A commit hook of one repository that waits until it is let go on."""

    def __init__(self, served: Served, project: str) -> None:
        folder = served.root / project / ".git" / "hooks"
        folder.mkdir(exist_ok=True)
        self._arrivals, self._way = folder / "arrivals", folder / "way"
        os.mkfifo(self._way)
        self._hook = folder / "pre-commit"
        self._hook.write_text(f"#!/bin/sh\necho >>'{self._arrivals}'\nread line <'{self._way}'\n")
        self._hook.chmod(0o755)
        self._served = served

    def wait_for(self, arrivals: int) -> None:
        """Wait until so many commits have come to the gate."""
        self._served.wait_until(lambda: self.arrived() >= arrivals)

    def arrived(self) -> int:
        """Return how many commits have come to the gate."""
        return len(self._arrivals.read_text().splitlines()) if self._arrivals.exists() else 0

    def open(self) -> None:
        """Let the one that waits go on, and all others pass."""
        self._hook.unlink()
        self._way.write_text("go\n")


def answered(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send a request until it is answered in time, as a busy machine may need more than one try.

    A request that changes something needs an `Idempotency-Key` for that.
    """
    deadline = time.monotonic() + START_SECONDS
    while (answer := send()).status_code == 503:
        assert time.monotonic() < deadline, answer.text
    return answer


def begun(send: Callable[[], httpx.Response], gate: Gate) -> httpx.Response:
    """Send a change until it stands at the gate; return the answer that it got meanwhile.

    A busy machine may refuse one before it is begun: then nothing was changed.
    """
    deadline = time.monotonic() + START_SECONDS
    while (answer := send()).status_code == 503 and answer.json()["state"] == UNCHANGED:
        assert time.monotonic() < deadline, answer.text
    gate.wait_for(1)
    return answer


def gauge(served: Served, name: str) -> float:
    """Return one of the numbers at `/metrics`."""
    text = Person(served).request("GET", "/metrics").text
    found = re.search(rf"^dagctl_(?:operations_)?{name} (\S+)$", text, re.MULTILINE)
    assert found is not None
    return float(found[1])


def check_agreement(served: Served, stand_in: StandIn, project_id: str) -> dict[str, int]:
    """Check that rows, objects, files and commits are of the same DAGs with the same bytes.

    Returns:
        The version of each DAG.
    """
    rows = stand_in.sql(
        "select dag_id, version, file_path, storage_path, content_digest, commit_id, state "
        "from user_dags where project_id = %s",
        project_id,
    )
    root = served.root / project_id
    files = {f"dags/{file.name}" for file in root.glob("dags/*.py")}
    objects = stand_in.sql("select name from storage.objects where name like %s", f"{project_id}/%")
    assert {row[6] for row in rows} <= {"active"}
    assert {row[2] for row in rows} == files
    assert {row[3] for row in rows} == {name for (name,) in objects}
    for _, _, file_path, storage_path, digest, commit_id, _ in rows:
        stored = stand_in.stored(storage_path)
        assert stored is not None
        assert sha256(stored).hexdigest() == digest
        assert (root / file_path).read_bytes() == stored
        committed = served.git(project_id, "show", f"{commit_id}:{file_path}").encode()
        assert committed == stored
    if root.exists():
        assert served.git(project_id, "status", "--porcelain", "--", "dags") == ""
        served.git(project_id, "fsck", "--strict")
    return {row[0]: row[1] for row in rows}


def check_announced(served: Served) -> None:
    """Check that `/openapi.json` announces every status with which an operation was answered."""
    nobody = Person(served)
    paths = nobody.request("GET", "/openapi.json").json()["paths"]
    answers = re.findall(
        r'^dagctl_http_requests_total{method="(\w+)",route="(.+)",status="(\d+)"}',
        nobody.request("GET", "/metrics").text,
        re.MULTILINE,
    )
    assert answers
    for method, route, status in answers:
        operation = paths.get(route, {}).get("get" if method == "HEAD" else method.lower())
        if operation is not None and status != "500":
            assert status in operation["responses"], (method, route, status)


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return an environment without git's, dagctl's and the user's own settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "DAGCTL_", "XDG_"))
    }
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", **variables}
