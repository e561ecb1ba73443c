"""The server is killed, or asked to stop, while many create: what was begun is made whole."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.server.load import (
    Caller,
    Load,
    Wish,
    check_nothing_left,
    check_whole,
    members,
    projects,
    teams,
)
from tests.stand_in import faults

if TYPE_CHECKING:
    from tests.server.served import Person, Served
    from tests.stand_in import StandIn

PROJECTS, EDITORS, CLIENTS = 3, 2, 12
UPLOAD = ("POST", "/storage/v1/object/*")


@pytest.mark.parametrize(
    ("seed", "kills"),
    [
        pytest.param(1, 2, id="2 kills"),
        pytest.param(2, 30, id="30 kills", marks=pytest.mark.sweep),
    ],
)
def test_a_server_that_is_killed_under_load_leaves_nothing_half_done(
    served: Served, stand_in: StandIn, seed: int, kills: int
) -> None:
    moment = random.Random(seed)
    project_ids = projects(PROJECTS)
    *found, others = teams(served, stand_in, project_ids, EDITORS + 1)
    load = Load(served.url, members(project_ids, found), CLIENTS)
    load.start()
    for number in range(kills):
        load.wait_for(more=1)
        time.sleep(moment.uniform(0, 0.6))
        served.kill()
        if number == kills - 1:
            load.stop(give_up=True)
        served.start()
    left = load.open
    assert left  # twelve clients cannot all have been answered at the moment of a kill

    settle(load, project_ids, others)
    check_nothing_left(served, stand_in)
    load.again(left)
    load.again(list(load.wishes.values()))
    check_whole(served, stand_in, load)


def test_at_a_signal_what_is_under_way_ends_and_what_waits_is_refused(
    served: Served, stand_in: StandIn
) -> None:
    (project_id,) = projects(1)
    (ada,) = teams(served, stand_in, [project_id], 1)[0]
    stand_in.faults.add(*UPLOAD, faults.delay(1.5), times=None)
    load = Load(served.url, [(project_id, ada.token)], clients=6)
    load.start()
    wait_for_uploads(stand_in, 1)
    assert served.stop(signal.SIGTERM) == 0
    load.stop(give_up=True)
    assert served.lines()[-1]["under_way"] == 0
    assert len(load.answers) in {1, 2}  # a second one may have begun meanwhile
    refused = [one for one in load.retries if not isinstance(one, Exception)]
    assert refused
    for one in refused:
        assert (one.status, one.body["state"]) == (503, "nothing was changed")
        assert one.body["detail"] == "the server is shutting down"
    check_nothing_left(served, stand_in)

    stand_in.faults.clear()
    served.start()
    load.again(load.open)
    check_whole(served, stand_in, load)


@pytest.mark.parametrize("options", [("--grace", "0")], ids=["no grace"])
def test_without_grace_what_is_under_way_is_journalled(served: Served, stand_in: StandIn) -> None:
    load, others, project_ids = stopped_in_an_upload(served, stand_in)
    assert served.stop(signal.SIGTERM) == 0
    check_cut_off(served, load)
    go_on(served, stand_in, load, project_ids, others)


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_does_not_wait(
    served: Served, stand_in: StandIn, first: signal.Signals
) -> None:
    load, others, project_ids = stopped_in_an_upload(served, stand_in)
    served.signal(first)
    served.wait_for("Shutting down")
    assert served.stop(signal.SIGTERM) == 0
    check_cut_off(served, load)
    go_on(served, stand_in, load, project_ids, others)


def stopped_in_an_upload(served: Served, stand_in: StandIn) -> tuple[Load, list[Person], list[str]]:
    """Return clients whose creates hang in the upload, and other editors of their projects."""
    project_ids = projects(2)
    found, others = teams(served, stand_in, project_ids, 2)
    stand_in.faults.add(*UPLOAD, faults.drop_before(), times=None)  # and so is tried for long
    load = Load(served.url, members(project_ids, [found]), clients=6)
    load.start()
    wait_for_uploads(stand_in, 2)
    return load, others, project_ids


def check_cut_off(served: Served, load: Load) -> None:
    """Check what the clients were told, and that the operations stand in their journals."""
    load.stop(give_up=True)
    assert served.lines()[-1] == {**served.lines()[-1], "message": "stopped", "under_way": 2}
    assert not load.answers
    told = [one for one in load.retries if not isinstance(one, Exception)]
    assert {one.status for one in told} == {503}
    states = sorted(one.body["state"] for one in told)
    waiting = ["nothing was changed"] * (len(states) - 2)
    journalled = "it is in the journal: the next operation in this project finishes or undoes it"
    assert states == [*[journalled] * 2, *waiting]
    assert len(list(served.root.glob("*/.git/dagctl/top/journal/*.json"))) == 2


def go_on(
    served: Served, stand_in: StandIn, load: Load, project_ids: list[str], others: list[Person]
) -> None:
    """Start the server again; let others create, then the clients, and check that all is whole."""
    stand_in.faults.clear()
    served.start()
    settle(load, project_ids, others)
    check_nothing_left(served, stand_in)
    load.again(load.open)
    check_whole(served, stand_in, load)


def settle(load: Load, project_ids: list[str], others: list[Person]) -> None:
    """Create once in each project, as one who has begun nothing so far."""
    wishes = [
        Wish(f"further-{project_id}", project_id, "Orders", other.token)
        for project_id, other in zip(project_ids, others, strict=True)
    ]
    caller = Caller(load.url)
    for wish in wishes:
        load.wishes[wish.key] = wish
        found = caller.create(wish)
        assert found.status == 200, found.body
        load.answers[wish.key] = [found]
    caller.close()


def wait_for_uploads(stand_in: StandIn, projects_at_it: int) -> None:
    """Return when so many projects are uploading: a request for it has come in."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        paths = {entry.path for entry in stand_in.requests.matching(*UPLOAD)}
        if len({path.split("/")[5] for path in paths}) >= projects_at_it:
            return
        time.sleep(0.02)
    raise AssertionError([entry.path for entry in stand_in.requests])
