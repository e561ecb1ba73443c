"""One idempotency key, one operation: over kills, other users and other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import KeyReusedError
from tests.supabase.clones import clone
from tests.supabase.costs import asked
from tests.supabase.keyed import create, killed
from tests.supabase.place import PASSWORD, PROJECT, Place

if TYPE_CHECKING:
    from pathlib import Path


BOB = "bob@example.com"
STEPS = ("journal", "reserve", "render", "upload", "file", "commit", "confirm", "show", "clear")


@pytest.fixture
def bob(place: Place) -> str:
    user_id = place.stand_in.add_user(BOB, PASSWORD)
    place.stand_in.add_member(PROJECT, user_id)
    return user_id


def test_a_repeat_gives_the_first_result_and_makes_nothing(place: Place) -> None:
    spec = place.spec("specs/x.yaml")
    first = create(place, spec)
    assert asked(place) == {
        "keyed_operation": 1,
        "find_dags": 1,
        "reserve": 1,
        "upload": 1,
        "confirm": 1,
    }
    head = place.git("rev-parse", "HEAD")
    again = create(place, spec)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.dags, again.operation_id) == (first.dags, first.operation_id)
    assert asked(place) == {"keyed_operation": 1}
    assert place.git("rev-parse", "HEAD") == head
    place.check_agreement()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_call_is_repeated_after_another_users_operation(
    place: Place, ada: str, bob: str, step: str, *, done: bool
) -> None:
    spec = place.spec("specs/x.yaml")
    killed(place, spec, step, done=done)
    place.sign_in(BOB)
    other = create(place, place.spec("specs/other.yaml", "Other"), key=None)
    outcomes = [one.outcome for one in other.recovered]
    place.sign_in()
    result = create(place, spec)
    assert result.replayed == (outcomes == ["finished"] or (step, done) == ("clear", True))
    assert [(dag.dag_id, dag.version, dag.state) for dag in result.dags] == [
        ("orders", 1, "created")
    ]
    assert create(place, spec).dags == result.dags
    place.check_agreement()
    authors = {record.dag_id: record.user_id for record in place.records()}
    assert authors == {"orders": ada, "other": bob}


def test_the_answer_is_the_first_one_though_the_dag_was_updated(place: Place) -> None:
    spec = place.spec("specs/x.yaml")
    first = create(place, spec)
    create(place, place.spec("specs/x.yaml", word="two"), key=None)
    again = create(place, place.spec("specs/x.yaml"))
    assert (again.replayed, again.dags) == (True, first.dags)
    assert place.versions() == {"orders": 2}
    place.check_agreement()


def test_a_call_that_had_nothing_to_do_is_repeated_as_one(place: Place) -> None:
    spec = place.spec("specs/x.yaml")
    create(place, spec, key=None)
    first = create(place, spec)
    assert [dag.state for dag in first.dags] == ["unchanged"]
    create(place, place.spec("specs/x.yaml", word="two"), key=None)
    again = create(place, place.spec("specs/x.yaml"))
    assert (again.replayed, again.dags, again.operation_id) == (True, first.dags, None)
    assert place.versions() == {"orders": 2}


def test_a_batch_is_repeated_with_what_stayed_unchanged(place: Place) -> None:
    old = place.spec("specs/old.yaml", "Old")
    create(place, old, key=None)
    specs = (place.spec("specs/x.yaml"), old, place.spec("specs/y.yaml", "Sales"))
    first = create(place, *specs)
    assert [dag.state for dag in first.dags] == ["created", "unchanged", "created"]
    assert create(place, *specs).dags == first.dags
    place.check_agreement()


def test_the_key_of_other_specs_is_refused(place: Place, bob: str) -> None:
    del bob
    create(place, place.spec("specs/x.yaml"))
    place.sign_in(BOB)
    with pytest.raises(KeyReusedError, match="other specs") as caught:
        create(place, place.spec("specs/x.yaml", word="two"))
    assert (caught.value.code, caught.value.exit_code) == ("KEY_REUSED", 7)
    with pytest.raises(KeyReusedError):
        create(place, place.spec("specs/x.yaml"), place.spec("specs/y.yaml", "Sales"))
    assert place.versions() == {"orders": 1}
    place.check_agreement()


@pytest.mark.parametrize("step", ["reserve", "upload", "commit"])
@pytest.mark.parametrize("user", ["ada", "bob"])
def test_what_another_machine_left_on_the_way_is_done_anew(
    place: Place, tmp_path: Path, bob: str, step: str, user: str
) -> None:
    del bob
    elsewhere = clone(place, tmp_path / "laptop")
    killed(place, place.spec("specs/x.yaml"), step)
    if user == "bob":
        place.sign_in(BOB)
    result = create(elsewhere, elsewhere.spec("specs/x.yaml"))
    assert [(dag.dag_id, dag.version) for dag in result.dags] == [("orders", 1)]
    elsewhere.check_agreement()
    assert [one.outcome for one in place.recover().recovered] == ["undone"]
    assert (place.files(), place.git("status", "--porcelain", "dags")) == ({}, "")
    elsewhere.check_agreement()
    again = create(place, place.spec("specs/x.yaml"))
    assert (again.replayed, again.dags) == (True, result.dags)
