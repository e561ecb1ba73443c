"""Two servers with a clone each and one remote: what one has on its disk, the other never needs."""

from __future__ import annotations

import http.client
import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.load import PAUSE, TRY_AGAIN, Answer, Caller, Load, Wish, members, teams
from tests.server.one_address import OneAddress
from tests.server.served import PROJECT, Served, check_agreement, person, spec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from tests.stand_in import StandIn

CLIENTS, MORE = 8, 10
EACH = 16
SETTINGS = f'project_id = "{PROJECT}"\n\n[git]\nremote = "origin"\npush = "always"\n'
WHO = ("-c", "user.name=Ops", "-c", "user.email=ops@example.com")


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *WHO, *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with a workspace in it that pushes."""
    first, bare = tmp_path / "first", tmp_path / "remote.git"
    first.mkdir()
    git(first, "init", "-q", "-b", "main")
    (first / "dagctl.toml").write_text(SETTINGS)
    git(first, "add", "-A")
    git(first, "commit", "-qm", "Workspace")
    git(tmp_path, "clone", "-q", "--bare", str(first), str(bare))
    return bare


@pytest.fixture
def two(served: Served, remote: Path, tmp_path: Path) -> Iterator[tuple[Served, Served]]:
    """Two servers; nothing but the remote and the Supabase project is common to them."""
    other = Served(tmp_path / "second/repositories", served.environ, served.options)
    for server in (served, other):
        server.root.mkdir(parents=True, exist_ok=True)
        git(server.root, "clone", "-q", f"file://{remote}", PROJECT)
    with other:
        yield served, other


def check_published(
    server: Served, stand_in: StandIn, remote: Path, load: Load, further: Collection[str] = ()
) -> None:
    """Check that each DAG that was answered is there once, on one line of the remote's history.

    Args:
        server: One of the servers.
        stand_in: The Supabase project.
        remote: What all push to.
        load: What was asked, and answered.
        further: The DAGs that others have made.
    """
    assert not load.refused, load.refused[0]
    assert not load.open
    for answers in load.answers.values():
        assert all(one.body == answers[0].body for one in answers)
    lines = git(remote, "log", "--format=%H %P", "main").splitlines()
    assert all(len(line.split()) <= 2 for line in lines)
    results = [answers[0].body for answers in load.answers.values()]
    assert {one["commit_id"] for one in results} <= {line.split()[0] for line in lines}
    git(remote, "fsck", "--strict", "--no-dangling")
    git(server.root / PROJECT, "pull", "-q", "--ff-only")
    versions = check_agreement(server, stand_in, PROJECT)
    assert sorted([*(one["dag_id"] for one in results), *further]) == sorted(versions)
    assert set(versions.values()) == {1}


@pytest.mark.sweep
def test_three_servers_and_two_clones_publish_every_dag_once_on_one_line(
    two: tuple[Served, Served], stand_in: StandIn, remote: Path, tmp_path: Path
) -> None:
    first, second = two
    third = Served(tmp_path / "third/repositories", first.environ, first.options)
    third.root.mkdir(parents=True)
    git(third.root, "clone", "-q", f"file://{remote}", PROJECT)
    with third:
        servers = (first, second, third)
        team = members([PROJECT], teams(first, stand_in, [PROJECT], 2))
        load = Load(first.url, team, EACH * len(servers), further=[second.url, third.url])
        load.start()
        processes = {
            f"{name}_{number}": creating(tmp_path / name, remote, f"{name} {number}", first, token)
            for name, (_, token) in zip(("ada", "bob"), team, strict=True)
            for number in range(EACH)
        }
        said = {dag_id: process.communicate()[1] for dag_id, process in processes.items()}
        assert {name: process.returncode for name, process in processes.items()} == dict.fromkeys(
            processes, 0
        ), said
        load.wait_for(more=EACH * len(servers))
        load.stop(give_up=False)
        for server in servers:
            check_published(server, stand_in, remote, load, processes)


def test_no_spec_file_is_written_in_a_clone_in_which_no_person_works(
    two: tuple[Served, Served], stand_in: StandIn, remote: Path, tmp_path: Path
) -> None:
    """It would be in the way of what the remote brings, and the server could do nothing more."""
    server, clone = two[0], tmp_path / "ada"
    ada = person(server, stand_in, "ada", PROJECT)

    def publish(owner: str) -> None:
        process = creating(clone, remote, "orders", server, ada.token, data=spec(owner=owner))
        said = process.communicate()[1]
        assert process.returncode == 0, said
        git(clone, "add", "-A")
        git(clone, "commit", "-qm", owner)
        git(clone, "push", "-q")
        shutil.rmtree(clone)

    def ask(method: str, path: str) -> None:
        given = {"project_id": PROJECT}
        answer = ada.request(method, path, params=given, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        assert server.git(PROJECT, "status", "--porcelain") == ""

    publish("ann")
    publish("bob")
    ask("POST", "/dags/orders/rollback")
    ask("DELETE", "/dags/orders")
    ask("POST", "/dags/orders/restore")
    publish("cid")
    assert ada.create(spec("Next")).status_code == 200
    assert "cid" in (server.root / PROJECT / "orders.json").read_text()


def creating(  # noqa: PLR0913
    clone: Path,
    remote: Path,
    name: str,
    server: Served,
    token: str,
    *,
    data: Mapping[str, Any] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a `create` of a DAG in a clone, which is made if it is not there."""
    if not clone.exists():
        git(clone.parent, "clone", "-q", f"file://{remote}", str(clone))
        git(clone, "config", "user.name", clone.name)
        git(clone, "config", "user.email", f"{clone.name}@example.com")
    (clone / f"{name}.json").write_text(json.dumps(data or spec(name)))
    own = {"BACKEND": "supabase", "ACCESS_TOKEN": token, "LOCK_TIMEOUT": "900"}
    return subprocess.Popen(
        [sys.executable, "-m", "dagctl", "-q", "create", f"{name}.json"],
        cwd=clone,
        env={**server.environ, **{f"DAGCTL_{key}": value for key, value in own.items()}},
        stderr=subprocess.PIPE,
    )


