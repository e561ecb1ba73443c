"""64 clients create at once in 8 projects: nothing is lost, and nothing is double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.load import Load, check_whole, members, projects, teams

if TYPE_CHECKING:
    from tests.server.served import Served
    from tests.stand_in import StandIn

PROJECTS, EDITORS, CLIENTS = 8, 2, 64


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(6, id="6 s"),
        pytest.param(60, id="60 s", marks=pytest.mark.sweep),
    ],
)
def test_what_many_clients_create_at_once_is_there_once(
    served: Served, stand_in: StandIn, seconds: float
) -> None:
    project_ids = projects(PROJECTS)
    found = teams(served, stand_in, project_ids, EDITORS)
    load = Load(served.url, members(project_ids, found), CLIENTS)
    load.run(seconds)
    assert len(load.answers) >= CLIENTS
    check_whole(served, stand_in, load)

    load.again(list(load.wishes.values())[::10])  # a key that was answered gives its answer again
    assert {one.is_replayed for found in load.answers.values() for one in found[1:]} == {True}
    check_whole(served, stand_in, load)
