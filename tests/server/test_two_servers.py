"""Two servers at one folder take turns by the lock of each workspace: nothing is lost or double."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from tests.server.load import NAMES, Load, check_whole, members, projects, teams
from tests.server.served import Person, Served, spec

if TYPE_CHECKING:
    import httpx

    from tests.stand_in import StandIn

PROJECTS, EDITORS, CLIENTS, SECONDS = 3, 2, 24, 5


def another(server: Served) -> Served:
    """Return a further server at the same folder, not started yet."""
    return Served(server.root, server.environ, server.options)


def check_local(server: Served, load: Load, project_id: str) -> None:
    """Check that what was answered is in the list, the work tree and the log once each."""
    results = [
        answers[0].body
        for key, answers in load.answers.items()
        if load.wishes[key].project_id == project_id
    ]
    answer = Person(server).get("/dags", project_id=project_id, limit=1000).json()
    assert answer["next_cursor"] is None
    names = sorted(one["dag_id"] for one in results)
    assert [dag["dag_id"] for dag in answer["dags"]] == names
    for base in map(str.lower, NAMES):
        numbered = {one for one in names if one.startswith(base)}
        expected = (base if n == 1 else f"{base}_{n}" for n in range(1, len(numbered) + 1))
        assert numbered == set(expected)
    listed = server.git(project_id, "ls-tree", "-r", "--name-only", "HEAD", "dags").split()
    assert listed == sorted(f"dags/{one}.py" for one in names)
    assert server.git(project_id, "status", "--porcelain", "--", "dags") == ""
    server.git(project_id, "fsck", "--strict")
    commits = server.git(project_id, "log", "--format=%H", "--grep=^Dagctl-Op:").split()
    assert sorted(commits) == sorted(one["commit_id"] for one in results)
    assert not list((server.root / project_id / ".git/dagctl/top" / "journal").iterdir())


def test_two_servers_on_supabase(served: Served, stand_in: StandIn) -> None:
    project_ids = projects(PROJECTS)
    found = teams(served, stand_in, project_ids, EDITORS)
    with another(served) as other:
        load = Load(served.url, members(project_ids, found), CLIENTS, further=[other.url])
        load.run(SECONDS)
        assert len(load.answers) >= CLIENTS
        check_whole(served, stand_in, load)
        load.url = other.url
        load.again(list(load.wishes.values())[::10])
        assert {one.is_replayed for found in load.answers.values() for one in found[1:]} == {True}
        check_whole(served, stand_in, load)


def test_what_a_killed_server_leaves_the_other_makes_whole(
    served: Served, stand_in: StandIn
) -> None:
    project_ids = projects(PROJECTS)
    found = teams(served, stand_in, project_ids, EDITORS)
    with another(served) as other:
        load = Load(served.url, members(project_ids, found), CLIENTS, further=[other.url])
        load.start()
        load.wait_for(more=CLIENTS)
        other.kill()
        load.wait_for(more=CLIENTS // 2)
        load.stop(give_up=True)
    assert load.open
    load.again(load.open)
    check_whole(served, stand_in, load)


def test_two_servers_on_the_local_backend(local: Served) -> None:
    project_ids = projects(PROJECTS)
    with another(local) as other:
        load = Load(local.url, [(one, "") for one in project_ids], CLIENTS, further=[other.url])
        load.run(SECONDS)
        assert not load.refused, load.refused[0]
        for project_id in project_ids:
            check_local(local, load, project_id)


def test_two_servers_make_one_repository(local: Served) -> None:
    with another(local) as other:
        for project_id in projects(10):
            start = threading.Barrier(4)
            servers = (local, other) * 2
            with ThreadPoolExecutor(4) as threads:
                answers = list(threads.map(partial(created, project_id, start), servers))
            names = sorted(answer.json().get("dag_id", answer.text) for answer in answers)
            assert names == ["orders", "orders_2", "orders_3", "orders_4"]


def created(project_id: str, start: threading.Barrier, server: Served) -> httpx.Response:
    """Return the answer to a create at one of the servers, sent when all others are."""
    start.wait()
    return Person(server).create(spec(project_id=project_id))
