"""Sessions and memberships that end in the middle of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.errors import NotAMemberError, UnfinishedError
from dagctl.publish.backend import Silence
from tests.supabase.place import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.supabase.place import Place

STEPS = ("journal", "reserve", "render", "upload", "file", "commit", "stage", "confirm")


class At(Silence):
    """Does something when a step begins."""

    def __init__(self, step: str, act: Callable[[], None]) -> None:
        self._step = step
        self._act = act

    def step(self, name: str, *, done: bool, detail: str = "") -> None:
        del detail
        if (name, done) == (self._step, False):
            self._act()


def create_with(place: Place, listener: Silence) -> str:
    with Client.open(place.root, listener=listener) as client:
        (dag,) = client.create(place.root / "specs/x.yaml").dags
    return dag.state


@pytest.mark.parametrize("step", STEPS)
def test_a_token_that_runs_out_in_the_middle_is_renewed_once(
    place: Place, ada: str, step: str
) -> None:
    place.spec("specs/x.yaml")
    state = create_with(place, At(step, lambda: place.stand_in.expire(ada)))
    assert state == "created"
    place.check_agreement()
    assert len(place.stand_in.requests.matching("POST", "/auth/v1/token")) == 1


def test_a_token_that_runs_out_before_the_store_is_asked_does_not_hide_the_object(
    place: Place, ada: str
) -> None:
    place.create(place.spec("specs/x.yaml"))
    with place.open() as client:
        record = client.get("orders")
        place.stand_in.expire(ada)
        assert client.stored(record) == "none"


@pytest.mark.parametrize("step", STEPS)
def test_a_member_who_is_removed_in_the_middle_leaves_nothing(
    place: Place, ada: str, step: str
) -> None:
    place.spec("specs/x.yaml")
    before = place.git("rev-parse", "HEAD")
    with pytest.raises(NotAMemberError) as error:
        create_with(place, At(step, lambda: place.stand_in.remove_member(PROJECT, ada)))
    assert error.value.exit_code == 5
    assert (place.rows(), place.objects(), place.files()) == ([], {}, {})
    assert place.git("rev-parse", "HEAD") == before
    place.check_agreement()


@pytest.mark.parametrize("step", STEPS[:4])
def test_a_member_who_is_removed_before_an_update_is_uploaded_leaves_the_old_version(
    place: Place, ada: str, step: str
) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.spec("specs/x.yaml", word="two")
    with pytest.raises(NotAMemberError):
        create_with(place, At(step, lambda: place.stand_in.remove_member(PROJECT, ada)))
    assert place.versions() == {"orders": 1}
    place.check_agreement()


@pytest.mark.parametrize("step", STEPS[4:])
def test_an_update_of_a_removed_member_that_is_uploaded_waits_for_the_membership(
    place: Place, ada: str, step: str
) -> None:
    """Who is no member writes nothing that readers know, not even the old version."""
    place.create(place.spec("specs/x.yaml"))
    place.spec("specs/x.yaml", word="two")
    with pytest.raises(UnfinishedError):
        create_with(place, At(step, lambda: place.stand_in.remove_member(PROJECT, ada)))
    assert place.versions() == {"orders": 1}
    place.stand_in.add_member(PROJECT, ada)
    place.recover()
    place.check_agreement()


def test_a_viewer_creates_nothing(place: Place, ada: str) -> None:
    place.stand_in.add_member(PROJECT, ada, "viewer")
    with pytest.raises(NotAMemberError, match="no owner or editor"):
        place.create(place.spec("specs/x.yaml"))
    assert (place.rows(), place.objects(), place.files()) == ([], {}, {})
    place.check_agreement()