@pytest.mark.sweep
def test_a_killed_server_of_two_loses_and_doubles_nothing(
    two: tuple[Served, Served], stand_in: StandIn, remote: Path
) -> None:
    first, second = two
    team = members([PROJECT], teams(first, stand_in, [PROJECT], 2))
    load = Load(first.url, team, CLIENTS, further=[second.url])
    load.start()
    load.wait_for(more=MORE)
    second.kill()
    load.wait_for(more=MORE // 2)
    load.stop(give_up=True)
    assert load.open  # what the killed server had begun, the other is asked for
    load.again(load.open)
    second.start()
    # the first change at each puts right what is left there
    for number, server in enumerate((first, second)):
        load.url = server.url
        wish = Wish(f"last-{number}", PROJECT, "Orders", team[0][1])
        load.wishes[wish.key] = wish
        load.again([wish])
        assert not list(server.root.glob("*/.git/dagctl/top/journal/*"))
    under_way = "select id from private.dag_operations where status in ('reserved', 'aborting')"
    assert stand_in.sql(under_way) == []
    for server in (first, second):
        check_published(server, stand_in, remote, load)


class Stories:
    """Clients that make, change, roll back, remove and bring back a DAG, each its own, in turns.

    A client repeats each request with its key until it is answered with a result.
    """

    def __init__(self, urls: list[str], tokens: list[str]) -> None:
        self._urls = urls
        self._tokens = tokens
        self.answers: dict[str, list[Answer]] = {}
        self.failures: list[object] = []
        self.is_over = threading.Event()

    def wait_for(self, more: int) -> None:
        """Return when some more requests have been answered."""
        before = sum(map(len, list(self.answers.values())))
        while sum(map(len, list(self.answers.values()))) < before + more:
            assert not self.failures, self.failures[0]
            time.sleep(0.02)

    def play(self, number: int) -> None:
        both = [Caller(url) for url in self._urls]
        callers = itertools.cycle(both)
        count = 0
        while count == 0 or not self.is_over.is_set():
            name = f"Story {number} {count}"
            path = f"/dags/{name.lower().replace(' ', '_')}"
            body = spec(name, project_id=None)
            for turn, (method, where, given) in enumerate(
                (
                    ("POST", "/create-dag", spec(name)),
                    ("PUT", path, {**body, "owner": "team"}),
                    ("POST", f"{path}/rollback", None),
                    ("DELETE", path, None),
                    ("POST", f"{path}/restore", None),
                )
            ):
                at = where if turn == 0 else f"{where}?project_id={PROJECT}"
                asked = (method, at, self._tokens[number % len(self._tokens)], given)
                headers = {"Idempotency_Key": f"{name}-{turn}".replace(" ", "-")}
                headers |= {"If_Match": f'"{turn}"'} if turn else {}
                self.answers.setdefault(name, []).append(self._answer(callers, asked, headers))
            count += 1
        for caller in both:
            caller.close()

    def _answer(
        self, callers: Iterator[Caller], asked: tuple[Any, ...], headers: dict[str, str]
    ) -> Answer:
        for caller in callers:
            try:
                answer = caller.request(*asked, **headers)
            except (OSError, http.client.HTTPException):
                time.sleep(PAUSE)
                continue
            if answer.status not in TRY_AGAIN:
                if answer.status != 200:
                    self.failures.append((asked, headers, answer))
                return answer
            time.sleep(PAUSE)
        raise AssertionError("there are no servers")


@pytest.mark.sweep
@pytest.mark.parametrize("is_one", [False, True], ids=["two addresses", "one address"])
def test_updates_and_removals_outlive_the_kill_of_a_server(
    two: tuple[Served, Served], stand_in: StandIn, remote: Path, *, is_one: bool
) -> None:
    with OneAddress([server.url for server in two]) as front:
        urls = [front.url] if is_one else [server.url for server in two]
        check_stories(two, stand_in, remote, urls)
        assert all(front.taken) is is_one


def check_stories(
    two: tuple[Served, Served], stand_in: StandIn, remote: Path, urls: list[str]
) -> None:
    """Let clients work while one server after the other is killed; check what they were told."""
    first, second = two
    tokens = [token for _, token in members([PROJECT], teams(first, stand_in, [PROJECT], 2))]
    stories = Stories(urls, tokens)
    threads = [threading.Thread(target=stories.play, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for victim in (second, first):
        stories.wait_for(MORE)
        victim.kill()
        if len(urls) == 1:  # the other one goes on for it
            stories.wait_for(MORE)
        victim.start()
    stories.is_over.set()
    for thread in threads:
        thread.join()
    assert not stories.failures, stories.failures[0]
    standing = set(git(remote, "log", "--format=%H", "main").split())
    for answers in stories.answers.values():
        versions = [answer.body["version"] for answer in answers[1:]]
        assert versions == [2, 3, 4, 5], answers
        assert {answer.body["commit_id"] for answer in answers} <= standing
    for number, server in enumerate((first, second)):  # puts right what is left there
        caller, key = Caller(server.url), f"last-{number}"
        made = caller.request("POST", "/create-dag", tokens[0], spec(key), Idempotency_Key=key)
        caller.close()
        assert made.status == 200
        assert not list(server.root.glob("*/.git/dagctl/top/journal/*"))
        git(server.root / PROJECT, "pull", "-q", "--ff-only")
    found = check_agreement(second, stand_in, PROJECT)
    assert len(found) == len(stories.answers) + 2
    assert all(version == 5 for name, version in found.items() if name.startswith("story"))
