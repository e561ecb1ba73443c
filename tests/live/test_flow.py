"""The whole flow on a Supabase project: `make test-live` runs it on a true one."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from dagctl.adapters.http import retry
from dagctl.adapters.supabase import http
from dagctl.bootstrap.sign_in import session_file
from dagctl.errors import (
    ConflictError,
    DagctlError,
    NotAMemberError,
    NotSignedInError,
    StaleVersionError,
)
from dagctl.operation.journal.entry import LeftToMembersError
from tests.e2e.conftest import in_child
from tests.live.flow import KEY, PROJECT, Flow, broken_line
from tests.live.project import VARIABLES, LiveProject

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.live

SETUP = Path(__file__).with_name("setup.sql")
EVIL = b"import os; os.system('evil')\n"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def project(request: pytest.FixtureRequest, live: LiveProject | None) -> Iterator[LiveProject]:
    """The true project; without one the stand-in, reached in the same way."""
    if live is not None:
        yield live
        return
    stand_in = request.getfixturevalue("stand_in")
    stand_in.sql(SETUP.read_text("utf-8"))
    people = ("editor@example.com", "stranger@example.com")
    for email in people:
        stand_in.add_user(email, PASSWORD)
    given = (stand_in.url, stand_in.publishable_key, people[0], PASSWORD, people[1], PASSWORD)
    opened = LiveProject.open(dict(zip(VARIABLES, given, strict=True)))
    yield opened
    opened.close()


@pytest.fixture
def flow(
    project: LiveProject,
    git_config: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Flow:
    del git_config
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(http, "MOMENT", 0.002)
    project.begin(project.editor, PROJECT)
    flow = Flow(tmp_path / "laptop", project)
    flow.set_role(project.stranger, None)
    flow.begin()
    flow.sign_in(project.editor)
    return flow


def test_sign_in_create_update_read_and_sign_out(flow: Flow) -> None:
    editor = flow.live.editor
    with flow.open() as client:
        session_file(flow.live.endpoint, "default").delete()
        with pytest.raises(NotSignedInError):
            client.create(flow.spec("one"))
    login = flow.run("login", "--email", editor.email, "--password-stdin", stdin=editor.password)
    assert login.returncode == 0, login.stderr
    done = flow.run("create", "specs", "-o", "json")
    assert (done.returncode, '"state": "created"' in done.stdout) == (0, True), done.stderr
    with flow.open() as client:
        for word, state in (("one", "unchanged"), ("two", "updated")):
            (dag,) = client.create(flow.spec(word)).dags
            assert dag.state == state
        assert "echo two" in client.source(client.get("orders"))
    flow.check_agreement(2)
    assert flow.run("logout").returncode == 0
    with flow.open() as client, pytest.raises(NotSignedInError):
        client.get("orders")


def test_two_clones_at_once_get_two_dags_and_no_update_is_lost(flow: Flow, tmp_path: Path) -> None:
    other = Flow(tmp_path / "runner", flow.live)
    other.begin()
    places = (flow, other)
    specs = [place.spec(place.root.name, f"specs/{place.root.name}.yaml") for place in places]
    commands = [[sys.executable, "-m", "dagctl", "create", str(spec)] for spec in specs]
    running = [
        subprocess.Popen(command, cwd=place.root, stdout=subprocess.DEVNULL)
        for command, place in zip(commands, places, strict=True)
    ]
    assert [process.wait(120) for process in running] == [0, 0]
    with flow.open() as client:
        ids = [record.dag_id for record in client.list()]
    assert ids == ["orders", "orders_2"]
    (mine,) = (flow.root / "dags").glob("*.py")
    stale = Flow(tmp_path / "stale", flow.live)
    subprocess.run(["git", "clone", "-q", str(flow.root), str(stale.root)], check=True)
    (stale.root / "dagctl.toml").write_text((flow.root / "dagctl.toml").read_text())
    with flow.open() as client:
        client.create(flow.spec("two", "specs/laptop.yaml"))
    with stale.open() as client, pytest.raises(StaleVersionError, match="version 2 was made"):
        client.create(stale.spec("three", "specs/laptop.yaml"))
    assert "echo two" in mine.read_text()


@pytest.mark.parametrize(
    "how",
    [
        pytest.param("lost answer", marks=pytest.mark.sweep),
        "gone",
        pytest.param("kill before", marks=pytest.mark.sweep),
        "kill after",
    ],
)
def test_promise_3_a_kill_or_a_drop_at_each_request(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with flow.open() as client:
        client.create(flow.spec("one"))
    version, number, made = 1, 0, ["first"]
    while len(made) >= number:
        number += 1
        spec = flow.spec(f"{how} {number}")

        def create() -> None:
            with flow.open() as client:
                client.create(spec)  # noqa: B023 - it is run at once

        with broken_line(monkeypatch, number, how) as made:
            if how.startswith("kill"):
                is_over = in_child(create) != -signal.SIGKILL
            else:
                try:
                    create()
                except DagctlError:
                    assert how == "gone"
                is_over = len(made) < number
        if how.startswith("kill"):
            made = [] if is_over else ["it went on"] * number
        with flow.open() as client:
            client.recover()
            version = client.get("orders").version
        flow.check_agreement(version)
    assert number > 4, "find, reserve, upload, confirm"


def test_an_upload_that_ends_late_is_seen_and_healed(flow: Flow) -> None:
    """Storage asks the policies when a file begins, and writes when it ends."""
    with flow.open() as client:
        client.create(flow.spec("one"))
        operation = "7d1f2c3b-1111-4111-8111-000000000001"
        row = client.get("orders")
        claim = {"dag_id": "orders", "replaces": row.id, "expected_version": row.version}
    asked = {"p_operation": operation, "p_project": PROJECT, "p_claims": [claim], "p_key": None}
    flow.live.ask(flow.live.editor, "POST", "/rest/v1/rpc/reserve", json=asked)
    rest, connection = begun_upload(flow, operation)
    ended = {"p_operation": operation, "p_project": PROJECT}
    flow.live.ask(flow.live.editor, "POST", "/rest/v1/rpc/abort", json=ended)
    with flow.open() as client:
        client.create(flow.spec("two"))
    connection.sendall(rest)
    connection.recv(65536)
    connection.close()
    with flow.open() as client:
        if flow.stored() == EVIL:
            with pytest.raises(ConflictError, match="is not the recorded one"):
                client.source(client.get("orders"))
        client.heal(client.repairs())
        version = client.get("orders").version
    flow.check_agreement(version)


def test_an_upload_that_begins_late_is_refused(flow: Flow) -> None:
    """Nothing that its own user sends for an operation that is over reaches the bucket."""
    with flow.open() as client:
        client.create(flow.spec("one"))
        row = client.get("orders")
    operation = "7d1f2c3b-1111-4111-8111-000000000003"
    claim = {"dag_id": "orders", "replaces": row.id, "expected_version": row.version}
    asked = {"p_operation": operation, "p_project": PROJECT, "p_claims": [claim], "p_key": None}
    flow.live.ask(flow.live.editor, "POST", "/rest/v1/rpc/reserve", json=asked)
    before = flow.stored()
    assert flow.upload(flow.live.editor, EVIL, dagctl_operation=operation).is_success
    for call in ("begin_abort", "abort"):
        ended = {"p_operation": operation, "p_project": PROJECT}
        flow.live.ask(flow.live.editor, "POST", f"/rest/v1/rpc/{call}", json=ended)
        late = flow.upload(flow.live.editor, EVIL, dagctl_operation=operation)
        assert late.status_code == 400, call
    with flow.open() as client:
        client.create(flow.spec("two"))
        assert flow.upload(flow.live.editor, EVIL, dagctl_operation=operation).status_code == 400
    assert flow.stored() not in {before, EVIL}
    flow.check_agreement(2)


def begun_upload(flow: Flow, operation: str) -> tuple[bytes, socket.socket]:
    """Send an upload but for its last bytes; return them and the connection."""
    person, target = flow.live.editor, urlsplit(flow.live.endpoint.url)
    request = flow.live.http.build_request(
        "POST",
        f"/storage/v1/object/dags/{KEY}",
        headers={"authorization": f"Bearer {person.token}", "x-upsert": "true"},
        files={
            "metadata": (None, f'{{"dagctl_operation": "{operation}"}}'.encode()),
            "": ("orders.py", EVIL, "text/x-python"),
        },
    )
    head = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    data = "\r\n".join([*head, "", ""]).encode() + request.read()
    connection: socket.socket = socket.create_connection(
        (target.hostname, target.port or (443 if target.scheme == "https" else 80)), 30
    )
    if target.scheme == "https":
        import ssl  # noqa: PLC0415 - a true project only

        context = ssl.create_default_context()
        connection = context.wrap_socket(connection, server_hostname=target.hostname)
    connection.sendall(data[:-20])
    return data[-20:], connection


def test_a_removed_member_writes_and_reads_nothing_more(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, other = flow.live.editor, flow.live.stranger
    with flow.open() as client:
        client.create(flow.spec("one"))
    before = flow.stored()
    spec = flow.spec("two")

    def create() -> None:
        with flow.open() as client:
            client.create(spec)

    for number in range(1, 12):  # until the new bytes are there, and not confirmed
        with broken_line(monkeypatch, number, "kill after"):
            assert in_child(create) == -signal.SIGKILL
        if flow.stored() != before:
            break
        with flow.open() as client:
            client.recover()
    flow.set_role(other, "editor")
    flow.set_role(editor, None)
    with flow.open() as client, pytest.raises(LeftToMembersError):
        client.recover()
    with flow.open() as client, pytest.raises(NotAMemberError):
        client.get("orders")
    flow.sign_in(other)
    with flow.open() as client:
        assert [one.outcome for one in client.recover().recovered] == ["undone"]
    flow.set_role(editor, "editor")
    assert flow.stored() == before
    flow.check_agreement(1)


@pytest.mark.parametrize("role", [None, "viewer"])
def test_an_attack_past_dagctl_changes_nothing(flow: Flow, role: str | None) -> None:
    with flow.open() as client:
        client.create(flow.spec("one"))
        row = client.get("orders")
    attacker = flow.live.stranger
    flow.set_role(attacker, role)
    before = flow.stored()
    operation = "7d1f2c3b-1111-4111-8111-000000000002"
    claim = {"dag_id": "orders", "replaces": row.id, "expected_version": 1}
    of_project = {"p_operation": operation, "p_project": PROJECT}
    record = {"dag_id": "orders", "file_path": ".github/workflows/ci.yml"}
    attempts = [
        ("/rest/v1/rpc/reserve", {**of_project, "p_claims": [claim], "p_key": None}),
        ("/rest/v1/rpc/confirm", {"p_operation": operation, "p_records": [record]}),
        ("/rest/v1/rpc/begin_abort", of_project),
        ("/rest/v1/user_dags", {"project_id": PROJECT, "dag_id": "evil"}),
    ]
    headers = {"authorization": f"Bearer {attacker.token}"}
    for path, asked in attempts:
        answer = flow.live.http.post(path, headers=headers, json=asked)
        # there is no such operation, which one who may not know is told as `absent`
        assert not answer.is_success or answer.json() == "absent", path
    for mark in ("dagctl_operation", "dagctl_restores"):
        assert flow.upload(attacker, EVIL, **{mark: operation}).status_code == 400
    removal = {"prefixes": [KEY]}
    gone = flow.live.http.request(
        "DELETE", "/storage/v1/object/dags", headers=headers, json=removal
    )
    assert gone.json() == []
    assert flow.stored() == before
    flow.check_agreement(1)
