"""Sessions and memberships that end in the middle of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import NotAMemberError, NotSignedInError, UnfinishedError
from tests.supabase.listening import create_with
from tests.supabase.place import PROJECT, At

if TYPE_CHECKING:
    from tests.supabase.place import Place

STEPS = ("journal", "reserve", "render", "upload", "file", "commit", "stage", "confirm")


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


@pytest.mark.parametrize("step", STEPS)
def test_a_member_who_is_removed_in_the_middle_of_an_update_puts_nothing_back(
    place: Place, ada: str, step: str
) -> None:
    """Record, file and commit are as before; what was uploaded while a member, a member heals."""
    place.create(place.spec("specs/x.yaml"))
    before = (place.rows(), place.files(), place.git("rev-parse", "HEAD"))
    objects = place.objects()
    spec = place.spec("specs/x.yaml", word="two")
    with pytest.raises(NotAMemberError) as error:
        create_with(place, At(step, lambda: place.stand_in.remove_member(PROJECT, ada)))
    assert error.value.exit_code == 5
    assert (place.rows(), place.files(), place.git("rev-parse", "HEAD")) == before
    assert place.held() == 0
    was_uploaded = STEPS.index(step) > STEPS.index("upload")
    assert (place.objects() == objects) is not was_uploaded
    place.stand_in.add_member(PROJECT, ada)
    place.create(spec)
    place.check_agreement()


def test_a_rename_by_one_who_is_no_member_any_more_says_so(place: Place, ada: str) -> None:
    place.create(place.spec("specs/x.yaml"))
    place.stand_in.remove_member(PROJECT, ada)
    with place.open() as client, pytest.raises(NotAMemberError):
        client.rename("orders", "sales")


def test_a_viewer_creates_nothing(place: Place, ada: str) -> None:
    place.stand_in.add_member(PROJECT, ada, "viewer")
    with pytest.raises(NotAMemberError, match="not an owner or editor"):
        place.create(place.spec("specs/x.yaml"))
    assert (place.rows(), place.objects(), place.files()) == ([], {}, {})
    place.check_agreement()


@pytest.mark.parametrize("command", ["create", "update"])
@pytest.mark.parametrize("step", STEPS)
def test_a_session_that_ends_in_the_middle_is_made_good_after_the_next_login(
    place: Place, ada: str, step: str, command: str
) -> None:
    spec = place.spec("specs/x.yaml")
    if command == "update":
        place.create(spec)
        place.spec("specs/x.yaml", word="two")
    before = place.versions()

    def end() -> None:
        place.stand_in.end_sessions(ada)
        place.expire()

    with pytest.raises((NotSignedInError, UnfinishedError)):
        create_with(place, At(step, end))
    assert place.versions() == before
    place.sign_in()
    place.recover()
    place.check_agreement()
    # what was committed is finished, all else was undone
    is_finished = step in {"file", "commit", "stage", "confirm"}
    assert place.versions() == ({"orders": len(before) + 1} if is_finished else before)
